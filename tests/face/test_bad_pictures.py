"""Pictures in which a face is covered, turned away or cut off, for both landmark back ends."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from face2face.face.detector import Detector
from face2face.face.expression import AVERAGE_FACE
from face2face.face.mesh_detector import MeshDetector
from face2face.image import Image, Landmarks
from face2face.landmarks import EYE_CORNERS, IRISES, PARTS, gaze, interocular
from face2face.media.stills import read_image

BackEnd = Detector | MeshDetector
PHOTO: Image = np.asarray(astronaut())

#: Distance that landmarks may have from the picture, in interocular distances: a face is 3 high.
MARGIN = 2.0


@pytest.fixture(scope="module", params=[Detector, MeshDetector], ids=["dlib", "mesh"])
def back_end(request: pytest.FixtureRequest) -> BackEnd:
    found: BackEnd = request.param(ensemble_size=2)
    return found


@pytest.fixture(scope="module")
def face(back_end: BackEnd) -> Landmarks:
    """The astronaut's face, as the back end finds it uncovered."""
    (found,) = back_end(PHOTO)
    return found


def assert_plausible(landmarks: Landmarks, photo: Image) -> None:
    """The landmarks lie about the picture, and each iris between the corners of its eye."""
    assert landmarks.shape == (70, 2)
    assert np.isfinite(landmarks).all()
    unit = max(interocular(landmarks), 1.0)
    height, width = photo.shape[:2]
    assert landmarks.min() > -MARGIN * unit
    assert (landmarks < np.array((width, height)) + MARGIN * unit).all()
    assert np.abs(gaze(landmarks)).max() < 0.6


def mask(photo: Image, face: Landmarks) -> None:
    cv2.fillPoly(photo, [face[[2, 5, 8, 11, 14, 28]].astype(int)], (150, 190, 220))


def hand(photo: Image, face: Landmarks) -> None:
    x, y = face[PARTS["mouth"]].mean(0)
    size = interocular(face)
    axes = (int(0.9 * size), int(0.35 * size))
    cv2.ellipse(photo, (int(x), int(y)), axes, 20, 0, 360, (205, 150, 120), -1)


def glasses(photo: Image, face: Landmarks) -> None:
    for corners in EYE_CORNERS:
        x, y = face[list(corners)].mean(0)
        cv2.circle(photo, (int(x), int(y)), int(0.45 * interocular(face)), (30, 30, 30), 3)
    cv2.line(photo, tuple(map(int, face[39])), tuple(map(int, face[42])), (30, 30, 30), 3)


def sunglasses(photo: Image, face: Landmarks) -> None:
    for corners in EYE_CORNERS:
        x, y = face[list(corners)].mean(0)
        cv2.circle(photo, (int(x), int(y)), int(0.42 * interocular(face)), (15, 15, 15), -1)


def patch(photo: Image, face: Landmarks) -> None:
    x, y = face[list(EYE_CORNERS[1])].mean(0)
    cv2.circle(photo, (int(x), int(y)), int(0.42 * interocular(face)), (60, 50, 45), -1)


Cover = Callable[[Image, Landmarks], None]


@pytest.mark.parametrize("cover", [mask, hand, glasses, sunglasses, patch])
def test_a_covered_face_keeps_its_place(back_end: BackEnd, face: Landmarks, cover: Cover) -> None:
    photo = PHOTO.copy()
    cover(photo, face)
    for found in [*back_end(photo), back_end.refine(photo, face)]:
        assert_plausible(found, photo)
        moved = np.linalg.norm(found[PARTS["nose"]].mean(0) - face[PARTS["nose"]].mean(0))
        assert moved < 0.3 * interocular(face)
        assert interocular(found) == pytest.approx(interocular(face), rel=0.3)


@pytest.mark.parametrize("cover", [glasses, patch])
def test_a_covered_eye_leaves_the_mouth_where_it_is(
    back_end: BackEnd, face: Landmarks, cover: Cover
) -> None:
    photo = PHOTO.copy()
    cover(photo, face)
    moved = (back_end.refine(photo, face) - face)[PARTS["mouth"]]
    assert np.linalg.norm(moved, axis=1).max() < 0.15 * interocular(face)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_a_face_at_the_edge_stays_near_the_picture(
    back_end: BackEnd, face: Landmarks, side: str, share: float
) -> None:
    """The picture ends at the face, or in it: a share of the face is cut off."""
    low, high = face.min(0), face.max(0)
    left, top = (low + share * (high - low)).astype(int)
    right, bottom = (high - share * (high - low)).astype(int)
    parts = {
        "left": (slice(None), slice(left, None)),
        "right": (slice(None), slice(0, right)),
        "top": (slice(top, None), slice(None)),
        "bottom": (slice(0, bottom), slice(None)),
    }
    corner = np.array((left if side == "left" else 0, top if side == "top" else 0))
    photo = np.ascontiguousarray(PHOTO[parts[side]])
    for found in [*back_end(photo), back_end.refine(photo, face - corner.astype(np.float32))]:
        assert_plausible(found, photo)


@pytest.mark.parametrize(
    "photo",
    [
        np.zeros((240, 320, 3), np.uint8),
        np.full((240, 320, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((2, 700, 3), np.uint8),
    ],
    ids=["black", "white", "noise", "a pixel", "a line"],
)
def test_a_picture_without_a_face_has_none(back_end: BackEnd, photo: Image) -> None:
    assert back_end(photo) == []
    tracked = (60 * AVERAGE_FACE + 100).astype(np.float32)
    assert np.isfinite(back_end.refine(photo, tracked)).all()
    assert not back_end.verify(photo, tracked)


@pytest.mark.parametrize(
    "absurd",
    [
        np.zeros((70, 2), np.float32),
        (0.01 * AVERAGE_FACE + 200).astype(np.float32),
        (60 * AVERAGE_FACE + 5000).astype(np.float32),
        (60 * AVERAGE_FACE - 5000).astype(np.float32),
        (3000 * AVERAGE_FACE + 200).astype(np.float32),
    ],
    ids=["a point", "tiny", "beyond", "before", "huge"],
)
def test_absurd_places_are_no_faces(back_end: BackEnd, absurd: Landmarks) -> None:
    assert np.isfinite(back_end.refine(PHOTO, absurd)).all()
    assert not back_end.verify(PHOTO, absurd)


@pytest.mark.parametrize("kind", ["Face_Pose", "lasses", "ccessories", "Eye_Gaze"])
def test_portraits_of_every_kind_have_plausible_landmarks(
    back_end: BackEnd, shared: Path, kind: str
) -> None:
    """Profiles, glasses, masks, hands and looks aside, as an image model paints them."""
    paths = sorted((shared / "synthetic" / "sfhq_t2i").glob(f"*{kind}*.jpg"))[::3]
    assert paths
    seen = 0
    for path in paths:
        photo = read_image(path)
        for found in back_end(photo):
            assert_plausible(found, photo)
            assert_plausible(back_end.refine(photo, found), photo)
            seen += 1
    assert seen >= 0.5 * len(paths)


def test_shut_eyes_have_irises_between_their_corners(back_end: BackEnd, shared: Path) -> None:
    paths = sorted((shared / "video").glob("laughing.mp4"))
    if not paths:
        pytest.skip("needs laughing.mp4")
    capture = cv2.VideoCapture(str(paths[0]))
    for number in range(0, 470, 47):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        there, frame = capture.read()
        if not there:
            break
        photo = np.ascontiguousarray(frame[..., ::-1])
        for found in back_end(photo):
            assert_plausible(found, photo)
            assert np.isfinite(found[list(IRISES)]).all()
