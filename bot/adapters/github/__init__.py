"""GitHub, or a GitHub Enterprise Server, as a CodeHost."""
