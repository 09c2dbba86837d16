"""Every error Hunkwise raises on purpose.

    HunkwiseError                     says what is wrong and what to do next
    ├── WrongUsage                    flags, configuration or input; exit 2
    │   ├── NotADiff                  the input is not a unified git diff
    │   ├── BadConfiguration          a setting or configuration file does not hold
    │   ├── UnknownPrice              no price is known for a model
    │   ├── NotAReceipt               what is imported is no receipt, or its figures do not add up
    │   ├── GitRefused                git could not give the diff that was asked for
    │   └── ReportsRefused            the provider will not give its usage and cost report to this key
    ├── BatchRefused                  the Message Batches API did not do what was asked; exit 3
    │   └── NoBatches                 there is no such API where requests go
    ├── OutputLost                    the result could not be written; exit 3
    ├── LedgerLost                    the ledger does not answer, so nothing may be spent; exit 3
    ├── NotDelivered                  an alert did not reach whom it was for; exit 3
    ├── ReportsLost                   the provider's usage and cost report did not come this time; exit 3
    ├── SharedLimitsLost              the database with the shared rate limits does not answer; becomes a note
    ├── CodeHostError                 GitHub did not do what was asked; exit 3
    │   ├── NotPermitted              the token may not; names the permission that is missing
    │   ├── HostRefused               the request is invalid as it is (422)
    │   ├── NoSuchThing               it does not exist, or the token may not see it
    │   ├── DiffTooLarge              the diff is not given whole (406)
    │   └── HostUnavailable           nobody knows whether it happened: look before asking again
    └── CallFailed                    one attempt at a model gave no answer; never reaches a user

A message is one or two plain sentences; `next_step` is what the reader can do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.failure import FailureKind


class HunkwiseError(Exception):
    """The root: whatever is raised on purpose, with the exit code of its kind."""

    exit_code = 3

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class WrongUsage(HunkwiseError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2


class NotADiff(WrongUsage):
    """The input is not a unified git diff; never mistaken for an empty one."""


class BadConfiguration(WrongUsage):
    """A flag, an environment variable or a configuration file does not hold."""


class UnknownPrice(WrongUsage):
    """The price list does not know a model, so no budget could be kept."""


class NotAReceipt(WrongUsage):
    """What is to be imported is no receipt, or one that nobody can have written as it is."""


class GitRefused(WrongUsage):
    """git is missing, the folder is no repository, or a revision does not exist."""


class ReportsRefused(WrongUsage):
    """The key may not see the provider's usage and cost report, or what answers there has none."""


class BatchRefused(HunkwiseError):
    """The Message Batches API did not do what was asked, and will not if it is asked again."""


class NoBatches(BatchRefused):
    """What answers at this address takes no batches."""


class OutputLost(HunkwiseError):
    """There is a result, and nobody to take it."""


class LedgerLost(HunkwiseError):
    """The ledger cannot be read or written: what cannot be recorded is not spent."""


class NotDelivered(HunkwiseError):
    """An alert did not reach whom it was for; the next run tries again."""


class ReportsLost(HunkwiseError):
    """The provider's usage and cost report did not come back whole; it may the next time."""


class SharedLimitsLost(HunkwiseError):
    """The store of the shared rate limits does not answer; the run goes on by what responses say."""


class CodeHostError(HunkwiseError):
    """GitHub did not do what was asked."""


class NotPermitted(CodeHostError):
    """The token lacks a permission; the message names it."""


class HostRefused(CodeHostError):
    """The request is invalid as it is."""


class NoSuchThing(CodeHostError):
    """There is no such repository, pull request or file, or the token may not see it."""


class DiffTooLarge(CodeHostError):
    """The diff is beyond what GitHub gives in one piece."""


class HostUnavailable(CodeHostError):
    """A server error or a lost connection: the request may have been carried out."""


@dataclass(eq=False)
class CallFailed(Exception):
    """One attempt at a model ended without an answer.

    `kind` decides everything else (core/failure.py): whether it is retried and whether it may
    have been billed. `retry_after` is in seconds, as the server asked; `held` is True where the layer below the
    retries keeps everybody waiting for so long, so that nobody else need wait. `attempts` is how many were made of the
    request until then, None where no layer has counted them yet.
    """

    kind: FailureKind
    message: str
    status: int | None = None
    retry_after: float | None = None
    request_id: str | None = None
    attempts: int | None = None
    held: bool = False

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.message}"
