"""What every part of the settings file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys are errors: a misspelt limit must not pass for a limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)
