"""What of a diff is reviewed, and what is left out by which rule."""
