"""What the application needs from outside, each with at least two implementations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.core.budget import Amount
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.ledger.account import Account, AccountLimit, Exhausted
from bot.core.ledger.entry import Entry, Opening, RateRow, RunEnd, RunFacts, Settlement
from bot.core.ledger.sums import (
    EVERYTHING,
    AccountSum,
    Field,
    FindingSums,
    Group,
    Reach,
    RunSums,
    SectionSums,
    Sums,
    Where,
)
from bot.core.message_batch import Intent, ItemResult, SeenBatch
from bot.core.pacing import Cost
from bot.core.prefix_use import Earlier, PrefixUse
from bot.core.progress import Event
from bot.core.pull_request import (
    CheckDraft,
    ListedFile,
    PostedComment,
    PostedInline,
    PostedReview,
    PullRequest,
    ReviewDraft,
)
from bot.ports.alerts import AlertLog as AlertLog
from bot.ports.alerts import AlertTarget as AlertTarget
from bot.ports.reports import UsageReports as UsageReports


class Provider(Protocol):
    """A model vendor, and every layer around one (bot/app: guard, retry)."""

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Send one request; call `begun` when the answer's first event arrives.

        Raises CallFailed when no answer with usage came back.
        """
        ...


class TokenCounter(Protocol):
    """Counts the input of a request without paying for it."""

    def count(self, request: ModelRequest) -> int | None:
        """Input tokens of the whole request (schema included), or None where counting is not to be had."""
        ...


class Clock(Protocol):
    """Time, passed in so that tests own it."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never jump."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the run is stopped."""
        ...

    def wait(self, until_told: Waitable, seconds: float) -> None:
        """Wait on a condition that is held, for so many seconds at most (infinite: until it is notified)."""
        ...


class Waitable(Protocol):
    """What a Clock can wait on: a threading.Condition."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be notified; False where the time ran out."""
        ...


class SharedLimits(Protocol):
    """Rate limits that every process with the same key takes from (bot/adapters/shared_limits.py)."""

    def take(self, model_class: str, limits: Mapping[str, int], cost: Cost) -> float:
        """Take a request's cost from all the buckets of a class of models at once: 0 where it is taken, else the
        seconds to wait before asking again.

        `limits` are those that this process has heard of, a minute; of others the store's own count. Raises
        SharedLimitsLost where the store does not answer.
        """
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class SourceTexts(Protocol):
    """The changed files' whole texts at the head of what is reviewed."""

    def text(self, path: str) -> bytes | None:
        """The file's bytes, or None where it is not at hand."""
        ...


class Observer(Protocol):
    """Sees a run while it works; must not raise."""

    def on(self, event: Event) -> None:
        """One step of the run."""
        ...


class AnswerStore(Protocol):
    """Keeps answers that were paid for, by the key of their request (ModelRequest.key)."""

    def get(self, key: str) -> str | None:
        """The answer's text, or None where it is not kept."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep an answer."""
        ...


class PrefixHistory(Protocol):
    """Remembers over runs when which shared prompt was asked: hashes, times and message ids, never a text."""

    def earlier(self, prefix: str, family: str) -> Earlier:
        """What is known of a prefix and of its family; never raises: what cannot be read is said in the note."""
        ...

    def add(self, use: PrefixUse) -> None:
        """Keep one run's use; raises BadConfiguration where nothing more can be kept."""
        ...


class BatchApi(Protocol):
    """The Message Batches API of one key. Every method raises CallFailed; all but `create` can be repeated blindly."""

    def create(self, requests: Sequence[tuple[str, ModelRequest]]) -> SeenBatch:
        """Hand in requests by their custom ids; the batch is being worked on from then on."""
        ...

    def created_since(self, since: datetime) -> tuple[SeenBatch, ...]:
        """The batches of the workspace that were created since then, newest first; whose they are is not shown."""
        ...

    def look(self, batch_id: str) -> SeenBatch:
        """One batch as it is now."""
        ...

    def first_id(self, batch_id: str) -> str:
        """The first custom id in the results of a batch that has ended; '' where they cannot be read."""
        ...

    def results(self, batch_id: str) -> Iterator[ItemResult]:
        """What became of each request of a batch that has ended, in no order. Can be read again for 29 days."""
        ...

    def cancel(self, batch_id: str) -> SeenBatch:
        """Ask for an end; what is under way may still be answered, and billed."""
        ...


class IntentStore(Protocol):
    """Keeps intents where a run that comes after a crash finds them."""

    def load(self) -> tuple[Intent, ...]:
        """Every intent that is kept, oldest first."""
        ...

    def save(self, intent: Intent) -> None:
        """Write an intent, new or changed; it is durable when this returns."""
        ...

    def has_room_for(self, intent: Intent) -> bool:
        """Whether it could be written beside those that are kept."""
        ...


