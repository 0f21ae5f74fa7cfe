"""Faces found, tracked and measured."""
