"""Reports on what reviews cost: pure functions from the ledger's sums to tables. Nothing here reads anything."""
