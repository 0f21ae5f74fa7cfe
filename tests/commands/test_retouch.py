"""``retouch`` through the command line, with OpenCV's inpainting as the model."""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from face2face.image import Image, Scene
from face2face.media.photo import read_photo
from face2face.media.stills import read_image, write_image
from tests.screen import VirtualScreen, needs_screen, until

Command = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("painter")


@pytest.fixture
def photo(in_folder: Path, astronaut: Scene) -> Image:
    """me.png with a spot on the forehead, and mask.png that shows where."""
    picture = astronaut.photo.copy()
    assert astronaut.landmarks is not None
    forehead = (
        (
            astronaut.landmarks[27]
            - (0, 0.6 * np.linalg.norm(astronaut.landmarks[42] - astronaut.landmarks[39]))
        )
        .round()
        .astype(int)
    )
    mask = np.zeros(picture.shape, np.uint8)
    cv2.circle(picture, forehead.tolist(), 3, (90, 20, 20), -1)
    cv2.circle(mask, forehead.tolist(), 5, (255, 255, 255), -1)
    write_image(in_folder / "me.png", picture)
    write_image(in_folder / "mask.png", mask)
    return picture


def test_the_masked_part_is_repaired_and_the_rest_stays(
    photo: Image, astronaut: Scene, face2face: Command
) -> None:
    status, out, err = face2face(
        "retouch", "--photo", "me.png", "--mask", "mask.png", "--output", "out.png"
    )
    assert status == 0, err
    assert "0.12 % of it painted over" in out
    result, masked = read_image(Path("out.png")), read_image(Path("mask.png"))[..., 0] > 0
    assert (result[~masked] == photo[~masked]).all()
    before, after = (
        np.abs(each[masked].astype(int) - astronaut.photo[masked]).mean()
        for each in (photo, result)
    )
    assert after < 0.3 * before


def test_a_mask_of_another_size_is_resized_with_a_message(photo: Image, face2face: Command) -> None:
    write_image(
        Path("half.png"),
        cv2.resize(read_image(Path("mask.png")), (128, 128), interpolation=cv2.INTER_AREA),
    )
    status, out, _ = face2face(
        "retouch", "--photo", "me.png", "--mask", "half.png", "--output", "out.png"
    )
    assert status == 0
    assert "half.png is 128x128 pixels, the photo 256x256: it was resized" in out


def test_a_black_mask_gives_the_photo_back(photo: Image, face2face: Command) -> None:
    write_image(Path("black.png"), np.zeros_like(photo))
    assert (
        face2face("retouch", "--photo", "me.png", "--mask", "black.png", "--output", "out.png")[0]
        == 0
    )
    assert Path("out.png").read_bytes() == Path("me.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--mask", "white.png"), "all white"),
        ((), "Add --mask, --auto or --show"),
        (("--auto", "--photo", "wall.png"), "wall.png shows no face"),
        (("--auto", "--face", 2), "me.png shows only 1 face"),
        (("--auto", "--strength", 3), "0 to 2"),
        (("--mask", "none.png"), "none.png"),
        (("--mask", "masks"), "masks holds no mask for me.png"),
        (("--mask", "mask.png", "--output", "out.xyz"), "PNG or JPEG"),
        (("--mask", "mask.png", "--photo", "none.png"), "none.png"),
        (("--show", "--photo", "masks"), "--show is for one photo"),
        (("--auto", "--photo", "masks", "--output", "out"), "masks holds no photo"),
    ],
)
def test_an_impossible_retouch_is_one_line(
    options: tuple[object, ...], message: str, photo: Image, face2face: Command
) -> None:
    write_image(Path("white.png"), np.full_like(photo, 255))
    write_image(Path("wall.png"), np.full_like(photo, 90))
    Path("masks").mkdir()
    status, _, err = face2face("retouch", "--photo", "me.png", "--output", "out.png", *options)
    assert status == 2
    assert message in err
    assert err.count("\n") == 1
    assert not Path("out.png").exists()


