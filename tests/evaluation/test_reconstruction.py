import numpy as np
import pytest

from face2face.data.semantic import SemanticSample
from face2face.evaluation.metrics import distance_from
from face2face.evaluation.reconstruction import map_agreement, reconstruction_score
from face2face.image import Image, Scene
from face2face.segmentation.labels import CLASSES, Labels, colorize, group_labels, mean_colours


def study(place: int) -> SemanticSample:
    """Skin with a square of something else."""
    labels = np.full((64, 64), CLASSES.index("skin"), np.uint8)
    labels[place : place + 16, place : place + 16] = CLASSES.index("nose")
    photo = colorize(labels)
    groups = group_labels(labels)
    return SemanticSample(
        photo, labels, groups, mean_colours(photo, groups), np.zeros(128, np.float32)
    )


def draws_the_map(scene: Scene) -> Image:
    assert scene.labels is not None
    return colorize(scene.labels)


def copies_the_photo(scene: Scene) -> Image:
    return scene.photo


def parse(picture: Image) -> Labels:
    nose = (picture == colorize(np.array([[CLASSES.index("nose")]], np.uint8))[0, 0]).all(-1)
    return np.where(nose, CLASSES.index("nose"), CLASSES.index("skin")).astype(np.uint8)


def test_who_draws_the_new_map_follows_it_and_who_copies_does_not() -> None:
    one, other = study(0), study(40)
    drawn, copied = (
        map_agreement(one, other, paint, parse) for paint in (draws_the_map, copies_the_photo)
    )
    assert (drawn.new, copied.old) == (1.0, 1.0)
    assert drawn.old == copied.new == pytest.approx((0 + (4096 - 512) / 4096) / 2)
    assert (drawn.picture == other.photo).all()


def test_a_picture_is_like_itself() -> None:
    one = study(0)

    def identify(photo: Image, landmarks: np.ndarray) -> np.ndarray:
        return photo.mean((0, 1)) / 255

    def lpips(picture: Image, photo: Image) -> float:
        return float(np.abs(picture.astype(float) - photo).mean())

    distance = distance_from(one.photo, np.zeros((70, 2), np.float32), identify)
    same = reconstruction_score(one, one.photo, distance, lpips)
    assert (same.ssim, same.lpips, same.identity) == (pytest.approx(1), 0, 0)
    assert np.isnan(reconstruction_score(one, one.photo, distance, None).lpips)
