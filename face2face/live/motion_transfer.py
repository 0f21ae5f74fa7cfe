"""MotionTransfer: from the driver's landmarks to the target's pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.retarget import Retargeter
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Image, Landmarks, Scene, centre_box
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

    Attributes:
        retargeter: Transfers the motion; None where landmarks are taken as they lie.
        filter: Steadies the driver's landmarks.
    """

    def __init__(
        self, shape: TargetStatistics | None, size: int, options: MotionOptions = MotionOptions()
    ) -> None:
        self._size = size
        self.filter = LandmarkFilter()
        self.filter.strength = options.smoothing
        self.retargeter: Retargeter | None = None
        if shape is not None and options.retarget != NONE:
            self.retargeter = Retargeter(
                shape,
                head=0.0 if options.retarget == EXPRESSION else options.head,
                expression=options.expression,
                gaze=options.gaze,
                stay_in_range=options.stay_in_range,
            )

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
            return DrivenPose(scene, middle.to_panel(landmarks, self._size))
        retargeted = self.retargeter(landmarks, seconds)
        return DrivenPose(scene, retargeted.landmarks, retargeted.excess)
