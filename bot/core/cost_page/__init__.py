"""The page that says what a month of reviews cost: the ledger's sums, drawn as HTML that needs nothing else.

Nothing here reads anything; the template's text comes from outside.
"""
