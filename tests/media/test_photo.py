"""Photos keep what their files hold; bad files are one clear error."""

import io
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, ImageCms
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from face2face.errors import MediaError
from face2face.image import Image
from face2face.media.photo import Photo, read_photo
from face2face.media.photo_writer import losses, write_photo
from face2face.media.stills import list_images, picture_title, read_image, write_image

RNG = np.random.default_rng(4)
RGB = RNG.integers(0, 256, (24, 32, 3), np.uint8)
DEEP = RNG.integers(0, 65536, (24, 32, 3), np.uint16)
OPACITY = RNG.integers(0, 256, (24, 32, 1), np.uint8)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def written(path: Path, pixels: np.ndarray, **keywords: object) -> Path:
    """Write pixels with libraries alone."""
    if pixels.dtype == np.uint16:
        order = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        path.write_bytes(cv2.imencode(path.suffix, cv2.cvtColor(pixels, order))[1].tobytes())
    else:
        Pillow.fromarray(pixels).save(path, **keywords)
    return path


def exif_of(**tags: object) -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[ExifTags.Base.Artist] = "Ada"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:30 05:00:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    for name, value in tags.items():
        exif[ExifTags.Base[name]] = value
    return exif


# --- what survives --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_16_bits_survive_where_nothing_changes_and_follow_where_it_does(
    suffix: str, channels: int, tmp_path: Path
) -> None:
    pixels = DEEP if channels == 3 else np.concatenate([DEEP, DEEP[..., :1] | 1], axis=2)
    photo = read_photo(written(tmp_path / f"deep{suffix}", pixels))
    assert (photo.stored == pixels).all()
    assert photo.shown.dtype == np.uint8
    if channels == 3:
        assert (photo.shown == np.rint(DEEP / 257)).all()
    changed = photo.shown.copy()
    changed[2:5, 3:7] = (10, 200, 30)
    edited = photo.edited(changed)
    assert losses(edited, tmp_path / f"out{suffix}") == []
    write_photo(tmp_path / f"out{suffix}", edited)
    again = read_photo(tmp_path / f"out{suffix}")
    untouched = (changed == photo.shown).all(-1)
    assert again.stored.dtype == np.uint16
    assert (again.stored[untouched] == pixels[untouched]).all()
    if channels == 3:
        assert np.abs(again.shown.astype(int) - changed).max() <= 1


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_transparency_and_hidden_colours_stay(suffix: str, tmp_path: Path) -> None:
    opacity = np.where(OPACITY < 100, 0, OPACITY).astype(np.uint8)
    pixels = np.concatenate([RGB, opacity], axis=2)
    options = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    photo = read_photo(written(tmp_path / f"cut{suffix}", pixels, **options))
    assert (photo.stored == pixels).all()
    hidden = opacity[..., 0] == 0
    assert (photo.shown[hidden] == 255).all(), "hidden colours don't appear"
    edited = photo.edited(np.where(photo.shown > 90, photo.shown - 5, photo.shown))
    assert (edited.stored[..., 3:] == opacity).all()
    assert (edited.stored[hidden] == pixels[hidden]).all()
    write_photo(tmp_path / f"out{suffix}", edited)
    assert (read_photo(tmp_path / f"out{suffix}").stored[..., 3:] == opacity).all()


def test_a_half_transparent_pixel_shows_the_new_colour() -> None:
    stored = np.full((2, 2, 4), (100, 100, 100, 128), np.uint8)
    shown = np.full((2, 2, 3), 177, np.uint8)
    edited = Photo(shown, stored).edited(shown - np.uint8(20))
    assert edited.stored[0, 0].tolist() == [60, 60, 60, 128]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".avif"])
def test_profile_exif_and_resolution_survive_in_every_format(suffix: str, tmp_path: Path) -> None:
    lying = tmp_path / "lying.jpg"
    exif = exif_of(Orientation=6)
    Pillow.fromarray(RGB).save(lying, exif=exif, icc_profile=SRGB, dpi=(300, 300))
    photo = read_photo(lying)
    assert photo.shown.shape == (32, 24, 3)
    assert losses(photo, tmp_path / f"out{suffix}") == []
    write_photo(tmp_path / f"out{suffix}", photo)
    with Pillow.open(tmp_path / f"out{suffix}") as picture:
        found = picture.getexif()
        assert picture.info["icc_profile"] == SRGB
        assert found[ExifTags.Base.Artist] == "Ada"
        assert found.get(ExifTags.Base.Orientation, 1) == 1
        assert found.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal].startswith("2026")
        assert found.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"
    again = read_photo(tmp_path / f"out{suffix}")
    assert again.resolution == pytest.approx((300, 300), abs=0.1)
    assert again.shown.shape == (32, 24, 3)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(
    ("suffix", "deep"), [(".jpg", 0), (".png", 0), (".tif", 0), (".png", 1), (".tif", 1)]
)
def test_every_orientation_is_turned_upright(
    turn: int, suffix: str, deep: bool, tmp_path: Path
) -> None:
    quarters = np.zeros((16, 24, 3), np.uint8)
    quarters[:8, 12:], quarters[8:, :12], quarters[8:, 12:] = 80, 160, 240
    exif = Pillow.Exif()
    exif[ExifTags.Base.Orientation] = turn
    path = tmp_path / f"turned{suffix}"
    if deep and suffix == ".png":
        block = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
        plain = written(path, quarters.astype(np.uint16) * 257).read_bytes()
        path.write_bytes(plain[:33] + block + plain[33:])
    elif suffix == ".png":  # some programs put EXIF data behind the pixels
        block = chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
        plain = written(path, quarters).read_bytes()
        path.write_bytes(plain[:-12] + block + plain[-12:])
    elif deep:
        tifffile.imwrite(
            path,
            quarters.astype(np.uint16) * 257,
            photometric="rgb",
            extratags=[(274, "H", 1, turn, True)],
        )
    else:
        Pillow.fromarray(quarters).save(path, exif=exif)
    # What a camera held that way saw, by the definition of the tag.
    upright = {
        1: quarters,
        2: quarters[:, ::-1],
        3: np.rot90(quarters, 2),
        4: quarters[::-1],
        5: quarters.swapaxes(0, 1),
        6: np.rot90(quarters, -1),
        7: np.rot90(quarters.swapaxes(0, 1), 2),
        8: np.rot90(quarters, 1),
    }[turn]
    shown = read_image(path)
    assert shown.shape == upright.shape
    assert np.abs(shown.astype(int) - upright).mean() < 2


