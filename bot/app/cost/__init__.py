"""What `hunkwise cost` does beyond one pure function: gathering from the ledger, and putting receipts into it."""
