"""A second look at findings: it takes away and lowers, and what it cannot reach stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.app.prepare import prepare
from bot.app.retry import RetryPolicy
from bot.app.review import review
from bot.app.target import Target
from bot.core.budget import Amount
from bot.core.calls import Feature, ModelAnswer, ModelRequest, Outcome
from bot.core.choose import RequestSizes
from bot.core.claims import MOST_CLAIMS
from bot.core.failure import FailureKind
from bot.core.finding import Severity
from bot.core.receipt import Receipt, Status, TargetFacts
from bot.core.route import Routing
from bot.core.status import exit_code
from bot.core.verify import Verify
from bot.errors import CallFailed
from tests.fakes import FakeClock, KeptAnswers, Vendor
from tests.unit.app.runs import STRONG, Room, Slow, a_change, a_finding, said, some_options
from tests.unit.core.changes import diff, hunk, modified
from tests.unit.core.prompt.prompts import TEMPLATES

Act = Callable[[ModelRequest], ModelAnswer]
ALL_IN_ONE = RequestSizes()


def options(verify: Verify = Verify.ALL, **changes: Any) -> Any:
    """Everything on the standard model, then a second look."""
    return some_options(**{"verify": verify, "sizes": ALL_IN_ONE, **changes})


def found(part: int, **changes: Any) -> dict[str, Any]:
    """A finding in that file of a change."""
    return a_finding(f"src/part{part:03}.py", 11, f"marker_{part:04} = os.getcwd()", **changes)


def looks(first: Act, second: Act) -> Vendor:
    """A vendor that answers reviews with the first and verifications with the second."""
    return Vendor(lambda request: (second if request.purpose.feature is Feature.VERIFY else first)(request))


def claims_in(request: ModelRequest) -> list[dict[str, Any]]:
    """What a request puts before the model beside hunks."""
    return [json.loads(line) for line in request.hunks[-1].split("\n")[2:] if line]


def upheld(*places: tuple[str, int], **changes: Any) -> Act:
    """Uphold the claims that stand there, with other words."""

    def act(request: ModelRequest) -> ModelAnswer:
        standing = [one for one in claims_in(request) if (one["path"], one["line"]) in places]
        return said(
            *({**one, "end_line": None, "suggestion": None, "body": "It holds.", **changes} for one in standing)
        )

    return act


def seconds(vendor: Vendor) -> list[ModelRequest]:
    """The requests for a second look."""
    return [one for one in vendor.requests if one.purpose.feature is Feature.VERIFY]


def test_what_is_not_upheld_is_dropped_and_counted() -> None:
    """A note says how many of how many; what stands keeps its words."""
    first = said(*(found(part) for part in range(3)))
    receipt = Room(looks(lambda _: first, upheld(("src/part001.py", 11)))).review(a_change(3), options())
    assert [one.path for one in receipt.findings] == ["src/part001.py"]
    assert receipt.findings[0].body == "It fails where the folder was deleted."
    assert "Verification dropped 2 of 3 findings." in receipt.notes
    assert (receipt.coverage.reviewed, receipt.status) == (3, Status.FINDINGS)
    assert {call.feature.value for call in receipt.calls} == {"review", "verify"}


def test_nothing_upheld_is_clean() -> None:
    """The run found nothing that stands."""
    receipt = Room(looks(lambda _: said(found(0)), lambda _: said())).review(a_change(1), options())
    assert (receipt.status, receipt.findings) == (Status.CLEAN, ())


def test_a_lowered_finding_is_shown_lower() -> None:
    """And falls below the threshold of what is shown where it is too unsure."""
    first = said(found(0), found(1))
    lower = upheld(("src/part000.py", 11), ("src/part001.py", 11), severity="warning", confidence=0.7)
    receipt = Room(looks(lambda _: first, lower)).review(a_change(2), options())
    assert [(one.severity, one.confidence) for one in receipt.findings] == [(Severity.WARNING, 0.7)] * 2
    assert "Verification lowered 2 of 2 findings." in receipt.notes
    unsure = upheld(("src/part000.py", 11), confidence=0.2)
    assert Room(looks(lambda _: first, unsure)).review(a_change(2), options()).findings == ()


def test_nothing_can_be_added() -> None:
    """Whatever the answer holds, its own findings are not looked at."""
    extra = said(found(0), found(1), a_finding("nowhere.py", 1, "x"), found(0, severity="error", category="security"))
    receipt = Room(looks(lambda _: said(found(0, severity="warning")), lambda _: extra)).review(a_change(2), options())
    assert [(one.path, one.severity) for one in receipt.findings] == [("src/part000.py", Severity.WARNING)]
    assert (receipt.unplaced, receipt.status) == ((), Status.FINDINGS)


def test_only_errors_where_only_errors_are_asked_for() -> None:
    """The others stand without a second look."""
    vendor = looks(lambda _: said(found(0), found(1, severity="warning")), lambda _: said())
    receipt = Room(vendor).review(a_change(2), options(Verify.ERRORS))
    assert [claim["severity"] for one in seconds(vendor) for claim in claims_in(one)] == ["error"]
    assert [one.severity for one in receipt.findings] == [Severity.WARNING]


def test_no_findings_are_no_second_look() -> None:
    """Nor are those that would not be shown."""
    vendor = looks(lambda _: said(found(0, confidence=0.3)), lambda _: said())
    receipt = Room(vendor).review(a_change(1), options())
    assert seconds(vendor) == []
    assert not any("erif" in note for note in receipt.notes)


def test_a_file_is_one_request_to_the_strong_model_with_all_its_hunks() -> None:
    """Its findings together, its other hunks as context."""
    file = modified("a.py", *(hunk("a.py", f"+value_{n} = f()", at=10 + 50 * n) for n in range(4)))
    change = diff(file, modified("b.py", hunk("b.py", "+other_b = g()")))
    first = said(a_finding("a.py", 10, "value_0 = f()"), a_finding("a.py", 110, "value_2 = f()"))
    vendor = looks(lambda _: first, lambda _: said())
    Room(vendor).review(change, options())
    (second,) = seconds(vendor)
    assert (second.model, len(second.hunks), second.purpose.hunks) == (STRONG, 5, 4)
    assert [claim["line"] for claim in claims_in(second)] == [10, 110]


def test_a_second_look_sees_more_of_the_file() -> None:
    """The code around the hunk, far beyond what the review was shown, and fenced like all of it."""
    body = "\n".join(f"    step_{n} = prepare(step_{n - 1}, number={n})" for n in range(1, 90))
    text = f"def work(step_0):\n{body}\n    return step_89\n"
    rows = text.split("\n")
    change = diff(modified("a.py", hunk("a.py", f" {rows[43]}", f"+{rows[44]}", f" {rows[45]}", at=44)))

    class Head:
        def text(self, path: str) -> bytes | None:
            return text.encode() if path == "a.py" else None

    vendor = looks(lambda _: said(a_finding("a.py", 45, rows[44].strip())), lambda _: said())
    target = Target(TargetFacts("diff"), change, head=Head())
    assert prepare(target, options(context_tokens=0), TEMPLATES).wider == {}
    plan = prepare(target, options(), TEMPLATES)
    receipt = review(plan, options(), TEMPLATES, Room(vendor).desk(), Amount())
    assert receipt.bill.requests == 2
    first, second = vendor.requests
    assert "step_10 = " not in first.hunks[0]
    assert "step_10 = " in second.hunks[0]
    assert len(second.hunks[0]) > 2 * len(first.hunks[0])


def test_secrets_are_not_verified() -> None:
    """Nobody is asked about what Hunkwise saw by itself, and nobody can take it away."""
    key = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    vendor = looks(lambda _: said(), lambda _: said())
    receipt = Room(vendor).review(diff(modified("a.py", hunk("a.py", f'+TOKEN = "{key}"'))), options())
    assert ([one.category for one in receipt.findings], seconds(vendor)) == (["secret"], [])


@pytest.mark.parametrize(
    "kind", [kind for kind in FailureKind if kind not in {FailureKind.STOPPED, FailureKind.DEADLINE}]
)
def test_where_it_cannot_run_the_findings_stay(kind: FailureKind) -> None:
    """With a note that says why."""

    def fail(_: ModelRequest) -> ModelAnswer:
        raise CallFailed(kind, "so it is")

    receipt = Room(looks(lambda _: said(found(0), found(1)), fail)).review(
        a_change(2), options(retry=RetryPolicy(attempts=1))
    )
    assert len(receipt.findings) == 2
    assert any(note.startswith("2 findings could not be verified") for note in receipt.notes)
    assert receipt.status is Status.FINDINGS


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSEABLE])
def test_a_useless_second_look_drops_nothing(outcome: Outcome) -> None:
    """An answer that cannot be read upholds nothing and refutes nothing."""
    receipt = Room(looks(lambda _: said(found(0)), lambda _: said(outcome=outcome))).review(a_change(1), options())
    assert len(receipt.findings) == 1
    assert any("could not be verified" in note for note in receipt.notes)


def test_a_half_without_findings_is_not_asked_about_again() -> None:
    """The context was there for the findings alone."""
    file = modified("a.py", *(hunk("a.py", f"+value_{n} = f()", at=10 + 50 * n) for n in range(4)))
    cut = said(outcome=Outcome.TRUNCATED)
    vendor = looks(
        lambda _: said(a_finding("a.py", 10, "value_0 = f()")),
        lambda request: cut if len(request.hunks) > 3 else upheld(("a.py", 10))(request),
    )
    receipt = Room(vendor).review(diff(file), options())
    assert [len(one.hunks) for one in seconds(vendor)] == [5, 3]
    assert len(receipt.findings) == 1


def test_more_findings_than_a_request_takes_stand_unverified() -> None:
    """The gravest are looked at; a note counts the others."""
    rows = MOST_CLAIMS + 5
    first = said(*(a_finding("src/part000.py", 11 + n, f"marker_{n:04} = os.getcwd()") for n in range(rows)))
    receipt = Room(looks(lambda _: first, lambda _: said())).review(a_change(1, rows=rows), options())
    assert len(receipt.findings) == 5
    assert f"Verification dropped {MOST_CLAIMS} of {MOST_CLAIMS} findings." in receipt.notes
    assert any(note.startswith("5 findings could not be verified") for note in receipt.notes)


def test_an_interrupt_leaves_the_findings_standing() -> None:
    """All hunks were reviewed; the exit code alone says that somebody ended the run."""

    def interrupt(_: ModelRequest) -> ModelAnswer:
        raise KeyboardInterrupt

    receipt = Room(looks(lambda _: said(found(0)), interrupt), clock=Slow()).review(a_change(1), options())
    assert (len(receipt.findings), receipt.coverage.skipped) == (1, ())
    assert exit_code(receipt, None, "warn") == 130
    assert any("could not be verified" in note for note in receipt.notes)


def test_a_deadline_leaves_the_findings_standing() -> None:
    """It comes after the last hunk, so nothing is left out, and nothing more is asked."""
    clock = FakeClock()

    def slow(_: ModelRequest) -> ModelAnswer:
        clock.sleep(40)
        return said(found(0))

    receipt = Room(looks(slow, lambda _: said()), clock=clock).review(a_change(1), options(run_seconds=30))
    assert (len(receipt.findings), len(receipt.calls)) == (1, 1)
    assert any("deadline" in note for note in receipt.notes)


def test_a_paid_second_look_is_not_bought_twice() -> None:
    """It is an answer like every other."""
    kept = KeptAnswers()
    vendor = looks(lambda _: said(found(0), found(1)), upheld(("src/part000.py", 11)))
    first = Room(vendor, answers=kept).review(a_change(2), options())
    vendor.requests.clear()
    second = Room(vendor, answers=kept).review(a_change(2), options())
    assert (vendor.requests, second.findings) == ([], first.findings)


def test_both_looks_share_one_prompt() -> None:
    """Where the strong model reviewed too, the second look reads its prefix from the cache."""
    vendor = looks(lambda _: said(found(0)), lambda _: said())
    Room(vendor).review(a_change(1), options())
    assert len({(one.system, one.facts) for one in vendor.requests}) == 1


def test_a_confirmed_draft_can_be_verified_too() -> None:
    """Three looks, each on the receipt."""
    vendor = looks(lambda _: said(found(0)), upheld(("src/part000.py", 11)))
    receipt: Receipt = Room(vendor).review(a_change(1), options(routing=Routing.CASCADE))
    assert [call.feature.value for call in receipt.calls] == ["draft", "confirm", "verify"]
    assert len(receipt.findings) == 1
    assert "Verification upheld all 1 finding." in receipt.notes
