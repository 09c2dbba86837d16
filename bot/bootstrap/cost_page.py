"""Puts the page on costs together."""

from __future__ import annotations

from bot import __version__
from bot.adapters.page_files import load_page_files
from bot.app.cost.page import read_page
from bot.app.cost.page_facts import Asked
from bot.core.cost_page.page import cost_page
from bot.core.pricing import PriceList
from bot.ports import LedgerReader


def page_of(reader: LedgerReader, asked: Asked) -> str:
    """The page as HTML; raises LedgerLost, and HunkwiseError where the installation is not whole."""
    return cost_page(read_page(reader, asked, PriceList(asked.now, {})), load_page_files(), __version__)
