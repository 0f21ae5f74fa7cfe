"""The pretrained parser, through the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.label_maps import read_labels
from face2face.media.stills import write_image
from face2face.segmentation.labels import CLASSES


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from skimage.data import astronaut

    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "her.png", astronaut())
    return tmp_path / "her.png"


FACE = (
    "skin",
    "nose",
    "mouth",
    "upper_lip",
    "lower_lip",
    "left_eye",
    "right_eye",
    "left_brow",
    "right_brow",
)


def share(labels: np.ndarray, names: tuple[str, ...], rows: slice, columns: slice) -> float:
    return float(np.isin(labels[rows, columns], [CLASSES.index(name) for name in names]).mean())


def test_a_portrait_is_parsed(photo: Path, face2face: Callable) -> None:
    status, out, err = face2face("parse", "--photo", photo, "--output", "maps")
    assert (status, "1 label map" in out) == (0, True), err
    labels = read_labels(Path("maps/her.png"))
    assert labels.shape == (512, 512)
    assert share(labels, FACE, slice(100, 150), slice(205, 245)) > 0.9
    assert share(labels, ("hair",), slice(30, 70), slice(190, 260)) > 0.8
    assert share(labels, ("background",), slice(0, 500), slice(0, 20)) == 1


@pytest.mark.parametrize("how", ["grey", "CMYK", "16 bit", "turned"])
def test_odd_photos_are_parsed_as_any(how: str, photo: Path, face2face: Callable) -> None:
    picture = Pillow.open(photo)
    odd = photo.parent / ("odd.jpg" if how in ("CMYK", "turned") else "odd.png")
    if how == "grey":
        picture.convert("L").save(odd)
    elif how == "CMYK":
        picture.convert("CMYK").save(odd, quality=95)
    elif how == "16 bit":
        Pillow.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257).save(odd)
    else:
        exif = Pillow.Exif()
        exif[0x0112] = 6
        picture.rotate(90, expand=True).save(odd, quality=95, exif=exif)
    status, _, err = face2face("parse", "--photo", odd, "--output", "maps")
    assert status == 0, err
    labels = read_labels(Path("maps/odd.png"))
    assert share(labels, FACE, slice(100, 150), slice(205, 245)) > 0.9


def test_a_folder_is_parsed_and_photos_without_a_face_are_counted(
    photo: Path, face2face: Callable
) -> None:
    write_image(photo.parent / "wall.png", np.full((40, 60, 3), 128, np.uint8))
    status, out, err = face2face("parse", "--photo", photo.parent, "--output", "maps")
    assert (status, "no face was found in 1 of the photos" in out) == (0, True), err
    assert read_labels(Path("maps/wall.png")).shape == (40, 60)


def test_landmarks_alone_are_enough_for_skin_eyes_and_lips(
    photo: Path, face2face: Callable
) -> None:
    status, _, err = face2face("parse", "--photo", photo, "--landmarks-only", "--output", "maps")
    assert status == 0, err
    there = {CLASSES[each] for each in np.unique(read_labels(Path("maps/her.png")))}
    assert {"skin", "nose", "left_eye", "right_brow", "lower_lip"} <= there


def test_classes_are_listed(face2face: Callable) -> None:
    status, out, _ = face2face("parse", "--list-classes")
    assert status == 0
    assert "13  hair         #0000cc" in out
    assert len(out.splitlines()) == 19


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "No photo is named"),
        (("--photo", "none.jpg"), "none.jpg"),
        (("--photo", "empty"), "empty holds no photo"),
    ],
)
def test_an_impossible_parse_is_one_line(
    options: tuple[str, ...],
    message: str,
    face2face: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    status, _, err = face2face("parse", *options)
    assert (status, err.count("\n")) == (2, 1)
    assert message in err
