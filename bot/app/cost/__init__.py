"""What `hunkwise cost` does beyond one pure function: gathers, tells, puts receipts in, and reconciles."""
