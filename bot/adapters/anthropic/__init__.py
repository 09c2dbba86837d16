"""The Claude API, on every platform that sells it."""

from bot.adapters.anthropic.access import Access, Federation
from bot.adapters.anthropic.api import ClaudeApi
from bot.adapters.anthropic.batches import ClaudeBatches

__all__ = ["Access", "ClaudeApi", "ClaudeBatches", "Federation"]
