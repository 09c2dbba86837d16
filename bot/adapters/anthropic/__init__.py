"""The Claude API."""

from bot.adapters.anthropic.api import Access, ClaudeApi

__all__ = ["Access", "ClaudeApi"]
