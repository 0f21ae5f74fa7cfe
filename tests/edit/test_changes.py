"""Changes, painted and in words, on a label map drawn from an average face."""

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.edit.changes import change_from_image
from face2face.edit.parse_edit import parse_edit
from face2face.errors import OptionError
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Landmarks
from face2face.segmentation.labels import CLASSES, PALETTE
from face2face.segmentation.parser import labels_from_landmarks

FACE: Landmarks = (AVERAGE_FACE * 60 + (150, 110)).astype(np.float32)
LABELS = labels_from_landmarks(FACE, 300, 300)
HAIR, SKIN, GLASSES, LIP = (
    CLASSES.index(name) for name in ("hair", "skin", "glasses", "upper_lip")
)


def canvas() -> np.ndarray:
    return np.full((300, 300, 3), 255, np.uint8)


def test_painted_pixels_get_their_class_and_white_stays() -> None:
    picture = canvas()
    picture[10:20, 30:50] = PALETTE[HAIR]
    picture[100, 100] = (201, 230, 255)
    change, off_palette = change_from_image(LABELS, picture)
    assert off_palette == 0
    assert change.where.sum() == 200
    assert (change.labels[10:20, 30:50] == HAIR).all()
    assert (change.labels[~change.where] == LABELS[~change.where]).all()


def test_transparent_pixels_are_unpainted() -> None:
    picture = np.zeros((300, 300, 4), np.uint8)
    picture[5, 5] = (*PALETTE[HAIR], 255)
    change, _ = change_from_image(LABELS, picture)
    assert change.where.sum() == 1


def test_a_smaller_map_is_enlarged_and_one_of_other_proportions_refused() -> None:
    picture = np.full((150, 150, 3), 255, np.uint8)
    picture[5, 5] = PALETTE[HAIR]
    assert change_from_image(LABELS, picture)[0].where.sum() == 4
    with pytest.raises(
        OptionError, match="is 150x100, the photo 300x300: their proportions differ"
    ):
        change_from_image(LABELS, picture[:100])


def test_an_empty_change_is_refused() -> None:
    with pytest.raises(OptionError, match="Nothing in the painted picture differs"):
        change_from_image(LABELS, canvas())


def test_a_whole_map_changes_only_where_it_differs() -> None:
    picture = PALETTE[LABELS].copy()
    with pytest.raises(OptionError, match="Nothing in the painted picture differs"):
        change_from_image(LABELS, picture)
    picture[10:20, 10:20] = PALETTE[HAIR]
    assert change_from_image(LABELS, picture)[0].where.sum() == 100


@pytest.mark.parametrize("size", [150, 100, 211, 300, 600])
@pytest.mark.parametrize("method", ["NEAREST", "BOX", "BILINEAR", "LANCZOS"])
def test_a_whole_map_that_another_program_resized_changes_only_where_it_is_painted(
    size: int, method: str
) -> None:
    def resized(picture: np.ndarray) -> np.ndarray:
        small = Pillow.fromarray(picture).resize((size, size), Pillow.Resampling[method])
        return np.asarray(small.resize((size, size)))

    with pytest.raises(OptionError, match="Nothing in the painted picture differs"):
        change_from_image(LABELS, resized(PALETTE[LABELS]))
    painted = LABELS.copy()
    painted[20:80, 100:160] = HAIR
    change, _ = change_from_image(LABELS, resized(PALETTE[painted]))
    inside = change.where[24:76, 104:156]
    assert inside.mean() > 0.99
    assert (change.labels[24:76, 104:156] == HAIR).all()
    around = change.where.copy()
    around[8:92, 88:172] = False
    assert not around.any()


def test_a_stroke_that_widens_a_part_of_a_resized_map_leaves_no_gap() -> None:
    labels = LABELS.copy()
    labels[:60] = HAIR
    painted = labels.copy()
    painted[60:80, 40:200] = HAIR
    change, _ = change_from_image(labels, PALETTE[painted][::2, ::2])
    assert change.where[60:80, 40:200].mean() > 0.97


def test_near_palette_colours_are_counted_and_far_ones_refused() -> None:
    picture = canvas()
    picture[:10, :10] = PALETTE[HAIR] + np.uint8(3)
    change, off_palette = change_from_image(LABELS, picture)
    assert off_palette == 100
    assert (change.labels[:10, :10] == HAIR).all()
    picture[:10, :10] = (120, 120, 120)
    with pytest.raises(OptionError, match="100 % of the painted pixels"):
        change_from_image(LABELS, picture)


def test_hair_gets_a_colour() -> None:
    labels = LABELS.copy()
    labels[:40] = HAIR
    change = parse_edit("hair=#552200", labels, FACE)
    assert (change.labels == labels).all()
    assert change.where.sum() == 40 * 300
    assert change.colour is not None
    assert change.colour.tolist() == [0x55, 0x22, 0]


def test_glasses_are_put_on_and_taken_off() -> None:
    worn = parse_edit("glasses=add", LABELS, FACE)
    assert (worn.labels == GLASSES).sum() > 500
    assert (worn.labels[worn.where] == GLASSES).all()
    bare = parse_edit("glasses=none", worn.labels, FACE)
    assert not (bare.labels == GLASSES).any()
    x, y = FACE[36:42].mean(0).round().astype(int)
    assert CLASSES[bare.labels[y, x]] == "right_eye"


@pytest.mark.parametrize(
    "text",
    ["hair", "hair=mauvish", "hair=#12", "hair=#gggggg", "hair=#552200ff", "tail=none", "tail=red"],
)
def test_an_unknown_edit_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="--set doesn't know"):
        parse_edit(text, LABELS, FACE)


def test_a_speck_is_no_pair_of_glasses_but_may_be_an_earring() -> None:
    labels = LABELS.copy()
    labels[5:9, 5:9], labels[15:19, 5:9] = GLASSES, CLASSES.index("ear_ring")
    with pytest.raises(OptionError, match="The photo shows no glasses"):
        parse_edit("glasses=none", labels, FACE)
    assert parse_edit("ear_ring=none", labels, FACE).where.sum() == 16


@pytest.mark.parametrize("text", ["necklace=none", "hair=#552200", "glasses=blue"])
def test_a_part_that_the_photo_does_not_show_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match=f"The photo shows no {text.split('=')[0]}"):
        parse_edit(text, LABELS, FACE)
