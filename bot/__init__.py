"""Hunkwise: reviews pull requests hunk by hunk with Claude, inside a hard budget."""

__version__ = "0.1.0"
