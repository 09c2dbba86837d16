"""What a run is told: flags, environment, the repository's file and defaults, as one frozen value."""
