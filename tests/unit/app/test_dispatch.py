"""Who is asked when: leaders first, the others as soon as they can read what the leader wrote."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from bot.app.dispatch import Dispatcher, Ended
from bot.core.calls import ModelAnswer, ModelRequest
from bot.core.failure import FailureKind
from bot.errors import CallFailed
from tests.fakes import FakeClock, Vendor, a_request, an_answer

SECONDS = 20


@dataclass(frozen=True)
class AJob:
    """A job with a name."""

    name: str
    prefix: str = "model"
    cached: bool = True


def request_of(job: AJob) -> ModelRequest:
    """A request that carries its job's name."""
    return a_request(system=job.name)


@dataclass
class Stage:
    """A vendor whose every answer begins and ends at a word from the test."""

    started: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _running: int = 0
    _words: dict[str, str] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, request: ModelRequest, begun: Callable[[], None]) -> ModelAnswer:
        """Follow the words: 'begin', then 'end'; or 'fail' at any time."""
        name = request.system
        with self._changed:
            self.started.append(name)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            self._changed.notify_all()
            self._hear(name, "begin", "end", "fail")
        if self._words[name] != "fail":
            begun()
        with self._changed:
            self._hear(name, "end", "fail")
            self._running -= 1
        if self._words[name] == "fail":
            raise CallFailed(FailureKind.BAD_REQUEST, name)
        return an_answer(name)

    def say(self, word: str, *names: str) -> None:
        """Tell jobs to begin, end or fail."""
        with self._changed:
            self._words.update(dict.fromkeys(names, word))
            self._changed.notify_all()

    def wait_for(self, *names: str) -> None:
        """Wait until exactly these have been started so far, in any order."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.started) >= len(names), SECONDS)
        assert came, f"only {self.started} were started"
        assert set(self.started) == set(names)

    def _hear(self, name: str, *words: str) -> None:
        assert self._changed.wait_for(lambda: self._words.get(name) in words, SECONDS), f"nobody spoke to {name}"


@dataclass
class Play:
    """A dispatcher that runs in a thread of its own, while the test speaks to the stage."""

    dispatcher: Dispatcher[AJob]
    ended: list[Ended[AJob]] = field(default_factory=list)

    def run(self) -> None:
        """Consume everything."""
        for one in self.dispatcher.run():
            self.ended.append(one)

    @property
    def names(self) -> list[str]:
        """The jobs that are over, in the order of their end."""
        return [one.job.name for one in self.ended]


@contextmanager
def playing(stage: Stage, clock: FakeClock, *jobs: AJob, concurrency: int = 8) -> Iterator[Play]:
    """Run jobs while the block speaks; at its end everything must have come to an end."""
    play = Play(Dispatcher(jobs, request_of, stage, clock, concurrency, leader_patience=20.0))
    thread = threading.Thread(target=play.run, daemon=True)
    thread.start()
    yield play
    thread.join(SECONDS)
    assert not thread.is_alive(), f"{play.names} ended, and then nothing did"


def jobs(names: str, prefix: str = "model", *, cached: bool = True) -> list[AJob]:
    """One job for each letter."""
    return [AJob(name, prefix, cached) for name in names]


def quiet(stage: Stage, *names: str) -> None:
    """Give the dispatcher time to start more than these, and see that it does not."""
    stage.wait_for(*names)
    threading.Event().wait(0.35)
    assert set(stage.started) == set(names)


def test_the_leader_goes_alone_until_its_answer_begins() -> None:
    """Started together, each of the others would write the prefix anew and pay for it."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("abc")):
        quiet(stage, "a")
        stage.say("begin", "a")
        stage.wait_for("a", "b", "c")
        stage.say("end", "a", "b", "c")


def test_the_others_do_not_wait_for_the_leader_s_end() -> None:
    """The prefix can be read from the first event on; a long answer must not hold everybody up."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("ab")) as play:
        stage.wait_for("a")
        stage.say("begin", "a")
        stage.wait_for("a", "b")
        stage.say("end", "b")
        stage.say("end", "a")
    assert sorted(play.names) == ["a", "b"]


def test_a_failed_leader_is_succeeded_by_one() -> None:
    """Nothing was written, so the next one leads, alone again."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("abc")) as play:
        stage.wait_for("a")
        stage.say("fail", "a")
        quiet(stage, "a", "b")
        stage.say("begin", "b")
        stage.wait_for("a", "b", "c")
        stage.say("end", "b", "c")
    failures = {one.job.name: one.failure is not None for one in play.ended}
    assert failures == {"a": True, "b": False, "c": False}


def test_a_slow_leader_is_succeeded_after_its_patience() -> None:
    """A leader that hangs must not hold the run; its successor has the same time."""
    stage, clock = Stage(), FakeClock()
    with playing(stage, clock, *jobs("abc")):
        clock.sleep(19.9)
        quiet(stage, "a")
        clock.sleep(0.1)
        quiet(stage, "a", "b")
        stage.say("begin", "b")
        stage.wait_for("a", "b", "c")
        stage.say("end", "a", "b", "c")


def test_a_superseded_leader_that_fails_leaves_its_successor_in_the_lead() -> None:
    """Else a third one would write the prefix too, while the second is about to begin."""
    stage, clock = Stage(), FakeClock()
    with playing(stage, clock, *jobs("abc")):
        stage.wait_for("a")
        clock.sleep(20.0)
        stage.wait_for("a", "b")
        stage.say("fail", "a")
        quiet(stage, "a", "b")
        stage.say("end", "b", "c")


