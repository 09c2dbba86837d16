"""Everything that can be decided without touching the world: pure values and functions."""
