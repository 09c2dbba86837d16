"""A pull request on a fake host, pushed to and reviewed by hand: what the tests of posting work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.app.delivery import Delivery, PostOffice, Reviewed
from bot.app.memory import UNDER_WAY, Memory, opened, page_of, recall, settled
from bot.app.publish import publish
from bot.app.sticky import put_summary
from bot.core.budget import Amount
from bot.core.diff.model import Diff, Hunk
from bot.core.diff.read import read_diff
from bot.core.finding import Finding
from bot.core.marker import Signer
from bot.core.marks import fingerprints_in
from bot.core.posting import PostingRules
from bot.core.pull_request import PostedInline
from bot.core.receipt import Receipt, Status, TargetFacts
from bot.core.reuse import hunk_key
from bot.core.state import OpenRun
from tests.fakes import NOON, FakeClock
from tests.fakes_host import FakeCodeHost
from tests.unit.core.pushed import Hunks, diff_bytes
from tests.unit.core.report.receipts import receipt

NUMBER = 7
SPENT = Amount(1_000, Decimal("0.01"))


@dataclass
class Scene:
    """One pull request of a fake host, and the runs on it."""

    host: FakeCodeHost = field(default_factory=FakeCodeHost)
    signer: Signer = field(default_factory=lambda: Signer.from_secret("the secret of the tests", "acme/shop", NUMBER))
    clock: FakeClock = field(default_factory=FakeClock)
    rules: PostingRules = field(default_factory=PostingRules)
    secrets: Mapping[str, str] = field(default_factory=dict)
    runs: int = 0

    def push(self, files: Mapping[str, Hunks]) -> Diff:
        """Open the pull request, or push to it."""
        data = diff_bytes(files)
        self.host.push(NUMBER, data) if self.runs or self.host.calls else self.host.open(NUMBER, data)
        return self.diff()

    def diff(self) -> Diff:
        """The diff as it is now."""
        return read_diff(self.host.diff(NUMBER))

    def hunk(self, path: str, nth: int = 0) -> Hunk:
        """One hunk of the diff as it is now."""
        return next(file for file in self.diff().files if file.path == path).hunks[nth]

    def recall(self) -> Memory:
        """What earlier runs left."""
        return recall(self.host, NUMBER, self.signer, NOON)

    def reviewed(self, *findings: Finding, keys: Sequence[str] | None = None, **changes: object) -> Reviewed:
        """A run's results; everything new was reviewed unless `keys` says what was."""
        self.runs += 1
        memory, diff = self.recall(), self.diff()
        hunks = [hunk_key(hunk) for file in diff.files for hunk in file.hunks]
        fresh = [key for key in hunks if key not in memory.state.reviewed] if keys is None else keys
        head = self.host.pull_request(NUMBER).head_sha
        facts = TargetFacts("pull_request", "acme/shop", NUMBER, "a" * 40, head)
        status = Status.FINDINGS if findings else Status.CLEAN
        result: Receipt = receipt(status=status, findings=findings, target=facts, **changes)
        page = memory.summary.body if memory.summary else ""
        return Reviewed(result, diff, fresh, f"run-{self.runs}", page)

    def open_run(self, results: Reviewed) -> Memory:
        """What a session does before it spends, and when it has spent."""
        memory = self.recall()
        body = f"{UNDER_WAY}\n\n{page_of(results.page)}"
        state = opened(memory.state, OpenRun(results.run_id, SPENT, NOON))
        memory = put_summary(self.host, NUMBER, memory, body, state, self.signer, self.clock)
        return replace(memory, state=settled(state, results.run_id, SPENT))

    def publish(self, results: Reviewed, memory: Memory) -> Delivery:
        """Deliver a run's results."""
        office = PostOffice(self.host, NUMBER, self.rules, self.signer, self.scrub, self.clock)
        return publish(results, memory, office)

    def run(self, *findings: Finding, keys: Sequence[str] | None = None, **changes: object) -> Delivery:
        """A whole run that ends with these findings."""
        results = self.reviewed(*findings, keys=keys, **changes)
        return self.publish(results, self.open_run(results))

    def scrub(self, text: str) -> str:
        """Take the secrets out."""
        for secret, instead in self.secrets.items():
            text = text.replace(secret, instead)
        return text

    @property
    def inline(self) -> list[PostedInline]:
        """The bot's inline comments, without replies."""
        comments = self.host.inline_comments(NUMBER)
        return [one for one in comments if one.reply_to is None and one.author == self.host.login]

    @property
    def replies(self) -> list[PostedInline]:
        """The bot's replies."""
        return [one for one in self.host.inline_comments(NUMBER) if one.reply_to is not None]

    @property
    def summary(self) -> str:
        """The one summary comment."""
        (only,) = (one for one in self.host.comments(NUMBER) if one.author == self.host.login)
        return only.body

    def places(self, finding: Finding) -> list[str]:
        """Where a finding stands: inline, or with its text in the summary; each once for every time."""
        inline = ["inline" for one in self.inline if fingerprints_in(one.body)[:1] == [finding.fingerprint]]
        return inline + ["summary"] * self.summary.count(finding.body)
