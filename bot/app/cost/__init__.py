"""Steps that gather what reports are worked out from, and what reconciling writes."""
