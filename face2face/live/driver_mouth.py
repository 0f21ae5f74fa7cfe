"""The inside of the target's mouth from the driver's own picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from face2face.imaging.mouth_transfer import Mouth, colour_gain, transfer_mouth
from face2face.landmarks import interocular
from face2face.live.frame import RenderedFrame
from face2face.live.motion_transfer import DrivenPose
from face2face.live.renderer import Renderer

#: Seconds in which the match of the colours follows a change of the light.
_COLOUR_SECONDS = 0.5


class WithDriverMouth:
    """Renders a target, and puts the inside of the driver's mouth into its mouth.

    Args:
        renderer: Renders the target.
    """

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._gain: NDArray[np.float64] | None = None
        self._last = 0.0

    def __call__(self, pose: DrivenPose) -> RenderedFrame:
        """Return the frame of the next pose."""
        frame = self._renderer(pose)
        driver = pose.scene
        if frame.landmarks is None or driver.landmarks is None:
            self._gain = None
            return frame
        unit = interocular(frame.landmarks)
        source = Mouth.cut(driver.photo, driver.landmarks, unit)
        wanted = colour_gain(source, Mouth.cut(frame.image, frame.landmarks, unit))
        step = max(frame.seconds - self._last, 0.0)
        share = 1.0 if self._gain is None else 1 - np.exp(-step / _COLOUR_SECONDS)
        before = wanted if self._gain is None else self._gain
        self._gain, self._last = before + share * (wanted - before), frame.seconds
        return replace(
            frame, image=transfer_mouth(frame.image, frame.landmarks, source, self._gain)
        )
