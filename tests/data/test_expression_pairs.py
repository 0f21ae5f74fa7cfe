"""Regions cut out of faces, and the pairs made of them."""

from pathlib import Path

import numpy as np
import pytest

from face2face.data.annotations import SkipReason
from face2face.data.expression_pairs import cut_regions, paired, unpaired, write_strips
from face2face.data.pairs import read_strip
from face2face.data.photo_selection import PhotoSelection, sheet
from face2face.errors import DataError
from face2face.image import Box
from face2face.media.stills import read_image
from face2face.segmentation.features import FaceMap
from face2face.segmentation.labels import CLASSES

TOO_LITTLE = SkipReason("photo shows too little of lips", "photos show too little of lips")


def face(columns: slice = slice(100, 150)) -> tuple[np.ndarray, FaceMap]:
    """A photo twice as wide as its face's map: a mouth of one colour, and skin of another."""
    labels = np.full((256, 256), CLASSES.index("skin"), np.uint8)
    labels[180:196, columns] = CLASSES.index("upper_lip")
    photo = np.full((512, 512, 3), (200, 150, 120), np.uint8)
    photo[360:392, 2 * columns.start : 2 * columns.stop] = (150, 20, 30)
    return photo, FaceMap(Box(0, 0, 512), photo[::2, ::2], labels)


@pytest.mark.parametrize("size", [64, 128])
def test_a_region_shows_the_feature_in_its_middle(size: int) -> None:
    photo, mapped = face()
    regions = cut_regions(photo, mapped, size)
    assert list(regions) == ["mouth"]  # the map shows no eyes
    picture, mask = regions["mouth"].picture, regions["mouth"].mask
    assert picture.shape == (size, size, 3)
    assert mask.shape == (size, size)
    # The mouth is 50 of 66 pixels wide, with 8 pixels of room on each side.
    row = mask[size // 2]
    inside = np.flatnonzero(row > 127)
    assert inside[0] == pytest.approx(8 / 66 * size, abs=1)
    assert inside[-1] == pytest.approx(58 / 66 * size - 1, abs=1)
    assert picture[size // 2, size // 2].tolist() == [150, 20, 30]
    assert picture[0, 0].tolist() == [200, 150, 120]


def test_unpaired_strips_use_every_photo_of_both_folders() -> None:
    sources, targets = ["a", "b", "c"], ["d", "e", "f", "g", "h", "i", "j"]
    pairs = unpaired(sources, targets)
    assert len(pairs) == 7
    assert sorted(target for _, target in pairs) == targets
    counts = [sum(source == each for source, _ in pairs) for each in sources]
    assert sorted(counts) == [2, 2, 3]
    assert pairs == unpaired(sources, targets)
    assert pairs != unpaired(sources, targets, seed=1)
    assert unpaired([], targets) == []
    assert paired(["a", "b"], ["b"]) == [("b", "b")]


def test_a_strip_holds_source_and_target(tmp_path: Path) -> None:
    photo, mapped = face()
    region = cut_regions(photo, mapped, 64)["mouth"]
    region.save(tmp_path, "source", "ann")
    region.save(tmp_path, "target", "bob")
    (tmp_path / "train").mkdir()
    write_strips(tmp_path, [("ann", "bob")], tmp_path / "train")
    panels = read_strip(tmp_path / "train" / "ann.bob.png", 2)
    assert all((each == region.picture).all() for each in panels)
    mask = read_image(tmp_path / "source_mask" / "ann.png")
    assert (mask[..., 0] == region.mask).all()


def test_a_folder_without_a_usable_photo_names_the_limit_to_relax() -> None:
    selection = PhotoSelection(Path("sad"))
    grey = np.full((8, 8, 3), 90, np.uint8)
    for name in ("a.png", "b.png"):
        selection.drop(TOO_LITTLE, "Relax --min-pixels.", name, grey)
    selection.drop(SkipReason("photo looks happy", "photos look happy"), "Other.", "c.png", grey)
    with pytest.raises(DataError, match="2 photos show too little of lips") as error:
        selection.check()
    assert error.value.hint == "Relax --min-pixels."
    assert selection.lines()[0] == "sad: 0 of 3 photos kept"
    selection.names.append("d")
    selection.check()
    assert selection.lines()[0] == "sad: 1 of 4 photos kept"
    picture = sheet([selection])
    assert picture is not None
    assert picture.shape == (192, 6 * 192, 3)
    assert sheet([PhotoSelection(Path("happy"))]) is None
