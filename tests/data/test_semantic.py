from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.label_maps import read_labels, write_labels
from face2face.data.semantic import SemanticSample, SemanticSampleBuilder
from face2face.errors import DataError
from face2face.face.detector import Detector
from face2face.image import Scene
from face2face.media.stills import read_image, write_image
from face2face.segmentation.labels import (
    CLASSES,
    GROUPS,
    UNKNOWN,
    fill_groups,
    group_labels,
    mean_colours,
)


def test_nineteen_classes_are_in_seven_groups() -> None:
    names = [name for classes in GROUPS.values() for name in classes]
    assert sorted(names) == sorted(set(CLASSES) - {"background"})
    assert list(GROUPS) == ["skin", "eyes", "mouth", "hair", "nose", "clothes", "accessories"]


def test_groups_of_three_pixels_and_their_colours() -> None:
    labels = np.array(
        [[CLASSES.index("skin"), CLASSES.index("neck"), CLASSES.index("hat"), 0]], np.uint8
    )
    photo = np.array([[(100, 0, 0), (103, 0, 0), (1, 2, 3), (9, 9, 9)]], np.uint8)
    groups = group_labels(labels)
    assert groups[0].argmax(-1).tolist()[:3] == [0, 0, 6]
    assert not groups[0, 3].any()
    colours = mean_colours(photo, groups)
    assert colours.tolist() == [[102, 0, 0], [0] * 3, [0] * 3, [0] * 3, [0] * 3, [0] * 3, [1, 2, 3]]
    assert fill_groups(groups, colours).tolist() == [
        [[102, 0, 0], [102, 0, 0], [1, 2, 3], [0, 0, 0]]
    ]


