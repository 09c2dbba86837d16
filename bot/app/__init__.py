"""The use cases, and the layers around one model call."""
