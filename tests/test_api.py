"""The Python API: its surface, its examples, and the scripts in examples/."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import face2face
from face2face.image import Image, Scene

ROOT = Path(__file__).resolve().parents[1]


def frame_count(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_importing_the_package_imports_nothing_large() -> None:
    large = {"numpy", "cv2", "dlib", "openvino", "tensorflow"}
    code = f"import face2face, sys; assert not {large} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_object_has_an_example() -> None:
    """That of ``train`` is a script, which is run below: a docstring must be quick."""
    without = {
        name for name in face2face.__all__ if ">>> " not in (getattr(face2face, name).__doc__ or "")
    }
    assert without == {"train"}


def test_every_public_name_is_there_and_documented() -> None:
    assert set(face2face.__all__) <= set(dir(face2face))
    for name in face2face.__all__:
        assert getattr(face2face, name).__doc__, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        face2face.fly  # noqa: B018


def test_the_error_tree_has_one_root() -> None:
    for error in (
        face2face.DataError,
        face2face.FaceError,
        face2face.MediaError,
        face2face.ModelError,
        face2face.OptionError,
    ):
        assert issubclass(error, face2face.Face2FaceError)
    with pytest.raises(face2face.ModelError, match="no pretrained model stranger"):
        face2face.load_model("stranger")


def test_arrays_drive_as_their_video_does(video: Path) -> None:
    from face2face.media.video import VideoFile

    model = face2face.load_model()
    with VideoFile(video) as source:
        fps, photos = source.fps, [scene.photo for scene in source]
    frames = list(face2face.drive(model, video))
    assert len(frames) == 24
    assert all(frame.found for frame in frames)
    again = face2face.drive(model, photos, fps=fps)
    for one, other in zip(frames, again, strict=True):
        assert (one.image == other.image).all()


def test_a_picture_without_a_face_is_reported() -> None:
    reenactor = face2face.Reenactor("astronaut")
    frame = reenactor(np.zeros((240, 320, 3), np.uint8), seconds=0.0)
    assert not frame.found
    assert face2face.detect(np.zeros((240, 320, 3), np.uint8)) == []
    with pytest.raises(face2face.FaceError, match="no face"):
        face2face.edit_photo(np.zeros((240, 320, 3), np.uint8), "mouth=smile")


def test_a_photo_has_no_neutral_time(astronaut: Scene, in_folder: Path) -> None:
    face2face.write_image("me.png", astronaut.photo)
    with pytest.raises(face2face.OptionError, match="--neutral-at names a time"):
        face2face.build_pairs("me.png", "my-face", num=10, neutral_at=0.5)


@pytest.mark.usefixtures("feature_models")
def test_an_edit_changes_the_face_and_leaves_the_rest(astronaut: Scene) -> None:
    edited = face2face.edit_photo(astronaut.photo, "mouth=smile")
    changed = (edited != astronaut.photo).any(axis=-1)
    assert changed.any()
    assert not changed[:60].any()


@pytest.mark.usefixtures("feature_models")
def test_an_expression_changes_the_eyes_and_the_mouth_that_are_named(astronaut: Scene) -> None:
    photo = astronaut.photo
    assert astronaut.landmarks is not None
    nose = round(float(astronaut.landmarks[33, 1]))
    opened = (face2face.express(photo, mouth=("open", 0.5)) != photo).any(-1)
    assert opened[nose + 10 :].any()
    assert not opened[: nose - 25].any()
    surprised = (face2face.express(photo, "surprised", 0.7, gaze="up") != photo).any(-1)
    assert surprised[: nose - 20].any()
    assert surprised[nose + 10 :].any()


@pytest.mark.usefixtures("feature_models")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "No change is named"),
        ({"to": "rage"}, "'rage' is no state of expression"),
        ({"to": "smile", "strength": 2.0}, "2 is out of range for smile"),
        ({"eyes": "blue"}, "'blue' is no state of eyes"),
        ({"mouth": ("open", float("nan"))}, "nan is out of range for mouth-open"),
    ],
)
def test_an_impossible_expression_is_refused(
    arguments: dict[str, Any], message: str, astronaut: Scene
) -> None:
    with pytest.raises(face2face.OptionError, match=message):
        face2face.express(astronaut.photo, **arguments)


def example(name: str) -> dict[str, object]:
    """Return the names that a script in examples/ defines."""
    return runpy.run_path(str(ROOT / "examples" / name))


def test_the_example_that_drives(video: Path, in_folder: Path) -> None:
    example("drive_a_video.py")["main"](str(video), "out.mp4")  # type: ignore[operator]
    # Two seconds of 12 frames a second, the last at 23/12 s, written at 30 frames a second.
    assert frame_count(Path("out.mp4")) == round(23 / 12 * 30) + 1


@pytest.mark.usefixtures("feature_models")
def test_the_example_that_edits(in_folder: Path, frames: list[Image]) -> None:
    face2face.write_image("me.png", frames[0])
    example("edit_a_photo.py")["main"]("me.png")  # type: ignore[operator]
    smile = face2face.read_image("smile.png")
    assert smile.shape == face2face.read_image("clear.png").shape == frames[0].shape
    assert (smile != frames[0]).any()


def test_the_example_that_trains(video: Path, in_folder: Path) -> None:
    main = example("train_a_face.py")["main"]
    main(str(video), "face", num=20, minutes=0.02)  # type: ignore[operator]
    assert face2face.load_model("face/model").mode.bank is not None
    assert frame_count(Path("face/demo.mp4")) == 360
