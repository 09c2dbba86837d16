"""What is wrong with a batch as such is refused when it is created."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import batch_create
from bot.simulator.api_error import ApiError
from bot.simulator.batch_create import read_items
from tests.unit.simulator.bodies import body


def item(custom_id: object = "a", **changes: Any) -> dict[str, Any]:
    """One item of a create's body."""
    return {"custom_id": custom_id, "params": body(**changes)}


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ([], "body"),
        ({}, "requests"),
        ({"requests": []}, "requests"),
        ({"requests": {}}, "requests"),
        ({"requests": [item()], "else": 1}, "else"),
        ({"requests": [{"params": body()}]}, "requests.0.custom_id"),
        ({"requests": [{"custom_id": "a"}]}, "requests.0.params"),
        ({"requests": [{**item(), "else": 1}]}, "requests.0.else"),
        ({"requests": [{"custom_id": "a", "params": []}]}, "requests.0.params"),
        ({"requests": [item(1)]}, "requests.0.custom_id"),
        ({"requests": [item("")]}, "requests.0.custom_id"),
        ({"requests": [item("a" * 65)]}, "requests.0.custom_id"),
        ({"requests": [item("a.b")]}, "requests.0.custom_id"),
        ({"requests": [item("ä")]}, "requests.0.custom_id"),
        ({"requests": [item("a\n")]}, "requests.0.custom_id"),
        ({"requests": [item(), item("b"), item()]}, "requests.2.custom_id"),
        ({"requests": [item(stream=True)]}, "requests.0.params.stream"),
        ({"requests": [item(), item("b", max_tokens=0)]}, "requests.1.params.max_tokens"),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(sent: object, path: str) -> None:
    """A 400 that begins with the place."""
    with pytest.raises(ApiError) as refused:
        read_items(sent)
    assert (refused.value.status, refused.value.kind) == (400, "invalid_request_error")
    assert refused.value.message.startswith(f"{path}:")


def test_a_batch_has_at_most_a_hundred_thousand_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused; the limit is made small here to be quick."""
    assert batch_create.MAX_ITEMS == 100_000
    monkeypatch.setattr(batch_create, "MAX_ITEMS", 2)
    assert len(read_items({"requests": [item("a"), item("b")]})) == 2
    with pytest.raises(ApiError, match="at most 2 items"):
        read_items({"requests": [item("a"), item("b"), item("c")]})


def test_params_are_not_judged_yet() -> None:
    """What a live request would be refused for is found when the item is processed; not streaming may be said."""
    (found,) = read_items({"requests": [item("A_b-9" * 12, stream=False, temperature=1, messages=None)]})
    assert found.params["temperature"] == 1
