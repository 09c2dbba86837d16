"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Everything."""
    op.create_table(
        "hunkwise_accounts",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("scope", _TEXT, server_default="", nullable=False),
        sa.Column("of", _TEXT, server_default="", nullable=False),
        sa.Column("span", _TEXT, server_default="", nullable=False),
        sa.Column("label", _TEXT, server_default="", nullable=False),
        sa.Column("period_start", _MOMENT, nullable=False),
        sa.Column("period_end", _MOMENT, nullable=False),
        sa.Column("committed_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", "simulated"),
    )
    op.create_index("hunkwise_accounts_period", "hunkwise_accounts", ["period_end"], unique=False)
    op.create_table(
        "hunkwise_alerts",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("sentence", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "hunkwise_entries",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("quarter", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("repository", _TEXT, server_default="", nullable=False),
        sa.Column("pull_request", sa.Integer(), nullable=True),
        sa.Column("author", _TEXT, server_default="", nullable=False),
        sa.Column("team", _TEXT, server_default="", nullable=False),
        sa.Column("prompt_hash", _TEXT, server_default="", nullable=False),
        sa.Column("feature", _TEXT, server_default="", nullable=False),
        sa.Column("model", _TEXT, server_default="", nullable=False),
        sa.Column("provider", _TEXT, server_default="", nullable=False),
        sa.Column("key", _TEXT, server_default="", nullable=False),
        sa.Column("platform", _TEXT, server_default="", nullable=False),
        sa.Column("batch", sa.Boolean(), nullable=False),
        sa.Column("tier", _TEXT, server_default="", nullable=False),
        sa.Column("why", _TEXT, server_default="", nullable=False),
        sa.Column("hunks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kinds", _TEXT, server_default="", nullable=False),
        sa.Column("state", _TEXT, server_default="", nullable=False),
        sa.Column("outcome", _TEXT, server_default="", nullable=False),
        sa.Column("request_id", _TEXT, nullable=True),
        sa.Column("latency_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_write_5m_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_write_1h_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_read_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("thinking_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unsettled_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unsettled_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_prompt_cache_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_reuse_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_duplicates_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_routing_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("saved_batch_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("hunkwise_entries_pull_request", "hunkwise_entries", ["repository", "pull_request"], unique=False)
    op.create_index("hunkwise_entries_quarter", "hunkwise_entries", ["quarter", "simulated"], unique=False)
    op.create_index("hunkwise_entries_run", "hunkwise_entries", ["run_id"], unique=False)
    op.create_table(
        "hunkwise_findings",
        sa.Column("repository", _TEXT, nullable=False),
        sa.Column("pull_request", sa.Integer(), nullable=False),
        sa.Column("fingerprint", _TEXT, nullable=False),
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("rule", _TEXT, server_default="", nullable=False),
        sa.Column("severity", _TEXT, server_default="", nullable=False),
        sa.Column("kind", _TEXT, server_default="", nullable=False),
        sa.Column("posted", sa.Boolean(), nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("repository", "pull_request", "fingerprint", "simulated"),
    )
    op.create_index("hunkwise_findings_at", "hunkwise_findings", ["at"], unique=False)
    op.create_table(
        "hunkwise_rates",
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("model_class", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("limit", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("remaining", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "key", "model_class", "name"),
    )
    op.create_table(
        "hunkwise_runs",
        sa.Column("run_id", _TEXT, nullable=False),
        sa.Column("began", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT, nullable=True),
        sa.Column("repository", _TEXT, server_default="", nullable=False),
        sa.Column("pull_request", sa.Integer(), nullable=True),
        sa.Column("author", _TEXT, server_default="", nullable=False),
        sa.Column("team", _TEXT, server_default="", nullable=False),
        sa.Column("head_sha", _TEXT, server_default="", nullable=False),
        sa.Column("prompt_hash", _TEXT, server_default="", nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("status", _TEXT, server_default="", nullable=False),
        sa.Column("mode", _TEXT, server_default="", nullable=False),
        sa.Column("routing", _TEXT, server_default="", nullable=False),
        sa.Column("hunks", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reviewed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reused", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unsettled_e12", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("hunkwise_runs_began", "hunkwise_runs", ["began"], unique=False)
