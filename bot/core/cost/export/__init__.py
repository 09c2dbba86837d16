"""Rows of the ledger in other programs' formats. Nothing here reads or writes anything."""
