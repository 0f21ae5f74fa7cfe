"""The landmark back ends: their choice, and what both of them do alike."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from skimage.data import astronaut as astronaut_photo

from face2face.errors import FaceError, OptionError
from face2face.face import mediapipe, network_files
from face2face.face.back_ends import BACK_ENDS, FaceDetector, choose_back_end, make_detector
from face2face.face.ensemble import landmark_uncertainty
from face2face.face.tracker import Tracker
from face2face.image import Image
from face2face.landmarks import MIRRORED, gaze, interocular
from face2face.openvino_core import core

POINTS = Path("points.dat")


@pytest.fixture(scope="module", params=BACK_ENDS)
def either(request: pytest.FixtureRequest) -> FaceDetector:
    """A detector of each back end."""
    return make_detector(request.param)


@pytest.fixture(scope="module")
def photo() -> Image:
    return astronaut_photo()


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ((None,), "mesh"),
        ((None, None, "dlib"), "dlib"),
        (("mesh", None, "dlib"), "mesh"),
        ((None, POINTS), "dlib"),
        ((None, POINTS, "mesh"), "dlib"),
        (("dlib", POINTS), "dlib"),
    ],
)
def test_a_name_comes_before_a_file_and_a_file_before_the_default(
    arguments: tuple[str, Path, str], chosen: str
) -> None:
    assert choose_back_end(*arguments) == chosen


def test_a_shape_predictor_does_not_fit_the_mesh() -> None:
    with pytest.raises(OptionError, match=r"the back end is mesh\. Add --landmarks dlib"):
        make_detector("mesh", POINTS)


def test_an_unknown_back_end_is_refused() -> None:
    with pytest.raises(OptionError, match=r"no landmark back end .hog.\. Choose dlib or mesh"):
        choose_back_end("hog")


def test_both_find_the_same_face(photo: Image) -> None:
    (one,), (other,) = (make_detector(name)(photo) for name in BACK_ENDS)
    assert one.shape == other.shape == (70, 2)
    assert one.dtype == other.dtype == np.float32
    apart = np.linalg.norm(one - other, axis=1) / interocular(one)
    assert apart[17:].mean() < 0.06  # their jaws lie on different lines
    assert np.abs(gaze(one) - gaze(other)).max() < 0.1


def test_no_face_is_found_where_there_is_none(either: FaceDetector) -> None:
    assert either(np.full((240, 320, 3), 90, np.uint8)) == []
    assert either(np.zeros((2, 900, 3), np.uint8)) == []


def test_a_mirror_image_has_the_mirror_images_landmarks(either: FaceDetector, photo: Image) -> None:
    (found,), (other,) = either(photo), either(np.ascontiguousarray(photo[:, ::-1]))
    back = other[MIRRORED] * np.float32((-1, 1)) + np.float32((photo.shape[1] - 1, 0))
    assert np.linalg.norm(back - found, axis=1).mean() < 0.03 * interocular(found)


def test_an_ensemble_holds_several_estimates_of_each_face(
    either: FaceDetector, photo: Image
) -> None:
    (ensemble,) = either.detect_ensemble(photo)
    (found,) = either(photo)
    assert ensemble.shape[1:] == (70, 2)
    assert np.abs(ensemble.mean(0) - found).max() < 0.01
    assert (landmark_uncertainty(ensemble)[:68] > 0).all()


def test_a_face_is_followed_and_lost(either: FaceDetector, photo: Image) -> None:
    (found,) = either(photo)
    refined = either.refine(photo, found + np.float32(3))
    assert np.linalg.norm(refined - found, axis=1).mean() < 0.05 * interocular(found)
    assert either.verify(photo, refined)
    assert not either.verify(np.full_like(photo, 90), refined)
    assert not either.verify(photo, found + np.float32((200, 250)))


def test_a_live_detector_follows_as_the_whole_one(either: FaceDetector, photo: Image) -> None:
    track = Tracker(either.for_video(120), 120)
    (found,) = either(photo)
    for _ in range(30):
        (tracked,) = track(photo)
    assert np.linalg.norm(tracked - found, axis=1).mean() < 0.03 * interocular(found)


def test_views_shown_together_are_seen_as_one_by_one(photo: Image) -> None:
    networks = mediapipe.MediaPipe()
    (region,) = networks.find_faces(photo)
    views = [(region, False), (region, True)]
    for (mesh, score), view in zip(networks.meshes(photo, views), views, strict=True):
        ((alone, alone_score),) = networks.meshes(photo, [view])
        assert (mesh == alone).all()
        assert score == alone_score


@pytest.mark.parametrize("turns", range(4))
def test_a_photo_that_lies_on_its_side_is_noticed(
    turns: int, either: FaceDetector, photo: Image
) -> None:
    turned = np.ascontiguousarray(np.rot90(photo, -turns))
    assert either.quarter_turns(turned) == turns


def test_a_small_face_in_a_large_picture_is_found(either: FaceDetector, photo: Image) -> None:
    small = cv2.resize(photo, (384, 384), interpolation=cv2.INTER_AREA)
    large = np.asarray(cv2.copyMakeBorder(small, 50, 200, 300, 100, cv2.BORDER_CONSTANT), np.uint8)
    (found,), (alone,) = either(large), either(small)
    assert np.abs(found - alone - (300, 50)).mean() < 2


def test_a_face_in_a_photo_of_many_pixels_is_found_where_it_is(
    either: FaceDetector, photo: Image
) -> None:
    large = cv2.resize(photo, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    (found,), (alone,) = either(large), either(photo)
    assert np.abs(found - (5 * alone + 2)).mean() < 0.02 * interocular(found)


def test_the_mesh_works_without_dlib() -> None:
    code = (
        "import sys; sys.modules['dlib'] = None;"
        "from skimage.data import astronaut; import face2face;"
        "print(len(face2face.detect(astronaut())), 'face_recognition_models' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """Networks that have to be compiled or loaded again, before and after the test."""
    network_files.load_network.cache_clear()
    yield
    network_files.load_network.cache_clear()


def damage(folder: Path) -> None:
    (kept,) = folder.glob("face_landmark-*")
    kept.write_bytes(kept.read_bytes()[:1000])


@pytest.mark.parametrize(("harm", "compiled"), [(lambda folder: None, 3), (damage, 4)])
def test_networks_are_compiled_once_for_all_starts(
    harm: Callable[[Path], None],
    compiled: int,
    photo: Image,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uncompiled: None,
) -> None:
    monkeypatch.setattr("face2face.user_cache.user_cache_path", lambda *name, **how: tmp_path)
    compile_model = Mock(wraps=core().compile_model)
    monkeypatch.setattr(
        network_files, "core", lambda: Mock(wraps=core(), compile_model=compile_model)
    )
    (first,) = make_detector("mesh")(photo)
    harm(tmp_path)
    network_files.load_network.cache_clear()
    (again,) = make_detector("mesh")(photo)
    assert compile_model.call_count == compiled
    assert (first == again).all()


def test_a_damaged_network_says_what_to_do(
    photo: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uncompiled: None
) -> None:
    data = tmp_path / "package" / "data"
    data.mkdir(parents=True)
    for name in (*mediapipe._FINDERS, mediapipe._MESH, mediapipe._IRIS):
        (data / name).write_bytes(b"no network")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(network_files, "_PACKAGE", "package")
    with pytest.raises(FaceError, match=r"is damaged\. Run: pip install --force-reinstall"):
        make_detector("mesh")(photo)
