"""What becomes of a plan where a budget over time is used up: nothing is asked, or the cheap model only."""

from __future__ import annotations

from dataclasses import replace

from bot.app.options import Options
from bot.app.periods import Periods
from bot.app.prepare import Prepared
from bot.app.triage import was_left_out
from bot.core.calls import Feature
from bot.core.choose import arrange
from bot.core.coverage import LeftOut
from bot.core.excerpt import Excerpt, Route, SkipReason, Tier
from bot.core.route import Routing
from bot.core.triage import NOT_WORTH_IT
from bot.core.verify import Verify

NO_BATCH = "This review could not be handed in as a message batch, so nothing was asked."
UNVERIFIED = "Nothing was verified, since that asks the strong model."


def bounded(
    prepared: Prepared, options: Options, periods: Periods, *, by_batch: bool = False
) -> tuple[Prepared, Options]:
    """The plan and the options as budgets over time leave them; doing it twice changes nothing more.

    `by_batch` says that the plan is being handed in as a message batch, which is what some budgets ask for.
    """
    asked = periods.measures
    if asked.stop:
        return _asking_nothing(prepared, options, periods.why)
    if asked.batch and not by_batch:
        if prepared.batches:
            prepared = replace(prepared, notes=(*prepared.notes, NO_BATCH))
        return _asking_nothing(prepared, options, periods.why)
    return _asking_cheaply(prepared, options, periods.why) if asked.cheap else (prepared, options)


def _asking_nothing(prepared: Prepared, options: Options, why: str) -> tuple[Prepared, Options]:
    left_out = tuple((one, LeftOut(SkipReason.BUDGET, why)) for one in _asked(prepared))
    options = replace(options, routing=Routing.FIXED, verify=Verify.NONE)
    return replace(prepared, batches=(), left_out=(*prepared.left_out, *left_out)), options


def _asking_cheaply(prepared: Prepared, options: Options, why: str) -> tuple[Prepared, Options]:
    """Everything on the cheap tier, in one look. What triage sorted out on an earlier push stays out."""
    asked, triaged = _asked(prepared), options.routing is Routing.TRIAGE
    sorted_out = [one for one in asked if triaged and was_left_out(one, prepared)]
    asked = [one for one in asked if one not in sorted_out]
    batches = arrange(asked, Routing.FIXED, options.sizes)
    route = Route(Tier.CHEAP, why)
    prepared = replace(
        prepared,
        batches=tuple(replace(batch, route=route) for batch in batches),
        left_out=(*prepared.left_out, *((one, LeftOut(SkipReason.TRIAGE, NOT_WORTH_IT)) for one in sorted_out)),
        feature=Feature.REVIEW,
        notes=prepared.notes if options.verify is Verify.NONE else (*prepared.notes, UNVERIFIED),
    )
    return prepared, replace(options, routing=Routing.FIXED, verify=Verify.NONE)


def _asked(prepared: Prepared) -> list[Excerpt]:
    """What the plan asks about, in the diff's order."""
    asked = {excerpt.key for batch in prepared.batches for excerpt in batch.excerpts}
    return [excerpt for excerpt in prepared.excerpts if excerpt.key in asked]
