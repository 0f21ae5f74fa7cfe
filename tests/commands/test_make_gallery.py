"""The tools that measure and show what is painted in held-out photos."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from face2face.media.stills import read_image, write_image


@pytest.fixture(autouse=True)
def _photos(in_folder: Path) -> None:
    """A folder ``photos`` with a held-out portrait, and the list that holds it out."""
    from skimage.data import astronaut

    Path("photos").mkdir()
    write_image(Path("photos/her.png"), astronaut()[:320, 60:380])
    Path("held-out.txt").write_text("her\n")


@pytest.mark.parametrize("tool", ["evaluate_erased", "make_gallery"])
def test_photos_that_are_trained_on_are_not_used(tool: str, face2face: Callable) -> None:
    Path("held-out.txt").write_text("somebody\n")
    status, _, err = face2face(tool, "--photos", "photos", "--held-out", "held-out.txt")
    assert status == 2
    assert err.startswith("error: No photo in photos is held out.")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--before", "photos"), "error: photos is no checkout of face2face."),
        (("--output", "gallery.png"), "error: gallery.png is no HTML file."),
    ],
)
def test_a_gallery_that_cannot_be_made_is_refused_at_once(
    options: tuple[str, ...], problem: str, face2face: Callable
) -> None:
    status, _, err = face2face("make_gallery", "--photos", "photos", *options)
    assert status == 2
    assert err.startswith(problem)
    assert err.count("\n") == 1


@pytest.mark.slow
def test_erased_parts_are_painted_measured_and_shown(face2face: Callable) -> None:
    status, out, err = face2face(
        *("evaluate_erased", "--photos", "photos", "--held-out", "held-out.txt"),
        *("--holes", "brows", "tenth", "--output", "erased"),
    )
    assert status == 0, err
    scores = json.loads(Path("erased/erased.json").read_text())
    ours = [(each["hole"], each["method"]) for each in scores if each["method"] in out]
    assert {("brows", "editor"), ("brows", "Telea"), ("tenth", "retouch")} <= set(ours)
    assert all(each["untouched"] for each in scores)
    for hole in ("brows", "tenth"):
        methods = sum(each["hole"] == hole for each in scores)
        assert read_image(Path(f"erased/{hole}.png")).shape[1] == 192 * (methods + 2)


@pytest.mark.slow
@pytest.mark.usefixtures("feature_models")
def test_a_gallery_shows_every_mode_that_is_shipped(face2face: Callable) -> None:
    status, out, err = face2face(
        *("make_gallery", "--photos", "photos", "--held-out", "held-out.txt", "--count", 1)
    )
    assert status == 0, err
    html = Path("gallery.html").read_text(encoding="utf-8")
    assert "no result" not in html
    assert len(re.findall("<h2>", html)) == 4
    assert "written: gallery.html, 4 photos" in out
