"""What every Provider keeps to, tested on the fake that other tests use and on the real adapter against the stand-in.

The stand-in speaks HTTP and is reached through the real SDK; where an ending is not among its faults, a socket says
exactly the bytes that a broken gateway would.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace

import pytest

from bot.adapters.anthropic import Access, ClaudeApi, Federation
from bot.adapters.clock import SystemClock
from bot.core.answer import REVIEW
from bot.core.calls import ModelAnswer, ModelRequest, Outcome
from bot.core.chain import ProviderKind
from bot.core.failure import FailureKind
from bot.core.usage import Usage
from bot.errors import BadConfiguration, CallFailed
from bot.ports import Provider
from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.fakes import ScriptedVendor, a_request
from tests.unit.simulator.test_oauth import ORGANIZATION, identity_token

SHORT_SILENCE = 0.3
LONG_SILENCE = 20.0

ENDINGS: dict[str, Outcome | FailureKind] = {
    "ok": Outcome.ANSWERED,
    "truncate": Outcome.TRUNCATED,
    "refuse": Outcome.REFUSED,
    "garble": Outcome.ANSWERED,
    "429:3": FailureKind.RATE_LIMITED,
    "ramp:2": FailureKind.RATE_LIMITED,
    "529": FailureKind.OVERLOADED,
    "503": FailureKind.OVERLOADED,
    "500": FailureKind.SERVER_ERROR,
    "502": FailureKind.GATEWAY_ERROR,
    "504": FailureKind.GATEWAY_ERROR,
    "spend-cap": FailureKind.SPEND_LIMIT,
    "contract-cap": FailureKind.SPEND_LIMIT,
    "usage-limit": FailureKind.SPEND_LIMIT,
    "402": FailureKind.UNPAID,
    "403": FailureKind.NOT_PERMITTED,
    "reset": FailureKind.CONNECTION_LOST,
    "cut": FailureKind.CONNECTION_LOST,
    "hang": FailureKind.TIMED_OUT,
    "stall": FailureKind.TIMED_OUT,
    "stream-error": FailureKind.BROKEN_STREAM,
}
BEGINS = {"ok", "truncate", "refuse", "garble", "cut", "stall", "stream-error"}
SILENT = set(ENDINGS) - BEGINS
QUIET = {"hang", "stall"}
MAY_BE_LOST = {"cut"}
"""A reset may overtake what was sent before it, so the first event need not have arrived."""

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


@contextmanager
def api(base_url: str, *, silence: float = LONG_SILENCE, stop: threading.Event | None = None) -> Iterator[ClaudeApi]:
    """The real adapter, reaching for an address."""
    stop = stop or threading.Event()
    provider = ClaudeApi(Access("key", base_url, silence), SystemClock(stop), stop)
    try:
        yield provider
    finally:
        provider.close()


MODELS = {
    ProviderKind.BEDROCK: "eu.anthropic.claude-haiku-5-5",
    ProviderKind.MANTLE: "anthropic.claude-haiku-5-5",
    ProviderKind.VERTEX: "claude-haiku-5-5",
}
PATHS = {ProviderKind.BEDROCK: "", ProviderKind.MANTLE: "/anthropic", ProviderKind.VERTEX: "/v1"}
SAID_OTHERWISE = {
    (ProviderKind.VERTEX, "spend-cap"): FailureKind.UNPAID,
    (ProviderKind.VERTEX, "contract-cap"): FailureKind.UNPAID,
}
"""Google has no word for a spend limit, and says that billing is off; either stops the run."""


@contextmanager
def platform(
    kind: ProviderKind, base_url: str, *, silence: float = LONG_SILENCE, stop: threading.Event | None = None
) -> Iterator[ClaudeApi]:
    """The real adapter, as it reaches for another platform at an address of the stand-in."""
    stop = stop or threading.Event()
    access = Access("key", base_url + PATHS[kind], silence, kind, region="eu-west-1", project="p")
    provider = ClaudeApi(access, SystemClock(stop), stop)
    try:
        yield provider
    finally:
        provider.close()


@pytest.mark.parametrize("word", ENDINGS)
@pytest.mark.parametrize("kind", MODELS)
def test_every_platform_ends_as_the_api_does(kind: ProviderKind, word: str) -> None:
    """Other paths, other framing, other names for errors: the same kinds of ending, so the same that follows."""
    silence = SHORT_SILENCE if word in QUIET else LONG_SILENCE
    with (
        Simulator(SimulatorOptions(script=(word,))) as simulator,
        platform(kind, simulator.base_url, silence=silence) as provider,
    ):
        ending, begun = ended(provider, replace(REQUEST, model=MODELS[kind]))
    expected = SAID_OTHERWISE.get((kind, word), ENDINGS[word])
    assert (ending.outcome if isinstance(ending, ModelAnswer) else ending.kind) is expected
    if word not in MAY_BE_LOST:
        assert begun == (word in BEGINS)
    if isinstance(ending, ModelAnswer):
        assert ending.usage.total_tokens > 0
        assert ending.request_id


@pytest.mark.parametrize("kind", MODELS)
def test_every_platform_s_usage_is_its_own_to_the_token(kind: ProviderKind) -> None:
    """The cache is written once and read, and the account's charge is what the answers say."""
    request = replace(REQUEST, model=MODELS[kind], system="Rules. " * 500, facts="Facts. " * 100, cache_ttl="5m")
    with Simulator() as simulator, platform(kind, simulator.base_url) as provider:
        answers = [provider.ask(replace(request, hunks=(f"{n} +x",)), lambda: None) for n in (1, 2)]
        charged = simulator.totals["by_platform"][kind.value]["delivered"]
    total = sum((answer.usage for answer in answers), Usage())
    assert {name: getattr(total, name) for name in charged if hasattr(total, name)} == {
        name: value for name, value in charged.items() if hasattr(total, name)
    }
    assert answers[0].usage.cache_write_5m_tokens == answers[1].usage.cache_read_tokens > 0


