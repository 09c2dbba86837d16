"""Runs migrations on the connection that bot/adapters/ledger/connect.py has open; Alembic calls this file."""

from alembic import context

from bot.adapters.ledger.tables import metadata

_given = context.config.attributes
context.configure(connection=_given["connection"], version_table=_given["version_table"], target_metadata=metadata)
context.run_migrations()
