"""Synthetic input: scripted motion, animated photos, recorded performances, drawn blemishes."""
