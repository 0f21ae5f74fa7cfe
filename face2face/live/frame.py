"""Views: what is seen at one moment, and the steps that make them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, side_by_side
from face2face.imaging.paste_back import paste_back
from face2face.imaging.text import draw_note
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import DrivenPose
from face2face.live.names import COMPOSITIONS

#: Compositions, see :meth:`View.composed`.
SIDE, TARGET, DRIVER = COMPOSITIONS
NO_FACE = "no face found"
_DIMMED = 0.35
#: The driver asks for more than the target ever did: from this many interocular distances on it is told, by an edge of this colour.
_BEYOND, _EDGE = 0.1, (255, 176, 0)


@dataclass(frozen=True)
class RenderedFrame:
    """What is seen at one moment.

    Attributes:
        posed: The driver's scene, and the target's pose.
        sketch: ``(size, size, 3)`` uint8; black where there is no face.
        target: ``(size, size, 3)`` uint8; the last one dimmed, with a line that says so, where there is no face.
    """

    posed: DrivenPose
    sketch: Image
    target: Image

    @property
    def found(self) -> bool:
        """Whether there is a face."""
        return self.posed.target is not None

    @property
    def beyond(self) -> bool:
        """Whether the driver asks for more than the target was ever seen to do."""
        return self.posed.beyond > _BEYOND

    @property
    def seconds(self) -> float:
        """The scene's time."""
        return self.posed.scene.seconds or 0.0

    def beside(self) -> Image:
        """The driver's picture as high as the target's, ``(size, w, 3)`` uint8."""
        photo, size = self.posed.scene.photo, self.target.shape[0]
        width = max(1, round(photo.shape[1] * size / photo.shape[0]))
        # Linear interpolation misses no pixel up to half the size, at a tenth of the time.
        how = cv2.INTER_LINEAR if photo.shape[0] <= 2 * size else cv2.INTER_AREA
        return cv2.resize(photo, (width, size), interpolation=how)

    def composed(self, how: str, sketch: bool = False) -> Image:
        """One picture of it.

        Args:
            how: ``side``: the driver, and the target to the right; ``target``: alone; ``driver``: its face in the driver's picture.
            sketch: Beside the target the sketch instead of the driver.
        """
        if how == "side":
            return side_by_side([self.sketch if sketch else self.beside(), self.target])
        if how == "target":
            return self.target
        scene, target = self.posed.scene, self.posed.target
        if target is None or target.landmarks is None or scene.landmarks is None:
            return scene.photo
        return paste_back(self.target, target.landmarks, scene.photo, scene.landmarks)


class FrameRenderer:
    """Turns poses into views, one after another.

    Args:
        puppet: Takes the pose.
    """

    def __init__(self, puppet: ReenactmentModel) -> None:
        self.puppet = puppet
        size = puppet.mode.size
        self._last: Image = np.zeros((size, size, 3), np.uint8)

    def __call__(self, posed: DrivenPose) -> RenderedFrame:
        """What is seen of a pose."""
        if posed.target is None:
            return RenderedFrame(
                posed, np.zeros_like(self._last), draw_note(dimmed(self._last), NO_FACE)
            )
        panels = self.puppet.condition(posed.target)
        self._last = self.puppet.answer(posed.target, panels)
        return RenderedFrame(posed, panels[0], self._last)


def dimmed(picture: Image) -> Image:
    """A picture at a third of its brightness: it isn't current."""
    return np.rint(picture * _DIMMED).astype(np.uint8)


def with_warning_border(picture: Image) -> Image:
    """A copy with a thin coloured edge: the driver asks for more than the target was ever seen to do."""
    copy = picture.copy()
    width = max(2, copy.shape[0] // 128)
    cv2.rectangle(copy, (0, 0), (copy.shape[1] - 1, copy.shape[0] - 1), _EDGE, 2 * width)
    return copy
