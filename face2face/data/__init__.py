"""Training pairs on disk: made, split and read."""
