"""Motion and pictures that nobody showed: scripts, animated photos, drawn blemishes."""
