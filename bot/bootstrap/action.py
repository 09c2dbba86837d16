"""The GitHub Action, from its environment to its exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.adapters.actions import Runner
from bot.app.options import Mode
from bot.bootstrap.desk import Access
from bot.bootstrap.pull_batches import Done, collect_one, numbers_with_intents, post_by_mode
from bot.bootstrap.pull_request import HostAccess, PullReview, code_host, settings_of
from bot.core.event import CollectAll, Decline, EventRules, NumberMissing, Standing, Trigger, decide, trigger_of
from bot.core.finding import Severity
from bot.core.outputs import outputs_of, outputs_of_all
from bot.core.pull_request import PullRequest
from bot.core.receipt import Receipt
from bot.core.redact import scrub
from bot.core.report.markdown import receipt_as_markdown
from bot.core.report.receipt_json import receipt_as_json
from bot.core.report.words import counted
from bot.core.status import EXIT_DONE, exit_code
from bot.errors import BadConfiguration, HunkwiseError
from bot.ports import CodeHost, Observer
from bot.settings.file import RepositoryFile
from bot.settings.inputs import Inputs, read_inputs
from bot.settings.load import build_options

RECEIPT_NAME = "hunkwise-receipt.json"


def run_action(environment: Mapping[str, str], observer: Observer) -> int:
    """Answer the event; gives the exit code. However it ends, the job's page says so in a sentence."""
    runner = Runner(environment)
    try:
        return _Action(runner, read_inputs(runner.input, runner.variable), observer).run()
    except HunkwiseError as error:
        sentence = f"{error.message} {error.next_step}".strip()
        runner.add_summary(f"**Hunkwise failed.** {sentence}")
        runner.annotate("error", sentence)
        runner.set_outputs({"status": "failed"})
        raise


