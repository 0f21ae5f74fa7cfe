"""Calibration: a driver's neutral face, found in its first seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face2face.face.head_pose import split_poses
from face2face.face.neutral import close_lips, lid_gaps
from face2face.face.target_statistics import neutral_shape
from face2face.image import Landmarks
from face2face.landmarks import gaze

#: Greatest gap of a driver's shut lips, in interocular distances: above the noise of landmarks.
_SHUT_LIPS_GAP = 0.03
#: Seconds at the start from which the driver's neutral face is taken.
_CALIBRATION_SECONDS = 2.0
#: Greatest number of frames used for that: the last of them.
_CALIBRATION_FRAMES = 120


@dataclass(frozen=True, eq=False)
class NeutralFace:
    """A driver's neutral face.

    Attributes:
        shape: ``(70, 2)`` float64 in head coordinates, lips shut.
        pose: ``(6,)``, see :attr:`face2face.face.head_pose.HeadPose.vector`.
        lid_gaps: ``(4,)``, distances between facing points of its lids.
        gaze: ``(2, 2)``, see :func:`face2face.landmarks.gaze`.
    """

    shape: NDArray[np.float64]
    pose: NDArray[np.float64]
    lid_gaps: NDArray[np.float64]
    gaze: NDArray[np.float64]

    @classmethod
    def of(cls, landmarks: Sequence[Landmarks]) -> NeutralFace:
        """Return the neutral face seen in some frames, ``(70, 2)`` each, at least one.

        >>> from face2face.face.expression import AVERAGE_FACE
        >>> face = NeutralFace.of([50 * AVERAGE_FACE + np.float32(128)])
        >>> bool(np.allclose(face.shape, AVERAGE_FACE, atol=0.01))
        True
        """
        shape = neutral_shape(np.stack(landmarks))
        shut = close_lips(shape, _SHUT_LIPS_GAP).astype(np.float64)
        poses, _ = split_poses(np.stack(landmarks), shut)
        return cls(shut, np.median(poses, axis=0), lid_gaps(shut), gaze(shape))


class Calibrator:
    """Finds the driver's neutral face in its first two seconds.

    It improves with each frame of them, then it stays.

    Attributes:
        face: The neutral face; None before the first frame.
    """

    def __init__(self) -> None:
        self.face: NeutralFace | None = None
        self._frames: deque[Landmarks] = deque(maxlen=_CALIBRATION_FRAMES)
        self._start = 0.0

    @property
    def starts(self) -> bool:
        """Whether the next frame begins a calibration."""
        return not self._frames

    def restart(self) -> None:
        """Find the neutral face again, from the next frame on."""
        self._frames.clear()

    def __call__(self, landmarks: Landmarks, seconds: float) -> NeutralFace:
        """Return the neutral face after the next frame.

        Args:
            landmarks: ``(70, 2)`` in pixels.
            seconds: Time of the frame.
        """
        if self.starts:
            self._start = seconds
        if seconds - self._start <= _CALIBRATION_SECONDS:
            self._frames.append(landmarks)
            self.face = NeutralFace.of(list(self._frames))
        assert self.face is not None
        return self.face
