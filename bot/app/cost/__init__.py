"""Reports and alerts that gather several things from the ledger before they can be worked out."""
