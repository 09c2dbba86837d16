"""Reads who and what spent it."""

from __future__ import annotations

from bot.core.cost.breakdown import FIELDS, By, breakdown_report, by_name
from bot.core.cost.file_kinds import by_kind, file_kind_report
from bot.core.cost.report import Report
from bot.core.cost.rule_report import rule_report
from bot.core.cost.rules import BY, section_costs
from bot.core.ledger.sums import Field, Sums, Where
from bot.core.pricing import PriceList
from bot.ports import LedgerReader


def read_breakdown(reader: LedgerReader, by: By, where: Where, covers: str, prices: PriceList, most: int = 0) -> Report:
    """The report on the rows that `where` names; `covers` says in words which. Raises LedgerLost.

    `most` is how many are shown at most, 0 for all of them; rules are always shown all.
    """
    if by is By.RULE:
        sections = reader.sections(where, BY)
        total = sum((one.sums for one in sections), Sums())
        return rule_report(section_costs(sections, prices), total, reader.findings(where), covers, where)
    if by is By.FILE_KIND:
        kinds = by_kind(reader.groups([Field.KINDS], where))
        return file_kind_report(kinds, reader.findings(where), covers, where, most)
    field = FIELDS[by]
    return breakdown_report(by, by_name(reader.groups([field], where), field), covers, where, most)
