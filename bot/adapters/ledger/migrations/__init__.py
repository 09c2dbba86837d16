"""How the ledger's tables came to be what they are, one step a file; data that is there is kept by each."""
