import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from face2face.evaluation.blemishes import BlemishScore, blemish_score, table
from face2face.face.detector import Detector
from face2face.image import Image, Landmarks
from face2face.segmentation.labels import Labels
from face2face.segmentation.parser import labels_from_landmarks


def parse(photo: Image, landmarks: Landmarks) -> Labels:
    return labels_from_landmarks(landmarks, *photo.shape[:2])


@pytest.fixture(scope="module")
def face() -> tuple[Image, Landmarks]:
    photo: Image = astronaut()
    (landmarks,) = Detector(ensemble_size=2)(photo)
    return photo, landmarks


@pytest.fixture(scope="module")
def seen(face: tuple[Image, Landmarks]) -> BlemishScore:
    photo, landmarks = face

    def perfectly(picture: Image, mask: np.ndarray) -> Image:
        """What was there before, where the mask says."""
        return np.where(mask[..., None] > 0, photo, picture)

    return blemish_score(photo, landmarks, parse, perfectly, 1.0, np.random.default_rng(0))


def test_two_of_each_kind_are_drawn(seen: BlemishScore) -> None:
    kinds = [each.kind for each in seen.blemishes]
    assert sorted(kinds) == sorted(["pimple", "mole", "scratch", "shine"] * 2)
    assert all(each.change > 0 for each in seen.blemishes)


def test_of_what_is_found_and_perfectly_mended_nothing_is_left(seen: BlemishScore) -> None:
    found = [each for each in seen.blemishes if each.found]
    assert found
    assert all(each.left < each.change / 2 for each in found)
    assert any(each.left == 0 for each in found)
    assert seen.right > 0
    assert seen.altered == 0


def test_who_mends_nothing_leaves_everything(face: tuple[Image, Landmarks]) -> None:
    photo, landmarks = face
    result = blemish_score(
        photo, landmarks, parse, lambda picture, mask: picture, 1.0, np.random.default_rng(0)
    )
    assert [each.left for each in result.blemishes] == [each.change for each in result.blemishes]


def test_at_no_strength_nothing_is_found(face: tuple[Image, Landmarks]) -> None:
    photo, landmarks = face
    result = blemish_score(
        photo,
        landmarks,
        parse,
        lambda picture, mask: cv2.bitwise_not(picture),
        0.0,
        np.random.default_rng(0),
    )
    assert not any(each.found for each in result.blemishes)
    assert (result.right, result.before, result.wrong, result.detected_share) == (0, 0, 0, 0)


def test_the_table_tells_clear_from_faint_ones(seen: BlemishScore) -> None:
    lines = table([seen])
    assert sum(int(line.split("|")[2]) for line in lines[2:] if line.startswith("|")) == 8
    assert "precision" in lines[-2]
    assert "0.000 grey levels" in lines[-1]
