"""From a driver's scene to its landmarks, and from these to the target's pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.retarget import Retargeter, TargetStatistics
from face2face.face.tracker import to_grey
from face2face.image import Image, Landmarks, Scene, centre_box


@dataclass(frozen=True)
class DrivenPose:
    """A moment of the driver's, and the pose that the target takes.

    Attributes:
        scene: The driver's, with its own landmarks, steadied, where there is a face.
        target: The same with the target's landmarks, in panel pixels, and no time: see :meth:`face2face.modes.reenact.Reenact.condition`.
            None where there is no face.
        beyond: See :class:`face2face.face.retarget.Retargeted`.
    """

    scene: Scene
    target: Scene | None
    beyond: float = 0.0


def with_landmarks(scene: Scene, detect: Callable[[Image], list[Landmarks]] | None) -> Scene:
    """The scene with the landmarks of who drives; without any where there is no face.

    Args:
        scene: One that brings its landmarks keeps them.
        detect: Landmarks of the faces in a grey picture, the one that drives first; None where nobody is to be sought.
    """
    if scene.landmarks is not None or detect is None:
        return scene
    faces = detect(to_grey(scene.photo))
    return replace(scene, landmarks=faces[0] if faces else None)


class MotionTransfer:
    """Steadies the driver's landmarks and carries them over to the target.

    Args:
        shape: The target's; None to take the driver's landmarks as they lie in the middle of the picture.
        size: Width and height of a panel, in pixels.
    """

    def __init__(self, shape: TargetStatistics | None, size: int) -> None:
        self._size = size
        self.retarget = Retargeter(shape) if shape is not None else None
        self.smooth = LandmarkFilter()

    def __call__(self, scene: Scene) -> DrivenPose:
        """The pose of a scene; none where it has no landmarks."""
        if scene.landmarks is None:
            self.smooth.reset()
            return DrivenPose(scene, None)
        seconds = scene.seconds or 0.0
        landmarks = self.smooth(scene.landmarks, seconds)
        scene = replace(scene, landmarks=landmarks)
        if self.retarget is None:
            lying = centre_box(*scene.photo.shape[:2]).to_panel(landmarks, self._size)
            return DrivenPose(scene, replace(scene, landmarks=lying, seconds=None))
        carried = self.retarget(landmarks, seconds)
        return DrivenPose(
            scene, replace(scene, landmarks=carried.landmarks, seconds=None), carried.excess
        )
