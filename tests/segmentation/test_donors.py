"""Faces that lend their parts."""

from pathlib import Path

import numpy as np
import pytest

from face2face.errors import ModelError
from face2face.segmentation.donors import FILE_NAME, Donors
from face2face.segmentation.labels import CLASSES

SKIN, LEFT, RIGHT = (CLASSES.index(name) for name in ("skin", "left_eye", "right_eye"))


def _donors() -> Donors:
    """Return a dark and a bright face of 64 pixels, each with one eye on the right."""
    photos = np.empty((2, 64, 64, 3), np.uint8)
    photos[0], photos[1] = 40, 200
    labels = np.full((2, 64, 64), SKIN, np.uint8)
    labels[:, 20:28, 40:52] = LEFT
    return Donors(photos, labels)


def test_every_second_donor_is_a_mirror_image() -> None:
    photo, labels = _donors()[3]
    assert photo[0, 0].tolist() == [200, 200, 200]
    assert (labels[20:28, 12:24] == RIGHT).all()


def test_the_donor_with_the_wanted_map_and_light_fits_best() -> None:
    donors = _donors()
    labels = donors.labels[0]
    photo = np.full((64, 64, 3), 190, np.uint8)
    erased = labels == LEFT
    misfits = donors.misfits(photo, labels, erased, erased)
    assert misfits.argmin() == 2  # the bright face, not mirrored


def test_a_donor_knows_its_classes_colours() -> None:
    colours = _donors().class_colours
    assert colours[2, LEFT].tolist() == [200, 200, 200]
    assert colours[3, RIGHT].tolist() == [200, 200, 200]
    assert np.isnan(colours[2, RIGHT]).all()


def test_donors_are_written_and_read(tmp_path: Path) -> None:
    donors = _donors()
    donors.save(tmp_path)
    read = Donors.load(tmp_path)
    assert (read.labels == donors.labels).all()
    assert np.abs(read.photos.astype(int) - donors.photos).max() <= 3
    assert read.contain(donors.photos[1])
    assert not read.contain(np.full((64, 64, 3), 120, np.uint8))


@pytest.mark.parametrize("damage", ["missing", "no picture", "size", "class"])
def test_damaged_donors_are_refused(tmp_path: Path, damage: str) -> None:
    donors = _donors()
    donors.save(tmp_path)
    path = tmp_path / FILE_NAME
    if damage == "missing":
        path.unlink()
    else:
        with np.load(path) as file:
            arrays = dict(file)
        if damage == "no picture":
            arrays["photos"] = arrays["photos"][20:]
        elif damage == "size":
            arrays["labels"] = arrays["labels"][:, :32, :32]
        else:
            arrays["labels"][0, 0, 0] = len(CLASSES)
        np.savez(path, **arrays)
    with pytest.raises(ModelError, match=FILE_NAME.replace(".", r"\.")):
        Donors.load(tmp_path)