@pytest.mark.parametrize("kind", MODELS)
def test_no_platform_is_asked_what_only_the_api_answers(kind: ProviderKind) -> None:
    """A field that it does not know may be refused, and the request with it."""
    options = SimulatorOptions(keep_bodies=True)
    with Simulator(options) as simulator, platform(kind, simulator.base_url) as provider:
        answer, _ = ended(provider, replace(REQUEST, model=MODELS[kind], diagnosed=True, previous_message_id="msg_1"))
        assert isinstance(answer, ModelAnswer)
        assert b"diagnostics" not in (simulator.log[0].body or b"")


@pytest.mark.parametrize(
    ("kind", "counts"), [(ProviderKind.BEDROCK, False), (ProviderKind.MANTLE, True), (ProviderKind.VERTEX, True)]
)
def test_a_platform_counts_or_says_that_it_does_not(kind: ProviderKind, *, counts: bool) -> None:
    """Bedrock has no such endpoint; a bound by bytes does there."""
    with Simulator() as simulator, platform(kind, simulator.base_url) as provider:
        counted = provider.count(replace(REQUEST, model=MODELS[kind]))
    assert (counted is not None) == counts


@pytest.mark.parametrize("kind", MODELS)
def test_a_platform_s_model_that_is_none_is_not_found(kind: ProviderKind) -> None:
    """Which sends the request elsewhere, and no other of that model there."""
    with Simulator() as simulator, platform(kind, simulator.base_url) as provider:
        failed, _ = ended(provider, replace(REQUEST, model=MODELS[kind].replace("haiku", "haikai")))
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NOT_FOUND


def test_a_broken_frame_is_a_broken_stream() -> None:
    """Amazon's frames carry checksums; a gateway's page in their place has none."""
    response = plain("200 OK", "application/vnd.amazon.eventstream", b"<html>sorry</html>" * 10)
    with Saying(response).serving() as url, platform(ProviderKind.BEDROCK, url) as provider:
        failed, _ = ended(provider, replace(REQUEST, model=MODELS[ProviderKind.BEDROCK]))
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.BROKEN_STREAM


