"""The errors that face2face raises on purpose: one small tree.

Every message has the same three parts: the rule, what was received instead, and what to do about it. A command
prints it as one line and exits with status 2 (see :mod:`face2face.commands.console`).
"""

from __future__ import annotations


class Face2FaceError(Exception):
    """Root of the tree.

    Args:
        rule: What must hold, as a sentence without a full stop.
        got: What was received instead.
        do: What the person can do next; may be left out where the rule says it.
    """

    def __init__(self, rule: str, got: object = None, do: str | None = None) -> None:
        self.rule, self.got, self.do = rule, got, do
        message = rule if got is None else f"{rule}, got {got}"
        super().__init__(f"{message}: {do}" if do else message)


class OptionError(Face2FaceError):
    """A command's options don't make sense."""


class MediaError(Face2FaceError):
    """A picture, a video or a camera can't be read, or an output can't be written."""


class FaceError(Face2FaceError):
    """A picture has no usable face, or landmark weights are unusable."""


class DataError(Face2FaceError):
    """Training data on disk is missing, mixed or malformed."""


class ModelError(Face2FaceError):
    """A checkpoint, a graph or its card is missing, damaged or of another kind."""
