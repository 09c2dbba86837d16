"""What is reviewed: a diff with its facts, and the texts of its base and its head where they are at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.diff.model import Diff
from bot.core.excerpt import Skipped
from bot.core.receipt import TargetFacts
from bot.ports import SourceTexts


class NoTexts:
    """SourceTexts of a bare diff: nothing is at hand."""

    def text(self, path: str) -> bytes | None:  # noqa: ARG002  # the protocol's signature
        """None, for every path."""
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """A diff to review. What `base` says is trusted (settings, attributes, marks); what `head` says is only data.

    `withheld` is what belongs to the change but was not to be had; `notes` are sentences for the receipt.
    """

    facts: TargetFacts
    diff: Diff
    base: SourceTexts = field(default_factory=NoTexts)
    head: SourceTexts = field(default_factory=NoTexts)
    withheld: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