def test_colours_that_are_not_rgb_are_converted_and_their_profile_is_not_kept(
    tmp_path: Path,
) -> None:
    grey = Pillow.fromarray(RGB[..., 0])
    dark = grey_profile(gamma=1.0)
    grey.save(tmp_path / "grey.png", icc_profile=dark)
    linear = read_photo(tmp_path / "grey.png")
    assert linear.profile is None
    at = np.abs(RGB[..., 0].astype(int) - 55).argmin()
    assert linear.shown.reshape(-1, 3)[at, 0] > 110, "55 in linear light is 128 in sRGB"
    Pillow.fromarray(RGB).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    printed = read_photo(tmp_path / "print.jpg")
    assert "CMYK colours" in losses(printed, tmp_path / "out.jpg")
    Pillow.fromarray(RGB).save(tmp_path / "odd.png", icc_profile=dark[:90])
    damaged = read_photo(tmp_path / "odd.png")
    assert damaged.profile is None
    assert losses(damaged, tmp_path / "out.png") == ["colour profile"]


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of grey levels with a tone curve."""
    white = struct.pack(">4sIIII", b"XYZ ", 0, 63190, 65536, 54061)
    curve = struct.pack(">4sIIHH", b"curv", 0, 1, round(256 * gamma), 0)
    offset = 128 + 4 + 2 * 12
    table = struct.pack(">I4sII4sII", 2, b"wtpt", offset, 20, b"kTRC", offset + 20, 14)
    body = table + white + curve
    head = struct.pack(
        ">II4s4s4s4s", 128 + len(body), 0, bytes([2, 16, 0, 0]), b"mntr", b"GRAY", b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">III", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + body


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("out.jpg", ["16 bits a channel", "transparency"]),
        ("out.webp", ["16 bits a channel"]),
        ("out.bmp", ["16 bits a channel", "transparency", "colour profile", "EXIF data"]),
        ("out.tif", ["EXIF data"]),
        ("out.png", []),
    ],
)
def test_what_a_format_can_not_hold_is_named(
    name: str, expected: list[str], tmp_path: Path
) -> None:
    stored = np.concatenate([DEEP, DEEP[..., :1] | 1], axis=2)
    shown = np.asarray(DEEP // 257, np.uint8)
    photo = Photo(shown, stored, SRGB, exif_of().tobytes(), (72, 72))
    assert losses(photo, tmp_path / name) == expected
    write_photo(tmp_path / name, photo)
    assert read_image(tmp_path / name).shape == shown.shape


def test_further_pictures_of_a_file_are_named_as_lost(tmp_path: Path) -> None:
    pages = [Pillow.fromarray(RGB), Pillow.fromarray(255 - RGB)]
    for name in ("pages.tif", "moving.gif", "moving.png", "moving.webp"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        photo = read_photo(tmp_path / name)
        assert losses(photo, tmp_path / "out.png") == ["further pictures"], name


def test_a_thumbnail_that_shows_the_photo_before_the_edit_is_not_kept(tmp_path: Path) -> None:
    exif = exif_of()
    thumbnail = io.BytesIO()
    Pillow.fromarray(RGB).save(thumbnail, "JPEG")
    block = exif.tobytes()
    photo = tmp_path / "camera.jpg"
    Pillow.fromarray(RGB).save(photo, exif=block + thumbnail.getvalue())
    assert b"\xff\xd8" not in read_photo(photo).exif


# --- what is refused, in one line -----------------------------------------------------------------


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A grey PNG whose pixels end early."""
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), *chunks]
    parts += [chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def gif(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Pillow.new("P", (width, height)).save(content, "GIF")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bomb.png", png(60_000, 60_000), "3,600 megapixels, more than 200"),
        ("long.png", png(1, 1_000_000), "1x1000000 pixels"),
        ("wide.png", png(65_000, 1_000), "65000x1000 pixels"),
        ("wide.gif", gif(65_000, 1_000), "65000x1000 pixels"),
        ("empty.png", b"", "is empty"),
        ("text.jpg", b"no picture" * 99, "is not a picture"),
        ("short.png", png(100, 100), "is damaged"),
        ("me.heic", b"\0\0\0\x18ftypheic" + bytes(99), "me.heic"),
        ("script.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not a picture"),
    ],
)
def test_a_bad_file_is_one_line(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError) as refused:
        read_image(path)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.hint


