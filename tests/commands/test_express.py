"""``express`` through the command line, with the warp as the models' answer."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as Pillow

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.features import FEATURES
from face2face.image import Image, Scene
from face2face.media.photo import read_photo
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]
MODELS = ("--models", "models")
pytestmark = pytest.mark.usefixtures("feature_models")


@pytest.fixture
def photo(in_folder: Path, astronaut: Scene) -> Image:
    """A smiling portrait, me.png."""
    write_image(in_folder / "me.png", astronaut.photo)
    return astronaut.photo


def changed(result: Image, photo: Image) -> np.ndarray:
    return np.asarray((result != photo).any(-1))


@pytest.mark.parametrize(
    ("change", "features"),
    [
        (("--to", "surprised", "--strength", 0.7), ["eyes", "mouth"]),
        (("--to", "neutral", "--strength", -0.5), ["eyes", "mouth"]),
        (("--eyes", "shut"), ["eyes"]),
        (("--eyes", "wide", 0.5), ["eyes"]),
        (("--gaze", "up"), ["eyes"]),
        (("--mouth", "open", 0.6), ["mouth"]),
        (("--mouth", "closed", "--gaze", "right", 0.5), ["mouth", "eyes"]),
    ],
)
def test_only_the_regions_of_the_changed_features_change(
    change: tuple[object, ...],
    features: list[str],
    photo: Image,
    astronaut: Scene,
    face2face: Command,
) -> None:
    status, out, err = face2face(
        "express", "--photo", "me.png", "--output", "out.png", *change, *MODELS
    )
    assert status == 0, err
    assert out == "written: out.png\n"
    result = changed(read_image(Path("out.png")), photo)
    assert astronaut.landmarks is not None
    y, x = np.mgrid[:256, :256]
    outside = np.full(result.shape, True)
    for name in features:
        region = FEATURES[name].region(astronaut.landmarks, astronaut.landmarks)
        near = np.maximum(np.abs(x - region.x), np.abs(y - region.y)) < 0.6 * region.side
        assert result[near].any(), name
        outside &= ~near
    assert not result[outside].any()


def test_an_open_mouth_and_shut_eyes_are_found_in_the_result(
    photo: Image, face2face: Command
) -> None:
    from face2face.face.back_ends import make_detector
    from face2face.face.neutral import lid_gaps, lip_gap

    status, _, err = face2face(
        *("express", "--photo", "me.png", "--eyes", "shut", "--mouth", "open", *MODELS),
        *("--output", "out.png"),
    )
    assert status == 0, err
    (before,), (after,) = map(make_detector("mesh"), (photo, read_image(Path("out.png"))))
    assert lip_gap(after) > lip_gap(before) + 0.05
    assert lid_gaps(after).sum() < 0.7 * lid_gaps(before).sum()


@pytest.fixture
def stare(monkeypatch: pytest.MonkeyPatch) -> Callable[[Expression], None]:
    """Make the command see an average face with an expression."""

    def see(expression: Expression) -> None:
        face = expression.applied_to(50 * AVERAGE_FACE + np.float32(128))
        monkeypatch.setattr("face2face.commands.express.find_face", lambda *_: face)

    return see


def test_a_face_in_the_wanted_state_stays_as_it_is(
    photo: Image, stare: Callable[[Expression], None], face2face: Command
) -> None:
    stare(Expression(open=0.28))
    status, out, err = face2face(
        "express", "--photo", "me.png", "--mouth", "open", *MODELS, "--output", "out.png"
    )
    assert status == 0, err
    assert "me.png: mouth-open is there already" in out
    assert Path("out.png").read_bytes() == Path("me.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Add --to, --eyes, --gaze, --mouth or --show"),
        (("--to", "rage"), "rage"),
        (("--to", "smile", "--strength", 2), "not a number from -1 to 1.5"),
        (("--to", "smile", "--strength", "much"), "not a number from -1 to 1.5"),
        (("--to", "sad"), "don't know the way to sad"),
        (("--eyes", "blue"), "'blue' is no state of eyes. Choose shut or wide."),
        (("--gaze", "left", 1.5), "1.5 is out of range for gaze-left. Name a number from 0 to 1."),
        (("--eyes", "shut", "--strength", 0.5), "--strength belongs to --to, which is missing"),
        (("--mouth", "open", "wide"), "--mouth open wide names no change"),
        (("--mouth", "open", 0.5, 0.5), "--mouth open 0.5 0.5 names no change"),
        (("--eyes", "shut", "--models", "none"), "There is no model none/eyes. Make pairs with"),
        (("--to", "smile", "--photo", "wall.png"), "wall.png shows no face. Use a photo"),
        (("--to", "smile", "--face", 2), "me.png shows only 1 face"),
        (("--to", "smile", "--photo", "none.png"), "none.png"),
        (("--to", "smile", "--output", "out.xyz"), "PNG or JPEG"),
        (("--to", "smile", "--file", "clip.mp4"), "not allowed with"),
        (("--show", "--photo", "empty", "--output", "out"), "empty is no photo, and --show is for"),
        (("--to", "smile", "--photo", "empty", "--output", "out"), "empty holds no photo"),
    ],
)
def test_an_impossible_change_is_one_line(
    options: tuple[object, ...], message: str, photo: Image, face2face: Command
) -> None:
    write_image(Path("wall.png"), np.full_like(photo, 90))
    Path("empty").mkdir()
    status, _, err = face2face(
        "express", "--photo", "me.png", "--output", "out.png", *MODELS, *options
    )
    assert (status, err.count("\n")) == (2, 1), err
    assert message in err
    assert not Path("out.png").exists()


def test_the_gaze_needs_no_models(photo: Image, face2face: Command) -> None:
    command = ("express", "--photo", "me.png", "--output", "out.png", "--models", "none")
    status, _, err = face2face(*command, "--gaze", "left")
    assert status == 0, err
    assert 0 < changed(read_image(Path("out.png")), photo).mean() < 0.02


def test_the_window_saves_what_the_options_name(
    photo: Image, face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SavingWindow:
        """Stands for a screen on which a person saves, then quits."""

        def __init__(self, title: str, scale: int) -> None:
            self._keys = ["s", "q"]

        def __enter__(self) -> "SavingWindow":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def on_mouse(self, callback: object) -> None:
            pass

        def write(self, picture: Image, seconds: float) -> None:
            pass

        def key(self, wait: float) -> str:
            return self._keys.pop(0)

    monkeypatch.setattr("face2face.media.window.Window", SavingWindow)
    command = ("express", "--photo", "me.png", "--to", "smile", "--mouth", "open", 0.6, *MODELS)
    assert face2face(*command, "--output", "plain.png")[0] == 0
    status, _, err = face2face(*command, "--output", "window.png", "--show")
    assert status == 0, err
    assert (read_image(Path("window.png")) == read_image(Path("plain.png"))).all()


def test_a_face_in_profile_is_refused(
    photo: Image, stare: Callable[[Expression], None], face2face: Command
) -> None:
    stare(Expression(turn=0.9))
    command = ("express", "--photo", "me.png", "--output", "out.png")
    status, _, err = face2face(*command, "--gaze", "left")
    assert (status, err.count("\n")) == (2, 1), err
    assert "me.png is turned too far to a side" in err


def test_a_grey_photo_with_noise_in_its_colour_keeps_its_tone(
    photo: Image, face2face: Command
) -> None:
    noise = np.random.default_rng(0).integers(0, 2, photo.shape)
    write_image(Path("me.png"), (photo[..., :1] // 2 + noise).astype(np.uint8))
    assert (
        face2face(
            *("express", "--photo", "me.png", "--mouth", "open", *MODELS, "--output", "out.png")
        )[0]
        == 0
    )
    assert np.ptp(read_image(Path("out.png")).astype(int), axis=-1).max() <= 4


def test_a_grey_photo_stays_grey(photo: Image, face2face: Command) -> None:
    Pillow.fromarray(photo).convert("L").save("me.png")
    command = ("express", "--photo", "me.png", "--mouth", "open", "--output", "out.png")
    status, _, err = face2face(*command, *MODELS)
    assert status == 0, err
    result = read_image(Path("out.png"))
    assert (result == result[..., :1]).all()
    assert changed(result, read_image(Path("me.png"))).any()


@pytest.mark.parametrize("width", [64, 1200])
def test_photos_of_any_size_keep_it(width: int, in_folder: Path, face2face: Command) -> None:
    from skimage.data import astronaut

    portrait = astronaut()[:220, 110:330]
    write_image(Path("me.png"), cv2.resize(portrait, (width, width)))
    command = ("express", "--photo", "me.png", "--mouth", "open", "--output", "out.png")
    status, _, err = face2face(*command, *MODELS)
    assert status == 0, err
    result = read_image(Path("out.png"))
    assert result.shape == (width, width, 3)
    assert changed(result, read_image(Path("me.png"))).any()


def test_a_turned_photo_comes_out_upright_with_its_metadata(
    photo: Image, face2face: Command
) -> None:
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned to the right
    exif[ExifTags.Base.Artist] = "Ada"
    lying = np.ascontiguousarray(np.rot90(photo, 1))
    Pillow.fromarray(lying).save("me.jpg", quality=97, exif=exif)
    command = ("express", "--photo", "me.jpg", "--mouth", "open", "--output", "out.png")
    status, _, err = face2face(*command, *MODELS)
    assert status == 0, err
    written = read_photo(Path("out.png"))
    assert b"Ada" in written.exif
    upright = read_photo(Path("me.jpg")).shown
    assert (written.shown[:80] == upright[:80]).all()


def test_a_folder_is_worked_through_and_goes_on_where_it_stopped(
    photo: Image, face2face: Command
) -> None:
    Path("photos/more").mkdir(parents=True)
    for name in ("a", "more/b"):
        write_image(Path(f"photos/{name}.png"), photo)
    write_image(Path("photos/wall.png"), np.full_like(photo, 90))
    Path("photos/broken.png").write_bytes(b"no")
    command = ("express", "--photo", "photos", "--mouth", "open", *MODELS, "--output", "out")
    status, out, err = face2face(*command)
    assert status == 1, err
    assert "failed: photos/wall.png shows no face" in out
    assert "failed: photos/broken.png is not a picture" in out
    assert "2 of 4 failed" in out
    assert changed(read_image(Path("out/more/b.png")), photo).any()
    first = Path("out/a.png").stat().st_mtime_ns
    Path("out/more/b.png").unlink()
    status, out, _ = face2face(*command)
    assert "1 of 4 photos are in out already" in out
    assert Path("out/more/b.png").is_file()
    assert Path("out/a.png").stat().st_mtime_ns == first


def test_a_missing_model_is_one_error_for_a_folder(photo: Image, face2face: Command) -> None:
    Path("photos").mkdir()
    write_image(Path("photos/a.png"), photo)
    command = ("express", "--photo", "photos", "--to", "smile", "--output", "out")
    status, _, err = face2face(*command, "--models", "none")
    assert (status, err.count("\n")) == (2, 1), err
    assert "There is no model none/eyes" in err