class _Action:
    """One run of the Action."""

    def __init__(self, runner: Runner, inputs: Inputs, observer: Observer) -> None:
        self._runner = runner
        self._inputs = inputs
        self._observer = observer
        self._access = Access(inputs.api_key, inputs.base_url, store=inputs.store)
        self._host_access = HostAccess(
            inputs.github_token, inputs.github_api_url, inputs.repository, inputs.bot_login, inputs.state_secret
        )

    def run(self) -> int:
        for secret in self._inputs.secrets:
            self._runner.mask(secret)
        event = self._runner.variable("GITHUB_EVENT_NAME")
        trigger = trigger_of(event, self._runner.event(), self._inputs.pull_request, collect=self._inputs.collect)
        if isinstance(trigger, NumberMissing):
            raise BadConfiguration(f"{trigger.why}.", next_step="Give the workflow the input `pull-request`.")
        if isinstance(trigger, Decline):
            return self._decline(trigger)
        with code_host(self._host_access) as host:
            if isinstance(trigger, CollectAll):
                return self._collect_all(host)
            return self._on_pull_request(host, trigger)

    def _on_pull_request(self, host: CodeHost, trigger: Trigger) -> int:
        pull = host.pull_request(trigger.number)
        file, complaint = settings_of(host, pull, self._inputs.config)
        options = build_options(self._inputs.flags, file)
        verdict = decide(trigger, pull, options.events, self._standing(host, trigger, pull, options.events))
        if isinstance(verdict, Decline):
            return self._decline(verdict)
        self._require_key()
        review = self._review(host, pull, file, complaint)
        standing: tuple[Severity, ...] = ()
        if self._inputs.dry_run and options.mode is Mode.BATCH:
            raise BadConfiguration(
                "A dry run remembers nothing, and a batch must be remembered to be collected.",
                next_step="Leave out `dry-run`, or use the mode live.",
            )
        if self._inputs.dry_run:
            receipt = review.look(review.plan())
            self._hand_over(receipt, receipt_as_markdown(receipt), "", "")
        else:
            done = post_by_mode(review, self._inputs.run_id)
            receipt = done.receipt
            self._hand_over(
                receipt, done.delivery.page, done.delivery.review_url or "", done.delivery.summary_url or ""
            )
            standing = done.delivery.standing
        return exit_code(receipt, options.fail_on, options.on_incomplete, standing)

    def _collect_all(self, host: CodeHost) -> int:
        """Bring in what has ended on any pull request; one that fails keeps nobody else's waiting."""
        self._require_key()
        numbers = numbers_with_intents(host, datetime.now(UTC))
        codes, came = [], []
        for number in numbers:
            try:
                done = self._collect(host, number)
            except HunkwiseError as error:
                self._runner.annotate("error", f"#{number}: {error.message} {error.next_step}".strip())
                codes.append(error.exit_code)
                continue
            if done is not None:
                came.append(done)
                options = done.plan.options
                codes.append(exit_code(done.receipt, options.fail_on, options.on_incomplete, done.delivery.standing))
        if not came:
            why = f"{counted(len(numbers), 'pull request')} wait in batches; nothing has come in since the last look."
            self._decline(Decline(why))
        else:
            self._hand_over_all([(done.receipt, done.delivery.page) for done in came])
        return max(codes, default=EXIT_DONE)

    def _collect(self, host: CodeHost, number: int) -> Done | None:
        pull = host.pull_request(number)
        file, complaint = settings_of(host, pull, self._inputs.config)
        return collect_one(self._review(host, pull, file, complaint), self._inputs.run_id)

    def _review(self, host: CodeHost, pull: PullRequest, file: RepositoryFile, complaint: str) -> PullReview:
        return PullReview(
            host, self._host_access, self._access, pull.number, file, complaint, self._inputs.flags, self._observer
        )

    def _require_key(self) -> None:
        if self._access.simulated:
            raise BadConfiguration(
                "There is no API key, so nothing can be reviewed.",
                next_step="Add the secret ANTHROPIC_API_KEY and pass it as the input anthropic-api-key.",
            )

    def _standing(self, host: CodeHost, trigger: Trigger, pull: PullRequest, rules: EventRules) -> Standing:
        """Who may write is asked only where it decides."""
        asks = trigger.event == "pull_request_target" and rules.forks == "labelled"
        return Standing(
            has_key=not self._access.simulated,
            author_may_write=not asks or host.may_write(pull.author),
            sender_may_write=not asks or (bool(trigger.sender) and host.may_write(trigger.sender)),
        )

    def _decline(self, decline: Decline) -> int:
        self._runner.add_summary(f"**Hunkwise skipped this event.** {decline.why} Nothing was spent.")
        self._runner.annotate("notice", f"Skipped: {decline.why}")
        self._runner.set_outputs({"status": "skipped", "findings-count": "0", "cost-usd": "0", "total-tokens": "0"})
        return EXIT_DONE

    def _hand_over(self, receipt: Receipt, page: str, review_url: str, summary_url: str) -> None:
        """The step summary, the receipt as a file, the outputs."""
        self._runner.add_summary(scrub(page, self._inputs.secrets))
        path = self._write_receipt(receipt, RECEIPT_NAME)
        self._runner.set_outputs(outputs_of(receipt, review_url=review_url, summary_url=summary_url, receipt_path=path))

    def _hand_over_all(self, came: Sequence[tuple[Receipt, str]]) -> None:
        """The same for several pull requests: a page and a receipt each, and outputs that add them up."""
        paths = []
        for receipt, page in came:
            number = receipt.target.pull_request
            self._runner.add_summary(scrub(f"## #{number}\n\n{page}", self._inputs.secrets))
            paths.append(self._write_receipt(receipt, f"hunkwise-receipt-{number}.json"))
        self._runner.set_outputs(outputs_of_all([receipt for receipt, _ in came], receipt_path=paths[0]))

    def _write_receipt(self, receipt: Receipt, name: str) -> str:
        text = scrub(json.dumps(receipt_as_json(receipt), indent=2), self._inputs.secrets)
        return self._runner.write_file(name, text)
