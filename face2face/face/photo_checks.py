"""Checks of the face in a photo: upright, large enough, and from ahead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import FaceError

if TYPE_CHECKING:
    from face2face.face.back_ends import FaceDetector
    from face2face.image import Image, Landmarks

#: Least distance between the eyes, in pixels. The networks paint smaller faces beyond recognition.
_MIN_INTEROCULAR = 12
#: Turn of the head, in interocular distances, beyond which half of the face is hidden.
_MAX_TURN = 0.3
#: Quarter turns to the left that bring a photo upright -> what is wrong with it, and what to do.
_TURNED = {
    1: ("lies on its side", "Turn it to the left"),
    2: ("is upside down", "Turn it by half a turn"),
    3: ("lies on its side", "Turn it to the right"),
}


def check_upright(detector: FaceDetector, picture: Image, photo: Path) -> None:
    """Raise an error where a photo lies on its side or is upside down.

    Args:
        detector: Finds the photo's clearest face.
        picture: ``(h, w, 3)`` uint8 RGB.
        photo: The photo's path, for the error.

    Raises:
        FaceError: It isn't upright.
    """
    if turns := detector.quarter_turns(picture):
        problem, hint = _TURNED[turns]
        raise FaceError(f"{photo} {problem}.", hint=f"{hint} first.")


def check_large_enough(landmarks: Landmarks, photo: Path) -> None:
    """Raise an error where a face has too few pixels.

    Args:
        landmarks: ``(70, 2)`` in the photo's pixels.
        photo: The photo's path, for the error.

    Raises:
        FaceError: The eyes are less than 12 pixels apart.
    """
    from face2face.landmarks import interocular

    if not is_large_enough(landmarks):
        raise FaceError(
            f"The face in {photo} is too small: its eyes are {interocular(landmarks):.0f} pixels "
            f"apart, and {_MIN_INTEROCULAR} are the least.",
            hint="Use a larger photo of it.",
        )


def is_large_enough(landmarks: Landmarks) -> bool:
    """Return whether the eyes of a face, ``(70, 2)``, are at least 12 pixels apart."""
    from face2face.landmarks import interocular

    return interocular(landmarks) >= _MIN_INTEROCULAR


def check_faces_camera(landmarks: Landmarks, photo: Path | str) -> None:
    """Raise an error where a face is turned too far to a side.

    Args:
        landmarks: ``(70, 2)`` in the photo's pixels.
        photo: The photo's path, for the error.

    Raises:
        FaceError: Half of the face is hidden.
    """
    if not faces_camera(landmarks):
        raise FaceError(
            f"The face in {photo} is turned too far to a side.",
            hint="Use a photo in which it looks at the camera.",
        )


def faces_camera(landmarks: Landmarks) -> bool:
    """Return whether no half of a face, ``(70, 2)``, is hidden by a turn to a side."""
    from face2face.landmarks import turn

    return bool(abs(turn(landmarks)) <= _MAX_TURN)
