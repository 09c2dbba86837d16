"""One module for each outside thing; nothing here knows another."""
