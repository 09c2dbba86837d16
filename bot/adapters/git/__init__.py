"""Local git: the diff between two revisions, the texts behind it, and what its commits say."""

from bot.adapters.git.repository import GitRange, GitRepository, GitTexts

__all__ = ["GitRange", "GitRepository", "GitTexts"]
