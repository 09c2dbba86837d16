"""What reports and alerts gather from the ledger before they can be worked out, and what reconciling writes."""
