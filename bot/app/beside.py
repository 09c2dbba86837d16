"""What can stand beside a review: a check run with annotations, a commit status as a gate, SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.core.diff.model import Side
from bot.core.finding import Finding, Severity
from bot.core.posting import PostingRules
from bot.core.pull_request import Annotation, CheckDraft, PullRequest
from bot.core.receipt import Receipt, Status
from bot.core.report.sarif import sarif_log
from bot.core.report.words import headline
from bot.errors import CodeHostError
from bot.ports import CodeHost

_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.INFO: "notice"}
_CONCLUSIONS = {
    Status.CLEAN: "success",
    Status.FINDINGS: "neutral",
    Status.PARTIAL: "neutral",
    Status.FAILED: "failure",
    Status.SKIPPED: "neutral",
}
_STATUS_CHARACTERS = 140


def post_beside(
    host: CodeHost, pull: PullRequest, receipt: Receipt, rules: PostingRules, *, gate: bool, version: str
) -> tuple[str, ...]:
    """Post what the rules ask for; gives a sentence for each that could not be. `gate` is False where --fail-on or
    an incomplete review fails the run: then check and status fail as well.
    """
    problems = []
    if rules.check_run:
        problems.append(_try("the check run", lambda: host.create_check(_check(pull, receipt, gate=gate))))
    if rules.commit_status:
        state = "success" if gate else "failure"
        problems.append(
            _try(
                "the commit status",
                lambda: host.set_status(pull.head_sha, state, headline(receipt)[:_STATUS_CHARACTERS]),
            )
        )
    if rules.upload_sarif:
        log = json.dumps(sarif_log(receipt, version)).encode()
        ref = f"refs/pull/{pull.number}/head"
        problems.append(_try("the SARIF log", lambda: host.upload_sarif(pull.head_sha, ref, log)))
    return tuple(problem for problem in problems if problem)


def _try(what: str, post: Callable[[], object]) -> str:
    try:
        post()
    except CodeHostError as error:
        return f"Could not post {what}: {error.message}"
    return ""


def _check(pull: PullRequest, receipt: Receipt, *, gate: bool) -> CheckDraft:
    return CheckDraft(
        commit_sha=pull.head_sha,
        conclusion=_CONCLUSIONS[receipt.status] if gate else "failure",
        title=headline(receipt)[:_STATUS_CHARACTERS],
        summary=headline(receipt),
        annotations=tuple(_annotation(finding) for finding in receipt.findings if finding.side is Side.RIGHT),
    )


def _annotation(finding: Finding) -> Annotation:
    first = finding.line if finding.start_line is None else finding.start_line
    return Annotation(finding.path, first, finding.line, _LEVELS[finding.severity], finding.title, finding.body)
