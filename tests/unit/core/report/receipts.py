"""Receipts made up for tests: small ones by keyword, and one full of everything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.core.calls import Call
from bot.core.diff.model import Side
from bot.core.excerpt import Skipped, SkipReason
from bot.core.finding import Finding, Place, Severity, Unplaced
from bot.core.receipt import (
    Bill,
    BudgetFacts,
    CacheFacts,
    Coverage,
    ModelCache,
    PacingFacts,
    PromptFacts,
    Receipt,
    RouteFacts,
    RoutingFacts,
    SkippedWithPrice,
    Status,
    TargetFacts,
    TierShare,
)
from bot.core.report.quote_facts import PriceRange, QuotedRequest, QuoteFacts, StepQuote, TierQuote
from bot.core.savings import Saved
from bot.core.usage import Usage
from tests.unit.core.ledger.budgets import limit, standing

FIRST_USAGE = Usage(input_tokens=1840, cache_write_5m_tokens=4120, output_tokens=912, thinking_tokens=300)
SECOND_USAGE = Usage(input_tokens=2210, cache_read_tokens=4120, output_tokens=640)


def finding(**changes: object) -> Finding:
    """An error on one line of src/cart.py, changed as told."""
    base = Finding(
        path="src/cart.py",
        side=Side.RIGHT,
        start_line=None,
        line=41,
        severity=Severity.ERROR,
        category="correctness",
        title="An empty cart divides by zero",
        body="`average([])` raises ZeroDivisionError: checkout calls it for carts without items.",
        suggestion="    return total / len(items) if items else 0",
        confidence=0.92,
        fingerprint="0123456789abcdef0123",
        quote="    return total / len(items)",
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a test names the fields it means


def skipped(reason: SkipReason, path: str = "src/a.py", *, hunk: str | None = None, **more: object) -> SkippedWithPrice:
    """Something left out, with its price where `cost` is given."""
    cost = more.pop("cost", None)
    entry = Skipped(path, hunk, reason, str(more.pop("detail", "")), int(str(more.pop("hunks", 0))))
    return SkippedWithPrice(entry, None if cost is None else Decimal(str(cost)))


def receipt(**changes: object) -> Receipt:
    """A clean run over one hunk, with one call; changed as told."""
    call = Call(
        model="claude-haiku-4-5",
        tier="cheap",
        why="small change",
        hunks=1,
        attempt=1,
        outcome="answered",
        request_id="req_01",
        latency_ms=1830,
        usage=SECOND_USAGE,
        cost_usd=Decimal("0.005822"),
    )
    base = Receipt(
        status=Status.CLEAN,
        simulated=False,
        target=TargetFacts("git", repo="shop", base_sha="a" * 40, head_sha="b" * 40),
        prompt=PromptFacts("c0ffee" * 10 + "abcd", 4120),
        findings=(),
        unplaced=(),
        coverage=Coverage(1, 1, 0, 0, ()),
        bill=Bill(
            1,
            1,
            SECOND_USAGE,
            Decimal("0.005822"),
            Decimal(0),
            Decimal(0),
            {"claude-haiku-4-5": Decimal("0.005822")},
            Saved(),
        ),
        budget=BudgetFacts(400_000, 0, 6970, Decimal("1.00"), Decimal(0), Decimal("0.005822")),
        calls=(call,),
        cache=CacheFacts("5m", "An earlier run left it.", 0.6, 0.5911),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a test names the fields it means


def full_receipt() -> Receipt:
    """A partial, simulated run with findings on both sides, things left out, and calls that went wrong."""
    calls = (
        Call(
            "claude-sonnet-5",
            "standard",
            "touches payment code",
            6,
            1,
            "answered",
            "req_01",
            8420,
            FIRST_USAGE,
            Decimal("0.03465"),
        ),
        Call("claude-haiku-4-5", "cheap", "small changes", 12, 1, "overloaded", None, 310, Usage(), Decimal(0)),
        Call(
            "claude-haiku-4-5",
            "cheap",
            "small changes",
            12,
            2,
            "answered",
            "req_03",
            2110,
            SECOND_USAGE,
            Decimal("0.005822"),
        ),
        Call(
            "claude-haiku-4-5",
            "cheap",
            "small changes",
            4,
            1,
            "truncated",
            "req_04",
            5980,
            SECOND_USAGE,
            Decimal("0.005822"),
        ),
        Call(
            "claude-sonnet-5",
            "standard",
            "large",
            2,
            1,
            "timed_out",
            None,
            60000,
            Usage(),
            Decimal(0),
            Decimal("0.0812"),
            21_400,
        ),
    )
    return receipt(
        status=Status.PARTIAL,
        simulated=True,
        target=TargetFacts("pull_request", "acme/shop", 217, "a" * 40, "b" * 40),
        findings=(
            finding(),
            finding(
                path="src/stock/lock.go",
                start_line=88,
                line=90,
                category="concurrency",
                title="The lock is not released when the write fails",
                body="`Reserve` returns early on an error and leaves `mu` locked: the next call blocks for ever.\n\n"
                "Release it with `defer` right after it is taken.",
                suggestion="mu.Lock()\ndefer mu.Unlock()\nif err := write(n); err != nil {",
                quote="\tmu.Lock()\n\tif err := write(n); err != nil {\n\t\treturn err",
                confidence=0.87,
                also_at=(Place("src/stock/release.go", 31), Place("src/stock/count.go", 12)),
                fingerprint="aaaaaaaaaaaaaaaaaaaa",
            ),
            finding(
                path="web/form.ts",
                side=Side.LEFT,
                line=9,
                severity=Severity.WARNING,
                category="security",
                title="The check of the token is gone",
                body="Requests without a token now reach `save`; nothing else in this file checks it.",
                suggestion=None,
                quote='  if (!token) throw new Error("no token");',
                confidence=0.71,
                fingerprint="bbbbbbbbbbbbbbbbbbbb",
            ),
        ),
        unplaced=(
            Unplaced(
                "src/tax.py",
                Severity.WARNING,
                "correctness",
                "The rate is rounded before it is multiplied",
                "Totals are off by a cent for amounts over 500.",
                0.66,
                "its quote is in no hunk of this file",
            ),
        ),
        coverage=Coverage(
            34,
            18,
            3,
            1,
            (
                skipped(SkipReason.LOCK, "package-lock.json", hunks=4),
                skipped(SkipReason.BINARY, "logo.png"),
                skipped(SkipReason.BUDGET, "docs/guide.md", hunk="@@ -1,4 +1,9 @@", hunks=1, cost="0.0041"),
                skipped(SkipReason.BUDGET, "src/report.py", hunk="@@ -10,9 +10,31 @@", hunks=1, cost="0.0127"),
                skipped(SkipReason.BUDGET, "src/report.py", hunk="@@ -80,9 +101,40 @@", hunks=1, cost="0.0139"),
                skipped(
                    SkipReason.ERROR, "src/big.py", hunks=5, cost="0.0902", detail="no answer within 60 s, 2 attempts"
                ),
            ),
        ),
        bill=Bill(
            4,
            5,
            FIRST_USAGE + SECOND_USAGE + SECOND_USAGE,
            Decimal("0.046294"),
            Decimal("0.0812"),
            Decimal("0.005822"),
            {"claude-sonnet-5": Decimal("0.03465"), "claude-haiku-4-5": Decimal("0.011644")},
            Saved(prompt_cache=Decimal("0.0071"), duplicates=Decimal("0.0012"), routing=Decimal("0.0213")),
        ),
        budget=BudgetFacts(
            60_000,
            11_000,
            41_362,
            Decimal("0.25"),
            Decimal("0.031"),
            Decimal("0.127494"),
            (standing(limit("9"), "7.5"),),
        ),
        calls=calls,
        routing=RoutingFacts(
            "triage",
            "errors",
            Decimal("0.0676"),
            Decimal("0.1352"),
            Decimal("0.0213"),
            Decimal("0.0889"),
            {
                "cheap": TierShare(12, Decimal("0.011644")),
                "standard": TierShare(6, Decimal("0.03465")),
                "strong": TierShare(0, Decimal(0)),
            },
        ),
        cache=CacheFacts(
            "5m",
            "2 requests share it.",
            0.51,
            0.482,
            (
                ModelCache(
                    model="claude-sonnet-5",
                    ttl="5m",
                    why="2 requests share it.",
                    requests=2,
                    prefix_tokens=4120,
                    predicted_hit_ratio=0.51,
                    actual_hit_ratio=0.0,
                    writes=1,
                    saved_usd=Decimal("-0.00206"),
                    expected_usd={"off": Decimal("0.01648"), "5m": Decimal("0.011124")},
                ),
            ),
        ),
        notes=(
            "The budget of $0.25 for this pull request is nearly spent: 3 hunks were left for it.",
            "claude-sonnet-5 did not answer in time twice; run again to review the 5 hunks of src/big.py.",
        ),
        pacing=PacingFacts(
            requests_per_minute_peak=41,
            waits=3,
            waited_ms=9_500,
            rate_limited=1,
            by=(RouteFacts("claude-sonnet-5", "messages", "shop", 12, 9_000, 2_400, 1, 12, 9_000, 2_400),),
        ),
    )


def quote() -> QuoteFacts:
    """A plan of two requests whose highest price is over the budget in dollars."""
    return QuoteFacts(
        hunks=30,
        duplicates=1,
        reused=0,
        requests=(
            QuotedRequest(
                "standard",
                "claude-sonnet-5",
                2,
                ("src/auth/session.py", "src/auth/token.py"),
                7200,
                92,
                "security-sensitive",
            ),
            QuotedRequest("cheap", "claude-haiku-4-5", 18, ("tests/test_cart.py",), 6100, 8, "tests"),
        ),
        system_tokens=4120,
        highest_tokens=48_000,
        tiers=(TierQuote("cheap", "claude-haiku-4-5", PriceRange(Decimal("0.0181"), Decimal("0.05"))),),
        planned=PriceRange(Decimal("0.0412"), Decimal("0.1322")),
        with_cache=PriceRange(Decimal("0.0412"), Decimal("0.1322")),
        without_cache=PriceRange(Decimal("0.0533"), Decimal("0.1411")),
        steps=(
            StepQuote("review", 2, PriceRange(Decimal("0.0412"), Decimal("0.0922"))),
            StepQuote("verify", 3, PriceRange(Decimal(0), Decimal("0.04"))),
        ),
        limit_usd=Decimal("0.10"),
        limit_tokens=400_000,
        skipped=(),
    )
