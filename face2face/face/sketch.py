"""The sketch: landmarks drawn as lines on black, always at the model's own size.

One spec says how; it is stored in the model's card, so that the live program draws what the network learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, Landmarks
from face2face.landmarks import CLOSED, PARTS

#: Sub-pixel bits of the coordinates handed to OpenCV.
_SHIFT = 4

#: The palettes a spec can name: part -> RGB. Bones dim and soft parts bright; each eye and lip told apart.
PALETTES: dict[str, dict[str, tuple[int, int, int]]] = {
    "white": dict.fromkeys(PARTS, (255, 255, 255)),
    "parts": {
        "jaw": (255, 255, 255),
        "right_eyebrow": (255, 160, 0),
        "left_eyebrow": (160, 255, 0),
        "nose": (160, 160, 255),
        "right_eye": (255, 0, 160),
        "left_eye": (0, 255, 255),
        "mouth": (255, 0, 0),
        "inner_mouth": (0, 255, 0),
    },
}


@dataclass(frozen=True)
class SketchSpec:
    """How landmarks become lines.

    Attributes:
        palette: A name in :data:`PALETTES`.
        thickness: Line width in pixels at 256 pixels; it grows with the size.
        smooth: Antialiased lines with sub-pixel ends, or hard ones.
    """

    palette: str = "parts"
    thickness: int = 2
    smooth: bool = True

    def draw(self, landmarks: Landmarks, size: int) -> Image:
        """``(68, 2)`` landmarks in panel pixels as a ``(size, size, 3)`` uint8 sketch."""
        canvas = np.zeros((size, size, 3), np.uint8)
        width = max(1, round(self.thickness * size / 256))
        kind = cv2.LINE_AA if self.smooth else cv2.LINE_8
        points = np.round(
            np.asarray(landmarks, np.float64) * (1 << _SHIFT if self.smooth else 1)
        ).astype(np.int32)
        for part, colour in PALETTES[self.palette].items():
            line = points[PARTS[part]].reshape(-1, 1, 2)
            shift = _SHIFT if self.smooth else 0
            cv2.polylines(canvas, [line], part in CLOSED, colour, width, kind, shift)
        return canvas


#: What the ancestors drew: white, three pixels wide, hard edges.
LEGACY = SketchSpec("white", 3, False)
