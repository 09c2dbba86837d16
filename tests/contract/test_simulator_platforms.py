"""Other platforms and keyless sign-in through the real SDK's own classes: what they send is served, in their shapes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.lib.credentials import WorkloadIdentityCredentials, WorkloadIdentityError
from anthropic.types import Message

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator
from tests.unit.simulator.bodies import Clock
from tests.unit.simulator.test_oauth import ORGANIZATION, identity_token

Client = anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicBedrockMantle | anthropic.AnthropicVertex

SYSTEM = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
HELLO = [{"role": "user", "content": "Hello"}]
BODY = {"max_tokens": 1000, "messages": HELLO}
PUBLISHER = "/projects/p/locations/global/publishers/anthropic/models"


def bedrock(simulator: Simulator, **credentials: str) -> anthropic.AnthropicBedrock:
    """Bedrock's client, with an API key unless it is given an access key."""
    options: dict[str, Any] = credentials or {"api_key": "key"}
    return anthropic.AnthropicBedrock(
        aws_region="eu-west-1", base_url=simulator.base_url, max_retries=0, timeout=5, **options
    )


def mantle(simulator: Simulator, **credentials: str) -> anthropic.AnthropicBedrockMantle:
    """The newer Bedrock client."""
    options: dict[str, Any] = credentials or {"api_key": "key"}
    return anthropic.AnthropicBedrockMantle(
        aws_region="eu-west-1", base_url=f"{simulator.base_url}/anthropic", max_retries=0, timeout=5, **options
    )


def vertex(simulator: Simulator, project: str = "p") -> anthropic.AnthropicVertex:
    """Vertex's client with a token that it got elsewhere."""
    return anthropic.AnthropicVertex(
        region="global",
        project_id=project,
        access_token="key",  # noqa: S106 - no secret
        base_url=f"{simulator.base_url}/v1",
        max_retries=0,
        timeout=5,
    )


def plain(simulator: Simulator) -> anthropic.Anthropic:
    """The API's client."""
    return anthropic.Anthropic(api_key="key", base_url=simulator.base_url, max_retries=0, timeout=5)


MODELS = {
    "anthropic": "claude-sonnet-5-5",
    "bedrock": "eu.anthropic.claude-sonnet-5-5-v1:0",
    "mantle": "anthropic.claude-sonnet-5-5",
    "vertex": "claude-sonnet-5-5@20260915",
}
CLIENTS: dict[str, Callable[[Simulator], Client]] = {
    "anthropic": plain,
    "bedrock": bedrock,
    "mantle": mantle,
    "vertex": vertex,
}
OTHERS = ["bedrock", "mantle", "vertex"]


@contextmanager
def simulated(*script: str, **options: Any) -> Iterator[Simulator]:
    """A stand-in with a script."""
    with Simulator(SimulatorOptions(script=script, **options)) as simulator:
        yield simulator


def ask(client: Client, model: str, **changes: Any) -> Message:
    """A whole answer."""
    fields: dict[str, Any] = {**BODY, "model": model, **changes}
    message: Message = client.messages.create(**fields)
    return message


def stream(client: Client, model: str, **changes: Any) -> list[Any]:
    """The events of a streamed answer."""
    fields: dict[str, Any] = {**BODY, "model": model, **changes}
    with client.messages.create(**fields, stream=True) as events:
        return list(events)


@pytest.mark.parametrize("platform", OTHERS)
def test_a_platform_answers_whole_and_streamed(platform: str) -> None:
    """Both ways, with every kind of usage; the second request reads what the first has written."""
    with simulated() as simulator, CLIENTS[platform](simulator) as client:
        whole = ask(client, MODELS[platform], system=SYSTEM)
        events = stream(client, MODELS[platform], system=SYSTEM)
    assert whole.usage.cache_creation_input_tokens == 1011
    assert [event.type for event in events if event.type.startswith("message")] == [
        "message_start",
        "message_delta",
        "message_stop",
    ]
    assert events[0].message.usage.cache_read_input_tokens == 1011
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    said = "".join(delta.text for delta in deltas if delta.type == "text_delta")
    assert said == next(block.text for block in whole.content if block.type == "text")
    first, second = simulator.log
    assert (first.platform, first.endpoint, first.model) == (platform, "/v1/messages", "claude-sonnet-5-5")
    assert (first.asked_as, first.streaming, second.streaming) == (MODELS[platform], False, True)
    assert second.delivered


@pytest.mark.parametrize("platform", OTHERS)
def test_an_unknown_model_is_not_found(platform: str) -> None:
    """In each platform's way of writing ids."""
    with simulated() as simulator, CLIENTS[platform](simulator) as client, pytest.raises(anthropic.NotFoundError):
        ask(client, MODELS[platform].replace("sonnet", "sonata"))


