"""The sketch: landmarks drawn as lines on black, at the size of the model's panel.

The model's card stores how, so that the live program draws the same sketch as training did.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, Landmarks
from face2face.landmarks import CLOSED, PARTS

#: Fractional bits of smooth coordinates passed to OpenCV: sixteenths of a pixel.
_FRACTION_BITS = 4

#: Palette -> part of the face -> RGB. In "parts", each eye and lip has its own colour.
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
    """How landmarks are drawn.

    Attributes:
        palette: A name in :data:`PALETTES`.
        thickness: Line width in pixels in a panel of 256 pixels; it grows with the panel.
        smooth: True for antialiased lines at sub-pixel places, False for hard edges.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> SketchSpec().draw(60 * AVERAGE_FACE + 128, 256).shape
    (256, 256, 3)
    """

    palette: str = "parts"
    thickness: int = 2
    smooth: bool = True

    def draw(self, landmarks: Landmarks, size: int) -> Image:
        """Return the sketch of a face, ``(size, size, 3)`` uint8 RGB.

        Args:
            landmarks: ``(70, 2)``, in panel pixels.
            size: Width and height of the panel, in pixels.
        """
        canvas = np.zeros((size, size, 3), np.uint8)
        width = max(1, round(self.thickness * size / 256))
        line_type = cv2.LINE_AA if self.smooth else cv2.LINE_8
        bits = _FRACTION_BITS if self.smooth else 0
        points = np.round(np.asarray(landmarks, np.float64) * (1 << bits)).astype(np.int32)
        for part, colour in PALETTES[self.palette].items():
            line = points[PARTS[part]].reshape(-1, 1, 2)
            cv2.polylines(canvas, [line], part in CLOSED, colour, width, line_type, bits)
        return canvas


#: The sketch of the predecessor datitran/face2face-demo: white, three pixels wide, hard edges.
LEGACY = SketchSpec("white", 3, False)
