"""What later pushes cost and say: unchanged hunks nothing, known findings nothing, the budget one for all of them."""

from __future__ import annotations

from decimal import Decimal

from bot.simulator.server import Simulator
from tests.e2e import shop
from tests.e2e.github import StandIn
from tests.e2e.github.state import JOB_TOKEN, LEAST, Token
from tests.e2e.job import Job
from tests.e2e.standing import findings, lines_now, places, remembered, replies, shown, summary

FILES = 8
PUSHES = 10


def test_a_second_push_answers_what_was_fixed_and_asks_only_about_what_changed(
    github: StandIn, claude: Simulator, job: Job
) -> None:
    """The fixed finding is answered as addressed and resolved, the other is not repeated; a closed one is declined."""
    github.git.commit("main", {".github/hunkwise.yml": b"posting: {resolve: true}\n"})
    github.state.tokens[JOB_TOKEN] = Token("github-actions[bot]", LEAST | {"contents": "write"})
    pull = github.open(
        "feature",
        {
            "cart.py": shop.module(shop.catching("discount")),
            "pay.py": shop.module(shop.comparing("parcels")),
            "tax.py": shop.module(*(shop.sound(f"rate{number}") for number in range(30))),
        },
    )
    first = job.on(pull)
    mark = shop.requests_so_far(claude)
    fixed = shop.module(shop.catching("discount").replace("except:", "except KeyError:"))
    github.git.commit("feature", {"cart.py": fixed})
    second = job.on(pull, "synchronize")

    assert second.code == 0, second.log
    assert shop.asked_about(claude, ["discount", "parcels", "rate1"], mark) == {"discount": 1}
    assert int(second.outputs["total-tokens"]) < int(first.outputs["total-tokens"])
    by_path = {one.path: one for one in findings(github, pull)}
    assert sorted(by_path) == ["cart.py", "pay.py"]
    assert [text.partition(":")[0] for text in replies(github, by_path["cart.py"])] == [
        f"Addressed in {github.state.head(pull)[:7]}"
    ]
    assert replies(github, by_path["pay.py"]) == []
    assert github.state.resolved == {by_path["cart.py"].id}
    assert second.receipt["coverage"]["reused"] == 2
    assert "pay.py" in shown(summary(github, pull).body)

    mark = shop.requests_so_far(claude)
    pull.state = "closed"
    late = job.on(pull, "synchronize")
    assert (late.code, late.outputs["status"]) == (0, "skipped"), late.log
    assert "closed" in late.summary
    assert shop.requests_so_far(claude) == mark


def test_ten_pushes_pay_once_for_each_hunk_and_say_everything_once(
    github: StandIn, claude: Simulator, job: Job
) -> None:
    """Most rewrite a function and add a file with a fault; one rebases, one is forced, one changes nothing at all."""
    names = [f"part{number}" for number in range(FILES)]
    github.git.commit(
        "main", {f"{name}.py": shop.module(shop.sound(name), shop.sound(f"{name}_old")) for name in names}
    )
    texts = {f"{name}.py": _file(name, "cart") for name in names}
    pull = github.open("feature", dict(texts))
    spent, paid_again, hunks_again = Decimal(0), 0, 0
    for push in range(PUSHES):
        if push:
            _push(github, push, texts)
        mark = shop.requests_so_far(claude)
        run = job.on(pull, "synchronize" if push else "opened")
        assert run.code == 0, run.log
        coverage, budget = run.receipt["coverage"], run.receipt["budget"]["usd"]
        assert Decimal(budget["before"]) == spent
        spent += Decimal(budget["spent"])
        if push:
            paid_again += coverage["reviewed"]
            hunks_again += coverage["hunks"]
            assert (shop.requests_so_far(claude) == mark) == (not coverage["reviewed"])

    planted = {f"{name}_old" for name in names} | {f"fault{push}" for push in range(1, PUSHES)} - _QUIET
    assert _functions_named_in(github) == planted
    assert len(places(github, pull)) == len(planted)
    assert set(lines_now(github, pull)) == {shop.BARE_EXCEPT}
    assert max(shop.asked_about(claude, planted).values()) == 1
    assert paid_again <= 0.4 * hunks_again
    assert shop.tokens_paid(claude) == remembered(summary(github, pull))["spent"][0] <= 600_000
    assert Decimal(remembered(summary(github, pull))["spent"][1]) == spent


_REBASED, _FORCED, _UNCHANGED = 4, 6, 8
_QUIET = {f"fault{_REBASED}", f"fault{_FORCED}", f"fault{_UNCHANGED}"}
"""Pushes that bring no new code, and so plant nothing."""


def _push(github: StandIn, push: int, texts: dict[str, bytes]) -> None:
    if push == _REBASED:
        github.git.commit("main", {"README.md": b"# The shop\n"})
        github.git.rebase("feature")
    elif push == _FORCED:
        github.git.reset("feature", "main")
        github.git.commit("feature", dict(texts), "All in one")
    elif push == _UNCHANGED:
        github.git.commit("feature", {}, "Run again")
    else:
        name = f"part{push % FILES}"
        texts |= {f"{name}.py": _file(name, f"basket{push}"), f"fault{push}.py": _fault(push)}
        github.git.commit("feature", dict(texts))


def _file(name: str, argument: str) -> bytes:
    """Two hunks: a function whose argument has another name, and far below one with a fault."""
    return shop.module(shop.sound(name).replace("order", argument), shop.catching(f"{name}_old"))


def _fault(push: int) -> bytes:
    return shop.module(shop.catching(f"fault{push}"))


def _functions_named_in(github: StandIn) -> set[str]:
    """The functions that inline comments stand in, by the line above the commented one at the comment's commit."""
    named = set()
    for one in github.state.inlines:
        if one.reply_to is None:
            text = github.git.ask("show", f"{one.commit}:{one.path}").decode().split("\n")
            named.add(text[one.line - 2].rpartition(".")[2])
    return named


def test_the_budget_is_one_for_the_life_of_a_pull_request(github: StandIn, claude: Simulator, job: Job) -> None:
    """Two pushes share 6,000 tokens: what does not fit is named with its price, and the server never counts more."""
    job.inputs["budget-tokens"] = "6000"
    pull = github.open("feature", {"first.py": shop.module(shop.catching("first"))})
    assert job.on(pull).outputs["status"] == "findings"
    github.git.commit("feature", {"second.py": shop.module(shop.comparing("second"))})
    run = job.on(pull, "synchronize")
    assert (run.code, run.outputs["status"]) == (3, "partial"), run.log
    budget = run.receipt["budget"]["tokens"]
    assert 0 < budget["before"] + budget["spent"] == shop.tokens_paid(claude) <= 6000
    (left,) = run.receipt["coverage"]["skipped"]
    assert (left["path"], left["reason"]) == ("second.py", "budget")
    assert Decimal(left["cost_to_review_usd"]) > 0
    assert "second.py" in shown(summary(github, pull).body)