def test_each_prefix_has_a_leader_of_its_own() -> None:
    """Caches are kept apart by model and effort: the leader of one says nothing about the other."""
    stage = Stage()
    (a, b), (x, y) = jobs("ab", "one"), jobs("xy", "two")
    with playing(stage, FakeClock(), a, x, b, y):
        quiet(stage, "a", "x")
        stage.say("begin", "a")
        quiet(stage, "a", "x", "b")
        stage.say("begin", "x")
        quiet(stage, "a", "x", "b", "y")
        stage.say("end", "a", "b", "x", "y")


def test_what_matters_less_does_not_overtake() -> None:
    """While a riskier job waits for its leader, a later one could spend the budget that it needs."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("ab", "one"), *jobs("xy", cached=False)):
        quiet(stage, "a")
        stage.say("begin", "a")
        quiet(stage, "a", "b", "x", "y")
        stage.say("end", "a", "b", "x", "y")


def test_uncached_jobs_have_no_leader() -> None:
    """They neither read nor write a prefix."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("xyz", cached=False)):
        quiet(stage, "x", "y", "z")
        stage.say("end", "x", "y", "z")


def test_an_uncached_answer_warms_nothing() -> None:
    """Its first event says nothing about the prefix: it wrote none."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("x", cached=False), *jobs("ab")):
        stage.wait_for("x", "a")
        stage.say("end", "x")
        quiet(stage, "x", "a")
        stage.say("end", "a", "b")


def test_concurrency_is_a_ceiling() -> None:
    """No more at once than asked for, leaders included, and a free place is taken at once."""
    stage = Stage()
    with playing(stage, FakeClock(), *jobs("abcdef", cached=False), concurrency=2) as play:
        quiet(stage, "a", "b")
        stage.say("end", "a")
        quiet(stage, "a", "b", "c")
        stage.say("end", *"bcdef")
    assert stage.most_at_once == 2
    assert sorted(play.names) == list("abcdef")


def test_jobs_start_in_the_order_given() -> None:
    """The plan puts the riskiest first, and a budget that runs out must have bought those."""
    vendor = Vendor(lambda _: an_answer())
    dispatcher = Dispatcher(jobs("abcde"), request_of, vendor, FakeClock(), 1)
    ended = [one.job.name for one in dispatcher.run()]
    assert ended == [request.system for request in vendor.requests] == list("abcde")


def test_second_tries_go_first_and_in_their_order() -> None:
    """What is asked again was worth asking first."""
    vendor = Vendor(lambda _: an_answer())
    dispatcher = Dispatcher(jobs("abc"), request_of, vendor, FakeClock(), 1)
    ended = []
    for one in dispatcher.run():
        ended.append(one.job.name)
        if one.job.name == "a":
            dispatcher.ask_next(*jobs("xy"))
    assert ended == list("axybc")


def test_a_second_try_of_the_last_job_is_still_made() -> None:
    """The run is not over while what follows an answer can add to it."""
    dispatcher = Dispatcher(jobs("a"), request_of, Vendor(lambda _: an_answer()), FakeClock(), 1)
    ended = []
    for one in dispatcher.run():
        ended.append(one.job.name)
        if len(ended) == 1:
            dispatcher.ask_next(*jobs("x"))
    assert ended == list("ax")


def test_dropped_jobs_are_given_back_and_never_started() -> None:
    """Each of them must appear on the receipt as left out, so none may be lost."""
    vendor = Vendor(lambda _: an_answer())
    dispatcher = Dispatcher(jobs("abc"), request_of, vendor, FakeClock(), 1)
    ended, dropped = [], []
    for one in dispatcher.run():
        ended.append(one.job.name)
        dropped += dispatcher.drop_pending()
    assert ended == ["a"]
    assert [job.name for job in dropped] == ["b", "c"]
    assert len(vendor.requests) == 1


def test_winding_down_takes_what_comes_and_starts_nothing() -> None:
    """After an interrupt answers under way are taken while they come; nothing else is begun."""
    stage = Stage()
    dispatcher = Dispatcher(jobs("abc", cached=False), request_of, stage, FakeClock(), 2)
    stage.say("end", "a")
    assert next(dispatcher.run()).job.name == "a"
    stage.wait_for("a", "b")
    stage.say("end", "b")
    assert [one.job.name for one in dispatcher.wind_down(SECONDS)] == ["b"]
    assert stage.started.count("c") == 0


def test_winding_down_ends_when_its_time_is_over() -> None:
    """An answer that never comes must not keep the process alive."""
    stage, clock = Stage(), FakeClock()
    dispatcher = Dispatcher(jobs("ab", cached=False), request_of, stage, clock, 2)
    run = dispatcher.run()
    stage.say("end", "a")
    next(run)
    threading.Timer(0.1, clock.sleep, [5.0]).start()
    assert list(dispatcher.wind_down(5.0)) == []
    stage.say("end", "b")


def test_a_crash_in_a_thread_reaches_the_caller() -> None:
    """A bug that only killed its thread would leave the run waiting for ever, or silently short."""

    def crash(_: ModelRequest) -> ModelAnswer:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        list(Dispatcher(jobs("ab"), request_of, Vendor(crash), FakeClock(), 2).run())


def test_a_crash_while_a_request_is_made_reaches_the_caller_too() -> None:
    """Rendering happens in the job's own thread."""

    def cannot(_: AJob) -> ModelRequest:
        raise KeyError("a variable")

    with pytest.raises(KeyError):
        list(Dispatcher(jobs("a"), cannot, Vendor(lambda _: an_answer()), FakeClock(), 2).run())


def test_nothing_to_do_is_done_at_once() -> None:
    """An empty plan starts no thread."""
    assert list(Dispatcher([], request_of, Vendor(lambda _: an_answer()), FakeClock(), 2).run()) == []
