"""What a run hands over to be posted, where it goes, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.core.diff.model import Diff
from bot.core.finding import Severity
from bot.core.marker import Signer
from bot.core.posting import PostingRules
from bot.core.receipt import Receipt
from bot.ports import Clock, CodeHost


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a run has to deliver.

    `diff` is what was reviewed, `keys` are the hunks reviewed in this run and `triaged` those that triage left out,
    twins included (core/reuse.py), and `page` is the body of the summary as earlier runs left it.
    """

    receipt: Receipt
    diff: Diff
    keys: Collection[str]
    run_id: str
    page: str = ""
    triaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where and how it is delivered. `scrub` takes secret values out of every text."""

    host: CodeHost
    number: int
    rules: PostingRules
    signer: Signer
    scrub: Callable[[str], str]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of it.

    `page` is the summary's text, wherever it could be written, `standing` the severities of findings of earlier pushes
    that nothing has answered. `posted` are the fingerprints of this run's findings
    that stand inline, `carried` says by fingerprint why others are in the summary. `problems` are sentences about
    what did not reach its readers, `notes` about what went otherwise than planned. `addressed` are the fingerprints of
    earlier findings that this push has dealt with.
    """

    page: str
    review_url: str | None
    summary_url: str | None
    posted: tuple[str, ...]
    carried: Mapping[str, str]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    standing: tuple[Severity, ...] = ()
    addressed: tuple[str, ...] = ()