def test_the_limit_of_pixels_can_be_raised_and_lowered(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", RGB)
    with pytest.raises(MediaError, match=r"more than 0\.0005"):
        read_image(tmp_path / "a.png", 0.0005)
    assert (read_image(tmp_path / "a.png", 0.001) == RGB).all()
    limit = Pillow.MAX_IMAGE_PIXELS
    (tmp_path / "large.png").write_bytes(png(15_000, 15_000))
    with pytest.raises(MediaError, match="225 megapixels"):
        read_image(tmp_path / "large.png")
    with pytest.raises(MediaError, match="damaged"):
        read_image(tmp_path / "large.png", 300)
    assert limit == Pillow.MAX_IMAGE_PIXELS


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_a_folder_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", tmp_path, Path("/dev/zero")):
        with pytest.raises(MediaError, match="not a regular file"):
            read_image(path)


@pytest.mark.parametrize("deep", [False, True])
def test_texts_of_any_length_do_not_matter(deep: bool, tmp_path: Path) -> None:
    """Programs that generate pictures put a megabyte of settings into them."""
    text = PngInfo()
    text.add_text("Title", "mine")
    text.add_text("workflow", "x" * 3_000_000, zip=True)
    text.add_itxt("XML:com.adobe.xmp", "y" * 3_000_000, zip=True)
    text.add_text("prompt", "z" * 3_000_000)
    Pillow.fromarray(RGB).save(tmp_path / "long.png", pnginfo=text)
    if deep:
        texts = (tmp_path / "long.png").read_bytes()[33:]
        plain = written(tmp_path / "deep.png", DEEP).read_bytes()
        (tmp_path / "long.png").write_bytes(
            plain[:33] + texts[: texts.index(b"IDAT") - 4] + plain[33:]
        )
    assert (read_photo(tmp_path / "long.png").stored == (DEEP if deep else RGB)).all()
    assert picture_title(tmp_path / "long.png") == "mine"


@pytest.mark.parametrize("name", [b"a\xff\xfe.png", "日本語 é.jpg".encode(), b"n" * 240 + b".png"])
def test_a_name_may_be_anything_that_the_disk_allows(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    try:
        path.write_bytes(b"")
    except OSError:
        pytest.skip("this disk allows no such name")
    Pillow.fromarray(RGB).save(io_path := tmp_path / "plain.png")
    path.write_bytes(io_path.read_bytes())
    assert (read_image(path) == RGB).all()
    assert path in list_images(tmp_path)


def test_hidden_files_and_folders_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / ".trash").mkdir()
    for name in ("b.PNG", "a.webp", "more/c.heic", "d.tiff"):
        (tmp_path / name).touch()
    for name in ("._a.webp", ".aside.12.b.png", ".trash/e.png", "notes.txt", "png"):
        (tmp_path / name).touch()
    found = [each.relative_to(tmp_path).as_posix() for each in list_images(tmp_path)]
    assert found == ["a.webp", "b.PNG", "d.tiff", "more/c.heic"]


def samples() -> list[bytes]:
    """A small photo in each format."""
    made = []
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"):
        content = io.BytesIO()
        Pillow.fromarray(RGB).save(content, kind, exif=exif_of(), icc_profile=SRGB)
        made.append(content.getvalue())
    made.append(cv2.imencode(".png", DEEP)[1].tobytes())
    made.append(cv2.imencode(".tif", DEEP)[1].tobytes())
    return made


SAMPLES = samples()


@given(st.data())
def test_mutated_photos_are_read_or_refused(tmp_path_factory, data) -> None:  # type: ignore[no-untyped-def]
    content = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        photo = read_photo(path)
    except MediaError as error:
        assert "\n" not in str(error)
    else:
        assert photo.shown.dtype == np.uint8
        assert photo.shown.shape[2] == 3


def test_a_written_photo_of_8_bits_is_what_it_was(tmp_path: Path) -> None:
    picture: Image = RGB
    for suffix in (".png", ".tif", ".bmp"):
        write_image(tmp_path / f"out{suffix}", picture)
        assert (read_image(tmp_path / f"out{suffix}") == picture).all()


@pytest.mark.parametrize("name", ["out", "out.xyz", "out.gif", "out.heic", "none/out.png"])
def test_an_output_that_can_not_be_written_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        write_image(tmp_path / name, RGB)


def test_a_side_that_a_format_can_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="17,000 pixels"):
        write_image(tmp_path / "out.webp", np.zeros((1, 17_000, 3), np.uint8))
