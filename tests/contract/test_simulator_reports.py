"""The stand-in's usage and cost report: strict about what is asked, and true to what was charged."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anthropic
import pytest

from bot.simulator.options import SimulatorOptions
from bot.simulator.server import Simulator

BEGAN = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
ADMIN = {"x-api-key": "sk-ant-admin01-x", "anthropic-version": "2023-06-01"}
USAGE = "usage_report/messages"
COST = "cost_report"
SINCE = "starting_at=2026-11-23T00:00:00Z"
HAIKU = "claude-haiku-5-5"


class Seconds:
    """The stand-in's clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    """Stands at BEGAN until it is moved."""
    return Seconds()


@pytest.fixture
def simulator(clock: Seconds) -> Iterator[Simulator]:
    """A stand-in whose days a test passes."""
    with Simulator(SimulatorOptions(), now=clock, began=BEGAN) as running:
        yield running


def ask(simulator: Simulator, *, key: str = "key", model: str = HAIKU) -> anthropic.types.Usage:
    """Pay for one answer."""
    with anthropic.Anthropic(api_key=key, base_url=simulator.base_url, max_retries=0) as client:
        hello: Any = [{"role": "user", "content": "Hello"}]
        return client.messages.create(model=model, max_tokens=1_000, messages=hello).usage