@pytest.mark.parametrize("kind", [ProviderKind.BEDROCK, ProviderKind.MANTLE, ProviderKind.VERTEX])
def test_a_platform_without_credentials_is_not_permitted(kind: ProviderKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent, and the run goes on elsewhere."""
    for name in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": "nowhere",
        "AWS_CONFIG_FILE": "nowhere",
        "NO_GCE_CHECK": "true",
        "CLOUDSDK_CONFIG": "nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    with Simulator() as simulator:
        access = Access("", simulator.base_url + PATHS[kind], kind=kind, region="eu-west-1", project="p")
        provider = ClaudeApi(access, SystemClock(threading.Event()), threading.Event())
        failed, _ = ended(provider, replace(REQUEST, model=MODELS[kind]))
        provider.close()
        assert simulator.log == ()
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NOT_PERMITTED
    assert "could not sign in" in failed.message


@pytest.mark.parametrize(
    ("access", "word"),
    [
        (Access("key", kind=ProviderKind.BEDROCK), "no region"),
        (Access("key", kind=ProviderKind.MANTLE), "no region"),
        (Access("key", kind=ProviderKind.VERTEX), "no project"),
    ],
)
def test_what_a_platform_cannot_do_without_is_asked_for_first(access: Access, word: str) -> None:
    """Before anything is spent."""
    with pytest.raises(BadConfiguration, match=word):
        ClaudeApi(access, SystemClock(threading.Event()), threading.Event())


@pytest.mark.parametrize(("kind", "extra"), [(ProviderKind.BEDROCK, "bedrock"), (ProviderKind.VERTEX, "vertex")])
def test_a_library_that_is_missing_is_named_with_its_command(
    kind: ProviderKind, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are extras: most never need them."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadConfiguration) as missing:
        ClaudeApi(
            Access("", kind=kind, region="eu-west-1", project="p"), SystemClock(threading.Event()), threading.Event()
        )
    assert f"pip install 'hunkwise[{extra}]'" in missing.value.next_step


@contextmanager
def signed_in(identity: Callable[[], str], base_url: str, heard: list[str]) -> Iterator[ClaudeApi]:
    """The adapter without a key."""
    federation = Federation("fdrl_1", ORGANIZATION, identity, on_secret=heard.append)
    provider = ClaudeApi(Access("", base_url, federation=federation), SystemClock(threading.Event()), threading.Event())
    try:
        yield provider
    finally:
        provider.close()


def test_an_identity_token_does_for_a_key() -> None:
    """It is exchanged once, what it is exchanged for is announced to be masked, and requests go with that."""
    heard: list[str] = []
    with (
        Simulator(SimulatorOptions(api_key="another")) as simulator,
        signed_in(identity_token, simulator.base_url, heard) as provider,
    ):
        endings = [ended(provider)[0] for _ in range(2)]
        assert [record.endpoint for record in simulator.log] == ["/v1/oauth/token", "/v1/messages", "/v1/messages"]
    assert all(isinstance(ending, ModelAnswer) for ending in endings)
    assert len(heard) == 1
    assert heard[0].startswith("sk-ant-oat01-")
    assert heard[0] not in repr(Federation("fdrl_1", ORGANIZATION, lambda: heard[0]))


def no_identity() -> str:
    """A runner that gives no token."""
    raise BadConfiguration("GitHub gives this job no identity token.")


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (lambda: identity_token(exp=1), "Token exchange failed (HTTP 401)"),
        (lambda: "no token", "Token exchange failed (HTTP 400)"),
        (no_identity, "GitHub gives this job no identity token."),
    ],
)
def test_a_sign_in_that_is_refused_says_why(identity: Callable[[], str], words: str) -> None:
    """And is not tried again, since it would be refused again; no token stands in the message."""
    with Simulator() as simulator, signed_in(identity, simulator.base_url, []) as provider:
        failed, _ = ended(provider)
        assert provider.count(REQUEST) is None
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NOT_PERMITTED
    assert words in failed.message
    assert "eyJ" not in failed.message


def test_a_token_endpoint_out_of_reach_is_a_connection_that_was_not_made() -> None:
    """Which is worth another attempt."""
    with signed_in(identity_token, "http://127.0.0.1:9", []) as provider:
        failed, _ = ended(provider)
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NEVER_SENT


@contextmanager
def fake_provider(words: list[str]) -> Iterator[Provider]:
    """The fake, with this script."""
    yield ScriptedVendor(words, ENDINGS, SILENT)


@contextmanager
def real_provider(words: list[str]) -> Iterator[Provider]:
    """The adapter against a stand-in with this script."""
    silence = SHORT_SILENCE if QUIET & set(words) else LONG_SILENCE
    with Simulator(SimulatorOptions(script=tuple(words))) as simulator, api(simulator.base_url, silence=silence) as it:
        yield it


Making = Callable[[list[str]], AbstractContextManager[Provider]]


@pytest.fixture(params=["fake", "real"])
def making(request: pytest.FixtureRequest) -> Making:
    """A way to make a provider with a script."""
    return fake_provider if request.param == "fake" else real_provider


def ended(
    provider: Provider, request: ModelRequest = REQUEST, begins: Callable[[], None] = lambda: None
) -> tuple[ModelAnswer | CallFailed, int]:
    """How a call ended, and how often its first event was announced; `begins` hears it too."""
    begun = list[bool]()

    def announced() -> None:
        begun.append(True)
        begins()

    try:
        return provider.ask(request, announced), len(begun)
    except CallFailed as failed:
        return failed, len(begun)


@pytest.mark.parametrize("word", ENDINGS)
def test_every_ending_is_an_outcome_or_a_failure_of_its_kind(making: Making, word: str) -> None:
    """Nothing else comes out of a provider, and its first event is announced once if it came, else never."""
    with making([word]) as provider:
        ending, begun = ended(provider)
    expected = ENDINGS[word]
    assert (ending.outcome if isinstance(ending, ModelAnswer) else ending.kind) is expected
    if word not in MAY_BE_LOST:
        assert begun == (word in BEGINS)
    if isinstance(ending, ModelAnswer):
        assert ending.usage.total_tokens > 0
        assert ending.request_id


@pytest.mark.parametrize("word", ["429:3", "ramp:2"])
def test_the_wait_a_server_asks_for_is_passed_on(making: Making, word: str) -> None:
    """In seconds; whoever retries decides whether it is worth it."""
    with making([word]) as provider:
        ending, _ = ended(provider)
    assert isinstance(ending, CallFailed)
    assert ending.retry_after == float(word[-1])


def test_a_failure_leaves_the_provider_usable(making: Making) -> None:
    """One provider serves a whole run, so no ending may spoil it for the next request."""
    words = ["ok", "529", "cut", "ok", "reset", "stream-error", "ok"]
    with making(words.copy()) as provider:
        endings = [ended(provider)[0] for _ in words]
    assert [isinstance(one, ModelAnswer) for one in endings] == [word == "ok" for word in words]


@pytest.mark.parametrize("ttl", [None, "5m", "1h"])
def test_usage_is_the_server_s_to_the_token(ttl: str | None) -> None:
    """Every kind of token: the first request writes the prefix, the next ones read it."""
    request = replace(REQUEST, system="Rules. " * 500, facts="Facts. " * 100, cache_ttl=ttl)
    with Simulator() as simulator, api(simulator.base_url) as provider:
        answers = [provider.ask(replace(request, hunks=(f"{n} +x",)), lambda: None) for n in (1, 2, 3)]
        charged = simulator.totals["delivered"]
        ids = [record.request_id for record in simulator.log]
    total = sum((answer.usage for answer in answers), Usage())
    assert {name: getattr(total, name) for name in charged} == charged
    assert [answer.request_id for answer in answers] == ids
    written = [answer.usage.cache_write_5m_tokens + answer.usage.cache_write_1h_tokens > 0 for answer in answers]
    read = [answer.usage.cache_read_tokens > 0 for answer in answers]
    assert written == [ttl is not None, False, False]
    assert read == [False, ttl is not None, ttl is not None]
    assert total.cache_write_5m_tokens == 0 or ttl == "5m"


def test_each_breakpoint_has_its_own_time_to_live() -> None:
    """What runs share may be kept for longer than what one run shares, and is billed so."""
    request = replace(REQUEST, system="Rules. " * 500, facts="Facts. " * 300, cache_ttl="1h", facts_ttl="5m")
    with Simulator() as simulator, api(simulator.base_url) as provider:
        wrote, read = (provider.ask(replace(request, hunks=(f"{n} +x",)), lambda: None).usage for n in (1, 2))
        other = provider.ask(replace(request, facts="Others. " * 300), lambda: None).usage
        only_facts = provider.ask(replace(request, cache_ttl=None, system="New. " * 500), lambda: None).usage
    system, facts = wrote.cache_write_1h_tokens, wrote.cache_write_5m_tokens
    assert system > facts > 0
    assert (read.cache_read_tokens, read.cache_write_5m_tokens) == (system + facts, 0)
    assert (other.cache_read_tokens, other.cache_write_1h_tokens) == (system, 0)
    assert other.cache_write_5m_tokens > 0
    assert only_facts.cache_write_5m_tokens > facts
    assert only_facts.cache_write_1h_tokens == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"system": "Another."}, "system_changed"),
        ({"facts": "Another change."}, "messages_changed"),
        ({"previous_message_id": "msg_nobody"}, "previous_message_not_found"),
    ],
)
def test_the_api_is_asked_why_a_prefix_was_missed(changes: dict[str, object], reason: str | None) -> None:
    """Its word comes with the answer, streamed or not; who does not ask hears nothing."""
    first = replace(REQUEST, diagnosed=True)
    with Simulator() as simulator, api(simulator.base_url) as provider:
        before = provider.ask(first, lambda: None)
        asked = replace(first, previous_message_id=before.message_id)
        answer = provider.ask(replace(asked, **changes), lambda: None)  # type: ignore[arg-type]  # replace checks them
        unasked = provider.ask(replace(asked, diagnosed=False, system="Another."), lambda: None)
    assert before.message_id
    assert (before.cache_miss, answer.cache_miss, unasked.cache_miss) == (None, reason, None)


def test_a_question_about_the_cache_is_not_counted() -> None:
    """The counting endpoint does not know it."""
    with Simulator() as simulator, api(simulator.base_url) as provider:
        assert provider.count(replace(REQUEST, diagnosed=True)) == provider.count(REQUEST)


def test_thinking_is_shown_within_the_output() -> None:
    """Thinking tokens are part of what was generated, never more."""
    with Simulator() as simulator, api(simulator.base_url) as provider:
        answer = provider.ask(
            replace(REQUEST, model="claude-sonnet-5-5", thinking="adaptive", effort="medium"), lambda: None
        )
    assert 0 < answer.usage.thinking_tokens < answer.usage.output_tokens
    assert json.loads(answer.text) == {"findings": []}, "thoughts are not part of the answer"


def test_counting_agrees_with_the_bill() -> None:
    """What is counted before is what is charged after: schema and framing included."""
    with Simulator() as simulator, api(simulator.base_url) as provider:
        counted = provider.count(REQUEST)
        assert counted == provider.ask(REQUEST, lambda: None).usage.total_input_tokens
        assert counted > (provider.count(replace(REQUEST, hunks=())) or 0) > 0


def test_counting_that_fails_is_no_count() -> None:
    """A missing endpoint must not end a review: there is a bound to fall back on."""
    with Simulator() as simulator, api(simulator.base_url) as provider:
        assert provider.count(replace(REQUEST, model="nobody-knows-it")) is None
    with api("http://127.0.0.1:9") as nowhere:
        assert nowhere.count(REQUEST) is None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"model": "nobody-knows-it"}, FailureKind.NOT_FOUND),
        ({"max_tokens": 1_000_000}, FailureKind.BAD_REQUEST),
        ({"thinking": "between_tools"}, FailureKind.BAD_REQUEST),
    ],
)
def test_a_request_that_is_wrong_is_refused_in_the_api_s_words(changes: dict[str, object], kind: FailureKind) -> None:
    """The receipt repeats them, since they say what to change."""
    with Simulator() as simulator, api(simulator.base_url) as provider:
        failed, _ = ended(provider, replace(REQUEST, **changes))  # type: ignore[arg-type]  # replace checks them
    assert isinstance(failed, CallFailed)
    assert failed.kind is kind
    assert (str(next(iter(changes.values()))) in failed.message) or "max_tokens" in failed.message
    assert failed.request_id


def test_a_wrong_key_is_not_permitted_and_not_repeated() -> None:
    """And no key ever stands in a message."""
    with Simulator(SimulatorOptions(api_key="the right one")) as simulator, api(simulator.base_url) as provider:
        failed, _ = ended(provider)
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NOT_PERMITTED
    assert "key" not in repr(Access("key")).replace("api_key", "")


def test_where_nobody_listens_nothing_was_sent() -> None:
    """No connection, no bill."""
    with api("http://127.0.0.1:9") as provider:
        failed, begun = ended(provider)
    assert isinstance(failed, CallFailed)
    assert (failed.kind, begun) == (FailureKind.NEVER_SENT, 0)


def test_an_answer_past_its_time_is_given_up() -> None:
    """A stream that trickles is never silent, and still must end."""
    options = SimulatorOptions(tokens_per_second=2.0)
    with Simulator(options) as simulator, api(simulator.base_url) as provider:
        failed, begun = ended(provider, replace(REQUEST, seconds=0.2))
    assert isinstance(failed, CallFailed)
    assert (failed.kind, begun) == (FailureKind.TIMED_OUT, 1)


def test_a_stop_ends_an_answer_that_is_still_arriving() -> None:
    """An interrupted run does not wait for a long answer."""
    stop = threading.Event()
    options = SimulatorOptions(tokens_per_second=2.0)
    with Simulator(options) as simulator, api(simulator.base_url, stop=stop) as provider:
        failed, _ = ended(provider, begins=stop.set)
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.STOPPED


@dataclass
class Saying:
    """A server that reads a request and says these bytes, whatever was asked; then it drips a comment, or hangs up."""

    response: bytes
    drips: bool = False

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve, at the address given."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self._serve, args=(server,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(LONG_SILENCE)

    def _serve(self, server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += connection.recv(65_536)
            head, _, body = heard.partition(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            while len(body) < length:
                body += connection.recv(65_536)
            connection.sendall(self.response)
            with suppress(OSError):  # a client that has had enough hangs up first
                while self.drips:
                    connection.sendall(b"2\r\n:\n\r\n")
                    time.sleep(0.02)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)


STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nrequest-id: req_7\r\ntransfer-encoding: chunked\r\n\r\n"
)
USAGE = {"input_tokens": 70, "output_tokens": 1}
OPENING = {
    "type": "message_start",
    "message": {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": [], "usage": USAGE},
}
TEXT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": '{"findings": []}'}}
ENDING = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}


def events(*said: Mapping[str, object] | str) -> bytes:
    """Server-sent events as chunks; a text is sent as an event's data as it is."""
    chunks = b""
    for one in said:
        kind, data = ("message_delta", one) if isinstance(one, str) else (str(one["type"]), json.dumps(one))
        event = f"event: {kind}\ndata: {data}\n\n".encode()
        chunks += b"%x\r\n%b\r\n" % (len(event), event)
    return STREAM + chunks


def told(response: bytes) -> ModelAnswer | CallFailed:
    """How a call ends that is answered with these bytes and then cut off."""
    with Saying(response).serving() as url, api(url) as provider:
        return ended(provider)[0]


def test_a_cut_after_the_usage_came_costs_no_second_request() -> None:
    """The last figures have arrived and the text is whole: asking again would pay twice for it."""
    answer = told(events(OPENING, TEXT, ENDING))
    assert isinstance(answer, ModelAnswer)
    assert (answer.outcome, answer.text) == (Outcome.ANSWERED, '{"findings": []}')
    assert answer.usage == Usage(input_tokens=70, output_tokens=9)


def test_an_answer_that_is_whole_is_not_given_up_at_the_last_moment() -> None:
    """Its usage is known: a stop that comes with the last event must not charge the whole reservation instead."""
    stop = threading.Event()

    class StoppingAtTheEnd(SystemClock):
        """Is looked at twice before the first event and once behind each but the last; stops the run at the fourth."""

        looks = 0

        def monotonic(self) -> float:
            self.looks += 1
            if self.looks == 4:
                stop.set()
            return super().monotonic()

    with Saying(events(OPENING, TEXT, ENDING) + b"0\r\n\r\n").serving() as url:
        provider = ClaudeApi(Access("key", url, LONG_SILENCE), StoppingAtTheEnd(stop), stop)
        answer, _ = ended(provider)
        provider.close()
    assert isinstance(answer, ModelAnswer)
    assert stop.is_set()


def test_a_cut_before_the_usage_came_is_a_lost_connection() -> None:
    """The opening's figures are not the bill."""
    failed = told(events(OPENING, TEXT))
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.request_id) == (FailureKind.CONNECTION_LOST, "req_7")


