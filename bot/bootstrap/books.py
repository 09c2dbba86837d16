"""The run's part of the ledger: opened where one was named, or where runs of this machine are usually kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from bot.app.books import Books
from bot.app.options import Mode
from bot.app.periods import Periods
from bot.app.tiers import chain_of, yardstick
from bot.bootstrap.access import Access
from bot.bootstrap.ledger import chosen_ledger, is_shared, open_ledger
from bot.bootstrap.plan import Plan
from bot.core.ledger.budgets import OnExhausted
from bot.core.ledger.entry import RunFacts
from bot.core.prompt.templates import prompt_hash
from bot.errors import BadConfiguration, LedgerLost
from bot.ports import Clock, Ledger

NOT_SHARED = "`budgets.limits` needs a ledger that all runners share, and {what}."
HOW_TO_SHARE = (
    "Give the address of a PostgreSQL database as the input `ledger` (HUNKWISE_LEDGER), or write `best_effort: true` "
    "under `budgets:`, which leaves each runner to count for itself; docs/budgets.md says what that means."
)


@contextmanager
def books_of(plan: Plan, access: Access, clock: Clock) -> Iterator[Books]:
    """The books of a new run, while the block runs.

    Raises LedgerLost or BadConfiguration where a ledger was named, or budgets over time need one, and it cannot be
    opened: what cannot be recorded is not spent. The usual one was asked for by nobody, so a run without such budgets
    goes on without it, and says so.
    """
    with ExitStack() as opened:
        run, budgets = run_facts(plan, clock), plan.options.budgets
        ledger, note = _ledger(plan, access, opened)
        periods = Periods(budgets, run, ledger, alone=access.on_a_runner and not is_shared(access.ledger))
        books = Books(
            run,
            ledger,
            periods.limits,
            keys={link.name: link.key_env for link in chain_of(plan.options)},
            against=yardstick(plan.options, plan.prices),
            periods=periods,
        )
        if note:
            books.notes.append(note)
        yield books


def wanted_by_batch(plan: Plan, access: Access, clock: Clock) -> Plan:
    """The plan, to be handed in as a batch where a budget that is used up asks for that, and where there are batches.

    The ledger is looked at only where that can be. Raises as `books_of`.
    """
    options = plan.options
    if all(one.on_exhausted is not OnExhausted.BATCH for one in options.budgets.limits):
        return plan
    with books_of(plan, access, clock) as books:
        books.periods.look()
        if not books.periods.measures.batch:
            return plan
    return replace(plan, options=replace(options, mode=Mode.AUTO, auto_batch_hunks=0))


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
    needed = bool(plan.options.budgets.limits) and not plan.simulated
    if needed:
        _refuse_what_nobody_shares(plan, access)
    place = access.ledger or (access.usual_ledger if not plan.simulated else "")
    if needed and not place:
        place = chosen_ledger({name: access.variable(name) for name in ("XDG_STATE_HOME", "HOME")})
    if not place:
        return None, ""
    try:
        return opened.enter_context(open_ledger(place)).book, ""
    except (LedgerLost, BadConfiguration) as error:
        if access.ledger or needed:
            raise
        return None, f"This run is not in a ledger. {error.message}"


def _refuse_what_nobody_shares(plan: Plan, access: Access) -> None:
    if not access.on_a_runner or is_shared(access.ledger) or plan.options.budgets.best_effort:
        return
    what = "a file is on this runner alone" if access.ledger else "none is named"
    raise BadConfiguration(NOT_SHARED.format(what=what), next_step=HOW_TO_SHARE)
