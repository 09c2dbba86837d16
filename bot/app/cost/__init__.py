"""Reports and steps on what reviews cost that read the ledger row by row, or write it."""