@pytest.mark.parametrize("data", ["{", "not json", '{"type": "message_delta"'])
def test_a_stream_of_nonsense_is_broken(data: str) -> None:
    """A gateway may write its own page into a stream; the model may have run."""
    failed = told(events(OPENING, data) + b"0\r\n\r\n")
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.request_id) == (FailureKind.BROKEN_STREAM, "req_7")


def test_a_stream_that_ends_early_but_politely_is_a_lost_connection() -> None:
    """A well-formed end without the usage is no answer."""
    failed = told(events(OPENING, TEXT) + b"0\r\n\r\n")
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.CONNECTION_LOST


def plain(status: str, kind: str, body: bytes, *headers: bytes) -> bytes:
    """A whole response that is no stream."""
    lines = [f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}".encode(), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (plain("500 Internal Server Error", "text/html", b"<p>sorry</p>"), FailureKind.GATEWAY_ERROR),
        (plain("529 ", "text/html", b""), FailureKind.GATEWAY_ERROR),
        (plain("429 Too Many Requests", "text/html", b"slow down"), FailureKind.RATE_LIMITED),
        (plain("413 Too Large", "text/html", b""), FailureKind.TOO_LARGE),
        (plain("404 Not Found", "text/html", b""), FailureKind.NOT_FOUND),
        (plain("401 Unauthorized", "application/json", b"{}"), FailureKind.NOT_PERMITTED),
        (plain("418 Teapot", "application/json", b"[]"), FailureKind.BAD_REQUEST),
        (plain("408 Timeout", "application/json", b"{}"), FailureKind.GATEWAY_ERROR),
        (plain("409 Conflict", "application/json", b"{}"), FailureKind.SERVER_ERROR),
    ],
)
def test_an_error_without_the_api_s_body_is_judged_by_its_status(response: bytes, kind: FailureKind) -> None:
    """A gateway's 5xx may stand before a model that ran, so it is charged; its 4xx never is."""
    failed = told(response)
    assert isinstance(failed, CallFailed)
    assert failed.kind is kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"0", 0.0), (b"2.5", 2.5), (b"-3", 0.0), (b"Wed, 21 Oct 2026 07:28:00 GMT", None), (b"soon", None)],
)
def test_a_retry_after_is_seconds_or_nothing(header: bytes, seconds: float | None) -> None:
    """Nonsense counts as not given."""
    failed = told(plain("429 Too Many Requests", "application/json", b"{}", b"retry-after: " + header))
    assert isinstance(failed, CallFailed)
    assert failed.retry_after == seconds


