"""A receipt as rows of the ledger: what a live run writes, and what an import puts back that a lost ledger missed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from bot.core.excerpt import SkipReason
from bot.core.languages import language_of
from bot.core.ledger.entry import Entry, FindingRow, Opening, RunEnd, RunFacts, Settlement, State, Untaken
from bot.core.ledger.receipt_shape import CallPart, ReceiptPart, SavedPart, UsagePart
from bot.core.savings import Saved
from bot.core.usage import Usage
from bot.errors import NotAReceipt

_ID_LETTERS = 32

WAITING = "waiting"
"""The outcome of a call whose answer has not come yet: it waits in a batch, and its row stays open."""


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """A receipt in the ledger's words: the run, how it ended, and its rows."""

    run: RunFacts
    end: RunEnd
    entries: tuple[Entry, ...]


def rows_of(receipt: Mapping[str, Any], at: datetime | None = None) -> ImportedRun:
    """The rows that a receipt stands for; the same receipt always gives the same ids.

    Besides a row a call there are up to three for what was not asked ('ID:reused', 'ID:duplicate', 'ID:spared'), so
    that the rows' savings add up to the receipt's. `at` (aware) is when it ran, for a receipt that does not say so
    itself; such a receipt's id is its own SHA-256. Raises NotAReceipt where it is none, where its figures do not add
    up, or where nobody knows when it ran.
    """
    read = _checked(receipt)
    moment = read.run.began if read.run else at
    if moment is None:
        raise NotAReceipt(
            "The receipt is of a version that did not say when it ran.",
            next_step="Say when with --at, like --at 2026-11-26T12:00:00Z. A file's own time is not trusted.",
        )
    run = RunFacts(
        run_id=read.run.id if read.run else _id_of(receipt),
        began=moment,
        repository=read.target.repo or "",
        pull_request=read.target.pull_request,
        author=read.target.author or "",
        team=read.target.team or "",
        head_sha=read.target.head_sha or "",
        prompt_hash=read.prompt.hash,
        simulated=read.simulated,
    )
    rows = [_row(run, call, index) for index, call in enumerate(read.calls)]
    return ImportedRun(run, _end(read, read.run.ended if read.run else moment), (*rows, *_untaken(run, read)))


def _checked(receipt: Mapping[str, Any]) -> ReceiptPart:
    schema = receipt.get("schema")
    if schema != "hunkwise.receipt/1":
        found = f"says '{schema[:40]}'" if isinstance(schema, str) else "does not say which receipt it is"
        raise NotAReceipt(
            f"It is no receipt that this version can read: it {found}.",
            next_step="Give what `hunkwise review --format json` prints (hunkwise.receipt/1), or update Hunkwise.",
        )
    try:
        read = ReceiptPart.model_validate(receipt)
    except ValidationError as error:
        raise NotAReceipt(
            f"It does not hold to docs/receipt.schema.json: {_first_of(error)}.", next_step=_TAKE_THE_FILE
        ) from None
    _add_up(read)
    return read


_TAKE_THE_FILE = "Give the receipt as the run wrote it; a file that was edited is not imported."


