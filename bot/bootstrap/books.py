"""The run's part of the ledger: opened where one was named, or where runs of this machine are usually kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bot.app.books import Books
from bot.app.tiers import chain_of, yardstick
from bot.bootstrap.access import Access
from bot.bootstrap.ledger import open_ledger
from bot.bootstrap.plan import Plan
from bot.core.ledger.entry import RunFacts
from bot.core.prompt.templates import prompt_hash
from bot.errors import BadConfiguration, LedgerLost
from bot.ports import Clock, Ledger


@contextmanager
def books_of(plan: Plan, access: Access, clock: Clock) -> Iterator[Books]:
    """The books of a new run, while the block runs.

    Raises LedgerLost or BadConfiguration where a ledger was named and cannot be opened: what cannot be recorded is not
    spent. The usual one was asked for by nobody, so a run goes on without it, and says so.
    """
    with ExitStack() as opened:
        ledger, note = _ledger(plan, access, opened)
        books = Books(
            run_facts(plan, clock),
            ledger,
            keys={link.name: link.key_env for link in chain_of(plan.options)},
            against=yardstick(plan.options, plan.prices),
        )
        if note:
            books.notes.append(note)
        yield books


def run_facts(plan: Plan, clock: Clock) -> RunFacts:
    """Which run it is, of whom, and with what."""
    facts = plan.prepared.target.facts
    return RunFacts(
        run_id=uuid.uuid4().hex,
        began=clock.now(),
        repository=facts.repo or "",
        pull_request=facts.pull_request,
        author=facts.author,
        team=plan.team,
        head_sha=facts.head_sha or "",
        prompt_hash=prompt_hash(plan.templates),
        simulated=plan.simulated,
        sections=plan.prepared.sections,
    )


def _ledger(plan: Plan, access: Access, opened: ExitStack) -> tuple[Ledger | None, str]:
    """The ledger to write, and a sentence about one that cannot be."""
    if access.ledger:
        return opened.enter_context(open_ledger(access.ledger)).book, ""
    if not access.usual_ledger or plan.simulated:
        return None, ""
    try:
        return opened.enter_context(open_ledger(access.usual_ledger)).book, ""
    except (LedgerLost, BadConfiguration) as error:
        return None, f"This run is not in a ledger. {error.message}"
