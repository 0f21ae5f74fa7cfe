"""Faces: detected, tracked, filtered, described, and their motion transferred."""
