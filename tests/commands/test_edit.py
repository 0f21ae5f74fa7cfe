"""``edit`` through the command line: pretrained models paint, and a warp moves the mouth."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.label_maps import read_labels, write_labels
from face2face.image import Image
from face2face.media.stills import read_image, write_image
from face2face.segmentation.labels import CLASSES, PALETTE
from tests.screen import VirtualScreen, needs_screen, until

pytestmark = pytest.mark.usefixtures("feature_models")
ROOT = Path(__file__).resolve().parents[2]
HAIR = CLASSES.index("hair")


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Image:
    """A portrait, ``her.png``."""
    from skimage.data import astronaut

    monkeypatch.chdir(tmp_path)
    write_image(Path("her.png"), astronaut())
    return np.asarray(astronaut(), np.uint8)


def canvas() -> Image:
    return np.full((512, 512, 3), 255, np.uint8)


def test_painted_hair_changes_the_photo_there_and_nowhere_else(
    photo: Image, face2face: Callable
) -> None:
    changes = canvas()
    changes[95:115, 180:200] = PALETTE[HAIR]
    write_image(Path("changes.png"), changes)
    status, out, err = face2face(
        "edit", "--photo", "her.png", "--changes", "changes.png", "--output", "out.png"
    )
    assert (status, "written: out.png" in out) == (0, True), err
    result = read_image(Path("out.png"))
    changed = (result != photo).any(-1)
    assert changed[95:115, 180:200].mean() > 0.9
    assert not changed[:60].any()
    assert not changed[:, 240:].any()


@pytest.mark.parametrize(
    "words", [["mouth=open"], ["hair=#802020"], ["glasses=add", "brows=up"], ["nose=wide"]]
)
def test_words_change_the_photo(words: list[str], photo: Image, face2face: Callable) -> None:
    status, _, err = face2face("edit", "--photo", "her.png", "--set", *words, "--output", "out.png")
    assert status == 0, err
    changed = (read_image(Path("out.png")) != photo).any(-1)
    assert 0.0005 < changed.mean() < 0.1
    assert not changed[300:].any()


def test_the_map_is_saved_painted_on_and_used(photo: Image, face2face: Callable) -> None:
    status, _, err = face2face("edit", "--photo", "her.png", "--save-map", "map.png")
    assert status == 0, err
    labels = read_labels(Path("map.png"))
    labels[95:115, 180:200] = HAIR
    write_labels(Path("changes.png"), labels)
    status, _, err = face2face(
        "edit", "--photo", "her.png", "--changes", "changes.png", "--output", "out.png"
    )
    assert status == 0, err
    changed = (read_image(Path("out.png")) != photo).any(-1)
    assert changed.any()
    assert not changed[:, 260:].any()


def test_the_second_face_is_edited_where_it_is_named(photo: Image, face2face: Callable) -> None:
    write_image(
        Path("two.png"),
        np.concatenate([photo, np.asarray(Pillow.fromarray(photo).resize((460, 512)))], axis=1),
    )
    for number, side in ((1, slice(0, 512)), (2, slice(512, None))):
        status, out, err = face2face(
            "edit",
            "--photo",
            "two.png",
            "--face",
            number,
            "--set",
            "mouth=open",
            "--output",
            "out.png",
            "--overwrite",
        )
        assert status == 0, err
        assert "mouth=open is experimental" in out
        changed = (read_image(Path("out.png")) != read_image(Path("two.png"))).any(-1)
        assert changed.any()
        assert changed[:, side].sum() == changed.sum()


@pytest.mark.parametrize(
    "how",
    [
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("grey", "CMYK", "16 bit")),
        "turned",
    ],
)
def test_odd_photos_are_edited_as_any(how: str, photo: Image, face2face: Callable) -> None:
    picture = Pillow.fromarray(photo)
    if how == "grey":
        picture.convert("L").save("odd.png")
    elif how == "CMYK":
        picture.convert("CMYK").save("odd.jpg", quality=95)
    elif how == "16 bit":
        Pillow.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257).save("odd.png")
    else:
        exif = Pillow.Exif()
        exif[0x0112] = 6
        picture.rotate(90, expand=True).save("odd.jpg", quality=95, exif=exif)
    (odd,) = Path().glob("odd.*")
    status, _, err = face2face("edit", "--photo", odd, "--set", "mouth=open", "--output", "out.png")
    assert status == 0, err
    result = read_image(Path("out.png"))
    assert result.shape == photo.shape
    assert (result[300:] == read_image(odd)[300:]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--set", "mouth=open", "--output", "out.png"), "No photo is named"),
        (("--photo", "her.png", "--output", "out.png"), "No change is named"),
        (("--photo", "her.png"), "No output is named"),
        (("--photo", "her.png", "--set", "mouth=open"), "Add --output"),
        (("--photo", "none.png", "--set", "mouth=open", "--output", "out.png"), "none.png"),
        (
            ("--photo", "wall.png", "--set", "mouth=open", "--output", "out.png"),
            "wall.png shows no face",
        ),
        (
            ("--photo", "her.png", "--face", "2", "--set", "mouth=open", "--output", "out.png"),
            "her.png shows only 1 face",
        ),
        (("--photo", "her.png", "--set", "mouth=wide", "--output", "out.png"), "--set"),
        (
            ("--photo", "her.png", "--changes", "white.png", "--output", "out.png"),
            "Nothing in the painted picture differs",
        ),
        (("--photo", "her.png", "--changes", "wide.png", "--output", "out.png"), "proportions"),
        (
            ("--photo", "her.png", "--changes", "corner.png", "--output", "out.png"),
            "outside the face's square",
        ),
        (
            ("--photo", "her.png", "--changes", "grey.png", "--output", "out.png"),
            "none of the palette's colours",
        ),
        (("--photo", "her.png", "--changes", "text.png", "--output", "out.png"), "not a picture"),
    ],
)
def test_an_impossible_edit_is_one_line(
    options: tuple[str, ...], message: str, photo: Image, face2face: Callable
) -> None:
    write_image(Path("wall.png"), np.full((200, 200, 3), 90, np.uint8))
    write_image(Path("white.png"), canvas())
    write_image(Path("wide.png"), canvas()[:256])
    corner, grey = canvas(), canvas()
    corner[490:, 490:] = PALETTE[HAIR]
    grey[100:200, 100:200] = (120, 120, 120)
    write_image(Path("corner.png"), corner)
    write_image(Path("grey.png"), grey)
    Path("text.png").write_text("no picture")
    status, _, err = face2face("edit", *options)
    assert (status, err.count("\n")) == (2, 1), err
    assert message in err
    assert not Path("out.png").exists()


@pytest.mark.parametrize(
    "words", [pytest.param("brows=up", marks=pytest.mark.slow), "hair=#802020"]
)
def test_a_photo_of_48_megapixels_is_edited_within_two_gigabytes(
    words: str, photo: Image, tmp_path: Path
) -> None:
    large = np.zeros((6000, 8000, 3), np.uint8)
    large[500:5620, 1000:6120] = np.asarray(Pillow.fromarray(photo).resize((5120, 5120)))
    write_image(Path("large.jpg"), large)
    code = (
        "import sys; from face2face.commands.console import main; "
        "from face2face.memory import peak_memory; "
        f"arguments = ['--photo', 'large.jpg', '--set', '{words}', '--output', 'out.jpg']; "
        "status = main(['edit', *arguments]); "
        "assert not {'tensorflow', 'keras'} & set(sys.modules); print(status, peak_memory())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    status, peak = map(int, done.stdout.split()[-2:])
    assert status == 0, done.stderr
    assert peak < 2000
    assert read_image(Path("out.jpg")).shape == large.shape


@needs_screen
def test_a_stroke_in_the_window_is_painted_taken_back_made_again_and_saved(
    photo: Image, screen: VirtualScreen, tmp_path: Path
) -> None:
    process = screen.start(tmp_path, "edit", "--photo", "her.png", "--show", "--output", "out.png")
    window = screen.window("face2face edit", process)

    def press(key: str) -> None:
        screen.xdotool("key", "--window", window, key)

    def saved() -> Image:
        Path("out.png").unlink(missing_ok=True)
        press("s")
        until(lambda: Path("out.png").is_file(), process)
        return read_image(Path("out.png"))

    screen.settled(process, 1.0)
    left, top = screen.corner(window)
    row = (2 * HAIR + 1) * 560 // (2 * len(CLASSES))
    screen.xdotool("mousemove", left + 60, top + row, "click", 1)
    screen.settled(process)
    before = screen.picture()
    screen.xdotool("mousemove", left + 132 + 250, top + 300, "mousedown", 1)
    for step in range(1, 6):
        screen.xdotool("mousemove", left + 132 + 250 + 10 * step, top + 300)
        time.sleep(0.05)
    screen.xdotool("mouseup", 1)
    until(lambda: screen.picture() != before, process)
    screen.settled(process, 1.5)
    screen.xdotool("windowfocus", window)
    painted = saved()
    changed = (painted != photo).any(-1)
    assert 100 < changed.sum() < 0.1 * changed.size
    press("u")
    screen.settled(process)
    press("s")  # nothing is painted: nothing is written
    press("r")
    screen.settled(process)
    assert (saved() == painted).all()
    press("q")
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_a_change_without_output_writes_no_map_either(photo: Image, face2face: Callable) -> None:
    status, _, err = face2face(
        "edit", "--photo", "her.png", "--save-map", "map.png", "--set", "mouth=smile"
    )
    assert status == 2
    assert "--output" in err
    assert not Path("map.png").exists()


@pytest.mark.parametrize("name", ["out", "out.xyz", "nowhere/out.png"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    name: str, photo: Image, face2face: Callable
) -> None:
    status, _, err = face2face(
        "edit", "--photo", "her.png", "--set", "mouth=smile", "--output", name
    )
    assert status == 2
    assert err.count("\n") == 1


def test_scripted_edits_are_measured_and_shown(photo: Image, face2face: Callable) -> None:
    Path("photos/again").mkdir(parents=True)
    for each in ("photos/her.png", "photos/again/her.png"):
        write_image(Path(each), photo)
    status, out, err = face2face(
        "evaluate_edit", "--photos", "photos", "--all", "--count", 2, "--output", "edited"
    )
    assert status == 0, err
    assert "2 edits; all pixels outside are unchanged in 2" in out
    assert read_image(Path("edited/edits.png")).shape == (256, 9 * 256, 3)
    assert len(json.loads(Path("edited/edits.json").read_text())["edits"]) == 2
