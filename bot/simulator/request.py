"""A request to the Messages API, once its body has been found good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.simulator.models import Model
from bot.simulator.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Thinking:
    """How the model thinks: the mode, and whether its text is shown ('summarized') or only signed ('omitted')."""

    mode: str
    shown: bool = False

    @property
    def on(self) -> bool:
        """Whether tokens are spent on thinking."""
        return self.mode in ("adaptive", "enabled")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn: 'user', 'assistant' or 'system', with its content as blocks."""

    role: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of which model, with every default filled in.

    `tenant` is what keeps caches and limits apart.
    `previous_message_id` counts only where `diagnosed`.
    """

    tenant: Tenant
    model: Model
    tools: tuple[dict[str, Any], ...]
    system: tuple[dict[str, Any], ...]
    messages: tuple[Message, ...]
    max_tokens: int
    stream: bool
    thinking: Thinking
    effort: str | None
    schema: dict[str, Any] | None
    tool_choice: dict[str, Any] | None
    speed: str
    diagnosed: bool
    previous_message_id: str | None