def test_photos_are_studied_and_those_without_a_face_are_named(
    tmp_path: Path, face2face: Callable, astronaut: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("photos", "maps"):
        (tmp_path / folder).mkdir()
    labels = np.full((256, 256), CLASSES.index("hair"), np.uint8)
    for name, photo in (
        ("she", astronaut.photo),
        ("twin", astronaut.photo[:, ::-1]),
        ("wall", np.zeros((256, 256, 3), np.uint8)),
    ):
        write_image(tmp_path / "photos" / f"{name}.png", photo)
        write_labels(tmp_path / "maps" / f"{name}.png", labels)
    status, out, err = face2face(
        "make_semantic_data", "--photos", "photos", "--labels", "maps", "--output", "out"
    )
    assert status == 0, err
    assert "left out: photos/wall.png" in out
    assert "2 studies" in out
    study = SemanticSample.load(Path("out/studies/she.npz"))
    assert (study.photo.shape, study.photo.dtype) == ((256, 256, 3), np.uint8)
    assert (study.groups.shape, study.colours.shape, study.identity.shape) == (
        (256, 256, 7),
        (7, 3),
        (128,),
    )
    assert study.groups[..., 3].all()
    assert np.abs(study.colours[3] - study.photo.mean((0, 1))).max() < 1
    assert (read_image(Path("out/colours/she.png")) == study.colours[3]).all()
    for mode, strips, panels in (("edit", 6, 4), ("reconstruct", 2, 4), ("manipulate", 6, 9)):
        written = sorted(Path("out", mode).glob("*/*.png"))
        assert len(written) == strips, mode
        assert read_image(written[0]).shape == (256, panels * 256, 3)
        assert ModelCard.load(Path("out", mode)).mode == mode
        assert len(ModelCard.load(Path("out", mode)).panels) == panels - 1


def test_small_faces_and_unsure_maps_are_left_out(tmp_path: Path, astronaut: Scene) -> None:
    write_image(tmp_path / "her.png", astronaut.photo)
    sure = np.full((256, 256), CLASSES.index("hair"), np.uint8)
    answers = [sure, np.full((256, 256), CLASSES.index("hat"), np.uint8)]

    def build(min_side: int, min_agreement: float, maps: list[np.ndarray]) -> SemanticSample | None:
        remaining = iter(maps)
        builder = SemanticSampleBuilder(
            Detector(),
            lambda photo, landmarks: np.zeros(128),
            lambda photo, landmarks: next(remaining),
            256,
            min_side,
            min_agreement,
        )
        return builder(tmp_path / "her.png", None)

    assert build(1, 0.9, [sure, sure]) is not None
    assert build(1, 0.9, answers) is None, "the mirror image has another map"
    assert build(1, 0.0, answers) is not None
    assert build(257, 0.0, answers) is None, "the photo is 256 pixels wide"


def test_a_photo_that_is_left_out_is_no_failure_and_an_unreadable_one_is(
    in_folder: Path, face2face: Callable, astronaut: Scene
) -> None:
    for folder in ("photos", "maps"):
        (in_folder / folder).mkdir()
    for name in ("she", "twin", "small"):
        photo = astronaut.photo if name != "small" else astronaut.photo[8:248, 8:248]
        write_image(in_folder / "photos" / f"{name}.png", photo)
        labels = np.full(photo.shape[:2], CLASSES.index("hair"), np.uint8)
        write_labels(in_folder / "maps" / f"{name}.png", labels)
    (in_folder / "names.txt").write_text("tw*\n", encoding="utf-8")
    folders = ("--photos", "photos", "--labels", "maps", "--output", "out")
    options = ("--min-side", 250, "--held-out", "names.txt", "--repeats", 1)
    status, out, err = face2face("make_semantic_data", *folders, *options)
    assert status == 0, err
    assert "left out: photos/small.png" in out
    assert [path.name for path in Path("out/edit/val").glob("*.png")] == ["twin.0.png"]
    (in_folder / "photos" / "bad.png").write_bytes(b"no picture")
    status, out, _ = face2face("make_semantic_data", *folders, *options)
    assert status == 1
    assert "left out: photos/small.png" in out
    assert "failed: photos/bad.png" in out
    assert "1 of 3 failed" in out


def test_confident_maps_are_written_for_a_parser(
    in_folder: Path, face2face: Callable, astronaut: Scene
) -> None:
    (in_folder / "photos").mkdir()
    write_image(in_folder / "photos" / "her.png", astronaut.photo)
    options = ("--output", "out", "--repeats", 0, "--confident-labels")
    status, _, err = face2face("make_semantic_data", "--photos", "photos", *options)
    assert status == 0, err
    study = SemanticSample.load(Path("out/studies/her.npz"))
    labels = read_labels(Path("out/labels/her.png"), allow_unknown=True)
    known = labels != UNKNOWN
    assert 0.9 < known.mean() < 1
    assert (labels == study.labels)[known].all()
    assert (read_image(Path("out/photos/her.png")) == study.photo).all()


def test_a_map_of_another_size_fails_alone(
    tmp_path: Path, face2face: Callable, astronaut: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("photos", "maps"):
        (tmp_path / folder).mkdir()
    write_image(tmp_path / "photos" / "her.png", astronaut.photo)
    write_labels(tmp_path / "maps" / "her.png", np.zeros((16, 16), np.uint8))
    status, out, _ = face2face(
        "make_semantic_data", "--photos", "photos", "--labels", "maps", "--output", "out"
    )
    assert status == 1
    assert "16x16 pixels, and its photo 256x256" in out
    assert "1 of 1 failed" in out


WHOLE = {
    "Image": np.zeros((8, 8, 3), np.uint8),
    "Labels": np.zeros((8, 8), np.uint8),
    "Masks": np.zeros((8, 8, 7), np.uint8),
    "Colors": np.zeros((7, 3), np.uint8),
    "Identity": np.zeros(128, np.float32),
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, ""),
        ({"Labels": np.full((8, 8), 19, np.uint8)}, "has labels or masks out of range"),
        ({"Masks": np.full((8, 8, 7), 2, np.uint8)}, "has labels or masks out of range"),
        ({"Image": np.zeros((8, 9, 3), np.uint8)}, "Image has another shape than 8 by 8 by 3"),
        ({"Labels": np.zeros((9, 9), np.uint8)}, "Labels has another shape than 8 by 8"),
        ({"Identity": np.full(128, np.nan)}, "Identity has numbers that are not finite"),
        ({"Colors": np.zeros((7, 3))}, "Colors is of another type than uint8"),
        ({"Colors": np.array([None])}, "Colors is of another type than uint8"),
    ],
    ids=lambda each: "".join(each),
)
def test_a_sample_of_another_form_is_refused(
    tmp_path: Path, change: dict[str, np.ndarray], message: str
) -> None:
    np.savez_compressed(tmp_path / "a.npz", **(WHOLE | change))
    if not message:
        assert SemanticSample.load(tmp_path / "a.npz").photo.shape == (8, 8, 3)
        return
    with pytest.raises(DataError, match=message):
        SemanticSample.load(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"PK no zip", bytes(1000)])
def test_a_damaged_sample_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged\. Make it again\."):
        SemanticSample.load(tmp_path / "a.npz")
