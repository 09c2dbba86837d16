"""What it costs to ask elsewhere, where nothing is in the cache yet, and when that is worth it. Pure arithmetic.

Notation, in dollars, for one prefix (system prompt, schema, facts) at one provider: `read` what reading it from the
cache costs a request, `write` what writing it costs, `plain` what sending it uncached costs; `n` the requests that are
still to be asked with it.

    all of n, from cold      cold(n)    = min(write + (n - 1) * read, n * plain)
    the same, had it been warm          = n * read
    so a cold cache costs    premium(n) = cold(n) - n * read

Only one request pays `write`, since the others wait for it (bot/app/lead.py); the premium is therefore at most
`write - read` and does not grow with n.

Leaving. The alternative to asking elsewhere now is to wait for the provider that is down:

    switching costs  premium_there(n) + n * (rest_there - rest_here)
    waiting costs    seconds / 60 * MINUTE_USD

where `rest` is what one request's hunks and answer cost. An outage that has lasted for t seconds is expected to last as
long again, so `seconds` is the time to the next probe or t, whichever is longer. With a prefix of 5,000 tokens on a
model at $2 a million, writing costs 1.25 cents, and 5 seconds of waiting 8: it is left at once. With 60,000 tokens on a
model at $4 a cold cache costs 29 cents, and it is worth waiting 17 seconds for the one that is warm.

Returning. The first provider is the one that the configuration prefers, for reasons that have no price here: terms,
contracts, where data goes. Being there again is taken to be worth a fifth of what is still to be asked:

    return if  premium_here(n) <= RETURN_SHARE * n * (read_here + rest_here)

While the cache there is still warm, as it is within its time to live, the premium is nothing, and so it is returned to
as soon as it answers. Of the last few requests of a run none goes back to write a cache that nobody will read.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MINUTE_USD = Decimal("1.00")
"""What a minute of waiting is taken to be worth: somebody waits for the review."""

RETURN_SHARE = Decimal("0.20")
"""Which share of what remains to be asked it may cost to be back at the preferred provider."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Dollars at one provider: for a prefix as it is read, written or sent uncached, and for the rest of a request."""

    read: Decimal
    write: Decimal
    plain: Decimal
    rest: Decimal

    def cold(self, requests: int) -> Decimal:
        """The prefix of so many requests, if nothing is cached yet."""
        return min(self.write + (requests - 1) * self.read, requests * self.plain)

    def premium(self, requests: int) -> Decimal:
        """What that is more than from a warm cache."""
        return self.cold(requests) - requests * self.read


def worth_writing(costs: Costs, requests: int) -> bool:
    """Whether so many requests earn back the cache's write."""
    return costs.write + (requests - 1) * costs.read < requests * costs.plain


def better_to_wait(here: Costs, there: Costs, requests: int, to_probe: float, down_for: float) -> bool:
    """Whether a provider that is down is worth waiting for. `to_probe` and `down_for` are seconds."""
    waiting = Decimal(str(max(to_probe, down_for))) / 60 * MINUTE_USD
    return waiting < there.premium(requests) + requests * (there.rest - here.rest)


def better_to_return(here: Costs, requests: int, *, warm: bool) -> bool:
    """Whether to try the preferred provider again, which may have lost its cache."""
    return warm or here.premium(requests) <= RETURN_SHARE * requests * (here.read + here.rest)