def test_auto_says_how_many_more_a_higher_strength_would_find(
    photo: Image, face2face: Command
) -> None:
    status, out, err = face2face(
        "retouch", "--photo", "me.png", "--auto", "--strength", 0, "--output", "out.png"
    )
    assert status == 0, err
    (line,) = (each for each in out.splitlines() if "would find" in each)
    assert line.startswith("--strength 2 would find ")
    assert int(line.split()[-2]) >= 1


def test_without_a_face_a_mask_is_enough(in_folder: Path, face2face: Command) -> None:
    wall = np.full((50, 70, 3), 90, np.uint8)
    wall[20:24, 30:34] = 0
    mask = np.zeros_like(wall)
    mask[19:25, 29:35] = 255
    write_image(Path("wall.png"), wall)
    write_image(Path("mask.png"), mask)
    assert (
        face2face("retouch", "--photo", "wall.png", "--mask", "mask.png", "--output", "out.png")[0]
        == 0
    )
    assert np.abs(read_image(Path("out.png")).astype(int) - 90).max() <= 3


def test_a_photo_of_one_pixel(in_folder: Path, face2face: Command) -> None:
    write_image(Path("dot.png"), np.full((1, 1, 3), 90, np.uint8))
    write_image(Path("black.png"), np.zeros((1, 1, 3), np.uint8))
    assert (
        face2face("retouch", "--photo", "dot.png", "--mask", "black.png", "--output", "out.png")[0]
        == 0
    )
    assert read_image(Path("out.png")).tolist() == [[[90, 90, 90]]]


