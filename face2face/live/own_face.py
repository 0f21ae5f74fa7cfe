"""The driver's own picture, live, with another expression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from face2face.data.photo_frames import Painter
from face2face.face.calibration import Calibrator
from face2face.face.landmark_filter import LandmarkFilter
from face2face.face.photo_checks import faces_camera, is_large_enough
from face2face.face.sketch import SketchSpec
from face2face.face.steady_changes import FADE_SECONDS
from face2face.image import Landmarks, Scene
from face2face.imaging.text import draw_note
from face2face.live.added_expression import AddedExpression
from face2face.live.frame import NO_FACE, RenderedFrame
from face2face.live.motion_transfer import DrivenPose
from face2face.live.options import MotionOptions


class OwnMotion:
    """Filters the driver's landmarks and adds an expression, where they lie in the picture.

    A face that is too small, or turned too far to a side, keeps its own expression. The change
    fades in and out.

    Args:
        added: The expression.
        options: Its smoothing is used.

    Attributes:
        retargeter: None: no motion is transferred.
        calibrator: Finds the driver's neutral face, from which the way to an expression starts.
        filter: Steadies the driver's landmarks.
        added: The same.
    """

    retargeter = None

    def __init__(self, added: AddedExpression, options: MotionOptions = MotionOptions()) -> None:
        self.added = added
        self.calibrator = Calibrator()
        self.filter = LandmarkFilter()
        self.filter.strength = options.smoothing
        self._share = 1.0
        self._last = float("-inf")

    def __call__(self, scene: Scene) -> DrivenPose:
        """Return the landmarks wanted in the next frame, in the pixels of its own picture.

        Args:
            scene: The frame. One without landmarks resets the filter.
        """
        seconds = scene.seconds or 0.0
        usable = scene.landmarks is not None and _can_change(scene.landmarks)
        self._fade(usable, seconds)
        if scene.landmarks is None:
            self.filter.reset()
            self._share = 0.0
            return DrivenPose(scene, None)
        landmarks = self.filter(scene.landmarks, seconds)
        neutral = self.calibrator(landmarks, seconds) if usable else self.calibrator.face
        wanted = landmarks
        if neutral is not None:
            wanted = self.added(landmarks, neutral.shape, self._share)
        return DrivenPose(replace(scene, landmarks=landmarks), wanted)

    def _fade(self, usable: bool, seconds: float) -> None:
        """Move the share of the change towards 1 where the face can change, or else to 0."""
        step = (seconds - self._last) / FADE_SECONDS
        self._share = float(np.clip(self._share + (step if usable else -step), 0.0, 1.0))
        self._last = seconds


class OwnFaceRenderer:
    """Renders the driver's own picture with its face moved to the wanted landmarks.

    Args:
        paint: Moves the face.
    """

    def __init__(self, paint: Painter) -> None:
        self._paint = paint
        self._sketch = SketchSpec()

    def __call__(self, pose: DrivenPose) -> RenderedFrame:
        """Return the changed frame, at the size of the driver's picture."""
        photo, landmarks = pose.scene.photo, pose.scene.landmarks
        if landmarks is None or pose.landmarks is None:
            blank = np.zeros_like(photo)
            return RenderedFrame(pose.scene, None, draw_note(photo, NO_FACE), blank, own=True)
        image = self._paint(photo, landmarks, pose.landmarks)
        height, width = photo.shape[:2]
        sketch = self._sketch.draw(pose.landmarks, max(height, width))[:height, :width]
        return RenderedFrame(pose.scene, pose.landmarks, image, sketch, own=True)


def _can_change(landmarks: Landmarks) -> bool:
    return is_large_enough(landmarks) and faces_camera(landmarks)