class Ledger(Protocol):
    """Writes every attempt down, before and after. Every method raises LedgerLost where the store does not answer."""

    def begin_run(self, run: RunFacts) -> None:
        """Note a run that may be about to spend."""
        ...

    def reserve(
        self, run: RunFacts, openings: Sequence[Opening], limits: Sequence[AccountLimit] = ()
    ) -> Exhausted | None:
        """Write attempts down with their worst cases, all of them or none: none where a limit would be passed.

        Atomic over all processes: what is refused here was not counted, what is not refused is, wherever it is counted.
        A batch's item whose id is there already and has cost nothing replaces it: the run that wrote it was killed
        before it sent anything.
        """
        ...

    def settle(self, entry_id: str, ending: Settlement) -> bool:
        """Say how an attempt ended; False, and nothing is changed, where it is not open any more (or unknown)."""
        ...

    def add(self, rows: Iterable[Entry]) -> int:
        """Write whole rows: those that are not there yet, and the ends of those that are open or given up for lost.
        Gives how many changed anything; the same rows again change nothing.
        """
        ...

    def adjust(self, rows: Iterable[Entry]) -> int:
        """Write adjustments to the provider's bill: those that are not there yet, and other amounts into those that
        are, accounts moving with them. Gives how many changed anything. Raises ValueError for any other row.
        """
        ...

    def end_run(self, run: RunFacts, end: RunEnd) -> None:
        """Note how a run ended, and what it found; can be repeated."""
        ...

    def note_rates(self, rows: Iterable[RateRow]) -> None:
        """Keep what was last heard of rate limits."""
        ...

    def spent_on(self, run: RunFacts) -> Amount:
        """What all runs on the same pull request spent, open reservations included."""
        ...

    def committed(self, account: Account, *, simulated: bool) -> Decimal:
        """What counts in an account now, in dollars."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class LedgerReader(Protocol):
    """Adds up what the ledger holds. Every method raises LedgerLost where the store does not answer.

    What is iterated over comes in portions: memory grows with the groups, not with the rows.
    """

    def groups(self, by: Sequence[Field], where: Where = EVERYTHING) -> Iterator[Group]:
        """The sums of the rows that agree in these fields, ordered by them; one group of all where there are none."""
        ...

    def total(self, where: Where = EVERYTHING) -> Sums:
        """The sums of all rows."""
        ...

    def rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        """Every row, oldest first. Of the run it holds what rows hold; its `began` is the row's own time."""
        ...

    def open_rows(self, where: Where = EVERYTHING) -> Iterator[Entry]:
        """The rows whose end is unknown, oldest first."""
        ...

    def largest_runs(self, where: Where = EVERYTHING, most: int = 10) -> tuple[RunSums, ...]:
        """The dearest runs, dearest first."""
        ...

    def runs(self, where: Where = EVERYTHING) -> Iterator[RunSums]:
        """Every run that has rows, oldest first."""
        ...

    def reach(self, where: Where = EVERYTHING) -> Reach:
        """How many runs and pull requests the rows belong to; rows without a pull request count for none."""
        ...

    def sections(self, where: Where = EVERYTHING, by: Sequence[Field] = ()) -> tuple[SectionSums, ...]:
        """Sums by what the system prompt was made of ({} for rows of unknown runs), and by these fields."""
        ...

    def findings(self, where: Where = EVERYTHING) -> tuple[FindingSums, ...]:
        """Findings counted by rule, severity and kind of file."""
        ...

    def accounts(self, at: datetime, *, simulated: bool = False) -> tuple[AccountSum, ...]:
        """The accounts whose period holds a moment."""
        ...

    def rates(self) -> tuple[RateRow, ...]:
        """What was last heard of every rate limit."""
        ...

    def first_and_last(self, where: Where = EVERYTHING) -> tuple[datetime, datetime] | None:
        """When the first and the last row began; None where there are none."""
        ...


class CodeHost(Protocol):
    """One repository on GitHub, or a fake of it.

    Every method raises CodeHostError: NotPermitted where the token may not, HostRefused where the request is invalid
    (422), HostUnavailable where nobody knows whether it happened (a server error, a lost connection).
    """

    def pull_request(self, number: int) -> PullRequest:
        """The facts as they are now."""
        ...

    def diff(self, number: int) -> bytes:
        """The diff's own bytes; raises DiffTooLarge where the host will not give it whole."""
        ...

    def files(self, number: int) -> tuple[ListedFile, ...]:
        """The files listing, all pages the host gives (3,000 files at most on GitHub)."""
        ...

    def text(self, path: str, sha: str) -> bytes | None:
        """A file's bytes at a commit, or None where there is no such file or it is too large to be given."""
        ...

    def own_login(self) -> str:
        """The login that this token's comments carry."""
        ...

    def may_write(self, login: str) -> bool:
        """Whether the user has write access (GitHub: write, maintain or admin)."""
        ...

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The conversation's comments, oldest first."""
        ...

    def recent_comments(self, since: datetime) -> tuple[tuple[int, PostedComment], ...]:
        """The comments in all conversations of the repository that were written or edited since then, with the number
        of what they stand on.
        """
        ...

    def reviews(self, number: int) -> tuple[PostedReview, ...]:
        """The reviews, oldest first; one's own pending review is among them."""
        ...

    def inline_comments(self, number: int) -> tuple[PostedInline, ...]:
        """All inline comments, replies included, oldest first."""
        ...

    def create_review(self, number: int, draft: ReviewDraft) -> PostedReview:
        """Post a review, whole or not at all; never retried in here."""
        ...

    def delete_pending_review(self, number: int, review_id: int) -> None:
        """Remove a review that was never submitted."""
        ...

    def create_comment(self, number: int, body: str) -> PostedComment:
        """Post on the conversation; never retried in here."""
        ...

    def edit_comment(self, comment_id: int, body: str) -> PostedComment:
        """Replace a comment's body."""
        ...

    def reply(self, number: int, comment_id: int, body: str) -> None:
        """Answer in an inline comment's thread; never retried in here."""
        ...

    def resolve_thread(self, number: int, comment_id: int) -> None:
        """Mark the thread that an inline comment began as resolved."""
        ...

    def set_status(self, sha: str, state: str, description: str) -> None:
        """Set the commit status `hunkwise` (success, failure, error or pending)."""
        ...

    def create_check(self, check: CheckDraft) -> str:
        """Create a finished check run named `hunkwise`, annotations in the host's portions; gives its URL."""
        ...

    def upload_sarif(self, sha: str, ref: str, sarif: bytes) -> None:
        """Hand a SARIF log to code scanning."""
        ...
