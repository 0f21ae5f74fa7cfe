"""The errors that face2face raises on purpose: one small tree.

Each message is the problem, then a hint: what to do about it. A command prints it as one line and
exits with status 2 (see :mod:`face2face.commands.console`).
"""

from __future__ import annotations


class Face2FaceError(Exception):
    """Root of the tree.

    Args:
        problem: What is wrong with what was given, as a sentence.
        hint: What the person can do next, as a sentence; "" where the problem says it.

    >>> str(Face2FaceError("clip.mp4 is empty.", hint="Record or copy it again."))
    'clip.mp4 is empty. Record or copy it again.'
    """

    def __init__(self, problem: str, *, hint: str = "") -> None:
        self.problem, self.hint = problem, hint
        super().__init__(f"{problem} {hint}".strip())


class OptionError(Face2FaceError):
    """A command's options don't make sense.

    >>> raise OptionError("--minutes is -1.", hint="Give a number above 0.")
    Traceback (most recent call last):
    face2face.errors.OptionError: --minutes is -1. Give a number above 0.
    """


class MediaError(Face2FaceError):
    """A picture, a video or a camera can't be read, or an output can't be written.

    >>> raise MediaError("clip.mp4 is empty.", hint="Record or copy it again.")
    Traceback (most recent call last):
    face2face.errors.MediaError: clip.mp4 is empty. Record or copy it again.
    """


class FaceError(Face2FaceError):
    """A picture has no usable face, or landmark weights are unusable.

    >>> raise FaceError("There is no face in me.jpg.", hint="Use a photo of a face.")
    Traceback (most recent call last):
    face2face.errors.FaceError: There is no face in me.jpg. Use a photo of a face.
    """


class DataError(Face2FaceError):
    """Training data on disk is missing, mixed or malformed.

    >>> raise DataError("combined has no strips in train/.", hint="Make them again.")
    Traceback (most recent call last):
    face2face.errors.DataError: combined has no strips in train/. Make them again.
    """


class ModelError(Face2FaceError):
    """A checkpoint, a graph or its card is missing, damaged or of another kind.

    >>> raise ModelError("There is no model in me-model.", hint="Train one first.")
    Traceback (most recent call last):
    face2face.errors.ModelError: There is no model in me-model. Train one first.
    """
