from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.label_maps import (
    held_out,
    held_out_rule,
    nearest_classes,
    pairs,
    read_labels,
    write_labels,
)
from face2face.errors import DataError, MediaError
from face2face.learn.parser.labelled import (
    LabelledPhotos,
    LabelledSample,
    PhotoAugmentation,
    sampling_weights,
)
from face2face.media.stills import write_image
from face2face.segmentation.labels import PALETTE, UNKNOWN, colorize

LABELS = np.arange(19, dtype=np.uint8).repeat(3)[None].repeat(57, 0)


def test_a_map_is_read_as_it_was_written_and_seen_in_colours(tmp_path: Path) -> None:
    write_labels(tmp_path / "map.png", LABELS)
    assert (read_labels(tmp_path / "map.png") == LABELS).all()
    assert (cv2.imread(str(tmp_path / "map.png"))[..., ::-1] == PALETTE[LABELS]).all()


def test_a_map_in_colours_or_grey_is_read_too(tmp_path: Path) -> None:
    write_image(tmp_path / "colours.png", colorize(LABELS))
    Pillow.fromarray(LABELS).save(tmp_path / "grey.png")
    assert (read_labels(tmp_path / "colours.png") == LABELS).all()
    assert (read_labels(tmp_path / "grey.png") == LABELS).all()


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    Pillow.fromarray(LABELS + 1).save(tmp_path / "19.png")
    with pytest.raises(DataError, match="19, and classes are 0 to 18"):
        read_labels(tmp_path / "19.png")
    write_image(tmp_path / "pink.png", np.full((2, 2, 3), (255, 0, 128), np.uint8))
    with pytest.raises(DataError, match="255, 0, 128"):
        read_labels(tmp_path / "pink.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(MediaError):
        read_labels(tmp_path / "text.png")


def test_a_strange_colour_is_the_nearest_class_and_it_is_told_how_near() -> None:
    labels, off = nearest_classes(np.array([[(204, 0, 0), (200, 3, 1)]], np.uint8))
    assert labels.tolist() == [[1, 1]]
    assert off.tolist() == [[0, 8]]


def test_photos_and_maps_of_one_name_belong_together(tmp_path: Path) -> None:
    photo = np.zeros((57, 57, 3), np.uint8)
    for folder in ("photos", "maps"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b"):
        write_image(tmp_path / "photos" / f"{name}.jpg", photo)
    with pytest.raises(DataError, match="same name"):
        pairs(tmp_path / "photos", tmp_path / "maps")
    write_labels(tmp_path / "maps" / "b.png", LABELS)
    (pair,) = pairs(tmp_path / "photos", tmp_path / "maps")
    assert (pair.photo.name, pair.labels.name) == ("b.jpg", "b.png")


def test_one_name_in_ten_is_held_out_always_the_same() -> None:
    kept = [name for name in map(str, range(2000)) if held_out(name)]
    assert 150 < len(kept) < 250
    assert kept == [name for name in map(str, range(2000)) if held_out(name)]


def test_unknown_pixels_are_read_only_on_request(tmp_path: Path) -> None:
    labels = LABELS.copy()
    labels[0, 0] = UNKNOWN
    write_labels(tmp_path / "map.png", labels)
    with pytest.raises(DataError, match="255"):
        read_labels(tmp_path / "map.png")
    assert (read_labels(tmp_path / "map.png", allow_unknown=True) == labels).all()
    photo = np.zeros((*labels.shape, 3), np.uint8)
    varied = PhotoAugmentation(32)(LabelledSample(photo, labels), np.random.default_rng(0))
    assert set(np.unique(varied.labels)) <= {*range(19), UNKNOWN}


def test_a_list_of_names_says_who_is_held_out(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("# two people\nanna\n\nP004_*\n", encoding="utf-8")
    rule = held_out_rule(path)
    assert [rule(name) for name in ("anna", "annabel", "P004_01_happy", "P005_04")] == [
        True,
        False,
        True,
        False,
    ]
    assert held_out_rule(None) is held_out
    path.write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(DataError, match="no name"):
        held_out_rule(path)
    with pytest.raises(MediaError, match="no file"):
        held_out_rule(tmp_path / "missing.txt")


def test_a_photo_and_its_map_are_varied_together() -> None:
    labels = np.zeros((96, 96), np.uint8)
    labels[30:60, 20:50] = 13
    photo = np.repeat(labels[..., None] * 15, 3, -1)
    for seed in range(8):
        varied = PhotoAugmentation(64)(LabelledSample(photo, labels), np.random.default_rng(seed))
        assert varied.photo.shape == (64, 64, 3)
        assert set(np.unique(varied.labels)) <= {0, 13, UNKNOWN}
        bright, dark = (varied.photo[varied.labels == label].mean() for label in (13, 0))
        assert bright > dark + 60


def test_batches_of_photos_and_maps(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "maps").mkdir()
    for name in "abc":
        write_image(tmp_path / "photos" / f"{name}.png", np.full((57, 57, 3), 255, np.uint8))
        write_labels(tmp_path / "maps" / f"{name}.png", LABELS)
    batches = LabelledPhotos(pairs(tmp_path / "photos", tmp_path / "maps"), 32, 2)
    assert len(batches) == 1
    photos, maps = batches[0]
    assert (photos.shape, photos.dtype) == ((2, 32, 32, 3), np.float32)
    assert (maps.shape, maps.dtype) == ((2, 32, 32), np.int32)
    assert (maps == batches[0][1]).all()
    batches.on_epoch_end()
    assert (maps != batches[0][1]).any()


def test_photos_with_what_few_have_come_oftener() -> None:
    plain = np.full((4, 4), 1, np.uint8)
    hat = plain.copy()
    hat[0, 0] = 14
    often = sampling_weights([hat] + [plain] * 29)
    assert often.sum() == pytest.approx(1)
    assert often[0] / often[1] == pytest.approx(
        3
    )  # a hat in one of thirty, where three in ten are enough: the root of nine
    assert np.ptp(often[1:]) == 0
