"""Faces with holes, from photos and from annotated ones."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from face2face.card import ModelCard
from face2face.image import Scene
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]


def test_photos_and_annotated_boxes_become_strips_and_the_rest_is_named(
    in_folder: Path, face2face: Command, astronaut: Scene
) -> None:
    for folder in ("photos", "images"):
        Path(folder).mkdir()
    write_image(Path("photos/she.png"), astronaut.photo)
    write_image(Path("photos/wall.png"), np.zeros((200, 200, 3), np.uint8))
    Path("photos/broken.png").write_bytes(b"no")
    write_image(Path("images/img1.jpg"), astronaut.photo)
    corners = [{"x": 0.25, "y": 0.25}, {"x": 0.75, "y": 0.75}]
    entries = [
        None,
        *(
            {"content": "", "annotation": [{"points": corners}, {"points": corners[::-1]}]}
            for _ in range(2)
        ),
    ]
    Path("boxes.json").write_text(
        "\n".join(map(json.dumps, entries)) + "\nnot json\n", encoding="utf-8"
    )
    arguments = (
        "--photos",
        "photos",
        "--annotations",
        "boxes.json",
        "--images",
        "images",
        "--repeats",
        2,
        "--licence",
        "public domain",
    )
    status, out, err = face2face("make_inpaint_data", *arguments)
    assert status == 0, err
    for told in (
        "1 photo shows no face: photos/wall.png",
        "1 photo can't be read: photos/broken.png",
        "1 line is null: 0",
        "1 line is not JSON: 3",
        "2 boxes have swapped corners: line 1, line 2",
        "1 line has no photo here: 2",
        "2 strips each of 2 faces",
    ):
        assert told in out, told
    strips = sorted(Path("inpaint").glob("*/*.png"))
    assert sorted(each.name for each in strips) == [
        "img1.0.0.png",
        "img1.0.1.png",
        "photos-she.0.png",
        "photos-she.1.png",
    ]
    assert read_image(strips[0]).shape == (256, 768, 3)
    card = ModelCard.load(Path("inpaint"))
    assert (card.mode, card.panels, card.mask, card.fill, card.licence) == (
        "inpaint",
        ("holed", "mask"),
        "mask",
        "magenta",
        "public domain",
    )
    assert card.data["faces"] == 2
    before = [each.read_bytes() for each in strips]
    strips[0].unlink()
    assert face2face("make_inpaint_data", *arguments)[0] == 0
    assert [each.read_bytes() for each in strips] == before, "the same seed, the same bytes"
    status, _, err = face2face("make_inpaint_data", *arguments, "--fill", "black")
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
        (("--photos", ".", "--masks", "."), "none in ."),
    ):
        status, _, err = face2face("make_inpaint_data", *arguments)
        assert status == 2
        assert message in err
        assert err.count("\n") == 1
