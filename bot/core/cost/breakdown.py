"""`hunkwise cost breakdown`: who and what spent it, to the last digit."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.core.cost.ranking import ByName, name_of, ranking
from bot.core.cost.report import Column, Report
from bot.core.cost.words import SPENT, simulated_note
from bot.core.ledger.sums import Field, Group, Sums, Where


class By(StrEnum):
    """What spending can be parted by."""

    REPO = "repo"
    TEAM = "team"
    AUTHOR = "author"
    MODEL = "model"
    FEATURE = "feature"
    TIER = "tier"
    FILE_KIND = "file-kind"
    RULE = "rule"


FIELDS = {
    By.REPO: Field.REPOSITORY,
    By.TEAM: Field.TEAM,
    By.AUTHOR: Field.AUTHOR,
    By.MODEL: Field.MODEL,
    By.FEATURE: Field.FEATURE,
    By.TIER: Field.TIER,
}
"""Those that are fields of the rows; the others are worked out (file_kinds.py, rules.py)."""

_COLUMNS = {
    By.REPO: Column("repository", "Repository"),
    By.TEAM: Column("team", "Team"),
    By.AUTHOR: Column("author", "Author"),
    By.MODEL: Column("model", "Model"),
    By.FEATURE: Column("feature", "For"),
    By.TIER: Column("tier", "Tier"),
}


def by_name(groups: Iterable[Group], field: Field) -> dict[str, Sums]:
    """Groups of one field, by the names that people read."""
    return {name_of(field, group.key[0]): group.sums for group in groups}


def breakdown_report(by: By, groups: ByName, covers: str, where: Where, most: int = 0) -> Report:
    """The report for what is a field of the rows; `covers` is its time in words, `most` as for a ranking."""
    table = ranking("breakdown", f"By {by.value}", _COLUMNS[by], groups, most)
    return Report("breakdown", f"What reviews cost by {by.value}", covers, (table,), (SPENT, *simulated_note(where)))
