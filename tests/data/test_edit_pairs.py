from pathlib import Path

import numpy as np

from face2face.data.edit_pairs import kept_colours, region, write_pairs
from face2face.data.pairs import read_strip
from face2face.data.semantic import SemanticSample
from face2face.face.expression import AVERAGE_FACE
from face2face.modes.edit import Edit
from face2face.segmentation.labels import CLASSES, group_labels, mean_colours
from face2face.segmentation.parser import labels_from_landmarks

LABELS = labels_from_landmarks((AVERAGE_FACE * 60 + (128, 90)).astype(np.float32), 256, 256)
PHOTO = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)


def test_a_region_is_never_empty_nor_most_of_the_photo() -> None:
    shares = [(region(LABELS, np.random.default_rng(seed)) > 0).mean() for seed in range(60)]
    assert min(shares) > 0
    assert max(shares) <= 0.6
    nothing = np.zeros((64, 64), np.uint8)
    assert all(region(nothing, np.random.default_rng(seed)).any() for seed in range(20))


def test_features_are_erased_whole() -> None:
    nose = CLASSES.index("nose") == LABELS
    whole = [(region(LABELS, np.random.default_rng(seed))[nose] > 0).all() for seed in range(60)]
    assert 3 < sum(whole) < 40


def test_half_of_the_classes_are_shown_in_their_true_colour() -> None:
    mask = np.full((256, 256), 255, np.uint8)
    colours = [kept_colours(PHOTO, LABELS, mask, np.random.default_rng(seed)) for seed in range(30)]
    share = np.mean([len(each) for each in colours]) / len(np.unique(LABELS))
    assert 0.3 < share < 0.7


def test_strips_are_the_same_each_time_and_show_what_the_mode_shows(tmp_path: Path) -> None:
    groups = group_labels(LABELS)
    study = SemanticSample(
        PHOTO, LABELS, groups, mean_colours(PHOTO, groups), np.zeros(128, np.float32)
    )
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_pairs(study, Edit(256).condition, tmp_path / folder, "her", 3)
    files = sorted((tmp_path / "one").iterdir())
    assert [each.name for each in files] == ["her.0.png", "her.1.png", "her.2.png"]
    for each in files:
        assert each.read_bytes() == (tmp_path / "two" / each.name).read_bytes()
        erased, _, mask, photo = read_strip(each, 4)
        assert (photo == PHOTO).all()
        assert (erased[mask == 0] == PHOTO[mask == 0]).all()
