"""RenderedFrame: one frame of the live program, and its composition into one picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from face2face.image import Image, Landmarks, Scene, side_by_side
from face2face.imaging.paste_back import paste_back
from face2face.live.options import COMPOSITIONS, SIDE, TARGET

#: The note on a frame without a face.
NO_FACE = "no face found"
#: Brightness of a picture that is not current, as a share of its own.
_DIMMED = 0.35
#: Distance from the target's range, in interocular distances, from which the border warns.
_EXCESS_THRESHOLD = 0.1
#: RGB colour of the warning border: orange, rare in skin and rooms.
_BORDER_COLOUR = (255, 176, 0)


@dataclass(frozen=True)
class RenderedFrame:
    """One frame of the live program.

    Attributes:
        driver: The driver's frame, with its filtered landmarks where there is a face.
        landmarks: ``(70, 2)`` float32, of the face in ``image``; None where the driver has no face.
        image: ``(h, w, 3)`` uint8 RGB, the generated picture; where there is no face the last one,
            dimmed, with a note.
        conditioning: ``(h, w, 3)`` uint8, the picture that steered the network: the sketch, or the
            mask of retouched pixels; black where there is no face.
        excess: Distance of the pose from the target's known range, in interocular distances.
        own: Whether ``image`` is the driver's own picture, changed.

    >>> grey = np.full((256, 256, 3), 128, np.uint8)
    >>> frame = RenderedFrame(Scene(grey), None, grey, grey)
    >>> frame.found, frame.compose("side").shape
    (False, (256, 512, 3))
    """

    driver: Scene
    landmarks: Landmarks | None
    image: Image
    conditioning: Image
    excess: float = 0.0
    own: bool = False

    @property
    def found(self) -> bool:
        """Whether the driver has a face."""
        return self.landmarks is not None

    @property
    def exceeds_range(self) -> bool:
        """Whether the pose lies clearly beyond the target's known range."""
        return self.excess > _EXCESS_THRESHOLD

    @property
    def seconds(self) -> float:
        """Time of the driver's frame, in seconds."""
        return self.driver.seconds or 0.0

    def driver_view(self) -> Image:
        """Return the driver's picture, as high as the generated one: ``(h, w, 3)`` uint8 RGB."""
        photo, height = self.driver.photo, self.image.shape[0]
        width = max(1, round(photo.shape[1] * height / photo.shape[0]))
        # Down to half the size linear interpolation uses every pixel, in a tenth of the time.
        method = cv2.INTER_LINEAR if photo.shape[0] <= 2 * height else cv2.INTER_AREA
        return cv2.resize(photo, (width, height), interpolation=method)

    def compose(self, composition: str = SIDE, conditioning: bool = False) -> Image:
        """Return the frame as one picture, ``(h, w, 3)`` uint8 RGB.

        Args:
            composition: ``side`` for the driver and the target side by side, ``target`` for the
                target alone, ``driver`` for the target's face in the driver's picture.
            conditioning: Show the conditioning picture next to the target instead of the driver.
        """
        if composition == SIDE:
            left = self.conditioning if conditioning else self.driver_view()
            return side_by_side([left, self.image])
        if composition == TARGET or self.own:
            return self.image
        assert composition in COMPOSITIONS
        if self.landmarks is None or self.driver.landmarks is None:
            return self.driver.photo
        return paste_back(self.image, self.landmarks, self.driver.photo, self.driver.landmarks)


def dimmed(picture: Image) -> Image:
    """Return a picture at a third of its brightness, which says that it is not current.

    >>> int(dimmed(np.full((1, 1, 3), 100, np.uint8)).max())
    35
    """
    return np.rint(picture * _DIMMED).astype(np.uint8)


def with_warning_border(picture: Image) -> Image:
    """Return a copy of an RGB uint8 picture with a thin orange border.

    >>> with_warning_border(np.zeros((128, 128, 3), np.uint8))[0, 0].tolist()
    [255, 176, 0]
    """
    copy = picture.copy()
    width = max(2, copy.shape[0] // 128)
    corner = (copy.shape[1] - 1, copy.shape[0] - 1)
    cv2.rectangle(copy, (0, 0), corner, _BORDER_COLOUR, 2 * width)
    return copy
