"""Reports on what reviews cost, read from the ledger in portions: memory grows with what is shown, not with rows."""