def get(
    simulator: Simulator, report: str, query: str, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and body; brackets are sent as a browser sends them."""
    quoted = urllib.parse.quote(query, safe="=&:-._")
    url = f"{simulator.base_url}/v1/organizations/{report}?{quoted}"
    request = urllib.request.Request(url, headers=ADMIN if headers is None else headers)  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_buckets_are_filled_with_what_was_charged(simulator: Simulator, clock: Seconds) -> None:
    """Each hour holds its own requests; hours without any are there and empty."""
    first = ask(simulator)
    clock.now = 2 * 3600
    second = ask(simulator)
    status, report = get(simulator, USAGE, "starting_at=2026-11-23T22:10:00Z&bucket_width=1h&group_by[]=model")
    assert status == 200
    assert [bucket["starting_at"] for bucket in report["data"]] == [
        "2026-11-23T22:00:00Z",
        "2026-11-23T23:00:00Z",
        "2026-11-24T00:00:00Z",
    ]
    found = [[one["output_tokens"] for one in bucket["results"]] for bucket in report["data"]]
    assert found == [[first.output_tokens], [], [second.output_tokens]]
    (result,) = report["data"][0]["results"]
    assert result["uncached_input_tokens"] == first.input_tokens
    assert (result["model"], result["api_key_id"], result["service_tier"]) == (HAIKU, None, None)
    assert (report["has_more"], report["next_page"]) == (False, None)


def test_groups_and_filters_tell_keys_models_and_tiers_apart(simulator: Simulator) -> None:
    """A key is known by an id that does not give it away."""
    ask(simulator, key="sk-one")
    ask(simulator, key="sk-two", model="claude-opus-5-5")
    _, report = get(simulator, USAGE, f"{SINCE}&group_by[]=api_key_id&group_by[]=model&group_by[]=service_tier")
    results = report["data"][0]["results"]
    assert {(one["model"], one["service_tier"]) for one in results} == {
        (HAIKU, "standard"),
        ("claude-opus-5-5", "standard"),
    }
    ids = {one["api_key_id"] for one in results}
    assert len(ids) == 2
    assert all(name.startswith("apikey_") and "sk-" not in name for name in ids)
    _, one = get(simulator, USAGE, f"{SINCE}&models[]={HAIKU}")
    _, none = get(simulator, USAGE, f"{SINCE}&service_tiers[]=batch")
    assert len(one["data"][0]["results"]) == 1
    assert none["data"][0]["results"] == []


def test_costs_are_in_cents_by_kind_of_token(simulator: Simulator) -> None:
    """Ten cents a million tokens of input: a token is a hundred-thousandth of a cent."""
    used = ask(simulator)
    _, report = get(simulator, COST, f"{SINCE}&group_by[]=description")
    lines = {one["token_type"]: one for one in report["data"][0]["results"]}
    assert set(lines) == {"uncached_input_tokens", "output_tokens"}
    assert float(lines["uncached_input_tokens"]["amount"]) == pytest.approx(used.input_tokens / 100_000, abs=1e-12)
    assert lines["output_tokens"]["description"] == "Claude Haiku 5.5 Usage - Output Tokens"
    assert (lines["output_tokens"]["currency"], lines["output_tokens"]["cost_type"]) == ("USD", "tokens")
    _, whole = get(simulator, COST, SINCE)
    (result,) = whole["data"][0]["results"]
    assert result["model"] is None
    assert float(result["amount"]) == pytest.approx(sum(float(one["amount"]) for one in lines.values()), abs=1e-12)


def test_a_page_leads_to_the_next(simulator: Simulator, clock: Seconds) -> None:
    """Seven days on a page unless asked otherwise, 31 at most; the last page names no next one."""
    clock.now = 9 * 24 * 3600
    _, first = get(simulator, COST, SINCE)
    assert (len(first["data"]), first["has_more"]) == (7, True)
    _, second = get(simulator, COST, f"{SINCE}&page={first['next_page']}")
    assert [bucket["starting_at"][:10] for bucket in second["data"]] == ["2026-11-30", "2026-12-01", "2026-12-02"]
    assert second["next_page"] is None
    _, whole = get(simulator, COST, f"{SINCE}&limit=31")
    assert len(whole["data"]) == 10


@pytest.mark.parametrize(
    ("report", "query", "said"),
    [
        (USAGE, "", "starting_at: Field required"),
        (USAGE, "starting_at=yesterday", "starting_at: Input should be a valid datetime"),
        (USAGE, "starting_at=2026-11-23T00:00:00", "starting_at: Input should have timezone info"),
        (USAGE, f"{SINCE}&bucket_width=1w", "bucket_width: Input should be '1d' or '1h' or '1m'"),
        (USAGE, f"{SINCE}&limit=32", "limit: Input should be between 1 and 31 for bucket_width 1d"),
        (USAGE, f"{SINCE}&bucket_width=1h&limit=169", "limit: Input should be between 1 and 168"),
        (USAGE, f"{SINCE}&limit=many", "limit: Input should be a valid integer"),
        (USAGE, f"{SINCE}&group_by[]=description", "group_by: Input should be 'api_key_id'"),
        (USAGE, f"{SINCE}&group_by=model", "group_by: Extra inputs are not permitted"),
        (USAGE, f"{SINCE}&service_tiers[]=fast", "service_tiers: Input should be 'standard'"),
        (USAGE, f"{SINCE}&page=page_x", "page: Input should be the next_page"),
        (COST, f"{SINCE}&page=page_MjAyNi0xMS0yMw==", "page: Input should be the next_page"),
        (COST, f"{SINCE}&bucket_width=1h", "bucket_width: Input should be '1d'"),
        (COST, f"{SINCE}&group_by[]=model", "group_by: Input should be 'workspace_id' or 'description'"),
        (COST, f"{SINCE}&models[]={HAIKU}", "models[]: Extra inputs are not permitted"),
    ],
)
def test_what_the_api_does_not_take_is_refused(simulator: Simulator, report: str, query: str, said: str) -> None:
    """A client's mistake is seen here, and not first by somebody with a real key."""
    status, body = get(simulator, report, query)
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")
    assert body["error"]["message"].startswith(said)


def test_only_an_administrators_key_may_ask(simulator: Simulator) -> None:
    """An ordinary key is refused in the API's own words, and a request without a version as everywhere."""
    status, body = get(simulator, COST, SINCE, {**ADMIN, "x-api-key": "sk-ant-api03-x"})
    assert (status, body["error"]) == (401, {"type": "authentication_error", "message": "invalid x-api-key"})
    assert get(simulator, COST, SINCE, {"anthropic-version": "2023-06-01"})[0] == 401
    assert get(simulator, COST, SINCE, {"x-api-key": "sk-ant-admin01-x"})[0] == 400
    assert get(simulator, "cost_reports", SINCE)[0] == 404


def test_an_administrator_sees_one_organisation() -> None:
    """Where keys are given organisations, an administrator's key sees its own; elsewhere all there is."""
    options = SimulatorOptions(organizations=("one=a,two=b,sk-ant-admin01-x=a",))
    with Simulator(options, began=BEGAN) as simulator:
        ask(simulator, key="one")
        ask(simulator, key="two", model="claude-opus-5-5")
        _, own = get(simulator, USAGE, f"{SINCE}&group_by[]=model")
        _, everybody = get(simulator, USAGE, f"{SINCE}&group_by[]=model", {**ADMIN, "x-api-key": "sk-ant-admin02-y"})
    assert [one["model"] for one in own["data"][0]["results"]] == [HAIKU]
    assert len(everybody["data"][0]["results"]) == 2


def test_what_was_billed_and_not_delivered_is_on_the_bill() -> None:
    """A reset loses the answer and not its price; a refused request costs nothing."""
    with Simulator(SimulatorOptions(script=("reset", "429")), began=BEGAN) as simulator:
        for _ in range(2):
            with pytest.raises(anthropic.APIError):
                ask(simulator)
        _, report = get(simulator, USAGE, SINCE)
    (result,) = report["data"][0]["results"]
    assert result["output_tokens"] > 0