@pytest.mark.parametrize("platform", ["mantle", "vertex"])
def test_tokens_are_counted_where_the_platform_counts(platform: str) -> None:
    """The same tokens as an answer's input, and not among the requests that cost."""
    with simulated() as simulator, CLIENTS[platform](simulator) as client:
        counted = client.messages.count_tokens(model=MODELS[platform], messages=[{"role": "user", "content": "Hello"}])
        assert counted.input_tokens == ask(client, MODELS[platform]).usage.input_tokens
        assert simulator.totals["requests"] == 1


@pytest.mark.parametrize("client_of", [bedrock, mantle])
def test_a_signed_request_is_known_by_its_access_key(client_of: Callable[..., Client]) -> None:
    """Two access keys share no cache; one key's second request reads its own."""
    model = MODELS["bedrock" if client_of is bedrock else "mantle"]
    with simulated() as simulator:
        for key, read in [("AKIAONE", 0), ("AKIATWO", 0), ("AKIAONE", 1011)]:
            with client_of(simulator, aws_access_key=key, aws_secret_key="secret") as client:  # noqa: S106 - no secret
                assert ask(client, model, system=SYSTEM).usage.cache_read_input_tokens == read


def test_nothing_is_shared_across_platforms() -> None:
    """Neither caches nor limits, even with the same key: whoever switches pays a new write."""
    with simulated(requests_per_minute=1) as simulator:
        for platform, client_of in CLIENTS.items():
            with client_of(simulator) as client:
                usage = ask(client, MODELS[platform], system=SYSTEM).usage
                assert (usage.cache_creation_input_tokens, usage.cache_read_input_tokens) == (1011, 0)
                with pytest.raises(anthropic.RateLimitError) as refused:
                    ask(client, MODELS[platform], system=SYSTEM)
                told = {name for name in refused.value.response.headers if name.startswith("anthropic-ratelimit")}
                assert bool(told) == (platform == "anthropic")
        by_platform = simulator.totals["by_platform"]
    assert list(by_platform) == list(CLIENTS)
    for platform, totals in by_platform.items():
        assert (totals["requests"], list(totals["by_model"])) == (2, [MODELS[platform]])
        assert totals["delivered"]["cache_write_5m_tokens"] == 1011


def test_a_projects_quota_is_its_own() -> None:
    """On Vertex the project pays, whoever's token it is."""
    with simulated(requests_per_minute=1) as simulator:
        for project in ("one", "two"):
            with vertex(simulator, project) as client:
                ask(client, MODELS["vertex"])


@pytest.mark.parametrize(
    ("word", "status", "kind"),
    [
        ("429", 429, "ThrottlingException"),
        ("ramp", 429, "ThrottlingException"),
        ("spend-cap", 400, "ServiceQuotaExceededException"),
        ("contract-cap", 400, "ServiceQuotaExceededException"),
        ("usage-limit", 400, "ValidationException"),
        ("402", 403, "AccessDeniedException"),
        ("403", 403, "AccessDeniedException"),
        ("500", 500, "InternalServerException"),
        ("502", 424, "ModelErrorException"),
        ("503", 503, "ServiceUnavailableException"),
        ("504", 408, "ModelTimeoutException"),
        ("529", 503, "ServiceUnavailableException"),
    ],
)
def test_bedrock_names_its_errors(word: str, status: int, kind: str) -> None:
    """The name is in a header, the message in the body, and neither limits nor waiting times are told."""
    with simulated(word) as simulator, bedrock(simulator) as client, pytest.raises(anthropic.APIStatusError) as refused:
        ask(client, MODELS["bedrock"])
    response = refused.value.response
    assert (response.status_code, response.headers["x-amzn-errortype"].partition(":")[0]) == (status, kind)
    assert list(response.json()) == ["message"]
    assert "retry-after" not in response.headers
    assert (simulator.log[0].status, simulator.log[0].error) == (status, kind)
    assert (simulator.log[0].usage is not None) == (word in ("502", "504"))


@pytest.mark.parametrize(
    ("word", "status", "name"),
    [
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("ramp", 429, "RESOURCE_EXHAUSTED"),
        ("spend-cap", 403, "PERMISSION_DENIED"),
        ("402", 403, "PERMISSION_DENIED"),
        ("403", 403, "PERMISSION_DENIED"),
        ("500", 500, "INTERNAL"),
        ("502", 502, "UNAVAILABLE"),
        ("503", 503, "UNAVAILABLE"),
        ("504", 504, "DEADLINE_EXCEEDED"),
    ],
)
def test_google_says_what_google_refuses(word: str, status: int, name: str) -> None:
    """A code, a message and a status, without limits or waiting times."""
    with simulated(word) as simulator, vertex(simulator) as client, pytest.raises(anthropic.APIStatusError) as refused:
        ask(client, MODELS["vertex"])
    response = refused.value.response
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (status, status, name)
    assert set(error) == {"code", "message", "status"}
    assert "retry-after" not in response.headers


