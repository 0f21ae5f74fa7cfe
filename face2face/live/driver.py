"""From a driver's scene to the target's pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from face2face.face.retarget import Retargeter, TargetShape
from face2face.face.smooth import OneEuro
from face2face.image import Image, Landmarks, Scene, centre_box


class Driver:
    """Finds the driver's landmarks, steadies them and carries them over to the target.

    Args:
        detect: Landmarks of the faces in a picture, the largest first; asked only where a scene has no landmarks of its own.
        shape: The target's; None to take the driver's landmarks as they lie in the middle of the picture.
        size: Width and height of a panel, in pixels.
    """

    def __init__(self, detect: Callable[[Image], list[Landmarks]], shape: TargetShape | None, size: int) -> None:
        self._detect, self._size = detect, size
        self._smooth = OneEuro()
        self._retarget = Retargeter(shape) if shape is not None else None

    def __call__(self, scene: Scene) -> Scene | None:
        """The scene with the target's landmarks, in panel pixels; None where there is no face."""
        landmarks = scene.landmarks
        if landmarks is None:
            faces = self._detect(scene.photo)
            if not faces:
                self._smooth.reset()
                return None
            landmarks = faces[0]
        seconds = scene.seconds or 0.0
        landmarks = self._smooth(landmarks, seconds)
        if self._retarget is not None:
            landmarks = self._retarget(landmarks, seconds)
        else:
            landmarks = centre_box(*scene.photo.shape[:2]).to_panel(landmarks, self._size)
        return replace(scene, landmarks=landmarks, seconds=None)
