"""Receipts that workflow runs left as artifacts, one archive after the other."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import BinaryIO, Protocol

from bot.core.ledger.artifacts import Artifact
from bot.core.ledger.documents import Document, Unread
from bot.errors import CodeHostError, NoSuchThing

Unzip = Callable[[str, BinaryIO], Iterator[Document | Unread]]
"""Finds the documents in an archive, by the name it is to be called and its bytes."""

_OUT_OF_ORDER = timedelta(days=1)
"""Artifacts come newest first, give or take this much."""

_WILD = "*?["


class ArtifactStore(Protocol):
    """What a repository's workflow runs left behind. Every method raises CodeHostError, as a CodeHost's."""

    def artifacts(self, name: str = "") -> Iterator[Artifact]:
        """Every artifact, newest first; only those of exactly this name where one is given."""
        ...

    def archive(self, artifact: Artifact) -> bytes | None:
        """Its zip archive; None where it is too large to be held. Raises NoSuchThing where it has expired."""
        ...


def chosen(store: ArtifactStore, pattern: str, since: datetime | None) -> list[Artifact]:
    """The artifacts whose name fits (`*` and `?` stand for anything), oldest first. Raises CodeHostError."""
    exact = "" if any(letter in pattern for letter in _WILD) else pattern
    found = []
    for one in store.artifacts(exact):
        if since is not None and one.created < since - _OUT_OF_ORDER:
            break
        if fnmatchcase(one.name, pattern) and (since is None or one.created >= since):
            found.append(one)
    return found[::-1]


def fetched(
    store: ArtifactStore, artifacts: list[Artifact], unzip: Unzip, *, forks: bool = False
) -> Iterator[Document | Unread]:
    """What is in them. One that has expired is passed over with a word; where the store fails, nothing more is asked.

    One that a fork's run left is passed over unless `forks`: a made-up receipt in it would use up a team's budget.
    Never raises CodeHostError: what was read before is not lost with it.
    """
    for one in artifacts:
        name = f"{one.name} of {one.created:%Y-%m-%d} ({one.id})"
        if one.expired:
            yield _expired(name)
            continue
        if one.from_fork and not forks:
            yield Unread(
                name, "A fork's run left it, so its figures may be made up (--forks takes it).", is_failure=False
            )
            continue
        try:
            archive = store.archive(one)
        except NoSuchThing:
            yield _expired(name)
            continue
        except CodeHostError as error:
            yield Unread(name, error.message, error.next_step)
            return
        if archive is None:
            yield Unread(name, "It is too large for receipts.", "Name the artifact with --artifact.")
        else:
            yield from unzip(name, io.BytesIO(archive))


def _expired(name: str) -> Unread:
    return Unread(name, "It has expired: GitHub does not keep it any longer.", is_failure=False)
