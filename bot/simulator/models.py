"""The models the stand-in knows: limits, thinking modes and the smallest prefix each can cache.

| line | thinking where the field is left out | accepted | default effort |
|---|---|---|---|
| 5.5 opus, 5.x fable | on, always | adaptive | medium (opus 5.5), high |
| 5.5 sonnet | on | adaptive, between_tools up to effort high | high |
| 5.5 haiku | on | adaptive, disabled up to effort high | medium |
| 5 opus | on | adaptive, disabled up to effort high | high |
| 5 sonnet | on | adaptive, disabled | high |
| 4.6 sonnet | off | adaptive, enabled, disabled | high |
| 4.5 haiku | off | enabled, disabled | no effort |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

EFFORTS = ("low", "medium", "high", "xhigh", "max")
HIGHEST_EFFORT_WITHOUT_THINKING = "high"

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """What the API knows about one model.

    `limit_class` names the bucket of rate limits it draws from. `new_tokenizer` marks the models from 4.7 on,
    which count about 30 % more tokens for the same text. `off_modes` are the thinking modes that turn thinking
    off; where `off_needs_low_effort`, only up to effort high.
    """

    id: str
    line: str
    display_name: str
    created_at: str
    min_cacheable: int
    thinking_modes: frozenset[str]
    default_thinking: str
    context: int = _MILLION
    max_output: int = 128_000
    default_effort: str | None = "high"
    efforts: tuple[str, ...] = EFFORTS
    off_needs_low_effort: bool = False
    forced_tools: bool = True
    prefill: bool = False
    new_tokenizer: bool = True
    off_modes: frozenset[str] = field(default=frozenset({"disabled", "between_tools"}))

    @property
    def limit_class(self) -> str:
        """The class of models that share one set of rate limits."""
        return self.line

    def describe(self) -> dict[str, Any]:
        """The model as `GET /v1/models/{id}` shows it."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.display_name,
            "created_at": self.created_at,
            "line": self.line,
            "lifecycle": "active",
            "deprecated_at": None,
            "retires_at": None,
            "max_input_tokens": self.context,
            "max_tokens": self.max_output,
            "capabilities": self._capabilities(),
        }

    def _capabilities(self) -> dict[str, Any]:
        return {
            "batch": _YES,
            "citations": _YES,
            "code_execution": _YES,
            "context_management": _YES,
            "effort": {"supported": bool(self.efforts), **_which(EFFORTS, self.efforts)},
            "image_input": _YES,
            "pdf_input": _YES,
            "server_tools": {**_YES, "web_search": _YES, "code_execution": _YES},
            "structured_outputs": _YES,
            "thinking": {**_YES, "types": _which(_THINKING_MODES, self.thinking_modes)},
        }


_THINKING_MODES = ("adaptive", "between_tools", "disabled", "enabled")
_YES = {"supported": True}


def _which(names: Iterable[str], supported: Collection[str]) -> dict[str, dict[str, bool]]:
    return {name: {"supported": name in supported} for name in names}


_ADAPTIVE = frozenset({"adaptive"})

MODELS: dict[str, Model] = {
    model.id: model
    for model in (
        Model(
            "claude-fable-5-2",
            "fable",
            "Claude Fable 5.2",
            "2026-10-21T00:00:00Z",
            512,
            _ADAPTIVE,
            "adaptive",
            forced_tools=False,
        ),
        Model(
            "claude-haiku-5-5",
            "haiku",
            "Claude Haiku 5.5",
            "2026-10-07T00:00:00Z",
            512,
            _ADAPTIVE | {"disabled"},
            "adaptive",
            default_effort="medium",
            off_needs_low_effort=True,
        ),
        Model(
            "claude-sonnet-5-5",
            "sonnet",
            "Claude Sonnet 5.5",
            "2026-09-15T00:00:00Z",
            512,
            _ADAPTIVE | {"between_tools"},
            "adaptive",
            off_needs_low_effort=True,
            forced_tools=False,
        ),
        Model(
            "claude-opus-5-5",
            "opus",
            "Claude Opus 5.5",
            "2026-09-15T00:00:00Z",
            512,
            _ADAPTIVE,
            "adaptive",
            default_effort="medium",
            forced_tools=False,
        ),
        Model(
            "claude-sonnet-5",
            "sonnet",
            "Claude Sonnet 5",
            "2026-06-01T00:00:00Z",
            1024,
            _ADAPTIVE | {"disabled"},
            "adaptive",
        ),
        Model(
            "claude-opus-5",
            "opus",
            "Claude Opus 5",
            "2026-06-01T00:00:00Z",
            512,
            _ADAPTIVE | {"disabled"},
            "adaptive",
            off_needs_low_effort=True,
        ),
        Model(
            "claude-sonnet-4-6",
            "sonnet",
            "Claude Sonnet 4.6",
            "2026-02-17T00:00:00Z",
            1024,
            _ADAPTIVE | {"enabled", "disabled"},
            "disabled",
            efforts=("low", "medium", "high", "max"),
            new_tokenizer=False,
        ),
        Model(
            "claude-haiku-4-5",
            "haiku",
            "Claude Haiku 4.5",
            "2025-10-15T00:00:00Z",
            4096,
            frozenset({"enabled", "disabled"}),
            "disabled",
            context=200_000,
            max_output=64_000,
            default_effort=None,
            efforts=(),
            prefill=True,
            new_tokenizer=False,
        ),
    )
}

LIMIT_CLASSES = tuple(sorted({model.limit_class for model in MODELS.values()}))
"""The classes of models that have rate limits of their own."""
