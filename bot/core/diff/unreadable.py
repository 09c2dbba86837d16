"""Why one file of a diff cannot be read."""

from __future__ import annotations


class Unreadable(Exception):
    """One file of the diff does not hold together; its message becomes `FileDiff.unreadable`.

    Never leaves core/diff: one bad file must not cost the others.
    """
