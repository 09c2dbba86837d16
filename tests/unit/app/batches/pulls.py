"""A pull request reviewed by batch, in a world whose processes may be killed: what the tests of batches work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.app.batches.pull_request import Posted, PullBatches
from bot.app.batches.summary_store import SummaryStore
from bot.app.batches.work import call_back
from bot.app.books import AccountLimits, Books, no_limits
from bot.app.desk import Desk
from bot.app.host_target import read_pull_request
from bot.app.memory import Memory, recall
from bot.app.options import Options
from bot.app.periods import Periods
from bot.app.prepare import prepare
from bot.core.budget import Limits
from bot.core.ledger.budgets import Budgets
from bot.core.ledger.entry import RunFacts
from bot.core.marker import Signer
from bot.core.pull_request import PostedComment, PostedReview, ReviewDraft
from bot.errors import BatchRefused
from tests.fakes import FakeClock, NoCounter, Vendor, Watcher, an_answer
from tests.fakes_batches import Effects, FakeBatches, Killed
from tests.fakes_host import FakeCodeHost
from tests.fakes_ledger import FakeLedger
from tests.unit.app.runs import ALL_PRICES, some_options
from tests.unit.core.prompt.prompts import TEMPLATES
from tests.unit.core.pushed import diff_bytes

NUMBER = 7
SIGNER = Signer.from_secret("the secret of the tests", "acme/shop", NUMBER)


@dataclass
class MortalHost(FakeCodeHost):
    """A code host whose writes are moments at which the process may die."""

    effects: Effects = field(default_factory=Effects)

    def create_comment(self, number: int, body: str) -> PostedComment:
        """As the host does."""
        posted: PostedComment = self.effects.around(lambda: FakeCodeHost.create_comment(self, number, body))
        return posted

    def edit_comment(self, comment_id: int, body: str) -> PostedComment:
        """As the host does."""
        posted: PostedComment = self.effects.around(lambda: FakeCodeHost.edit_comment(self, comment_id, body))
        return posted

    def create_review(self, number: int, draft: ReviewDraft) -> PostedReview:
        """As the host does."""
        posted: PostedReview = self.effects.around(lambda: FakeCodeHost.create_review(self, number, draft))
        return posted


@dataclass
class World:
    """One pull request, the API, and time. `kill_at` kills the process at that moment; the next one lives on, or
    is killed so many moments later as `kill_again` says.
    """

    options: Options = field(default_factory=lambda: some_options(limits=Limits(usd=None)))
    kill_at: int = -1
    kill_again: list[int] = field(default_factory=list)
    budgets: AccountLimits = no_limits
    rules: Budgets = field(default_factory=Budgets)

    def __post_init__(self) -> None:
        self.effects = Effects(self.kill_at)
        self.clock = FakeClock()
        self.host = MortalHost(effects=self.effects)
        self.api = FakeBatches(self.clock, ALL_PRICES, self.effects)
        self._nonces = count(1)
        self._runs = count(1)
        self.ledger = FakeLedger()
        self.refusals: list[BatchRefused] = []
        self._opened = False

    def push(self, *files: int, above: int = 0) -> None:
        """Open the pull request with these files, or push them; each has one hunk, `above` lines further down."""
        data = diff_bytes({_path(number): {10 + above: _rows(number)} for number in files})
        if self._opened:
            self.host.push(NUMBER, data)
        else:
            self.host.open(NUMBER, data)
            self._opened = True

    def submit(self) -> Posted | None:
        """A run that hands in; None where it was killed, or the API refused."""
        return self._process(self._submit)

    def collect(self, *, inline: bool = True) -> Posted | None:
        """A run that collects; None where it was killed, or nothing had come."""
        return self._process(lambda: self._collect(inline=inline))

    def cancel(self) -> None:
        """A run that wants everything back."""
        self._process(self._cancel)

    def _process(self, run: Callable[[], Posted | None]) -> Posted | None:
        try:
            return run()
        except Killed:
            self.effects.kill_at = self.effects.count + self.kill_again.pop() if self.kill_again else -1
        except BatchRefused as refused:
            self.refusals.append(refused)
        return None

    def _cancel(self) -> None:
        call_back(self.api, self._at_work(self.recall()).store, self.clock)

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.clock.sleep(hours * 3_600)

    def recall(self) -> Memory:
        """What stands on the pull request."""
        return recall(self.host, NUMBER, SIGNER, self.clock.now())

    def inline_markers(self) -> list[str]:
        """Which markers inline comments are about, by the text of their lines as they were posted."""
        return sorted(one.body.split("marker_")[1][:4] for one in self.host.inline_comments(NUMBER))

    def _submit(self) -> Posted:
        memory = self.recall()
        _, target = read_pull_request(self.host, NUMBER)
        in_hand = {key for intent in memory.intents for key in intent.in_hand}
        prepared = prepare(target, self.options, TEMPLATES, memory.state.reviewed, in_hand=in_hand)
        return self._at_work(memory).submit(prepared, f"{next(self._nonces):016x}")

    def _collect(self, *, inline: bool) -> Posted | None:
        memory = self.recall()
        if not memory.intents:
            return None
        _, target = read_pull_request(self.host, NUMBER)
        return self._at_work(memory).collect(target, f"{next(self._nonces):016x}", inline=inline)

    def _at_work(self, memory: Memory) -> PullBatches:
        run = RunFacts(f"run-{next(self._runs)}", self.clock.now(), "acme/shop", NUMBER)
        periods = Periods(self.rules, run, self.ledger)
        books = Books(run, self.ledger, periods.limits if self.rules.limits else self.budgets, periods=periods)
        desk = Desk(Vendor(lambda _: an_answer()), NoCounter(), ALL_PRICES, self.clock, Watcher(), None, books=books)  # type: ignore[arg-type]
        return PullBatches(
            host=self.host,
            number=NUMBER,
            signer=SIGNER,
            store=SummaryStore(self.host, NUMBER, SIGNER, memory, self.clock),
            options=self.options,
            templates=TEMPLATES,
            desk=desk,
            api=self.api,
            scrub=lambda text: text,
        )


def _path(number: int) -> str:
    return f"src/part{number % 100:02}.py"


def _rows(number: int) -> Sequence[str]:
    """A file's hunk; numbers that differ by a hundred are versions of one file."""
    return [" import os", f"+marker_{number:04} = os.getcwd()", f" # the end of {number % 100}"]
