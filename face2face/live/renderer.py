"""FrameRenderer: from the target's pose to a frame, by a reenactment model."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from face2face.image import Image
from face2face.imaging.text import draw_note
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.frame import NO_FACE, RenderedFrame, dimmed
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import DrivenPose


class Renderer(Protocol):
    """Renders poses that follow each other."""

    def __call__(self, pose: DrivenPose) -> RenderedFrame:
        """Return the frame of the next pose."""


class FrameRenderer:
    """Renders the target in poses that follow each other.

    Args:
        model: The target's model.
    """

    def __init__(self, model: ReenactmentModel) -> None:
        self._model = model
        self._selectors = PoseSelectors()
        size = model.mode.size
        self._last: Image = np.zeros((size, size, 3), np.uint8)

    def __call__(self, pose: DrivenPose) -> RenderedFrame:
        """Return the frame of the next pose; without a face the last picture, dimmed."""
        if pose.landmarks is None:
            image = draw_note(dimmed(self._last), NO_FACE)
            return RenderedFrame(pose.scene, None, image, np.zeros_like(self._last))
        panels = self._model.mode.condition_live(pose.landmarks, self._selectors)
        self._last = self._model.engine(panels)
        return RenderedFrame(pose.scene, pose.landmarks, self._last, panels[0], pose.excess)
