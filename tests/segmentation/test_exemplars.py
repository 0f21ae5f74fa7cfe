"""Erased parts filled with photographed pixels."""

import numpy as np
import pytest

from face2face.segmentation.donors import Donors
from face2face.segmentation.erased_face import ErasedFace
from face2face.segmentation.exemplars import fill_from_exemplars
from face2face.segmentation.labels import CLASSES

SKIN, HAIR, LEFT, RIGHT = (
    CLASSES.index(name) for name in ("skin", "hair", "left_eye", "right_eye")
)


def _face(pupil: int) -> tuple[np.ndarray, np.ndarray]:
    """Return photo and map of a face of 128 pixels; its eyes have a pupil and a white."""
    photo, labels = np.full((128, 128, 3), 150, np.uint8), np.full((128, 128), SKIN, np.uint8)
    for left, label in ((24, RIGHT), (88, LEFT)):
        labels[48:60, left : left + 16] = label
        photo[48:60, left : left + 16] = 240
        photo[50:58, left + 5 : left + 11] = pupil
    return photo, labels


def _erase(photo: np.ndarray, labels: np.ndarray, erased: np.ndarray) -> ErasedFace:
    """Return a face whose erased pixels are grey, both in the photo and smoothly filled."""
    flat = np.where(erased[..., None], 127, photo).astype(np.uint8)
    return ErasedFace(flat, labels, erased, {}, flat)


def test_an_erased_eye_is_the_mirror_image_of_the_other() -> None:
    photo, labels = _face(pupil=20)
    donors = Donors(*(each[None] for each in _face(pupil=90)))
    filled = fill_from_exemplars(_erase(photo, labels, labels == LEFT), donors)
    assert np.abs(filled[labels == LEFT].astype(int) - photo[labels == LEFT]).mean() < 6


def test_two_erased_eyes_come_from_the_donor() -> None:
    photo, labels = _face(pupil=20)
    donors = Donors(*(each[None] for each in _face(pupil=90)))
    eyes = np.isin(labels, (LEFT, RIGHT))
    filled = fill_from_exemplars(_erase(photo, labels, eyes), donors)
    assert abs(int(filled[54, 96, 0]) - 90) < 12
    assert int(filled[49, 89, 0]) > 200


def test_hair_has_the_texture_of_the_photos_hair() -> None:
    pytest.importorskip("patchmatch", reason="needs Python 3.11")
    photo, labels = _face(pupil=20)
    labels[:32] = HAIR
    photo[:32] = np.where(np.arange(128) // 3 % 2 > 0, 90, 10)[None, :, None]
    erased = np.zeros(labels.shape, bool)
    erased[8:28, 40:60] = True
    filled = fill_from_exemplars(_erase(photo, labels, erased), Donors(photo[None], labels[None]))
    levels = filled[erased][:, 0].astype(int)
    assert np.abs(np.minimum(abs(levels - 10), abs(levels - 90))).mean() < 12
    assert levels.std() > 25


def test_pixels_that_are_not_erased_stay_and_erased_ones_are_not_read() -> None:
    photo, labels = _face(pupil=20)
    donors = Donors(*(each[None] for each in _face(pupil=90)))
    erased = np.zeros(labels.shape, bool)
    erased[40:70, 20:60] = True
    face = _erase(photo, labels, erased)
    noise = np.random.default_rng(0).integers(0, 256, photo.shape, np.uint8)
    other = ErasedFace(np.where(erased[..., None], noise, photo), labels, erased, {}, face.smooth)
    filled = fill_from_exemplars(face, donors)
    assert (filled[~erased] == photo[~erased]).all()
    assert (fill_from_exemplars(other, donors) == filled).all()
