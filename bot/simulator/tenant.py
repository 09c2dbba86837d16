"""Whose request it is: the organisation whose limits it draws on, and the workspace whose cache and batches it sees."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

_NAMESPACE = uuid.UUID("00000000-0000-4000-8000-5157157a4d00")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who asks. Two requests share limits if their organisation is the same, and a cache if all of it is.

    A platform is part of the organisation: nothing is shared across platforms. `key_id` is what reports call the key
    that was used, None where it was none; it makes nobody another.
    """

    organization: str
    workspace: str = ""
    key_id: str | None = field(default=None, compare=False)

    @property
    def organization_id(self) -> str:
        """The organisation as `anthropic-organization-id` names it; nobody can tell a key from it."""
        return str(uuid.uuid5(_NAMESPACE, self.organization))


def key_id_of(key: str) -> str:
    """A key as reports name it; nobody can tell the key from it."""
    return f"apikey_{uuid.uuid5(_NAMESPACE, key).hex[:24]}"
