"""A review of a pull request on GitHub: for the Action, which posts, and for a laptop, which may only look."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import __version__
from bot.adapters.clock import SystemClock
from bot.adapters.files import read_settings_file
from bot.app.beside import post_beside
from bot.app.delivery import Delivery
from bot.app.host_target import read_pull_request
from bot.app.memory import Memory, recall
from bot.app.review import review
from bot.app.session import Session
from bot.app.target import Target
from bot.app.tiers import chain_of
from bot.bootstrap.access import Access
from bot.bootstrap.desk import SETTINGS_PATH, desk_for, make_plan, target_name
from bot.bootstrap.plan import Plan
from bot.core.budget import Amount
from bot.core.chain import Link
from bot.core.ledger.budgets import OnExhausted
from bot.core.marker import Signer
from bot.core.pull_request import PullRequest
from bot.core.receipt import Receipt, TargetFacts
from bot.core.redact import scrub
from bot.core.state import ReviewState
from bot.core.status import EXIT_DONE, exit_code
from bot.errors import BadConfiguration, HunkwiseError, WrongUsage
from bot.ports import CodeHost, Observer
from bot.settings.file import RepositoryFile, read_file
from bot.settings.inputs import GITHUB_API_URL
from bot.settings.load import Flags, build_options

_SPEAKS_OF_BUDGETS = re.compile(rb"(?m)^[^#\n]*\bbudgets[\"']?\s*:")


@dataclass(frozen=True, slots=True)
class HostAccess:
    """How GitHub is reached, and for which repository (owner/name). Secrets never appear in a repr.

    `stop` ends every wait of a run, of GitHub's rate limits too.
    """

    token: str = field(repr=False)
    api_url: str
    repo: str
    bot_login: str = ""
    state_secret: str = field(default="", repr=False)
    stop: threading.Event = field(default_factory=threading.Event, repr=False)


@contextmanager
def code_host(access: HostAccess) -> Iterator[CodeHost]:
    """GitHub, while the block runs; raises BadConfiguration where token or repository are missing."""
    if not access.token:
        raise BadConfiguration(
            "There is no GitHub token.", next_step="Set GITHUB_TOKEN, or the Action's input github-token."
        )
    if access.repo.count("/") != 1:
        raise BadConfiguration(f"'{access.repo}' names no repository.", next_step="Write it as owner/name.")
    # Imported here: only runs on GitHub pay for its SDK.
    from bot.adapters.github.api import Pace
    from bot.adapters.github.host import GitHubHost

    pace = Pace(sleep=SystemClock(access.stop).sleep)
    host = GitHubHost(access.token, access.repo, access.api_url, access.bot_login or None, pace)
    try:
        yield host
    finally:
        host.close()


def settings_of(host: CodeHost, pull: PullRequest, path: str) -> tuple[RepositoryFile, str]:
    """The settings as they stand in the base, and a complaint where they do not hold.

    A broken file means defaults and a loud sentence: it must not block the pull request that mends it. One that speaks
    of budgets over time is another matter, since nobody can say what may be spent: it raises BadConfiguration.
    """
    text = host.text(path or SETTINGS_PATH, pull.base_sha)
    if text is None:
        return RepositoryFile(), ""
    try:
        return read_file(text, path or SETTINGS_PATH), ""
    except BadConfiguration as error:
        if _SPEAKS_OF_BUDGETS.search(text):
            unknown = f"{error.message} It sets budgets over time, so nothing is asked until that is mended."
            raise BadConfiguration(unknown, next_step=error.next_step) from None
        return RepositoryFile(), _until_mended(error)


def _until_mended(error: HunkwiseError) -> str:
    return f"{error.message} Until that is mended the defaults count. {error.next_step}".strip()


def _noting(target: Target, sentences: Sequence[str]) -> Target:
    return replace(target, notes=(*sentences, *target.notes))


def host_access(environment: Mapping[str, str], repo: str) -> HostAccess:
    """GitHub as a laptop reaches it."""
    return HostAccess(
        environment.get("GITHUB_TOKEN", ""), environment.get("GITHUB_API_URL", "") or GITHUB_API_URL, repo
    )


@contextmanager
def pull_review(
    name: str, environment: Mapping[str, str], flags: Flags, observer: Observer, *, config: Path | None, simulate: bool
) -> Iterator[PullReview]:
    """The review of a pull request named as OWNER/REPO#N; raises WrongUsage where it is named otherwise."""
    repo, _, number = name.partition("#")
    if not (number.isascii() and number.isdigit()):
        raise WrongUsage(f"'{name}' names no pull request.", next_step="Write it as OWNER/REPO#NUMBER.")
    access = host_access(environment, repo)
    model = Access.from_environment(environment, simulate=simulate)
    with code_host(access) as host:
        pull = host.pull_request(int(number))
        if config is not None:
            file, complaint = read_file(read_settings_file(config), str(config)), ""
        else:
            file, complaint = settings_of(host, pull, SETTINGS_PATH)
        yield PullReview(host, access, model, pull.number, file, complaint, flags, observer)


