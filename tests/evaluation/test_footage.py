"""Footage for evaluation: after what was trained on, and after what chose the checkpoint."""

from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.errors import OptionError
from face2face.evaluation.footage import held_out
from tests.conftest import write_video


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twenty frames at ten a second, each a little brighter."""
    pictures = [np.full((64, 64, 3), 10 * number, np.uint8) for number in range(20)]
    return write_video(tmp_path / "clip.mp4", pictures, fps=10)


def seconds(clip: Path, **data: float) -> list[float]:
    card = ModelCard("reenact", 256, ("sketch",), data=data)
    return [round(scene.seconds or 0.0, 3) for scene in held_out(card, clip)]


def test_what_chose_the_checkpoint_is_not_evaluated(clip: Path) -> None:
    assert seconds(clip, trained_until=1.5, chosen_until=1.7) == [1.8, 1.9]


def test_a_card_that_knows_the_training_alone_evaluates_all_that_follows(clip: Path) -> None:
    assert seconds(clip, trained_until=1.5) == [1.6, 1.7, 1.8, 1.9]
    assert seconds(clip) == [1.8, 1.9]


def test_a_video_that_ends_before_is_refused(clip: Path) -> None:
    with pytest.raises(OptionError, match=r"begins after 5\.0 seconds"):
        seconds(clip, trained_until=1.5, chosen_until=5.0)
