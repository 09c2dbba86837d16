"""Reports and alerts that read the ledger as they go."""
