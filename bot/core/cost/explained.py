"""Differences between the ledger and the provider's bill in sentences, with what to do where something can be done."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.cost.reconcile import ROUNDING, Comparison, Verdict
from bot.core.report.figures import about_dollars
from bot.core.report.words import counted


def explanation(one: Comparison) -> str:
    """What a cell's difference is; '' where there is nothing to say."""
    return _SAID[one.verdict](one)


def _agrees(one: Comparison) -> str:
    if one.booked.lost_usd and not one.booked.adjusted_usd:
        return (
            f"Every settled request was billed, and nothing else: the {about_dollars(one.booked.lost_usd)} "
            f"of {counted(one.booked.lost_rows, 'reservation')} charged in full were never billed."
        )
    if one.booked.open_rows:
        return f"Every settled request was billed, with {counted(one.booked.open_rows, 'reservation')} still open."
    return ""


def _over_midnight(one: Comparison) -> str:
    said = []
    if one.before_usd:
        said.append(f"{about_dollars(one.before_usd)} were handed in the day before and processed on this day.")
    if one.after_usd:
        said.append(f"{about_dollars(one.after_usd)} were handed in on this day and processed on the next.")
    return " ".join(said) + " The ledger dates a request when it is handed in, the provider when it is processed."


def _within(one: Comparison) -> str:
    held, since = one.booked.unsettled_usd, ""
    if one.unseen_usd > held:
        held, since = held + one.loose_usd, " of this day and the day before"
    return (
        f"Billed beyond what settled: {about_dollars(one.unseen_usd)}, which lies within the {about_dollars(held)} of "
        f"reservations{since} whose usage never came back: requests were billed though their answers were lost."
    )


def _provider_more(one: Comparison) -> str:
    more = one.unseen_usd - one.booked.unsettled_usd - one.loose_usd
    return (
        f"The provider billed {about_dollars(more)} more than this ledger knows, lost reservations included: somebody "
        "else uses the key, or runs were not written down here. Import their receipts, or limit the comparison to "
        "Hunkwise's own key (--api-key-id) or workspace (--workspace)."
    )


def _ledger_more(one: Comparison) -> str:
    less = -one.unseen_usd - one.after_usd
    return (
        f"The ledger settled {about_dollars(less)} that the provider did not bill: another organisation or platform "
        "may have been billed, or the report was limited to other keys. What was settled stays as it is."
    )


def _price(one: Comparison) -> str:
    word = "more" if one.unseen_usd > 0 else "less"
    tokens = one.bill.usage.total_tokens
    return (
        f"Both count the same {tokens:,} tokens, and the provider charged {about_dollars(abs(one.unseen_usd))} {word} "
        "for them: the price list differs from the contract. Give your prices under `prices:` in the configuration."
    )


def _provisional(one: Comparison) -> str:
    missing = about_dollars(-one.unseen_usd)
    return f"{missing} are not in the provider's report yet: it lags, and this day is not over or just was."


_SAID: dict[Verdict, Callable[[Comparison], str]] = {
    Verdict.AGREES: _agrees,
    Verdict.OVER_MIDNIGHT: _over_midnight,
    Verdict.WITHIN_UNSETTLED: _within,
    Verdict.PROVIDER_MORE: _provider_more,
    Verdict.LEDGER_MORE: _ledger_more,
    Verdict.PRICE: _price,
    Verdict.PROVISIONAL: _provisional,
}


def is_settled(one: Comparison) -> bool:
    """Whether the ledger says to the rounding what the provider billed, midnight aside."""
    shifted = one.before_usd - one.after_usd
    return abs(one.difference_usd - shifted) <= ROUNDING
