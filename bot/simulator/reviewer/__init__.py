"""The stand-in's reviewer: plain rules over added lines. It is no model, and says so wherever it answers."""
