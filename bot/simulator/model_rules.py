"""What one model accepts and another does not: thinking, effort, forced tools, prefill, and room for output."""

from __future__ import annotations

from typing import Any

from bot.simulator.api_error import ApiError, invalid
from bot.simulator.models import EFFORTS, HIGHEST_EFFORT_WITHOUT_THINKING, Model
from bot.simulator.request import Request, Thinking

LEAST_THINKING_BUDGET = 1024


def thinking_of(body: dict[str, Any], model: Model) -> Thinking:
    """How the model will think: as asked, or in its default mode."""
    asked = body.get("thinking") or {"type": model.default_thinking}
    default_display = "omitted" if model.new_tokenizer else "summarized"
    return Thinking(asked["type"], (asked.get("display") or default_display) == "summarized")


def check(body: dict[str, Any], request: Request, *, counting: bool) -> None:
    """Raise ApiError (400) where the model refuses what the body asks for."""
    _check_thinking(request)
    _check_effort(request)
    _check_tools(request)
    if request.messages[-1].role == "assistant" and not request.model.prefill:
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    if not counting:
        _check_max_tokens(body, request)


def _check_thinking(request: Request) -> None:
    model, mode = request.model, request.thinking.mode
    if mode not in model.thinking_modes:
        hint = next((other for other in ("between_tools", "disabled", "adaptive") if other in model.thinking_modes), "")
        raise invalid(f'thinking.type: "{mode}" is not supported for {model.id}. Use "{hint}" instead.')
    if mode in model.off_modes and model.off_needs_low_effort and request.effort is not None:
        highest = EFFORTS.index(HIGHEST_EFFORT_WITHOUT_THINKING)
        if EFFORTS.index(request.effort) > highest:
            raise invalid(
                f'thinking.type: "{mode}" is not supported for {model.id} at effort "{request.effort}". '
                f'Use effort "{HIGHEST_EFFORT_WITHOUT_THINKING}" or lower, or thinking.type "adaptive".'
            )


def _check_effort(request: Request) -> None:
    if request.effort is None:
        return
    if not request.model.efforts:
        raise invalid(f"output_config.effort: {request.model.id} does not support the effort parameter")
    if request.effort not in request.model.efforts:
        raise invalid(f'output_config.effort: "{request.effort}" is not supported for {request.model.id}')


def _check_tools(request: Request) -> None:
    choice = request.tool_choice
    if choice is None:
        return
    if not request.tools:
        raise invalid("tool_choice: may only be specified while providing tools")
    if choice["type"] in ("any", "tool") and not request.model.forced_tools:
        raise invalid(f'tool_choice.type: "{choice["type"]}" is not supported for {request.model.id}. Use "auto".')


def _check_max_tokens(body: dict[str, Any], request: Request) -> None:
    model, asked = request.model, request.max_tokens
    if asked < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    if asked == 0 and request.schema is not None:
        raise invalid("max_tokens: 0 cannot be combined with `output_config.format`")
    if asked > model.max_output:
        raise invalid(
            f"max_tokens: {asked} > {model.max_output}, which is the maximum allowed number of output tokens "
            f"for {model.id}"
        )
    budget = (body.get("thinking") or {}).get("budget_tokens")
    if budget is not None and budget < LEAST_THINKING_BUDGET:
        raise invalid(f"thinking.budget_tokens: Input should be greater than or equal to {LEAST_THINKING_BUDGET}")
    if budget is not None and budget >= asked:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")


def check_context(request: Request, input_tokens: int) -> None:
    """Raise ApiError (400) where the prompt alone is longer than the model's context window."""
    if input_tokens > request.model.context:
        raise prompt_too_long(input_tokens, request.model.context)


def prompt_too_long(tokens: int, limit: int) -> ApiError:
    """The API's 400 for a prompt that does not fit the context window."""
    return invalid(f"prompt is too long: {tokens} tokens > {limit} maximum")
