"""What was told to whom, beside the ledger: one row a delivery, whose first writer makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, not_, select

from bot.adapters.ledger.connect import inserting, reading, writing
from bot.adapters.ledger.tables import alerts, key_text

CLAIM_HOLDS = timedelta(minutes=10)
"""For so long a claim without an ending is taken for one that somebody works on."""

_CLAIMED = ""
"""The sentence of a row whose delivery is under way; one that was made has its alert's."""


class SqlAlertLog:
    """An AlertLog in the ledger's database; safe for threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, name: str, now: datetime) -> bool:
        """Take a delivery on, where nobody has it (AlertLog.claim)."""
        abandoned = and_(alerts.c.sentence == _CLAIMED, alerts.c.at <= now - CLAIM_HOLDS)
        if self._is_taken(name, abandoned):
            return False
        statement = inserting(self._engine, alerts).values(name=name, at=now, sentence=_CLAIMED)
        statement = statement.on_conflict_do_update(
            index_elements=[alerts.c.name], set_={"at": now}, where=abandoned
        ).returning(alerts.c.name)
        with writing(self._engine) as connection:
            return connection.execute(statement).first() is not None

    def delivered(self, name: str, at: datetime, sentence: str) -> None:
        """Note a delivery (AlertLog.delivered)."""
        values = {"at": at, "sentence": sentence or "-"}
        statement = inserting(self._engine, alerts).values(name=name, **values)
        with writing(self._engine) as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=[alerts.c.name], set_=values))

    def release(self, name: str) -> None:
        """Give a claim back (AlertLog.release)."""
        with writing(self._engine) as connection:
            connection.execute(delete(alerts).where(alerts.c.name == name, alerts.c.sentence == _CLAIMED))

    def when_delivered(self, names: Sequence[str]) -> Mapping[str, datetime]:
        """When these were delivered (AlertLog.when_delivered)."""
        query = select(alerts.c.name, alerts.c.at).where(alerts.c.name.in_(names), alerts.c.sentence != _CLAIMED)
        with reading(self._engine) as connection:
            found = {row.name: row.at for row in connection.execute(query)}
        return {name: found[key_text(name)] for name in names if key_text(name) in found}

    def _is_taken(self, name: str, abandoned: ColumnElement[bool]) -> bool:
        """Whether there is nothing to claim; of many that come at once, most then need not wait for the lock."""
        query = select(alerts.c.name).where(alerts.c.name == name, not_(abandoned))
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None
