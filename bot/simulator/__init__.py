"""A stand-in for the Claude Messages API, served on loopback."""
