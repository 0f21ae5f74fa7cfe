"""Keyframes of the target: stored, compared by pose, selected for a moving face."""
