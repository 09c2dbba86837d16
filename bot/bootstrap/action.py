"""The GitHub Action, from its environment to its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

from bot.adapters.actions import Runner
from bot.adapters.actions_identity import JobIdentity
from bot.app.options import Mode
from bot.bootstrap.access import Access, SignIn, token_of_environment
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
        self._secrets = inputs.secrets
        self._access = Access(
            inputs.api_key,
            inputs.base_url,
            store=inputs.store,
            database_url=inputs.database_url,
            ledger=inputs.ledger,
            variable=runner.variable,
            sign_in=None if inputs.api_key else self._sign_in(),
            mask=runner.mask,
            on_a_runner=True,
        )
        self._host_access = HostAccess(
            inputs.github_token, inputs.github_api_url, inputs.repository, inputs.bot_login, inputs.state_secret
        )

    def _sign_in(self) -> SignIn | None:
        """Keyless sign-in by an identity token that the job was given, or by its own; None where it has neither."""
        inputs, variable = self._inputs, self._runner.variable
        if not inputs.federation_rule_id:
            return None
        if variable("ANTHROPIC_IDENTITY_TOKEN") or variable("ANTHROPIC_IDENTITY_TOKEN_FILE"):
            identity: Callable[[], str] = partial(token_of_environment, variable)
        elif variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
            identity = self._job_identity().token
        else:
            return None
        return SignIn(
            inputs.federation_rule_id,
            inputs.organization_id,
            identity,
            inputs.service_account_id,
            inputs.workspace_id,
        )

    def _job_identity(self) -> JobIdentity:
        return JobIdentity.of_job(self._runner.variable, self._inputs.audience, self._runner.mask)

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
        review = self._review(host, pull)
        options = build_options(self._inputs.flags, review.file)
        has_key = not self._access.is_simulated(review.chain())
        standing = self._standing(host, trigger, pull, options.events, has_key=has_key)
        verdict = decide(trigger, pull, options.events, standing)
        if isinstance(verdict, Decline):
            return self._decline(verdict)
        if not has_key:
            self._complain_of_the_key()
        found: tuple[Severity, ...] = ()
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
            receipt, delivery = done.receipt, done.delivery
            self._hand_over(receipt, delivery.page, delivery.review_url or "", delivery.summary_url or "")
            found = delivery.standing
        return exit_code(receipt, options.fail_on, options.on_incomplete, found)

    def _collect_all(self, host: CodeHost) -> int:
        """Bring in what has ended on any pull request; one that fails keeps nobody else's waiting."""
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
        if came:
            self._hand_over_all([(done.receipt, done.delivery.page) for done in came])
        elif codes:
            self._runner.add_summary("**Hunkwise failed.** Nothing could be collected; the job's log says why.")
            self._runner.set_outputs({"status": "failed"})
        else:
            waiting = counted(len(numbers), "pull request")
            self._decline(Decline(f"No batch has ended since the last look ({waiting} with something in one)."))
        return max(codes, default=EXIT_DONE)

    def _collect(self, host: CodeHost, number: int) -> Done | None:
        pull = host.pull_request(number)
        if pull.locked:
            self._runner.annotate("notice", f"#{number} is locked, so what waits there cannot be posted.")
            return None
        review = self._review(host, pull)
        if self._access.is_simulated(review.chain()):
            self._complain_of_the_key()
        return collect_one(review, self._inputs.run_id)

    def _review(self, host: CodeHost, pull: PullRequest) -> PullReview:
        """The review of a pull request; every key that it may use is masked from then on."""
        file, complaint = settings_of(host, pull, self._inputs.config)
        review = PullReview(
            host, self._host_access, self._access, pull.number, file, complaint, self._inputs.flags, self._observer
        )
        self._secrets = (*self._secrets, *self._access.secrets(review.chain()))
        for secret in self._secrets:
            self._runner.mask(secret)
        return review

    def _complain_of_the_key(self) -> NoReturn:
        if self._inputs.federation_rule_id:
            self._job_identity()  # says what the job lacks
        raise BadConfiguration(
            "There is no API key, so nothing can be reviewed.",
            next_step="Add the secret ANTHROPIC_API_KEY and pass it as the input anthropic-api-key.",
        )

    def _standing(
        self, host: CodeHost, trigger: Trigger, pull: PullRequest, rules: EventRules, *, has_key: bool
    ) -> Standing:
        """Who may write is asked only where it decides."""
        asks = trigger.event == "pull_request_target" and rules.forks == "labelled"
        return Standing(
            has_key=has_key,
            author_may_write=not asks or host.may_write(pull.author),
            sender_may_write=not asks or (bool(trigger.sender) and host.may_write(trigger.sender)),
        )

    def _decline(self, decline: Decline) -> int:
        self._runner.add_summary(f"**Hunkwise skipped this event.** {decline.why} Nothing was spent.")
        self._runner.annotate("notice", f"Skipped: {decline.why}")
        self._runner.set_outputs({"status": "skipped", "findings-count": "0", "cost-usd": "0", "total-tokens": "0"})
        return EXIT_DONE

    @property
    def _published_without(self) -> tuple[str, ...]:
        """What must not be in anything that is handed over."""
        return (*self._secrets, *self._access.heard)

    def _hand_over(self, receipt: Receipt, page: str, review_url: str, summary_url: str) -> None:
        """The step summary, the receipt as a file, the outputs."""
        self._runner.add_summary(scrub(page, self._published_without))
        path = self._write_receipt(receipt, RECEIPT_NAME)
        self._runner.set_outputs(outputs_of(receipt, review_url=review_url, summary_url=summary_url, receipt_path=path))

    def _hand_over_all(self, came: Sequence[tuple[Receipt, str]]) -> None:
        """The same for several pull requests: a page and a receipt each, and outputs that add them up."""
        paths = []
        for receipt, page in came:
            number = receipt.target.pull_request
            self._runner.add_summary(scrub(f"## #{number}\n\n{page}", self._published_without))
            paths.append(self._write_receipt(receipt, f"hunkwise-receipt-{number}.json"))
        self._runner.set_outputs(outputs_of_all([receipt for receipt, _ in came], receipt_path=paths[0]))

    def _write_receipt(self, receipt: Receipt, name: str) -> str:
        text = scrub(json.dumps(receipt_as_json(receipt), indent=2), self._published_without)
        return self._runner.write_file(name, text)
