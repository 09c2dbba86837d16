"""Reports that must stream the ledger: what they read is larger than what they keep."""
