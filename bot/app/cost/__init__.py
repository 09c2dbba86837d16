"""Reports and alerts, read from the ledger in portions: memory grows with what is shown, not with the rows."""