@pytest.mark.parametrize(
    "response",
    [
        plain("200 OK", "application/json", b"{}"),
        plain("200 OK", "application/json", b'{"input_tokens": null}'),
        plain("200 OK", "application/json", b'{"input_tokens": "many"}'),
        plain("200 OK", "application/json", b"not json"),
        plain("200 OK", "text/html", b"<p>hello</p>"),
        plain("500 Internal Server Error", "text/html", b""),
    ],
)
def test_an_answer_that_counts_nothing_is_no_count(response: bytes) -> None:
    """A gateway that knows no such endpoint may say anything at all."""
    with Saying(response).serving() as url, api(url) as provider:
        assert provider.count(REQUEST) is None


def whole_message(**changes: object) -> bytes:
    """A 200 that is no stream: what a gateway sends that does not know how to stream."""
    message = {
        "usage": {"input_tokens": 70, "output_tokens": 9},
        "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": '{"findings": []}'}],
        **changes,
    }
    return plain_response("application/json", json.dumps(message).encode())


def plain_response(kind: str, body: bytes) -> bytes:
    """A whole response without streaming."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nrequest-id: req_7\r\n\r\n"
    return head.encode() + body


def test_a_gateway_that_does_not_stream_is_understood() -> None:
    """Its answer has been paid for, usage and all."""
    answer = told(whole_message())
    assert isinstance(answer, ModelAnswer)
    assert (answer.text, answer.usage) == ('{"findings": []}', Usage(input_tokens=70, output_tokens=9))


@pytest.mark.parametrize(
    "response", [plain_response("text/html", b"<html>Sign in</html>"), whole_message(usage=None, content=None)]
)
def test_an_address_that_is_something_else_is_not_asked_again(response: bytes) -> None:
    """A web page at the base URL says so at once, instead of eight times."""
    failed = told(response)
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.NOT_FOUND


def test_a_line_that_drips_does_not_outlast_the_attempt() -> None:
    """Bytes without an event keep the connection alive, not the deadline."""
    with Saying(events(OPENING), drips=True).serving() as url, api(url) as provider:
        failed, _ = ended(provider, replace(REQUEST, seconds=0.2))
    assert isinstance(failed, CallFailed)
    assert failed.kind is FailureKind.TIMED_OUT
