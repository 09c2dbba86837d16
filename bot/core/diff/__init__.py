"""Reading diffs: bytes in, exact lines out."""
