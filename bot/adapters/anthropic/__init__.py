"""The Claude API."""

from bot.adapters.anthropic.api import Access, ClaudeApi
from bot.adapters.anthropic.batches import ClaudeBatches

__all__ = ["Access", "ClaudeApi", "ClaudeBatches"]