def _first_of(error: ValidationError) -> str:
    """Where the first mistake is, and which."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the receipt"
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said[:1].lower()}{said[1:]}"


def _add_up(read: ReceiptPart) -> None:
    """A receipt's sums are its calls', or somebody has changed it."""
    for name in ("total_usd", "unsettled_usd"):
        of_calls = "cost_usd" if name == "total_usd" else name
        added = sum((getattr(call, of_calls) for call in read.calls), Decimal(0))
        said = getattr(read.cost, name)
        if added != said:
            raise NotAReceipt(
                f"Its figures do not add up: cost.{name} is {said:f}, its calls' sum is {added:f}.",
                next_step=_TAKE_THE_FILE,
            )
    tokens = sum((_usage(call.usage) for call in read.calls), Usage())
    if tokens != _usage(read.usage):
        raise NotAReceipt("Its tokens are not the sum of its calls'.", next_step=_TAKE_THE_FILE)
    for index, call in enumerate(read.calls):
        if call.usage.total_tokens not in {None, _usage(call.usage).total_tokens}:
            raise NotAReceipt(f"calls.{index}.usage does not add up to its total_tokens.", next_step=_TAKE_THE_FILE)
        if call.cost_usd and call.unsettled_usd:
            raise NotAReceipt(
                f"calls.{index} has both a cost and an unsettled reservation; it can only be one.",
                next_step=_TAKE_THE_FILE,
            )
    ids = [call.id for call in read.calls if call.id]
    if len(set(ids)) < len(ids):
        raise NotAReceipt("Two of its calls have the same id.", next_step=_TAKE_THE_FILE)
    if read.run and read.run.ended < read.run.began:
        raise NotAReceipt("Its run ended before it began.", next_step=_TAKE_THE_FILE)


def _usage(part: UsagePart) -> Usage:
    return Usage(**part.model_dump(exclude={"total_tokens"}))


def _id_of(receipt: Mapping[str, Any]) -> str:
    """The same for the same values, however the file is laid out."""
    canonical = json.dumps(receipt, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_ID_LETTERS]


def _row(run: RunFacts, call: CallPart, index: int) -> Entry:
    charged = call.cost_usd + call.unsettled_usd
    usage = _usage(call.usage)
    opening = Opening(
        id=call.id or f"{run.run_id}:{index}",
        at=call.at or run.began,
        feature=call.feature,
        model=call.model,
        provider=call.provider,
        key=call.key,
        tier=call.tier,
        why=call.why,
        hunks=call.hunks,
        attempt=call.attempt,
        # A receipt does not say what was held for a call; it was at least what was charged.
        reserved_tokens=usage.total_tokens + call.unsettled_tokens,
        reserved_usd=charged,
        platform=call.platform,
        batch=call.batch,
        kinds=call.kinds,
    )
    if call.outcome == WAITING:
        return Entry(run, opening)
    open_end = bool(call.unsettled_usd or call.unsettled_tokens)
    ending = Settlement(
        state=State.UNSETTLED if open_end else State.SETTLED,
        outcome=call.outcome,
        usage=usage,
        cost_usd=call.cost_usd,
        unsettled_usd=call.unsettled_usd,
        unsettled_tokens=call.unsettled_tokens,
        latency_ms=call.latency_ms,
        request_id=call.request_id,
        saved=_saved(call.saved_usd),
    )
    return Entry(run, opening, ending)


def _untaken(run: RunFacts, read: ReceiptPart) -> Iterator[Entry]:
    """Rows for what was not asked: its hunks, and what the receipt saved beyond what its calls say.

    What a receipt of an older version saved by caching and batches, without saying on which call, stands with what
    routing spared.
    """
    said, by_calls = _saved(read.cost.saved_usd), [_saved(call.saved_usd) for call in read.calls]
    left = {
        one.name: getattr(said, one.name) - sum((getattr(row, one.name) for row in by_calls), Decimal(0))
        for one in fields(Saved)
    }
    coverage = read.coverage
    spared = sum(one.hunks for one in coverage.skipped if one.reason == SkipReason.TRIAGE.value)
    others = Saved(prompt_cache=left["prompt_cache"], routing=left["routing"], batch=left["batch"])
    for outcome, hunks, saved in (
        (Untaken.REUSED, coverage.reused, Saved(reuse=left["reuse"])),
        (Untaken.DUPLICATE, coverage.duplicates, Saved(duplicates=left["duplicates"])),
        (Untaken.SPARED, spared, others),
    ):
        if hunks or saved != Saved():
            yield _not_asked(run, outcome, hunks, saved)


def _not_asked(run: RunFacts, outcome: Untaken, hunks: int, saved: Saved) -> Entry:
    opening = Opening(
        id=f"{run.run_id}:{outcome.value}",
        at=run.began,
        feature="review",
        model="",
        provider="",
        key="",
        tier="",
        why=outcome.value,
        hunks=hunks,
        attempt=0,
        reserved_tokens=0,
        reserved_usd=Decimal(0),
    )
    return Entry(run, opening, Settlement(State.SETTLED, outcome.value, saved=saved))


def _saved(part: SavedPart) -> Saved:
    return Saved(**part.model_dump())


def _end(read: ReceiptPart, ended: datetime) -> RunEnd:
    batches = {call.batch for call in read.calls}
    posted = frozenset(read.delivery.posted)
    findings = (
        FindingRow(one.fingerprint, one.category, one.severity, language_of(one.path), one.fingerprint in posted)
        for one in read.findings
    )
    return RunEnd(
        ended=ended,
        status=read.status,
        mode="batch" if batches == {True} else "auto" if True in batches else "live",
        routing=read.routing.mode if read.routing else "",
        hunks=read.coverage.hunks,
        reviewed=read.coverage.reviewed,
        reused=read.coverage.reused,
        duplicates=read.coverage.duplicates,
        skipped=sum(one.hunks for one in read.coverage.skipped),
        total_usd=read.cost.total_usd,
        unsettled_usd=read.cost.unsettled_usd,
        findings=tuple(findings),
        accepted=read.delivery.addressed,
    )
