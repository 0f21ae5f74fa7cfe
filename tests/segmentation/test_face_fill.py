"""Large holes in a drawn face, filled from drawn donors; the truth is known."""

from typing import Any

import cv2
import numpy as np
import pytest

from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image
from face2face.segmentation.donors import Donors
from face2face.segmentation.face_fill import FaceFill
from face2face.segmentation.labels import CLASSES, PALETTE
from face2face.segmentation.parser import labels_from_landmarks

SIZE = 160
#: Eyes 40 pixels apart, framed as the donors are.
LANDMARKS = (40 * AVERAGE_FACE + (80, 85)).astype(np.float32)
LABELS = labels_from_landmarks(LANDMARKS, SIZE, SIZE)


def drawn(gain: float = 1.0) -> Image:
    """A face of soft colours; each class has its own."""
    colours = 90 + 0.5 * PALETTE[LABELS].astype(np.float32)
    return np.asarray(gain * cv2.GaussianBlur(colours, (0, 0), 1.0), np.uint8)


def filler(donors: list[Image], found: bool = True) -> FaceFill:
    labels = np.repeat(LABELS[None], len(donors), 0)
    detector: Any = lambda photo: [LANDMARKS] if found else []  # noqa: E731
    return FaceFill(lambda: Donors(np.stack(donors), labels), lambda: detector)


def disc(x: int, y: int, radius: int) -> np.ndarray[Any, Any]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(mask, (x, y), radius, 1, -1)
    return mask > 0


def holed(photo: Image, hole: np.ndarray[Any, Any]) -> Image:
    return np.where(hole[..., None], np.uint8(128), photo)


def test_a_large_hole_is_filled_from_donors_in_the_photos_light() -> None:
    photo, hole = drawn(), disc(80, 85, 24)
    flat = np.full((SIZE, SIZE, 3), 60, np.uint8)
    result = filler([flat, drawn(0.7), flat, drawn(0.6), drawn(0.8)])(holed(photo, hole), hole)
    assert (result[~hole] == photo[~hole]).all()
    error = np.abs(result.astype(int) - photo)[hole].mean()
    assert error < 0.25 * np.abs(holed(photo, hole).astype(int) - photo)[hole].mean()


def test_the_faces_own_half_is_taken_where_it_fits_better() -> None:
    photo, hole = drawn(), disc(100, 100, 16)
    for x in (58, 102):  # a dimple on both cheeks
        photo[disc(x, 104, 5)] -= 16
    blurred = np.asarray(cv2.GaussianBlur(drawn(), (0, 0), 6), np.uint8)
    result = filler([blurred] * 3)(holed(photo, hole), hole)
    assert np.abs(result.astype(int) - photo)[disc(102, 104, 2)].mean() < 6, "no donor has it"


@pytest.mark.parametrize(("radius", "found"), [(5, True), (24, False)])
def test_blemishes_and_what_is_no_face_stay_as_painted(radius: int, found: bool) -> None:
    hole = disc(70, 100, radius)
    painted = holed(drawn(), hole)
    assert (filler([drawn()], found)(painted, hole) == painted).all()


def test_donors_with_glasses_lend_nothing() -> None:
    labels = np.repeat(LABELS[None], 2, 0)
    labels[0, 80:90, 50:110] = CLASSES.index("glasses")
    photos = np.stack([np.full((SIZE, SIZE, 3), 9, np.uint8), drawn()])
    fill = FaceFill(lambda: Donors(photos, labels), lambda: lambda photo: [LANDMARKS])
    assert (fill._donors.photos == photos[1:]).all()


def test_hair_on_the_other_side_is_not_mirrored() -> None:
    photo, hole = drawn(), disc(100, 100, 16)
    photo[disc(58, 104, 6)] = 20
    truth = drawn()
    blurred = np.asarray(cv2.GaussianBlur(truth, (0, 0), 6), np.uint8)
    result = filler([blurred] * 3)(holed(photo, hole), hole)
    assert np.abs(result.astype(int) - truth)[disc(102, 104, 2)].mean() < 20
