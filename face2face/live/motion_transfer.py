"""MotionTransfer: from the driver's landmarks to the target's pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from face2face.face.calibration import Calibrator
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose
from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.retarget import Retargeter
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Image, Landmarks, Scene, centre_box
from face2face.live.added_expression import AddedExpression
from face2face.live.options import EXPRESSION, NONE, MotionOptions


@dataclass(frozen=True)
class DrivenPose:
    """A frame of the driver, and the pose that the target takes.

    Attributes:
        scene: The driver's frame, with its filtered landmarks; without any where there is no face.
        landmarks: ``(70, 2)`` float32, the target's, in panel pixels; None where there is no face.
        excess: Distance of the pose from the target's known range, in interocular distances.
    """

    scene: Scene
    landmarks: Landmarks | None
    excess: float = 0.0


def with_landmarks(scene: Scene, detect: Callable[[Image], list[Landmarks]] | None) -> Scene:
    """Return a scene with the landmarks of its first face; without any where there is no face.

    Args:
        scene: A frame of the driver; one that has landmarks keeps them.
        detect: Returns the landmarks of each face in a picture, ``(h, w, 3)`` uint8 RGB, the
            driver's first; None where every scene brings its own.
    """
    if scene.landmarks is not None or detect is None:
        return scene
    faces = detect(scene.photo)
    return replace(scene, landmarks=faces[0] if faces else None)


class MotionTransfer:
    """Filters the driver's landmarks and transfers their motion to the target.

    Args:
        shape: The target's shape statistics; None to take the landmarks as they lie in the middle
            of the driver's picture.
        size: Width and height of a panel, in pixels.
        options: The strengths at first; keys change them.
        added: The expression that the target wears all the time; None for no such thing.

    Attributes:
        retargeter: Transfers the motion; None where landmarks are taken as they lie.
        calibrator: Finds the driver's neutral face.
        filter: Steadies the driver's landmarks.
        added: The same.
    """

    def __init__(
        self,
        shape: TargetStatistics | None,
        size: int,
        options: MotionOptions = MotionOptions(),
        added: AddedExpression | None = None,
    ) -> None:
        self._size = size
        self.added = added
        self.filter = LandmarkFilter()
        self.filter.strength = options.smoothing
        self.calibrator = Calibrator()
        self.retargeter: Retargeter | None = None
        if shape is not None and options.retarget != NONE:
            self.retargeter = Retargeter(
                shape,
                head=0.0 if options.retarget == EXPRESSION else options.head,
                expression=options.expression,
                gaze=options.gaze,
                stay_in_range=options.stay_in_range,
            )
            self.calibrator = self.retargeter.calibrator
            self._neutral = HeadPose.of(self.retargeter.target.neutral, AVERAGE_FACE).shape

    def __call__(self, scene: Scene) -> DrivenPose:
        """Return the target's pose for the next frame of the driver.

        Args:
            scene: The frame. One without landmarks resets the filter.
        """
        if scene.landmarks is None:
            self.filter.reset()
            return DrivenPose(scene, None)
        seconds = scene.seconds or 0.0
        landmarks = self.filter(scene.landmarks, seconds)
        scene = replace(scene, landmarks=landmarks)
        if self.retargeter is None:
            middle = centre_box(*scene.photo.shape[:2])
            posed, excess = middle.to_panel(landmarks, self._size), 0.0
        else:
            retargeted = self.retargeter(landmarks, seconds)
            posed, excess = retargeted.landmarks, retargeted.excess
        if self.added is not None:
            posed = self.added(posed, self._neutral_shape(landmarks, seconds))
        return DrivenPose(scene, posed, excess)

    def _neutral_shape(self, landmarks: Landmarks, seconds: float) -> NDArray[np.float64]:
        """Return the target's neutral face, ``(70, 2)`` in head coordinates.

        Where landmarks are taken as they lie, it is the driver's.
        """
        if self.retargeter is None:
            return self.calibrator(landmarks, seconds).shape
        return self._neutral
