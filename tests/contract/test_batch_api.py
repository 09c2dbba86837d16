"""What every BatchApi keeps to: the fake that other tests use, and the real adapter against the stand-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters.anthropic import Access, ClaudeApi
from bot.adapters.clock import SystemClock
from bot.core.answer import REVIEW
from bot.core.calls import Outcome
from bot.core.failure import FailureKind
from bot.core.message_batch import Ending
from bot.errors import CallFailed
from bot.ports import BatchApi
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.fakes import PRICES, FakeClock, a_request, an_answer
from tests.fakes_batches import FakeBatches

REQUEST = a_request(
    model="claude-haiku-5-5",
    system="You review code.",
    facts="One file changed.",
    hunks=("10 +x = 1",),
    contract=REVIEW,
    max_tokens=1_000,
    thinking="disabled",
    effort="low",
)
LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
FATES = {Ending.SUCCEEDED: "ok", Ending.ERRORED: "errored", Ending.EXPIRED: "expired", Ending.CANCELED: "canceled"}


@contextmanager
def fake(endings: list[Ending], *, ends: bool = True) -> Iterator[BatchApi]:
    """The fake."""
    due = dict(zip("abcdef", endings, strict=False))
    yield FakeBatches(
        FakeClock(),
        PRICES,
        takes=timedelta(0) if ends else timedelta(hours=1),
        answer=lambda _: an_answer(),
        endings=lambda name, _: due.get(name, Ending.SUCCEEDED),
    )


def batches_of(api: ClaudeApi) -> BatchApi:
    """The batches of a key."""
    batches = api.batches()
    assert batches is not None
    return batches


@contextmanager
def real(endings: list[Ending], *, ends: bool = True) -> Iterator[BatchApi]:
    """The adapter."""
    script = tuple(FATES[ending] for ending in endings)
    options = SimulatorOptions(batch_script=script, batch_delay_s=0.0 if ends else 3_600.0)
    stop = threading.Event()
    with Simulator(options) as simulator:
        api = ClaudeApi(Access("key", simulator.base_url), SystemClock(stop), stop)
        try:
            yield batches_of(api)
        finally:
            api.close()


Making = Callable[..., AbstractContextManager[BatchApi]]


@pytest.fixture(params=[fake, real], ids=["fake", "real"])
def making(request: pytest.FixtureRequest) -> Making:
    """A way to make one; `endings` are those of the first requests."""
    made: Making = request.param
    return made


def failure(ask: Callable[[], object]) -> FailureKind:
    """How asking failed."""
    with pytest.raises(CallFailed) as failed:
        ask()
    return failed.value.kind


def test_what_is_handed_in_comes_back_by_name(making: Making) -> None:
    """Each request's result carries its id, its ending and, where it succeeded, an answer with its usage."""
    with making([Ending.SUCCEEDED, Ending.ERRORED, Ending.EXPIRED]) as api:
        batch = api.create([(name, REQUEST) for name in "abc"])
        assert api.look(batch.id).ended
        results = {one.custom_id: one for one in api.results(batch.id)}
        assert {name: one.ending for name, one in results.items()} == {
            "a": Ending.SUCCEEDED,
            "b": Ending.ERRORED,
            "c": Ending.EXPIRED,
        }
        answer = results["a"].answer
        assert answer is not None
        assert answer.outcome is Outcome.ANSWERED
        assert answer.usage.input_tokens > 0
        assert answer.usage.output_tokens > 0
        assert results["b"].answer is results["c"].answer is None
        assert results["b"].detail
        assert not results["b"].invalid
        assert [one.custom_id for one in api.results(batch.id)] == list(results), "results stay, and stay as they are"
        assert api.first_id(batch.id) in set("abc")


def test_batches_are_listed_newest_first(making: Making) -> None:
    """A batch whose answer was lost is found again by listing, which does not say whose it is."""
    with making([]) as api:
        made = [api.create([(name, REQUEST)]).id for name in "abc"]
        assert [one.id for one in api.created_since(LONG_AGO)] == made[::-1]
        assert all(one.custom_id is None for one in api.created_since(LONG_AGO))
        assert api.created_since(LONG_AGO.replace(year=2100)) == ()


def test_a_batch_at_work_shows_nothing(making: Making) -> None:
    """Before its end it has no results; when it is cancelled, it has, and nothing of it was answered."""
    with making([], ends=False) as api:
        batch = api.create([("a", REQUEST), ("b", REQUEST)])
        assert not api.look(batch.id).ended
        assert failure(lambda: list(api.results(batch.id))) is FailureKind.NOT_FOUND
        api.cancel(batch.id)
        assert api.look(batch.id).ended
        assert {one.ending for one in api.results(batch.id)} == {Ending.CANCELED}


def test_a_batch_that_is_not_there(making: Making) -> None:
    """It is said as what it is, and the first id of its results is none."""
    with making([]) as api:
        assert failure(lambda: api.look("msgbatch_none")) is FailureKind.NOT_FOUND
        assert failure(lambda: list(api.results("msgbatch_none"))) is FailureKind.NOT_FOUND


def test_a_request_that_is_wrong_is_named_as_such() -> None:
    """A second attempt would fail as well, so its result says that the request was invalid."""
    with real([]) as api:
        batch = api.create([("good", REQUEST), ("bad", replace(REQUEST, thinking="sideways"))])
        assert api.look(batch.id).ended
        results = {one.custom_id: one for one in api.results(batch.id)}
        assert results["good"].ending is Ending.SUCCEEDED
        assert results["bad"].ending is Ending.ERRORED
        assert results["bad"].invalid


def test_a_gateway_without_batches() -> None:
    """What knows no such address is a NOT_FOUND, and the caller asks live."""
    options = SimulatorOptions(script=("create/404",))
    stop = threading.Event()
    with Simulator(options) as simulator:
        api = ClaudeApi(Access("key", simulator.base_url), SystemClock(stop), stop)
        assert failure(lambda: batches_of(api).create([("a", REQUEST)])) is FailureKind.NOT_FOUND
        api.close()
