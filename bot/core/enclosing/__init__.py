"""What a hunk is part of: the definition around it, read from the file's whole text."""

from bot.core.enclosing.context import enclosing_of

__all__ = ["enclosing_of"]
