"""What `hunkwise cost` does beyond reading sums: receipts go into the ledger."""