@pytest.mark.parametrize(
    ("word", "changes", "kind"),
    [("529", {}, "overloaded_error"), ("ok", {"max_tokens": -1}, "invalid_request_error")],
)
def test_the_models_own_errors_pass_through_google(word: str, changes: dict[str, Any], kind: str) -> None:
    """What the model says about a request comes in the API's words."""
    with simulated(word) as simulator, vertex(simulator) as client, pytest.raises(anthropic.APIStatusError) as refused:
        ask(client, MODELS["vertex"], **changes)
    assert refused.value.type == kind


@pytest.mark.parametrize(
    ("platform", "word", "kind"),
    [
        ("anthropic", "stream-error", "overloaded_error"),
        ("anthropic", "stream-throttle", "rate_limit_error"),
        ("bedrock", "stream-error", "modelStreamErrorException"),
        ("bedrock", "stream-throttle", "throttlingException"),
        ("mantle", "stream-error", "overloaded_error"),
        ("vertex", "stream-throttle", "rate_limit_error"),
    ],
)
def test_an_error_inside_a_stream_is_told_by_its_type(platform: str, word: str, kind: str) -> None:
    """Its status is 200 on every platform, and what was generated is charged."""
    with simulated(word) as simulator, CLIENTS[platform](simulator) as client:
        with pytest.raises(anthropic.APIStatusError) as failed:
            stream(client, MODELS[platform])
        assert (failed.value.status_code, failed.value.type) == (200, kind)
        assert simulator.log[0].usage is not None
        assert not simulator.log[0].delivered


@pytest.mark.parametrize("platform", OTHERS)
@pytest.mark.parametrize("word", ["reset", "cut", "hang", "stall"])
def test_a_broken_answer_is_charged(platform: str, word: str) -> None:
    """The model ran there too."""
    with simulated(word) as simulator, CLIENTS[platform](simulator) as client:
        with pytest.raises((anthropic.APIConnectionError, httpx2.TransportError)):
            stream(client, MODELS[platform], timeout=0.1)
        assert simulator.log[0].usage is not None
        assert not simulator.log[0].delivered


@pytest.mark.parametrize("platform", OTHERS)
@pytest.mark.parametrize(
    ("word", "reason"), [("truncate", "max_tokens"), ("refuse", "refusal"), ("garble", "end_turn")]
)
def test_bad_answers_arrive(platform: str, word: str, reason: str) -> None:
    """With their usage, since they are paid for."""
    with simulated(word) as simulator, CLIENTS[platform](simulator) as client:
        assert ask(client, MODELS[platform]).stop_reason == reason
        assert simulator.totals["by_platform"][platform]["delivered"]["output_tokens"] > 0


