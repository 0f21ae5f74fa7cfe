"""Regions around features of a label map, and the masks that an emotion classifier sees."""

import numpy as np
import pytest

from face2face.image import Box
from face2face.segmentation.emotions import EMOTIONS, EmotionClassifier, mask_panels
from face2face.segmentation.features import FaceMap, feature_mask, missing_parts, region_box
from face2face.segmentation.labels import CLASSES


def painted(*parts: tuple[str, slice, slice]) -> np.ndarray:
    """A label map of skin with rectangles of other classes."""
    labels = np.full((256, 256), CLASSES.index("skin"), np.uint8)
    for name, rows, columns in parts:
        labels[rows, columns] = CLASSES.index(name)
    return labels


FACE = painted(
    ("left_brow", slice(80, 85), slice(150, 180)),
    ("right_brow", slice(80, 85), slice(80, 110)),
    ("left_eye", slice(95, 105), slice(150, 175)),
    ("right_eye", slice(95, 105), slice(80, 105)),
    ("upper_lip", slice(180, 184), slice(100, 150)),
    ("mouth", slice(184, 190), slice(105, 145)),
    ("lower_lip", slice(190, 196), slice(100, 150)),
)


def test_a_feature_keeps_pieces_of_at_least_100_pixels() -> None:
    labels = painted(
        ("upper_lip", slice(0, 10), slice(0, 10)),  # 100 pixels
        ("lower_lip", slice(20, 29), slice(0, 11)),  # 99 pixels
    )
    mask = feature_mask(labels, "mouth")
    assert mask.sum() == 100
    assert mask[:10, :10].all()
    assert not feature_mask(labels, "eyes").any()


def test_touching_classes_are_one_piece() -> None:
    labels = painted(
        ("mouth", slice(0, 5), slice(0, 10)), ("lower_lip", slice(5, 10), slice(10, 20))
    )
    assert feature_mask(labels, "mouth").sum() == 100  # they touch at a corner


def test_a_region_is_a_square_around_the_feature_with_room() -> None:
    # The mouth spans rows 180 to 195 and columns 100 to 149: 50 wide, with 8 of room 66.
    box = region_box(feature_mask(FACE, "mouth"))
    assert box == Box(100 - 8, 180 - (66 - 16) // 2, 66)
    # Eyes and brows span rows 80 to 104 and columns 80 to 179.
    assert region_box(feature_mask(FACE, "eyes")) == Box(72, 80 + (25 - 116) // 2, 116)
    assert region_box(np.zeros((4, 4), bool)) is None


@pytest.mark.parametrize(("pixels", "missing"), [(299, []), (300, ["brows"]), (500, 3)])
def test_a_part_needs_more_than_some_pixels(pixels: int, missing: object) -> None:
    found = missing_parts(FACE, pixels)  # brows have 300 pixels, eyes and lips 500 each
    assert found == missing or len(found) == missing


def test_a_face_is_cropped_to_256_pixels_and_its_regions_lie_in_the_photo() -> None:
    from face2face.face.expression import AVERAGE_FACE

    photo = np.zeros((1000, 1200, 3), np.uint8)
    landmarks = (200 * AVERAGE_FACE + (600, 500)).astype(np.float32)
    seen = []

    def parse(picture: np.ndarray, points: np.ndarray | None) -> np.ndarray:
        seen.append((picture.shape, points))
        return FACE

    face = FaceMap.of(photo, landmarks, parse)
    (shape, points), *_ = seen
    assert shape == (256, 256, 3)
    assert np.allclose(points, face.box.to_panel(landmarks, 256))
    scale = face.box.side / 256
    region = face.region_in_photo(Box(64, 64, 128))
    assert abs(region.side - 128 * scale) <= 0.5
    assert abs(region.x - face.box.x - 64 * scale) <= 0.5


def test_every_pixel_is_in_one_of_five_masks() -> None:
    first, second = mask_panels(FACE)
    assert first.shape == second.shape == (256, 256, 3)
    channels = np.concatenate([first, second], -1)
    assert not channels[..., 5].any()
    assert (channels[..., :5].sum(-1) == 255).all()
    counts = (channels[..., :5] > 0).sum((0, 1)).tolist()
    assert counts[:4] == [500, 300, 240, 500]  # eyes, brows, the mouth's interior, lips


def test_the_likeliest_emotion_is_named() -> None:
    classifier = EmotionClassifier(lambda panels: np.array([[[1, 2, 3, 200, 4]]], np.uint8))
    assert classifier(FACE) == "angry"
    assert classifier.likelihoods(FACE) == pytest.approx(np.array([1, 2, 3, 200, 4]) / 255)
    assert len(EMOTIONS) == 5