@dataclass(frozen=True, slots=True)
class PullReview:
    """One review of one pull request, with everything that was decided about it."""

    host: CodeHost
    host_access: HostAccess
    access: Access
    number: int
    file: RepositoryFile
    complaint: str
    flags: Flags
    observer: Observer

    def plan(self) -> Plan:
        """The plan of a run that does not post: nothing is remembered, nothing left out for having been reviewed."""
        return self._plan(ReviewState())[1]

    def look(self, plan: Plan) -> Receipt:
        """Review without posting, on a budget of its own."""
        with desk_for(plan, self.access, self.observer, self.host_access.stop) as desk:
            return desk.books.ended(review(plan.prepared, plan.options, plan.templates, desk, Amount()))

    def post(self, run_id: str) -> tuple[Receipt, Delivery, Plan]:
        """Review what is new since the last run, and post; what waits in a batch is left to it."""
        stop = self.host_access.stop
        signer, memory = self.signer, self.recall()
        pull, plan = self.plan_beside(memory)
        with desk_for(plan, self.access, self.observer, stop) as desk:
            session = Session(
                host=self.host,
                number=self.number,
                signer=signer,
                run_id=run_id or uuid.uuid4().hex,
                memory=memory,
                prepared=plan.prepared,
                options=plan.options,
                templates=plan.templates,
                desk=desk,
                scrub=self.scrub,
            )
            receipt, delivery = session.run()
            receipt = desk.books.ended(receipt)
        return self.beside(pull, plan, receipt, delivery), delivery, plan

    def beside(self, pull: PullRequest, plan: Plan, receipt: Receipt, delivery: Delivery) -> Receipt:
        """Post what stands beside a review; gives the receipt with what could not be."""
        options = plan.options
        gate = exit_code(receipt, options.fail_on, options.on_incomplete, delivery.standing) == EXIT_DONE
        problems = post_beside(self.host, pull, receipt, options.posting, gate=gate, version=__version__)
        return replace(receipt, notes=(*receipt.notes, *problems))

    @property
    def signer(self) -> Signer:
        """Signs what is remembered, with a secret of its own, or with a key."""
        secret = self.host_access.state_secret or self.access.signing_secret(self.chain())
        return Signer.from_secret(secret, self.host_access.repo, self.number)

    def recall(self) -> Memory:
        """What earlier runs left."""
        return recall(self.host, self.number, self.signer, SystemClock(self.host_access.stop).now())

    def plan_beside(self, memory: Memory) -> tuple[PullRequest, Plan]:
        """The plan for what was neither reviewed nor handed in before."""
        in_hand = frozenset(key for intent in memory.intents for key in intent.in_hand)
        return self._plan(memory.state, in_hand)

    def _plan(self, state: ReviewState, in_hand: Collection[str] = frozenset()) -> tuple[PullRequest, Plan]:
        """The plan; settings of the repository that do not hold give way to the defaults, with a word. Its budgets over
        time do not: whatever else is wrong, they hold.
        """
        pull, target = read_pull_request(self.host, self.number)
        complaints = [self.complaint] if self.complaint else []
        try:
            return pull, self._plan_by(self.file, _noting(target, complaints), state, in_hand)
        except WrongUsage as error:
            bare = RepositoryFile(budgets=self.file.budgets)
            if self.file == bare:
                raise
            complaints.append(_until_mended(error))
            return pull, self._plan_by(bare, _noting(target, complaints), state, in_hand)

    def _plan_by(self, file: RepositoryFile, target: Target, state: ReviewState, in_hand: Collection[str]) -> Plan:
        return make_plan(
            target, self.flags, file, frozenset(state.reviewed), frozenset(state.triaged), self.access, in_hand
        )

    @property
    def may_be_batched(self) -> bool:
        """Whether a budget over time, once it is used up, has reviews handed in as message batches."""
        return any(one.on_exhausted is OnExhausted.BATCH for one in self.file.budgets.budgets().limits)

    def chain(self) -> tuple[Link, ...]:
        """Who may be asked for this pull request, as far as its settings hold."""
        return chain_of(build_options(self.flags, self.file, target=self._name()))

    def _name(self) -> str:
        return target_name(TargetFacts("pull_request", repo=self.host_access.repo, pull_request=self.number))

    def scrub(self, text: str) -> str:
        """The text without secret values."""
        secrets = (*self.access.secrets(self.chain()), self.host_access.token, self.host_access.state_secret)
        return scrub(text, [secret for secret in secrets if secret])
