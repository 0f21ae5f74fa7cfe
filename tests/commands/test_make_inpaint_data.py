"""Strips to train inpainting on, from photos and from annotated photos."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.image import Scene
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]


ARGUMENTS = (
    *("--photo", "photos", "--annotations", "boxes.json", "--images", "images"),
    *("--repeats", 2, "--licence", "public domain"),
)


@pytest.fixture
def made(in_folder: Path, face2face: Command, astronaut: Scene) -> str:
    """Strips of one photo and one annotated photo; the command's messages."""
    for folder in ("photos", "images"):
        Path(folder).mkdir()
    write_image(Path("photos/she.png"), astronaut.photo)
    write_image(Path("photos/wall.png"), np.zeros((200, 200, 3), np.uint8))
    Path("photos/broken.png").write_bytes(b"no")
    write_image(Path("images/img1.jpg"), astronaut.photo)
    corners = [{"x": 0.25, "y": 0.25}, {"x": 0.75, "y": 0.75}]
    line = {"content": "", "annotation": [{"points": corners}, {"points": corners[::-1]}]}
    lines = [*map(json.dumps, (None, line, line)), "not json\n"]
    Path("boxes.json").write_text("\n".join(lines), encoding="utf-8")
    status, out, err = face2face("make_inpaint_data", *ARGUMENTS)
    assert status == 1, err  # a photo can't be read
    return out


def test_faces_of_photos_and_annotations_become_strips(made: str) -> None:
    strips = sorted(Path("inpaint").glob("*/*.png"))
    assert [each.name for each in strips] == sorted(
        f"{name}.{number}.png" for name in ("img1.0", "photos-she") for number in range(2)
    )
    assert read_image(strips[0]).shape == (256, 768, 3)
    card = ModelCard.load(Path("inpaint"))
    assert (card.mode, card.panels, card.mask) == ("inpaint", ("holed", "mask"), "mask")
    assert (card.fill, card.licence) == ("magenta", "public domain")
    assert card.data["faces"] == 2


def test_what_is_left_out_is_listed(made: str) -> None:
    for line in (
        "1 photo shows no face: photos/wall.png",
        "1 photo can't be read: photos/broken.png",
        "1 line is null: 0",
        "1 line is not JSON: 3",
        "2 boxes have swapped corners: line 1, line 2",
        "1 line has no photo here: 2",
        "2 strips each of 2 faces",
    ):
        assert line in made, line


def test_another_run_completes_the_strips(made: str, face2face: Command) -> None:
    strips = sorted(Path("inpaint").glob("*/*.png"))
    before = [each.read_bytes() for each in strips]
    strips[0].unlink()
    assert face2face("make_inpaint_data", *ARGUMENTS)[0] == 1
    assert [each.read_bytes() for each in strips] == before, "the same seed, the same bytes"


def test_strips_of_another_recipe_or_mode_are_refused(made: str, face2face: Command) -> None:
    status, _, err = face2face("make_inpaint_data", *ARGUMENTS, "--fill", "black")
    assert status == 2
    assert "fill magenta, not black" in err
    status, _, err = face2face("train", "--input_dir", "inpaint", "--condition", "labels")
    assert status == 2
    assert "mode reconstruct" in err


def test_missing_options_are_one_line(in_folder: Path, face2face: Command) -> None:
    for arguments, message in (
        ((), "Add --photo FOLDER or --annotations FILE"),
        (("--annotations", "a.json"), "--images"),
        (("--photos", ".", "--download"), "--download needs"),
        (("--photo", "."), ". holds no photo"),
        (("--photos", ".", "--masks", "."), "no masks in ."),
    ):
        status, _, err = face2face("make_inpaint_data", *arguments)
        assert status == 2
        assert message in err
        assert err.count("\n") == 1