@pytest.mark.parametrize(
    ("path", "changes", "words"),
    [
        ("/model/anthropic.claude-haiku-5-5/invoke", {}, "anthropic_version: Field required"),
        ("/model/anthropic.claude-haiku-5-5/invoke", {"anthropic_version": "2023-06-01"}, "bedrock-2023-05-31"),
        ("/model/anthropic.claude-haiku-5-5/invoke", {"model": "claude-haiku-5-5"}, "model: Extra inputs"),
        ("/model/anthropic.claude-haiku-5-5/invoke", {"stream": True}, "stream: Extra inputs"),
        (f"{PUBLISHER}/claude-haiku-5-5:rawPredict", {}, "anthropic_version: Field required"),
        (f"{PUBLISHER}/claude-haiku-5-5:rawPredict", {"anthropic_version": "bedrock-2023-05-31"}, "vertex-2023-10-16"),
        (f"{PUBLISHER}/claude-haiku-5-5:rawPredict", {"model": "x", "anthropic_version": "2026-10-21"}, "Extra inputs"),
    ],
)
def test_a_body_must_be_the_platforms_own(path: str, changes: dict[str, Any], words: str) -> None:
    """The version is in the body, the model in the path, and on Bedrock so is the streaming."""
    with simulated() as simulator:
        answer = httpx2.post(simulator.base_url + path, json={**BODY, **changes}, headers={"Authorization": "Bearer k"})
    assert (answer.status_code, words in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("/model/anthropic.claude-haiku-5-5/invoke", "bedrock-2023-05-31"),
        (f"{PUBLISHER}/claude-haiku-5-5:rawPredict", "vertex-2023-10-16"),
    ],
)
def test_the_documented_versions_are_good(path: str, version: str) -> None:
    """Other clients than the SDK send them, with betas in the body."""
    body = {**BODY, "anthropic_version": version, "anthropic_beta": ["some-beta"]}
    with simulated() as simulator:
        answer = httpx2.post(simulator.base_url + path, json=body, headers={"Authorization": "Bearer k"})
    assert answer.json()["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/model/anthropic.claude-haiku-5-5/count-tokens", 404),
        ("/model/anthropic.claude-haiku-5-5/converse", 404),
        ("/anthropic/v1/messages/batches", 404),
        (f"{PUBLISHER}/claude-haiku-5-5:predict", 404),
    ],
)
def test_what_a_platform_does_not_serve_is_not_found(path: str, status: int) -> None:
    """No batches anywhere, no count on Bedrock."""
    headers = {"Authorization": "Bearer k", "anthropic-version": "2026-10-21"}
    with simulated() as simulator:
        assert httpx2.post(simulator.base_url + path, json={}, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/model/anthropic.claude-haiku-5-5/invoke", 403, "message"),
        ("/anthropic/v1/messages", 401, "authentication_error"),
        (f"{PUBLISHER}/claude-haiku-5-5:rawPredict", 401, "UNAUTHENTICATED"),
    ],
)
@pytest.mark.parametrize("credential", ["", "Bearer another", "AWS4-HMAC-SHA256 Credential=k"])
def test_who_may_not_is_told_so(path: str, status: int, words: str, credential: str) -> None:
    """Without a key, with another than the one that is accepted, and with half a signature."""
    headers = {"anthropic-version": "2026-10-21"} | ({"Authorization": credential} if credential else {})
    with simulated(api_key="key") as simulator:
        answer = httpx2.post(simulator.base_url + path, json={}, headers=headers)
    assert (answer.status_code, words in answer.text) == (status, True)


def federated(**changes: Any) -> WorkloadIdentityCredentials:
    """Keyless sign-in with a good identity token, changed as needed."""
    fields: dict[str, Any] = {
        "identity_token_provider": identity_token,
        "federation_rule_id": "fdrl_1",
        "organization_id": ORGANIZATION,
        **changes,
    }
    return WorkloadIdentityCredentials(**fields)


def test_an_identity_token_signs_in() -> None:
    """The SDK exchanges it once and asks with what it got, even where only one key is accepted."""
    with (
        simulated(api_key="another") as simulator,
        anthropic.Anthropic(credentials=federated(), base_url=simulator.base_url, max_retries=0) as client,
    ):
        assert ask(client, "claude-haiku-5-5").stop_reason == "end_turn"
        assert stream(client, "claude-haiku-5-5")[-1].type == "message_stop"
        assert [record.endpoint for record in simulator.log] == ["/v1/oauth/token", "/v1/messages", "/v1/messages"]
        assert simulator.totals["requests"] == 2


def test_an_access_token_ends_with_its_lifetime() -> None:
    """A client that keeps it longer than it may gets a 401."""
    clock = Clock()
    with Simulator(SimulatorOptions(access_token_lifetime_s=600), now=clock) as simulator:
        credentials = federated()
        credentials.bind_base_url(simulator.base_url)
        token = credentials()
        assert 590 <= (token.expires_at or 0) - time.time() <= 600
        headers = {"anthropic-beta": "oauth-2025-04-20"}
        with anthropic.Anthropic(
            auth_token=token.token, base_url=simulator.base_url, max_retries=0, default_headers=headers
        ) as client:
            ask(client, "claude-haiku-5-5")
            clock.now = 600.0
            with pytest.raises(anthropic.AuthenticationError, match="expired"):
                ask(client, "claude-haiku-5-5")
        credentials.close()


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"organization_id": "ours"}, 400, "invalid_request"),
        ({"federation_rule_id": ""}, 400, "invalid_request"),
        ({"identity_token_provider": lambda: "no token"}, 400, "invalid_grant"),
        ({"identity_token_provider": lambda: identity_token(exp=1)}, 401, "invalid_grant"),
    ],
)
def test_a_refused_sign_in_says_why(changes: dict[str, Any], status: int, kind: str) -> None:
    """In the fields that the SDK keeps of a refusal."""
    with simulated() as simulator, federated(**changes) as credentials:
        credentials.bind_base_url(simulator.base_url)
        with pytest.raises(WorkloadIdentityError) as refused:
            credentials()
    assert refused.value.status_code == status
    assert refused.value.body["error"] == kind
    assert refused.value.request_id is not None
