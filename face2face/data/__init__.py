"""Pairs on disk: made, split, read."""
