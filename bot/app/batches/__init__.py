"""Reviews whose answers come later: handed in as message batches at half price, collected when they have ended."""
