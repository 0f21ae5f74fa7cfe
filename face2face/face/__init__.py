"""Faces: landmarks, their detection, drawing, steadying, retargeting, and pictures warped after them."""
