"""What the provider says it billed: tokens and dollars by day (UTC), model and mode, limited to what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from bot.core.money import to_the_digit
from bot.core.usage import Usage

_DATED = re.compile(r"-20\d{6}$")
"""Some models are billed under a name with the date of their release, and asked for without."""

_PRIORITY = "priority"
_MODES = ("standard", "batch")


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What is compared with what: the spending on a model in one mode on one day of UTC."""

    day: date
    model: str
    batch: bool

    @property
    def mode(self) -> str:
        """'standard' or 'batch'."""
        return _MODES[self.batch]


def plain_model(model: str) -> str:
    """A model's name without the date of its release."""
    return _DATED.sub("", model)


@dataclass(frozen=True, slots=True)
class UsageLine:
    """Tokens of one line of the provider's usage report. `tier` is its service tier; `key_id` is None where no key was
    used, `workspace_id` None for the default workspace.
    """

    day: date
    model: str
    tier: str
    key_id: str | None
    workspace_id: str | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class CostLine:
    """Dollars of one line of the provider's cost report. `kind` is the field of Usage that it paid for, and `model` ''
    where it paid for no tokens; `what` is the provider's own description.
    """

    day: date
    model: str
    tier: str
    workspace_id: str | None
    kind: str
    what: str
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose bill is compared: of these workspaces and keys only; empty for all. 'default' is the default workspace."""

    workspaces: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def has_workspace(self, workspace_id: str | None) -> bool:
        """Whether a line of this workspace counts."""
        return not self.workspaces or (workspace_id or "default") in self.workspaces

    def has_key(self, key_id: str | None) -> bool:
        """Whether a line of this key counts."""
        return not self.keys or key_id in self.keys

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.workspaces and not self.keys


@dataclass(frozen=True, slots=True)
class Bill:
    """What the provider billed for one cell."""

    usage: Usage = field(default_factory=Usage)
    usd: Decimal = Decimal(0)

    def __add__(self, other: Bill) -> Bill:
        return Bill(self.usage + other.usage, self.usd + other.usd)


@dataclass(frozen=True, slots=True)
class Billed:
    """Both reports over the same days, added up. `others` are dollars by description that bought no tokens;
    `priority_tokens` were used under a commitment, which the cost report leaves out.
    """

    cells: Mapping[Cell, Bill]
    others: Mapping[str, Decimal]
    priority_tokens: int


def added_up(usages: Iterable[UsageLine], costs: Iterable[CostLine], chosen: Chosen) -> Billed:
    """The bill of those that were chosen.

    The cost report knows workspaces and no keys, so the dollars of a day, model, mode and kind of token are shared out
    by the tokens of that kind: usd(key) = usd * tokens(key) / tokens(workspace).
    """
    used = [line for line in usages if chosen.has_workspace(line.workspace_id)]
    priority = sum(line.usage.total_tokens for line in used if _is_priority(line) and chosen.has_key(line.key_id))
    used = [line for line in used if not _is_priority(line)]
    cells: dict[Cell, Bill] = {}
    for line in used:
        if chosen.has_key(line.key_id):
            _add(cells, _cell(line), Bill(usage=line.usage))
    shares = _Shares(used, chosen)
    others: dict[str, Decimal] = {}
    for cost in costs:
        if not chosen.has_workspace(cost.workspace_id):
            continue
        if cost.model:
            _add(cells, _cell(cost), Bill(usd=shares.of(cost)))
        else:
            others[cost.what] = others.get(cost.what, Decimal(0)) + cost.usd
    empty = Bill()
    return Billed({cell: bill for cell, bill in cells.items() if bill != empty}, others, priority)


class _Shares:
    """How much of a line's dollars belongs to the keys that were chosen."""

    def __init__(self, used: Iterable[UsageLine], chosen: Chosen) -> None:
        self._all_keys = not chosen.keys
        self._all: dict[tuple[Cell, str | None], Usage] = {}
        self._own: dict[tuple[Cell, str | None], Usage] = {}
        for line in used:
            where = (_cell(line), line.workspace_id)
            self._all[where] = self._all.get(where, Usage()) + line.usage
            if chosen.has_key(line.key_id):
                self._own[where] = self._own.get(where, Usage()) + line.usage

    def of(self, cost: CostLine) -> Decimal:
        """Dollars, as exact as the ledger is."""
        if self._all_keys:
            return to_the_digit(cost.usd)
        where = (_cell(cost), cost.workspace_id)
        tokens: int = getattr(self._all.get(where, Usage()), cost.kind)
        own: int = getattr(self._own.get(where, Usage()), cost.kind)
        return to_the_digit(cost.usd * own / tokens) if own else Decimal(0)


def _cell(line: UsageLine | CostLine) -> Cell:
    return Cell(line.day, plain_model(line.model), line.tier == "batch")


def _is_priority(line: UsageLine) -> bool:
    return line.tier.startswith(_PRIORITY)


def _add(cells: dict[Cell, Bill], cell: Cell, bill: Bill) -> None:
    cells[cell] = cells.get(cell, Bill()) + bill


TOKEN_KINDS = tuple(kind.name for kind in fields(Usage) if kind.name != "thinking_tokens")
"""The fields of Usage that are billed apart; thinking is billed as output."""
