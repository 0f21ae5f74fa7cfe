"""The file of detected faces: a line for each frame, written as it comes.

An interrupted run continues after the last whole line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from face2face.data.frame_quality import FrameQuality
from face2face.image import LANDMARK_COUNT, Landmarks

#: A face's landmarks, ``(70, 2)`` float32, and their uncertainty, ``(70,)`` float32, in pixels.
Face = tuple[Landmarks, NDArray[np.float32]]


@dataclass(frozen=True)
class Detection:
    """The faces in one frame.

    Attributes:
        faces: Their landmarks and uncertainties.
        quality: Figures of the face where there is exactly one; None otherwise.
    """

    faces: list[Face]
    quality: FrameQuality | None


def write_detection(file: TextIO, number: int, detection: Detection) -> None:
    """Append the line of a frame to an open file."""
    faces = [[each.tolist() for each in face] for face in detection.faces]
    quality = detection.quality.to_json() if detection.quality else None
    file.write(json.dumps([number, faces, quality]) + "\n")


def read_detections(store: Path) -> dict[int, Detection]:
    """Return number -> detection as stored by an earlier run. Damaged lines are left out."""
    known: dict[int, Detection] = {}
    if store.is_file():
        for line in store.read_bytes().splitlines():
            try:
                number, faces, quality = json.loads(line)
                checked = [_checked_face(*face) for face in faces]
                figures = FrameQuality.from_json(quality) if len(checked) == 1 else None
                known[int(number)] = Detection(checked, figures)
            except (ValueError, TypeError, OverflowError, RecursionError):
                continue
    return known


def cut_torn_line(store: Path) -> None:
    """Cut off the line that was being written when an earlier run was killed."""
    if store.is_file():
        with store.open("rb+") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _checked_face(landmarks: Any, uncertainty: Any) -> Face:
    """Return a stored face.

    Raises:
        ValueError: It has another shape, or a number isn't finite.
        TypeError: It holds other things than numbers.
    """
    points, deviations = np.array(landmarks, np.float32), np.array(uncertainty, np.float32)
    if points.shape != (LANDMARK_COUNT, 2) or deviations.shape != (LANDMARK_COUNT,):
        raise ValueError("not a face's landmarks and their uncertainty")
    if not (np.isfinite(points).all() and np.isfinite(deviations).all()):
        raise ValueError("not finite")
    return points, deviations
