"""What a secret looks like: single tokens (kinds) and private key blocks (keyblock)."""
