import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.core.diff.model import Side
from bot.core.excerpt import SkipReason
from bot.core.finding import Place
from bot.core.receipt import Receipt
from bot.core.report.receipt_json import receipt_as_json
from tests.unit.core.report.receipts import finding, full_receipt, receipt

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "receipt.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("run", [receipt(), full_receipt()], ids=["clean", "full"])
def test_every_receipt_holds_to_the_published_schema(run: Receipt) -> None:
    """docs/receipt.schema.json is true: every key is there and nothing else is."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(receipt_as_json(run))))


def test_the_schema_knows_every_reason() -> None:
    """A new reason for leaving something out cannot be forgotten in the schema."""
    assert SCHEMA["$defs"]["skipped"]["properties"]["reason"]["enum"] == [reason.value for reason in SkipReason]


def test_a_clean_receipt_to_the_letter() -> None:
    """Other programs read these keys; a change here is a change of the interface."""
    document = receipt_as_json(receipt())
    usage = {
        "input_tokens": 2210,
        "cache_write_5m_tokens": 0,
        "cache_write_1h_tokens": 0,
        "cache_read_tokens": 4120,
        "output_tokens": 640,
        "thinking_tokens": 0,
        "total_tokens": 6970,
    }
    saved = {"prompt_cache": "0", "reuse": "0", "duplicates": "0", "routing": "0", "batch": "0"}
    assert document == {
        "schema": "hunkwise.receipt/1",
        "status": "clean",
        "simulated": False,
        "target": {
            "kind": "git",
            "repo": "shop",
            "pull_request": None,
            "base_sha": "a" * 40,
            "head_sha": "b" * 40,
            "author": "",
            "team": "",
        },
        "run": {"id": "", "began": None, "ended": None},
        "prompt": {"hash": "c0ffee" * 10 + "abcd", "system_tokens": 4120},
        "findings": [],
        "unplaced": [],
        "coverage": {"hunks": 1, "reviewed": 1, "reused": 0, "duplicates": 0, "skipped": []},
        "usage": {"requests": 1, "attempts": 1, **usage},
        "cost": {
            "total_usd": "0.005822",
            "unsettled_usd": "0",
            "by_model": {"claude-haiku-4-5": "0.005822"},
            "wasted_usd": "0",
            "saved_usd": saved,
        },
        "routing": None,
        "cache": {
            "ttl": "5m",
            "why": "An earlier run left it.",
            "predicted_hit_ratio": 0.6,
            "actual_hit_ratio": 0.5911,
            "by_model": [],
        },
        "budget": {
            "tokens": {"limit": 400_000, "before": 0, "spent": 6970},
            "usd": {"limit": "1.00", "before": "0", "spent": "0.005822"},
            "periods": [],
        },
        "calls": [
            {
                "id": "",
                "at": None,
                "model": "claude-haiku-4-5",
                "tier": "cheap",
                "why": "small change",
                "hunks": 1,
                "attempt": 1,
                "outcome": "answered",
                "request_id": "req_01",
                "latency_ms": 1830,
                "usage": usage,
                "cost_usd": "0.005822",
                "unsettled_usd": "0",
                "unsettled_tokens": 0,
                "feature": "review",
                "provider": "anthropic",
                "key": "",
                "platform": "anthropic",
                "batch": False,
                "kinds": {},
                "saved_usd": saved,
            }
        ],
        "pacing": {"requests_per_minute_peak": 0, "waits": 0, "waited_ms": 0, "rate_limited": 0, "by": []},
        "delivery": {"posted": [], "addressed": []},
        "notes": [],
    }


def test_the_cache_is_shown_model_by_model() -> None:
    """What was planned stands beside what came, and its money has no exponent either."""
    cache = receipt_as_json(full_receipt())["cache"]
    assert (cache["ttl"], cache["predicted_hit_ratio"], cache["actual_hit_ratio"]) == ("5m", 0.51, 0.482)
    assert cache["by_model"] == [
        {
            "model": "claude-sonnet-5",
            "ttl": "5m",
            "why": "2 requests share it.",
            "requests": 2,
            "prefix_tokens": 4120,
            "predicted_hit_ratio": 0.51,
            "actual_hit_ratio": 0.0,
            "writes": 1,
            "saved_usd": "-0.00206",
            "expected_usd": {"off": "0.01648", "5m": "0.011124"},
        }
    ]


def test_money_never_has_an_exponent() -> None:
    """Decimal writes small and round amounts as 1E-7 and 1E+2; a reader of JSON must not meet them."""
    bill = replace(receipt().bill, total_usd=Decimal("1E-7"), wasted_usd=Decimal("1E+2"), unsettled_usd=Decimal("0E-9"))
    cost = receipt_as_json(receipt(bill=bill))["cost"]
    assert (cost["total_usd"], cost["wasted_usd"], cost["unsettled_usd"]) == ("0.0000001", "100", "0.000000000")


def test_findings_name_their_other_places_and_side() -> None:
    """One root cause at several places is one finding with `also_at`."""
    one = finding(side=Side.LEFT, start_line=39, also_at=(Place("b.py", 7),))
    shown: dict[str, Any] = receipt_as_json(receipt(findings=(one,)))["findings"][0]
    assert (shown["side"], shown["start_line"], shown["line"]) == ("LEFT", 39, 41)
    assert shown["also_at"] == [{"path": "b.py", "line": 7, "side": "RIGHT"}]


def test_stray_bytes_of_paths_survive_json() -> None:
    """A path that is not UTF-8 comes back as it went in."""
    document = receipt_as_json(receipt(findings=(finding(path="a\udcff.py"),)))
    assert json.loads(json.dumps(document))["findings"][0]["path"] == "a\udcff.py"
