"""face2face: a webcam drives another person's face, live, on a laptop without a GPU."""

__version__ = "0.2.0"
