"""Strips to exchange expressions, from photos of two expressions."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.pairs import read_strip
from face2face.image import Scene
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]
MAKE = ("make_expression_data", "--source", "neutral", "--target", "smiling")


@pytest.fixture
def photos(in_folder: Path, astronaut: Scene) -> None:
    """Two photos of the astronaut as neutral, one as smiling, and a wall."""
    for folder, names in (("neutral", "ab"), ("smiling", "b")):
        Path(folder).mkdir()
        for name in names:
            write_image(Path(folder) / f"{name}.png", astronaut.photo)
    write_image(Path("neutral/wall.png"), np.zeros((200, 200, 3), np.uint8))


@pytest.mark.usefixtures("photos")
def test_photos_of_two_expressions_become_strips(face2face: Command) -> None:
    Path("held_out.txt").write_text("z\n", encoding="utf-8")
    status, out, err = face2face(*MAKE, "--held-out", "held_out.txt", "--licence", "public domain")
    assert status == 0, err
    report = Path("expression/report.txt").read_text(encoding="utf-8")
    assert "neutral: 2 of 3 photos kept" in report
    assert "1 photo shows no face: neutral/wall.png" in report
    assert report in out
    for feature in ("eyes", "mouth"):
        folder = Path("expression") / feature
        assert sorted(path.name for path in (folder / "unpaired/train").iterdir()) == [
            "a.b.png",
            "b.png",
        ]
        (strip,) = (folder / "paired/train").iterdir()
        one, other = read_strip(strip, 2)
        assert one.shape == (64, 64, 3)
        assert (one == other).all()
        for kind, objective in (("unpaired", "cyclegan"), ("paired", "pix2pix")):
            card = ModelCard.load(folder / kind)
            assert (card.mode, card.panels, card.size) == ("expression", (feature,), 64)
            assert (card.objective, card.licence) == (objective, "public domain")
            assert card.data["source"] == "neutral"
    status, _, err = face2face(*MAKE, "--held-out", "held_out.txt", "--size", 128)
    assert status == 2
    assert "size 64, not 128" in err


@pytest.mark.usefixtures("photos")
def test_a_limit_that_no_photo_passes_is_named(face2face: Command) -> None:
    status, out, err = face2face(*MAKE, "--min-pixels", 20000)
    assert status == 2
    assert "2 photos show too little of eyes and brows and lips: a.png, b.png" in out
    assert "Relax --min-pixels, which is 20000." in err
    assert read_image(Path("expression/dropped.png")).shape == (192, 6 * 192, 3)


@pytest.mark.usefixtures("photos")
def test_photos_of_another_emotion_are_left_out(
    face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from face2face.inference import pretrained

    Path("model").mkdir()
    monkeypatch.setattr(pretrained, "load_emotion_classifier", lambda path: lambda labels: "happy")
    status, out, err = face2face(*MAKE, "--classifier", "model")
    assert status == 2
    assert "2 photos look happy, not neutral: a.png, b.png" in out
    assert "smiling: 1 of 1 photos kept" in out
    assert "Leave --classifier out" in err
    Path("neutral").rename("holiday")
    changed = ("make_expression_data", "--source", "holiday", "--target", "smiling")
    status, _, err = face2face(*changed, "--classifier", "model", "--output", "other")
    assert status == 2
    assert "holiday has the name of no emotion" in err
