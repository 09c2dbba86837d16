"""The ledger's words: a row an attempt, the periods of a budget, and what follows from sums of rows. Pure."""
