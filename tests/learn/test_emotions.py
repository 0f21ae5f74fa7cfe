"""The emotion classifier: its samples, its network, and its graph."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.inference.pretrained import load_emotion_classifier
from face2face.learn.emotions import EmotionSample, EmotionSamples, confusion_table, vary
from face2face.media.stills import write_image
from face2face.segmentation.emotions import EMOTIONS
from face2face.segmentation.labels import CLASSES

Command = Callable[..., tuple[int, str, str]]


def smile(width: int) -> np.ndarray:
    labels = np.full((256, 256), CLASSES.index("skin"), np.uint8)
    labels[180:200, 128 - width : 128 + width] = CLASSES.index("lower_lip")
    return labels


def test_rare_emotions_are_drawn_as_often_as_frequent_ones() -> None:
    samples = [EmotionSample(smile(20), 0)] * 30 + [EmotionSample(smile(40), 2)] * 2
    batches = EmotionSamples(samples, batch_size=16)
    assert len(batches) == 2
    drawn: Counter[int] = Counter()
    for index in range(8):
        panels, emotions = batches[index]
        assert [each.shape for each in panels] == [(16, 256, 256, 3)] * 2
        assert emotions.shape == (16, 5)
        drawn.update(emotions.argmax(1).tolist())
    assert set(drawn) == {0, 2}
    assert 40 < drawn[0] < 88  # 64 of 128 on average, with a deviation of 6


def test_samples_repeat_each_run_and_differ_each_epoch() -> None:
    samples = [EmotionSample(smile(width), width % 2) for width in range(10, 40)]
    one, other = (EmotionSamples(samples, 4, seed=3) for _ in range(2))
    assert (one[0][0][1] == other[0][0][1]).all()
    other.on_epoch_end()
    assert (one[0][0][1] != other[0][0][1]).any()


def test_variation_moves_a_map_and_invents_no_class() -> None:
    labels = smile(30)
    rng = np.random.default_rng(0)
    varied = [vary(labels, rng) for _ in range(20)]
    for each in varied:
        assert set(np.unique(each)) == set(np.unique(labels))
        rows, columns = np.nonzero(each == CLASSES.index("lower_lip"))
        assert abs(columns.mean() - 127.5) < 0.12 * 256
        assert 0.6 < len(rows) / (60 * 20) < 1.5  # scaled by 0.9 to 1.1 each way, and bent
    assert len({each.tobytes() for each in varied}) > 10


def test_a_confusion_table_counts_each_true_emotion_in_its_row() -> None:
    table = confusion_table([1, 1, 1, 4], [1, 1, 0, 3])
    assert table[1].tolist() == [1, 2, 0, 0, 0]
    assert table[4].tolist() == [0, 0, 0, 1, 0]
    assert table.sum() == 4


@pytest.mark.usefixtures("eagerly")
def test_a_classifier_is_trained_exported_and_measured(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    for folder, name in (("smiling", "a"), ("smiling", "b"), ("neutral", "c")):
        (Path("photos") / folder).mkdir(parents=True, exist_ok=True)
        write_image(Path("photos") / folder / f"{name}.png", astronaut.photo)
    write_image(Path("photos/neutral/wall.png"), np.zeros((64, 64, 3), np.uint8))
    Path("held_out.txt").write_text("b\n", encoding="utf-8")
    command = ("train_emotion", "--photos", "photos", "--epochs", 1, "--batch-size", 2)
    status, out, err = face2face(*command, "--output", "model", "--held-out", "held_out.txt")
    assert status == 0, err
    assert "1 photo shows no face: photos/neutral/wall.png" in out
    assert "training on 2 photos; 1 are held out" in out
    assert "of 1 held-out photos are right" in out
    card = ModelCard.load(Path("model"))
    assert (card.mode, card.objective, card.size) == ("emotion", "classification", 256)
    assert card.data["happy"] == card.data["neutral"] == 1
    likelihoods = load_emotion_classifier(Path("model")).likelihoods(smile(30))
    assert likelihoods.shape == (len(EMOTIONS),)
    assert likelihoods.sum() == pytest.approx(1, abs=0.02)


def test_folders_of_fewer_than_two_emotions_are_refused(
    in_folder: Path, face2face: Command
) -> None:
    (Path("photos") / "holiday").mkdir(parents=True)
    status, _, err = face2face("train_emotion", "--photos", "photos")
    assert status == 2
    assert "no folders of two emotions" in err


def test_a_model_of_another_mode_is_no_classifier() -> None:
    from face2face.inference.models import pretrained

    with pytest.raises(ModelError, match="train_emotion"):
        load_emotion_classifier(pretrained("parser"))
