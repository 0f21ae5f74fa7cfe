"""Two faces that cross, for both landmark back ends."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from face2face.face.detector import Detector
from face2face.face.mesh_detector import MeshDetector
from face2face.face.tracker import Tracker
from face2face.image import Image
from face2face.landmarks import PARTS

WIDTH, HEIGHT, SIDE = 480, 240, 140
#: Where the faces' centres begin and end.
LEFT, RIGHT = 90.0, 390.0


def head(photo: Image, side: int) -> Image:
    """A head cut out as an oval, ``(side, side, 4)``."""
    cut = cv2.resize(photo[10:210, 125:325], (side, side), interpolation=cv2.INTER_AREA)
    oval = np.zeros((side, side), np.uint8)
    cv2.ellipse(oval, (side // 2, side // 2), (int(0.36 * side), side // 2), 0, 0, 360, 255, -1)
    return np.dstack([cut, oval])


PHOTO = np.asarray(astronaut())
#: The driver, and somebody darker who passes by.
DRIVER = head(PHOTO, SIDE)
OTHER = head((0.6 * PHOTO[:, ::-1][:, 62:]).astype(np.uint8), SIDE)


def crossing(front: Image, back: Image, front_x: float, back_x: float) -> Image:
    """A picture of two heads, one before the other."""
    photo = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for cut, x in ((back, back_x), (front, front_x)):
        left, top = round(x - SIDE / 2), (HEIGHT - SIDE) // 2
        part = photo[top : top + SIDE, left : left + SIDE]
        part[:] = np.where(cut[..., 3:] > 0, cut[..., :3], part)
    return photo


@pytest.fixture(params=[Detector, MeshDetector], ids=["dlib", "mesh"])
def track(request: pytest.FixtureRequest) -> Tracker:
    """A tracker that has seen the driver alone."""
    tracker = Tracker(request.param(ensemble_size=2), fps=30)
    assert len(tracker(crossing(DRIVER, DRIVER, LEFT, LEFT))) == 1
    return tracker


def distances(track: Tracker, in_front: bool) -> list[tuple[float, float]]:
    """Distance of the tracked nose from the driver's and from the other's, in each frame."""
    found = []
    for share in np.linspace(0, 1, 45):
        driver, other = (1 - share) * LEFT + share * RIGHT, share * LEFT + (1 - share) * RIGHT
        if in_front:
            photo = crossing(DRIVER, OTHER, driver, other)
        else:
            photo = crossing(OTHER, DRIVER, other, driver)
        (landmarks,) = track(photo)
        assert np.isfinite(landmarks).all()
        nose = float(landmarks[PARTS["nose"], 0].mean())
        found.append((abs(nose - driver), abs(nose - other)))
    return found


def test_a_face_that_passes_behind_the_driver_does_not_take_over(track: Tracker) -> None:
    assert max(driver for driver, _ in distances(track, in_front=True)) < 6


def test_a_driver_who_is_hidden_is_exchanged_once_at_most(track: Tracker) -> None:
    """Whoever hides the driver may be followed: nobody else is to be seen there."""
    found = distances(track, in_front=False)
    assert max(driver for driver, _ in found[:15]) < 6
    assert max(min(each) for each in found[30:]) < 6, "it is one of the two"
    nearer = [driver < other for driver, other in found]
    assert sum(before != after for before, after in pairwise(nearer)) <= 1
