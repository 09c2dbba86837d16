"""What `hunkwise cost` does beyond one pure function: gathers from the ledger, tells of it, and puts receipts in."""
