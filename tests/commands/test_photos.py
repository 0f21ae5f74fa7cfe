"""What becomes of a person's photo in ``edit``, ``retouch`` and ``parse``, and of an odd one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ExifTags, ImageCms
from PIL import Image as Pillow

from face2face.data.label_maps import read_labels
from face2face.data.random_masks import own_shapes
from face2face.image import Image, Scene
from face2face.media.photo import read_photo
from face2face.media.stills import read_image, write_image

Command = Callable[..., tuple[int, str, str]]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def face(in_folder: Path, astronaut: Scene) -> Image:
    """A portrait, and mask.png that is white in a square of it."""
    mask = np.zeros((256, 256, 3), np.uint8)
    mask[40:60, 100:120] = 255
    write_image(in_folder / "mask.png", mask)
    return astronaut.photo


def deep_photo(path: Path, face: Image) -> np.ndarray:
    """Write a photo of 16 bits with transparent corners, and return its pixels."""
    noise = np.random.default_rng(1).integers(0, 257, face.shape)
    pixels = np.zeros((*face.shape[:2], 4), np.uint16)
    pixels[..., :3] = np.minimum(face.astype(int) * 257 + noise, 65535)
    pixels[..., 3] = 65535
    pixels[:20, :20, 3] = 0
    path.write_bytes(
        cv2.imencode(path.suffix, cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))[1].tobytes()
    )
    return pixels


@pytest.mark.usefixtures("painter")
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_retouch_keeps_16_bits_and_transparency(
    suffix: str, face: Image, face2face: Command
) -> None:
    pixels = deep_photo(Path(f"me{suffix}"), face)
    status, out, err = face2face(
        *("retouch", "--photo", f"me{suffix}", "--mask", "mask.png", "--output", f"out{suffix}")
    )
    assert status == 0, err
    assert "lack" not in out
    result = read_photo(Path(f"out{suffix}")).stored
    masked = read_image(Path("mask.png"))[..., 0] > 0
    assert result.dtype == np.uint16
    assert (result[~masked] == pixels[~masked]).all()
    assert (result[masked] != pixels[masked]).any()


def test_an_edit_keeps_what_the_file_holds(face: Image, face2face: Command) -> None:
    exif = Pillow.Exif()
    exif[ExifTags.Base.Artist] = "Ada"
    Pillow.fromarray(face).save("me.png", icc_profile=SRGB, exif=exif, dpi=(300, 300))
    status, out, err = face2face(
        *("edit", "--photo", "me.png", "--set", "hair=#802020", "--output", "out.jpg")
    )
    assert status == 0, err
    assert "lack" not in out
    written = read_photo(Path("out.jpg"))
    assert written.profile == SRGB
    assert b"Ada" in written.exif
    assert written.resolution == pytest.approx((300, 300), abs=0.5)


@pytest.mark.usefixtures("painter")
@pytest.mark.parametrize(
    ("name", "output", "lacking"),
    [
        ("deep.png", "out.jpg", "16 bits a channel and transparency"),
        ("print.jpg", "out.jpg", "CMYK colours"),
        ("pages.tif", "out.tif", "further pictures"),
        ("me.png", "out.bmp", "colour profile"),
    ],
)
def test_what_the_new_file_will_lack_is_said(
    name: str, output: str, lacking: str, face: Image, face2face: Command
) -> None:
    picture = Pillow.fromarray(face)
    deep_photo(Path("deep.png"), face)
    picture.convert("CMYK").save("print.jpg")
    picture.save("pages.tif", save_all=True, append_images=[picture.rotate(90)])
    picture.save("me.png", icc_profile=SRGB)
    status, out, err = face2face(
        *("retouch", "--photo", name, "--mask", "mask.png", "--output", output)
    )
    assert status == 0, err
    assert f"{output} will lack {lacking} of {name}\n" in out


@pytest.mark.usefixtures("painter")
def test_transparent_parts_of_a_mask_are_no_mask(face: Image, face2face: Command) -> None:
    write_image(Path("me.png"), face)
    mask = np.full((256, 256, 4), 255, np.uint8)
    mask[..., 3] = read_image(Path("mask.png"))[..., 0]
    Path("masks").mkdir()
    Pillow.fromarray(mask).save("masks/me.png")
    status, _, err = face2face(
        *("retouch", "--photo", "me.png", "--mask", "masks/me.png", "--output", "out.png")
    )
    assert status == 0, err
    changed = (read_image(Path("out.png")) != face).any(-1)
    assert changed[40:60, 100:120].any()
    assert changed.sum() == changed[40:60, 100:120].sum()
    (shape,) = own_shapes(Path("masks"))
    assert (shape(np.random.default_rng(0)) == mask[..., 3]).all()


@pytest.mark.parametrize(
    ("turns", "said"),
    [(1, "lies on its side. Turn it to the right"), (2, "is upside down"), (3, "to the left")],
)
def test_a_photo_that_is_not_upright_is_refused(
    turns: int, said: str, face: Image, face2face: Command
) -> None:
    write_image(Path("me.png"), np.ascontiguousarray(np.rot90(face, turns)))
    for command in (("edit", "--set", "mouth=smile"), ("retouch", "--auto")):
        status, _, err = face2face(*command, "--photo", "me.png", "--output", "out.png")
        assert (status, err.count("\n")) == (2, 1), err
        assert said in err
        assert not Path("out.png").exists()


@pytest.mark.parametrize("side", [24, 32, 48, 64])
def test_a_face_too_small_to_paint_is_refused(
    side: int, in_folder: Path, face2face: Command
) -> None:
    from skimage.data import astronaut

    portrait = Pillow.fromarray(astronaut()).crop((100, 0, 360, 260))
    portrait.resize((side, side)).save("me.png")
    status, _, err = face2face(
        *("edit", "--photo", "me.png", "--set", "mouth=smile", "--output", "out.png")
    )
    assert (status, err.count("\n")) == (2, 1), err
    assert "no face" in err or "too small" in err


@pytest.mark.parametrize("size", [(640, 1), (1, 640), (2000, 3), (1, 1)])
def test_a_photo_of_any_proportions_is_parsed(
    size: tuple[int, int], in_folder: Path, face2face: Command
) -> None:
    Pillow.new("RGB", size, "tan").save("thin.png")
    status, _, err = face2face("parse", "--photo", "thin.png")
    assert status == 0, err
    assert read_labels(Path("labels/thin.png")).shape == size[::-1]
    status, _, err = face2face("generate_train_data", "--file", "thin.png")
    assert (status, err.count("error: ")) == (2, 1), err
    assert "exactly one face" in err


def test_the_limit_of_megapixels_is_an_option(in_folder: Path, face2face: Command) -> None:
    Pillow.new("RGB", (2000, 1000)).save("large.png")
    for command in (("edit", "--set", "mouth=smile"), ("retouch", "--auto"), ("parse",)):
        options = ("--photo", "large.png", "--output", "out.png", "--max-megapixels", 1.5)
        status, _, err = face2face(*command, *options)
        assert (status, err.count("error: ")) == (2, 1), err
        assert "large.png has 2 megapixels, more than 1.5" in err
        assert "--max-megapixels" in err


def test_a_label_map_is_a_png(face: Image, face2face: Command) -> None:
    write_image(Path("me.png"), face)
    for name in ("map.jpg", "map", "map.webp"):
        status, _, err = face2face("edit", "--photo", "me.png", "--save-map", name)
        assert (status, err.count("\n")) == (2, 1), err
        assert not Path(name).exists()


@pytest.mark.skipif(os.name == "nt", reason="names are UTF-16 there")
def test_a_name_that_is_not_utf_8_is_read_and_written(face: Image) -> None:
    """In a process of its own, since OpenCV would end it."""
    name, output = os.fsdecode(b"caf\xe9.png"), os.fsdecode(b"\xff.png")
    write_image(Path("me.png"), face)
    Path("me.png").rename(name)
    command = [sys.executable, "-m", "face2face", "retouch", "--photo", name, "--mask", "mask.png"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [*command, "--output", output], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert read_image(Path(output)).shape == face.shape


def test_a_resized_map_without_a_stroke_is_no_change(face: Image, face2face: Command) -> None:
    write_image(Path("me.png"), face)
    assert face2face("edit", "--photo", "me.png", "--save-map", "map.png")[0] == 0
    for method in ("NEAREST", "BILINEAR", "LANCZOS"):
        with Pillow.open("map.png") as labels:
            small = labels.convert("RGB").resize((128, 128), Pillow.Resampling[method])
        small.save("half.png")
        status, _, err = face2face(
            *("edit", "--photo", "me.png", "--changes", "half.png", "--output", "out.png")
        )
        assert status == 2, method
        assert "Nothing in the painted picture differs" in err
