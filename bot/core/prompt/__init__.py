"""What a model is told: the templates, their rendering, and the fences around what a pull request says."""
