"""Poses between photos of one person, as pictures to prepare a target from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.image import Scene
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def photos(in_folder: Path, astronaut: Scene, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two photos of one person; no network is needed for them."""
    monkeypatch.setattr(
        "face2face.edit.face_painter.FacePainter",
        lambda folder: lambda photo, landmarks, wanted: photo,
    )
    folder = in_folder / "photos"
    folder.mkdir()
    write_image(folder / "0.png", astronaut.photo)
    write_image(folder / "1.png", (astronaut.photo * 0.8).astype(np.uint8))
    return folder


def test_photos_become_square_pictures(photos: Path, face2face: Command) -> None:
    status, out, err = face2face("make_photo_poses", "--photos", photos, "--num", 3, "--trim", 4)
    assert status == 0, err
    assert out == "written: 3 pictures of 2 photos in poses\n"
    pictures = [read_image(path) for path in sorted(Path("poses").iterdir())]
    side = min(read_image(photos / "0.png").shape[:2]) - 8
    assert [each.shape for each in pictures] == [(side, side, 3)] * 3


def test_a_photo_without_a_face_is_named(photos: Path, face2face: Command) -> None:
    write_image(photos / "2.png", np.zeros((200, 200, 3), np.uint8))
    status, _, err = face2face("make_photo_poses", "--photos", photos)
    assert status == 2
    assert "2.png shows 0 faces" in err


def test_one_photo_is_not_enough(photos: Path, face2face: Command) -> None:
    (photos / "1.png").unlink()
    status, _, err = face2face("make_photo_poses", "--photos", photos)
    assert status == 2
    assert "fewer than two photos" in err
