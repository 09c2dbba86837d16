"""Where a ledger is: reading its address, and showing it without what is secret."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BadConfiguration

_HOW = "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or the path of a file."


def url_of(place: str) -> URL:
    """The database's address: `place` is a URL, or the path of an SQLite file.

    Raises BadConfiguration for an address that cannot be read, of a kind that is not supported, or of no file.
    """
    if "://" not in place:
        return _with_a_file(URL.create("sqlite", database=_path(place)))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):  # the second for a port that is no number
        raise BadConfiguration("The ledger's address cannot be read.", next_step=_HOW) from None
    if "@" in (url.host or ""):
        raise BadConfiguration(
            "The ledger's address has more than one '@'.", next_step="Write an '@' in the password as %40."
        )
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite":
        return _with_a_file(url)
    raise BadConfiguration(
        f"A ledger cannot be kept in '{url.drivername}'.", next_step="Use PostgreSQL, or the path of an SQLite file."
    )


def _path(place: str) -> str:
    try:
        return str(Path(place).expanduser())
    except RuntimeError:
        raise BadConfiguration(f"Nobody knows whose home the ledger's path {place} means.", next_step=_HOW) from None


def shown(url: URL) -> str:
    """The address for messages: no password, and no options, which may hold one too."""
    if url.drivername == "sqlite":
        return url.database or ""
    plain = url.set(drivername="postgresql", query={})
    return plain.render_as_string(hide_password=True)


def _with_a_file(url: URL) -> URL:
    """A database in memory would be another one in every thread, and gone with the process."""
    if not url.database or url.database == ":memory:":
        raise BadConfiguration("A ledger is kept in a file, not in memory.", next_step=_HOW)
    return url
