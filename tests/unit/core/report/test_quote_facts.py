from dataclasses import replace
from decimal import Decimal

from bot.core.excerpt import SkipReason
from bot.core.report.quote_facts import quote_as_json
from tests.unit.core.report.receipts import quote, skipped


def test_a_quote_as_json_to_the_letter() -> None:
    """Other programs read these keys before they spend anything."""
    left_out = skipped(SkipReason.LOCK, "poetry.lock", hunks=2).skipped
    assert quote_as_json(replace(quote(), skipped=(left_out,), notes=("a note",))) == {
        "schema": "hunkwise.quote/1",
        "hunks": 30,
        "planned_hunks": 20,
        "duplicates": 1,
        "reused": 0,
        "requests": [
            {
                "number": 1,
                "tier": "standard",
                "model": "claude-sonnet-5",
                "hunks": 2,
                "files": ["src/auth/session.py", "src/auth/token.py"],
                "input_tokens": 7200,
                "risk": 92,
                "why": "security-sensitive",
                "feature": "review",
            },
            {
                "number": 2,
                "tier": "cheap",
                "model": "claude-haiku-4-5",
                "hunks": 18,
                "files": ["tests/test_cart.py"],
                "input_tokens": 6100,
                "risk": 8,
                "why": "tests",
                "feature": "review",
            },
        ],
        "tokens": {"system": 4120, "input_estimate": 13_300, "highest": 48_000},
        "price_usd": {
            "planned": {"lowest": "0.0412", "highest": "0.1322"},
            "with_cache": {"lowest": "0.0412", "highest": "0.1322"},
            "without_cache": {"lowest": "0.0533", "highest": "0.1411"},
            "by_step": {
                "review": {"requests": 2, "lowest": "0.0412", "highest": "0.0922"},
                "verify": {"requests": 3, "lowest": "0", "highest": "0.04"},
            },
            "by_tier": {"cheap": {"model": "claude-haiku-4-5", "lowest": "0.0181", "highest": "0.05"}},
        },
        "budget": {
            "tokens": {"limit": 400_000, "highest_fits": True},
            "usd": {"limit": "0.10", "highest_fits": False},
        },
        "skipped": [{"path": "poetry.lock", "hunk": None, "reason": "lock file", "detail": "", "hunks": 2}],
        "notes": ["a note"],
    }


def test_a_limit_that_is_met_exactly_fits() -> None:
    """The budget may be spent to its last cent and token."""
    exact = replace(quote(), limit_usd=Decimal("0.1322"), limit_tokens=48_000)
    assert exact.fits_usd
    assert exact.fits_tokens
    assert not replace(exact, limit_tokens=47_999).fits_tokens


def test_no_limit_always_fits() -> None:
    """Where nothing is limited nothing is exceeded."""
    free = replace(quote(), limit_usd=None, limit_tokens=None)
    assert free.fits_usd
    assert free.fits_tokens
