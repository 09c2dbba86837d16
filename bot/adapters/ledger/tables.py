"""The ledger's tables, as the newest migration leaves them (tests/contract/test_ledger.py compares the two).

Dollars are whole numbers of millionths of millionths (`…_e12`), so that both databases add them exactly; times are UTC.
`quarter` is the number of the quarter of an hour since 1970 in which a row began: what reports group time by, since
midnight falls on one in every zone. Texts sort by their code points on both databases. Names begin with `hunkwise_`:
a team's database may hold more than ours.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Dialect, Index, Integer, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

QUARTER_SECONDS = 900


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone, so it is taken off on the way in and put on again on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a time without a zone: nobody could say later when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # the base's
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """A text of any characters: what a database cannot hold is replaced, where it is written and where it is sought."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """PostgreSQL sorts by the code points, as SQLite and Python do, whatever the database's language."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the base's
        """Without zero bytes and halves of characters (bytes of a path that are no UTF-8)."""
        return None if value is None else plain_text(value)


class Key(Words):
    """A text that rows are found by; an index holds no more than 2,700 bytes of all its columns."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the base's
        """Cut where it is too long, with a hash of the whole."""
        return None if value is None else key_text(value)


_LONGEST_KEY = 600
"""Bytes."""


def plain_text(text: str) -> str:
    """The text as a database can hold it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def key_text(text: str) -> str:
    """The text as an index can hold it: the same for the same text, another for another."""
    text = plain_text(text)
    whole = text.encode()
    if len(whole) <= _LONGEST_KEY:
        return text
    return f"{whole[: _LONGEST_KEY - 70].decode(errors='ignore')}…{hashlib.sha256(whole).hexdigest()}"


metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Words, nullable=False, server_default="")


def _key(name: str) -> Column[str]:
    return Column(name, Key, nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


runs = Table(
    "hunkwise_runs",
    metadata,
    Column("run_id", Key, primary_key=True),
    Column("began", Moment, nullable=False),
    Column("ended", Moment),
    _key("repository"),
    Column("pull_request", Integer),
    _key("author"),
    _key("team"),
    _text("head_sha"),
    _text("prompt_hash"),
    Column("simulated", Boolean, nullable=False),
    Column("sections", JSON, nullable=False),
    _text("status"),
    _text("mode"),
    _text("routing"),
    _number("hunks"),
    _number("reviewed"),
    _number("reused"),
    _number("duplicates"),
    _number("skipped"),
    _number("total_e12"),
    _number("unsettled_e12"),
    Index("hunkwise_runs_began", "began"),
)

entries = Table(
    "hunkwise_entries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("run_id", Key, nullable=False),
    Column("at", Moment, nullable=False),
    _number("quarter"),
    Column("simulated", Boolean, nullable=False),
    _key("repository"),
    Column("pull_request", Integer),
    _key("author"),
    _key("team"),
    _text("prompt_hash"),
    _text("feature"),
    _text("model"),
    _text("provider"),
    _text("key"),
    _text("platform"),
    Column("batch", Boolean, nullable=False),
    _text("tier"),
    _text("why"),
    _number("hunks"),
    _number("attempt"),
    _text("kinds"),
    _text("state"),
    _text("outcome"),
    Column("request_id", Words),
    _number("latency_ms"),
    _number("input_tokens"),
    _number("cache_write_5m_tokens"),
    _number("cache_write_1h_tokens"),
    _number("cache_read_tokens"),
    _number("output_tokens"),
    _number("thinking_tokens"),
    _number("reserved_tokens"),
    _number("reserved_e12"),
    _number("cost_e12"),
    _number("unsettled_e12"),
    _number("unsettled_tokens"),
    _number("saved_prompt_cache_e12"),
    _number("saved_reuse_e12"),
    _number("saved_duplicates_e12"),
    _number("saved_routing_e12"),
    _number("saved_batch_e12"),
    Index("hunkwise_entries_quarter", "quarter", "simulated"),
    Index("hunkwise_entries_run", "run_id"),
    Index("hunkwise_entries_pull_request", "repository", "pull_request"),
)

findings = Table(
    "hunkwise_findings",
    metadata,
    Column("repository", Key, primary_key=True),
    Column("pull_request", Integer, primary_key=True),
    Column("fingerprint", Key, primary_key=True),
    Column("simulated", Boolean, primary_key=True),
    Column("run_id", Key, nullable=False),
    Column("at", Moment, nullable=False),
    _text("rule"),
    _text("severity"),
    _text("kind"),
    Column("posted", Boolean, nullable=False),
    Column("accepted_at", Moment),
    Index("hunkwise_findings_at", "at"),
)

accounts = Table(
    "hunkwise_accounts",
    metadata,
    Column("name", Key, primary_key=True),
    Column("simulated", Boolean, primary_key=True),
    _text("scope"),
    _key("of"),
    _text("span"),
    _text("label"),
    Column("period_start", Moment, nullable=False),
    Column("period_end", Moment, nullable=False),
    _number("committed_e12"),
    Index("hunkwise_accounts_period", "period_end"),
)

rates = Table(
    "hunkwise_rates",
    metadata,
    Column("provider", Key, primary_key=True),
    Column("key", Key, primary_key=True),
    Column("model_class", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    _number("limit"),
    _number("remaining"),
    Column("at", Moment, nullable=False),
)

alerts = Table(
    "hunkwise_alerts",
    metadata,
    Column("name", Key, primary_key=True),
    Column("at", Moment, nullable=False),
    _text("sentence"),
)