@pytest.mark.slow
@pytest.mark.parametrize("what", [["--mask", "mask.png"], ["--auto"]])
def test_a_photo_of_48_megapixels_is_retouched_by_the_shipped_model_within_two_gigabytes(
    what: list[str], photo: Image
) -> None:
    large = np.zeros((6000, 8000, 3), np.uint8)
    large[500:5620, 1000:6120] = cv2.resize(photo, (5120, 5120))
    mask = np.zeros((6000, 8000), np.uint8)
    cv2.circle(mask, (3000, 3000), 200, 255, -1)
    write_image(Path("large.jpg"), large)
    cv2.imwrite("mask.png", mask)
    code = (
        "import sys; from face2face.commands.console import main; "
        "from face2face.memory import peak_memory; "
        f"status = main(['retouch', '--photo', 'large.jpg', *{what}, '--output', 'out.jpg']);"
        "assert not {'tensorflow', 'keras'} & set(sys.modules); print(status, peak_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, peak = map(int, done.stdout.split()[-2:])
    assert status == 0, done.stderr
    assert peak < 2000
    assert read_image(Path("out.jpg")).shape == large.shape


def test_a_turned_photo_comes_out_upright_with_its_colour_profile(
    photo: Image, face2face: Command
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned to the right
    lying = np.rot90(photo, 1)
    Pillow.fromarray(np.ascontiguousarray(lying)).save(
        "turned.jpg", quality=97, exif=exif, icc_profile=profile
    )
    status, _, err = face2face(
        "retouch", "--photo", "turned.jpg", "--mask", "mask.png", "--output", "out.jpg"
    )
    assert status == 0, err
    with Pillow.open(io.BytesIO(Path("out.jpg").read_bytes())) as written:
        assert written.size == (256, 256)
        assert written.getexif().get(0x0112, 1) == 1
        assert np.abs(np.asarray(written.convert("RGB")).astype(int) - photo)[60:].mean() < 4, (
            "upright"
        )
    assert read_photo(Path("out.jpg")).profile == profile


def test_a_folder_is_retouched_and_goes_on_where_it_stopped(
    photo: Image, face2face: Command
) -> None:
    for folder in ("photos", "masks"):
        Path(folder, "more").mkdir(parents=True)
    for name in ("a", "more/b", "c"):
        write_image(Path(f"photos/{name}.png"), photo)
        write_image(Path(f"masks/{name.split('/')[-1]}.png"), read_image(Path("mask.png")))
    Path("masks/c.png").unlink()
    Path("photos/broken.png").write_bytes(b"no")
    status, out, err = face2face(
        "retouch", "--photo", "photos", "--mask", "masks", "--output", "out"
    )
    assert status == 1, err
    assert "failed: masks holds no mask for photos/c.png" in out
    assert "failed: photos/broken.png is not a picture" in out
    assert "written: 2 photos" in out
    assert "2 of 4 failed" in out
    first = Path("out/a.png").stat().st_mtime_ns
    Path("out/more/b.png").unlink()
    status, out, _ = face2face("retouch", "--photo", "photos", "--mask", "masks", "--output", "out")
    assert "1 of 4 photos are in out already" in out
    assert Path("out/more/b.png").is_file()
    assert Path("out/a.png").stat().st_mtime_ns == first


def test_masks_and_results_below_the_photos_are_no_photos(photo: Image, face2face: Command) -> None:
    for folder in ("a", "b", "masks/a", "masks/b"):
        Path(folder).mkdir(parents=True)
    mask, other = read_image(Path("mask.png")), np.zeros_like(photo)
    other[100:110, 100:110] = 255
    for name, painted in (("a", mask), ("b", other)):
        write_image(Path(f"{name}/me.png"), photo)
        write_image(Path(f"masks/{name}/me.png"), painted)
    for name in ("me.png", "mask.png"):
        Path(name).unlink()
    for again in ("written: 2 photos", "2 of 2 photos are in out already"):
        arguments = ("--photo", ".", "--mask", "masks", "--output", "out")
        status, out, err = face2face("retouch", *arguments)
        assert status == 0, err
        assert again in out
    for name, painted in (("a", mask), ("b", other)):
        changed = (read_image(Path(f"out/{name}/me.png")) != photo).any(-1)
        assert changed.any()
        assert not changed[painted[..., 0] == 0].any(), "each photo has the mask at its place"


def test_a_folder_of_bad_photos_is_not_done(in_folder: Path, face2face: Command) -> None:
    write_image(Path("mask.png"), np.zeros((4, 4, 3), np.uint8))
    Path("photos").mkdir()
    for name in ("a.png", "b.jpg", "c.webp"):
        Path("photos", name).write_bytes(b"no")
    for _ in range(2):
        status, out, _ = face2face(
            "retouch", "--photo", "photos", "--mask", "mask.png", "--output", "out"
        )
        assert status == 1
        assert "written: 0 photos" in out
        assert "3 of 3 failed" in out


@needs_screen
def test_a_brush_in_the_window_wipes_and_saves(
    photo: Image, screen: VirtualScreen, tmp_path: Path
) -> None:
    """The real window, with the model that is shipped."""
    process = screen.start(
        tmp_path, "retouch", "--photo", "me.png", "--show", "--output", "out.png"
    )
    window = screen.window("face2face retouch", process)
    before = screen.settled(process, 1.0)
    left, top = screen.corner(window)
    screen.xdotool("mousemove", left + 60, top + 40, "mousedown", 1)
    for step in range(1, 6):
        screen.xdotool("mousemove", left + 60 + 10 * step, top + 40)
        time.sleep(0.05)
    screen.xdotool("mouseup", 1)
    until(lambda: screen.picture() != before, process)
    painted = screen.settled(process, 3.0)  # a key that comes while it paints may be lost
    screen.xdotool("windowfocus", window)
    screen.xdotool("key", "--window", window, "u")
    until(lambda: screen.picture() != painted, process)
    for key in ("s", "r", "s"):  # taken back, there is nothing to save
        assert not Path("out.png").exists()
        screen.xdotool("key", "--window", window, key)
        screen.settled(process)
    until(lambda: Path("out.png").is_file(), process)
    screen.xdotool("key", "--window", window, "q")
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    changed = (read_image(Path("out.png")) != photo).any(-1)
    assert 500 < changed.sum() < 0.1 * changed.size
    assert not changed[100:].any()
