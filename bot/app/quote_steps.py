"""What each step of a run may have to ask, at the least and at the most, before anybody has said anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.app.caching import CachePlanner
from bot.app.followup import ReviewJob
from bot.app.requests import RequestMaker
from bot.app.tiers import tier_models
from bot.app.triage import was_left_out
from bot.app.verification import looks_at
from bot.core.calls import Feature
from bot.core.excerpt import Batch, Excerpt, ExcerptKey, Tier
from bot.core.pack import pack
from bot.core.prompt.templates import Templates
from bot.core.route import Routing, confirm_routes
from bot.core.triage import Word, may_skip, sort_out
from bot.core.verify import Verify


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that asks about hunks, with the least and the most of it."""

    feature: Feature
    least: Sequence[ReviewJob]
    most: Sequence[ReviewJob]


class StepPlanner:
    """Plans the steps of one run."""

    def __init__(self, planner: CachePlanner, templates: Templates) -> None:
        """`planner` says what of the prompt is cached; it holds the plan and the options."""
        self._prepared = planner.prepared
        self._options = planner.options
        self._tiers = tier_models(planner.options)
        self._planner = planner
        self._templates = templates
        self._maker = RequestMaker(planner.prepared, templates, planner)

    @property
    def maker(self) -> RequestMaker:
        """What makes the requests of the steps."""
        return self._maker

    def sure(self) -> list[ReviewJob]:
        """The first look as it is planned; triage may change it."""
        return RequestMaker(self._prepared, self._templates, self._planner).jobs(self._tiers)

    def steps(self) -> list[PlannedStep]:
        """The steps after triage, in the order of the run."""
        steps = [self._after_triage() if self._options.effective_routing is Routing.TRIAGE else self._first_look()]
        if self._prepared.feature is Feature.DRAFT:
            steps.append(self._confirmations())
        if self._options.verify is not Verify.NONE:
            steps.append(self._second_looks())
        return steps

    def _first_look(self) -> PlannedStep:
        jobs = self._maker.jobs(self._tiers)
        return PlannedStep(self._prepared.feature, jobs, jobs)

    def _after_triage(self) -> PlannedStep:
        """At the least it skips and lowers what it may; at the most it makes all of it strong.

        A plan on several tiers takes more requests than one on a single tier, so the most has one more on each.
        """
        excerpts = self._prepared.excerpts
        spared = {one.name: Word.SKIP if self._may_go(one) else Word.CHEAP for one in excerpts}
        least = self._sorted({**spared})
        most = self._sorted({one.name: Word.STRONG for one in excerpts})
        jobs = self._maker.jobs_for(most, self._tiers, Feature.REVIEW)
        largest = max(jobs, key=lambda job: len(job.batch.excerpts), default=None)
        if largest is not None and len(excerpts) > 1:
            jobs += [replace(largest, tier=self._tiers[tier]) for tier in (Tier.STANDARD, Tier.CHEAP)]
        return PlannedStep(Feature.REVIEW, self._maker.jobs_for(least, self._tiers, Feature.REVIEW), jobs)

    def _may_go(self, excerpt: Excerpt) -> bool:
        return may_skip(excerpt) or was_left_out(excerpt, self._prepared)

    def _sorted(self, said: dict[tuple[str, str], Word]) -> tuple[Batch, ...]:
        result = sort_out(self._prepared.excerpts, said)
        sizes = self._options.sizes
        return pack(result.excerpts, result.routes, batch_tokens=sizes.batch_tokens, max_hunks=sizes.max_hunks)

    def _confirmations(self) -> PlannedStep:
        """None where no draft says anything; at the most every hunk is asked about again."""
        excerpts, sizes = self._prepared.excerpts, self._options.sizes
        routes = confirm_routes(excerpts, {one.key for one in excerpts})
        batches = pack(excerpts, routes, batch_tokens=sizes.batch_tokens, max_hunks=sizes.max_hunks)
        return PlannedStep(Feature.CONFIRM, (), self._maker.jobs_for(batches, self._tiers, Feature.CONFIRM))

    def _second_looks(self) -> PlannedStep:
        """None where nothing is found; at the most every hunk of every file holds a finding."""
        claimed: dict[str, set[ExcerptKey]] = {}
        for excerpt in self._prepared.excerpts:
            claimed.setdefault(excerpt.path, set()).add(excerpt.key)
        batches = looks_at(self._prepared, claimed, self._options.sizes.hunk_tokens)
        return PlannedStep(Feature.VERIFY, (), self._maker.jobs_for(batches, self._tiers, Feature.VERIFY))
