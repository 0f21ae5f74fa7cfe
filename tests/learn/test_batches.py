"""Batches of strips, augmented and shuffled."""

from pathlib import Path

import cv2
import numpy as np

from face2face.data.dataset import PanelAugmentation, PanelLayout, StripDataset, to_bytes, to_signed
from face2face.data.pairs import list_strips, read_strip, write_strip


def test_jitter_crops_all_panels_alike_and_mirrors_half_of_them() -> None:
    rng = np.random.default_rng(0)
    panel = rng.integers(0, 256, (64, 64, 3), np.uint8)
    enlarged = cv2.resize(panel, (80, 80), interpolation=cv2.INTER_CUBIC)
    crops = np.lib.stride_tricks.sliding_window_view(enlarged, (64, 64, 3)).reshape(-1, 64, 64, 3)
    mirrored = 0
    for _ in range(40):
        first, second = PanelAugmentation(80, flip=True)([panel, panel], rng)
        assert (first == second).all()
        straight = (crops == first).all((1, 2, 3)).any()
        assert straight != (crops == first[:, ::-1]).all((1, 2, 3)).any()
        mirrored += not straight
    assert 10 < mirrored < 30


def test_beyond_the_mask_the_target_is_the_base(tmp_path: Path) -> None:
    panels = list(np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3), np.uint8))
    mask = np.repeat(np.uint8([[0, 0, 255, 255]] * 4)[..., None], 3, axis=-1)
    write_strip(tmp_path / "a.png", [panels[0], panels[1], mask, panels[2]])
    _, wanted = StripDataset([tmp_path / "a.png"], PanelLayout(4, (0, 1, 2), 3, 4, base=1, mask=2))[
        0
    ]
    assert (to_bytes(wanted[0])[:, :2] == panels[1][:, :2]).all()
    assert (to_bytes(wanted[0])[:, 2:] == panels[2][:, 2:]).all()


def test_batches_are_what_the_strips_say(combined: Path) -> None:
    paths = list_strips(combined, "train")
    batches = StripDataset(paths, PanelLayout(2, (0,), 1, 256), batch_size=2)
    shown, wanted = batches[1]
    a, b = read_strip(paths[2], 2)
    assert shown.shape == (2, 256, 256, 3)
    assert (to_bytes(shown[0]) == a).all()
    assert (to_bytes(wanted[0]) == b).all()
    assert (to_bytes(to_signed(np.arange(256, dtype=np.uint8))) == np.arange(256)).all()


def test_shuffled_epochs_differ_and_repeat_with_the_seed(combined: Path) -> None:
    def epoch(number: int) -> np.ndarray:
        batches = StripDataset(
            list_strips(combined, "train"),
            PanelLayout(2, (0,), 1, 256),
            6,
            PanelAugmentation(286, True),
            seed=5,
        )
        batches.epoch = number
        return batches[0][1]

    assert (epoch(1) == epoch(1)).all()
    assert (epoch(1) != epoch(2)).any()


def test_an_epoch_is_at_most_so_many_batches(combined: Path) -> None:
    batches = StripDataset(
        list_strips(combined, "train"), PanelLayout(2, (0,), 1, 256), batch_size=1, max_batches=4
    )
    assert len(batches) == 4


def test_swaying_moves_all_panels_alike_and_the_base_a_little_besides() -> None:
    rng = np.random.default_rng(0)
    dots = np.zeros((64, 64, 3), np.uint8)
    dots[20:24, 30:34] = 255

    def centre(panel: np.ndarray) -> np.ndarray:
        rows, columns = np.nonzero(panel[..., 0] > 60)
        return np.array([rows.mean(), columns.mean()])

    moved = [
        PanelAugmentation(64, affine_jitter=1.0)([dots, dots, dots], rng, base=1) for _ in range(20)
    ]
    assert all((first == last).all() for first, _, last in moved)
    assert np.std([centre(first)[0] for first, _, _ in moved]) > 1
    astray = [np.abs(centre(first) - centre(base)).max() for first, base, _ in moved]
    assert 0 < max(astray) < 3
    assert (PanelAugmentation(64)([dots], rng)[0] == dots).all()
