"""Video files of many kinds: their pictures, their times, and what is said of broken ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.image import Image
from face2face.media.source import Stills, open_file
from face2face.media.video import VideoFile
from tests.media.clips import COLOURS, grey, quarters, read, seen_quarters, times, write_clip

UPRIGHT = [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "options"),
    [
        ("h264.mp4", "libx264", "yuv420p", {}),
        ("h264.avi", "libx264", "yuv420p", {"bf": "2"}),
        ("raw.h264", "libx264", "yuv420p", {}),
        ("full.mp4", "libx264", "yuv444p", {}),
        ("ten.mkv", "libx264", "yuv420p10le", {}),
        ("hevc.mp4", "libx265", "yuv420p", {"x265-params": "log-level=none"}),
        ("hevc10.mov", "libx265", "yuv420p10le", {"x265-params": "log-level=none"}),
        ("vp8.webm", "libvpx", "yuv420p", {}),
        ("vp9.webm", "libvpx-vp9", "yuv420p", {}),
        ("av1.mp4", "libsvtav1", "yuv420p", {}),
        ("av1_10.mkv", "libsvtav1", "yuv420p10le", {}),
        ("prores.mov", "prores_ks", "yuv422p10le", {}),
        ("prores4444.mov", "prores_ks", "yuva444p10le", {}),
        ("ffv1.mkv", "ffv1", "bgr0", {}),
        ("ffv1_16.mkv", "ffv1", "gbrp16le", {}),
        ("motion.avi", "mjpeg", "yuvj422p", {}),
        ("mpeg4.avi", "mpeg4", "yuv420p", {"bf": "2"}),
        ("mpeg2.ts", "mpeg2video", "yuv420p", {}),
        ("mpeg2.mpg", "mpeg2video", "yuv420p", {}),
        ("flash.flv", "flv", "yuv420p", {}),
        ("wmv.asf", "wmv2", "yuv420p", {}),
        ("raw.avi", "rawvideo", "bgr24", {}),
        ("animated.gif", "gif", "rgb8", {}),
        ("animated.apng", "apng", "rgb24", {}),
    ],
)
def test_every_format_is_read(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, options: dict[str, str]
) -> None:
    pictures = [quarters(80, 160)] * 12
    rate = 25 if codec.startswith("mpeg2") else 10
    write_clip(tmp_path / name, pictures, codec, pix_fmt, rate=rate, **options)
    with VideoFile(tmp_path / name) as video:
        assert video.count() == 12
        assert video.fps == pytest.approx(rate)
        video.rewind()
        scenes = list(video)
    assert [scene.seconds for scene in scenes] == pytest.approx(
        [number / rate for number in range(12)], abs=0.002
    )
    assert {scene.photo.shape for scene in scenes} == {(80, 160, 3)}
    assert scenes[6].photo.dtype == np.uint8
    assert seen_quarters(scenes[6].photo) == UPRIGHT
    assert np.abs(scenes[6].photo[20, 40].astype(int) - COLOURS[0]).max() <= 30


def test_animated_pictures_have_their_durations(tmp_path: Path) -> None:
    pictures = [Pillow.fromarray(grey(level)) for level in (250, 150, 50)]
    for name in ("a.gif", "a.png", "a.webp", "a.avif"):
        pictures[0].save(
            tmp_path / name, save_all=True, append_images=pictures[1:], duration=[100, 400, 200]
        )
        with open_file(tmp_path / name) as source:
            assert isinstance(source, VideoFile), name
            assert source.count() == 3
            source.rewind()
            scenes = list(source)
        assert [scene.seconds for scene in scenes] == pytest.approx([0, 0.1, 0.5]), name
        assert [scene.photo[5, 5, 0] // 10 for scene in scenes] == [25, 15, 5], name


def test_pictures_that_do_not_move_are_photos(tmp_path: Path) -> None:
    pictures = [Pillow.fromarray(grey(level)) for level in (250, 50)]
    for name in ("a.png", "a.webp", "a.jpg"):
        pictures[0].save(tmp_path / name)
    pictures[0].save(tmp_path / "pages.tiff", save_all=True, append_images=pictures[1:])
    for path in tmp_path.iterdir():
        assert isinstance(open_file(path), Stills), path


def test_transparent_pixels_are_white(tmp_path: Path) -> None:
    hidden = np.zeros((64, 96, 4), np.uint8)
    hidden[..., 0] = 200
    hidden[:32, :, 3] = 255  # the upper half is red, the lower one hides its red
    write_clip(tmp_path / "a.mov", [hidden] * 3, "prores_ks", "yuva444p10le")
    write_clip(tmp_path / "a.apng", [hidden] * 3, "apng", "rgba")
    write_clip(tmp_path / "a.webm", [hidden] * 3, "libvpx-vp9", "yuva420p")
    frames = [Pillow.fromarray(hidden), Pillow.fromarray(hidden // 2 + 100)]
    for name in ("a.webp", "a.gif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], lossless=True)
    for path in sorted(tmp_path.iterdir()):
        first = read(path)[0]
        assert np.abs(first[10, 50].astype(int) - (200, 0, 0)).max() < 20, path
        assert first[50, 50].min() > 240, path


@pytest.mark.parametrize(
    ("degrees", "flips"),
    [
        (90, {}),
        (180, {}),
        (270, {}),
        (0, {"hflip": True}),
        (90, {"vflip": True}),
    ],
)
@pytest.mark.parametrize("name", ["turned.mp4", "turned.mov", "turned.mkv"])
def test_a_turned_video_is_upright(
    tmp_path: Path, name: str, degrees: int, flips: dict[str, bool]
) -> None:
    """A phone stores a film as its sensor lies, and says how players must turn it."""
    path = write_clip(
        tmp_path / name,
        [quarters()] * 3,
        setup=lambda stream: stream.set_display_rotation(degrees, **flips),
    )
    shown = np.rot90(quarters(), degrees // 90)
    shown = shown[:, ::-1] if "hflip" in flips else shown
    shown = shown[::-1] if "vflip" in flips else shown
    photo = read(path)[1]
    assert photo.shape == shown.shape
    assert photo.flags.c_contiguous
    assert seen_quarters(photo) == seen_quarters(shown) != UPRIGHT


@pytest.mark.parametrize(
    ("name", "ratio", "width"),
    [
        ("dv.mp4", Fraction(16, 15), 122),
        ("hdv.mkv", Fraction(4, 3), 152),
        ("tall.mov", Fraction(8, 9), 101),
        ("absurd.mkv", Fraction(1, 5000), 114),
    ],
)
def test_pixels_become_square(tmp_path: Path, name: str, ratio: Fraction, width: int) -> None:
    def setup(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = ratio

    path = write_clip(tmp_path / name, [quarters(96, 114)] * 3, setup=setup)
    photo = read(path)[1]
    assert photo.shape == (96, width, 3)
    assert seen_quarters(photo) == UPRIGHT


def comb(image: Image) -> float:
    """How much a row differs from the mean of its neighbours, against rows two apart."""
    rows = image[..., 1].astype(float)[8:-8]
    return float(np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean())


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("camcorder.mp4", "libx264", {"x264-params": "tff=1"}),
        ("tape.mpg", "mpeg2video", {"flags": "+ildct+ilme", "b": "2M"}),
        ("bottom.mkv", "libx264", {"x264-params": "bff=1"}),
        ("tv.ts", "mpeg2video", {"flags": "+ildct+ilme", "b": "2M", "bf": "2"}),
    ],
)
def test_interlaced_video_has_no_combs(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    """A white square on grey moves; the two fields of a frame show it at two places."""

    def field(moment: int) -> Image:
        picture = grey(60, 96, 160)
        picture[24:72, 4 * moment : 4 * moment + 40] = 220
        return picture

    woven = [field(2 * number) for number in range(10)]
    for number, picture in enumerate(woven):
        picture[1::2] = field(2 * number + 1)[1::2]
    path = write_clip(tmp_path / name, woven, codec, rate=25, **options)
    with VideoFile(path) as video:
        assert video.count() == 10
        video.rewind()
        scenes = dict(video.select([0, 5, 9]))
    assert list(scenes) == [0, 5, 9]
    assert scenes[5].seconds == pytest.approx(0.2, abs=0.002)
    assert comb(scenes[5].photo) < comb(woven[5]) / 2
    assert np.abs(scenes[5].photo[48, 70].astype(int) - 220).max() < 20
    assert np.abs(scenes[5].photo[48, 10].astype(int) - 60).max() < 20


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.webm", "a.nut"])
@pytest.mark.parametrize(
    "shown_at",
    [
        [0, 0.1, 0.2, 1.0, 1.1, 3.5],
        [5.0, 5.033, 5.133, 5.2, 5.9, 6.0],
        [0.4, 1.4, 2.4, 3.4, 4.4, 5.4],
    ],
)
def test_frames_carry_their_own_times(tmp_path: Path, name: str, shown_at: list[float]) -> None:
    codec = "libvpx" if name.endswith("webm") else "libx264"
    path = write_clip(
        tmp_path / name, [grey(40 * n) for n in range(6)], codec, times=shown_at, rate=30
    )
    expected = pytest.approx([time - shown_at[0] for time in shown_at], abs=0.0015)
    assert times(path) == expected
    with VideoFile(path) as video:
        assert video.times() == expected
        video.rewind()
        chosen = dict(video.select([1, 4]))
    assert chosen[4].seconds == pytest.approx(shown_at[4] - shown_at[0], abs=0.0015)


def test_a_rate_of_300_is_no_slow_motion(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "fast.mp4", [grey(9 * n) for n in range(24)], rate=300)
    with VideoFile(path) as video:
        assert video.fps == pytest.approx(300)
        assert [scene.seconds for scene in video][-1] == pytest.approx(23 / 300, abs=0.001)


def test_colours_are_those_that_the_file_declares(tmp_path: Path) -> None:
    """Without a declaration, HD has BT.709's matrix and anything smaller BT.601's."""
    for height, declared, matrix in ((64, 2, 5), (720, 2, 1), (64, 1, 1), (720, 5, 5)):
        picture = np.zeros((height, 96, 3), np.uint8) + np.array(COLOURS[0], np.uint8)

        def setup(stream: Any, declared: int = declared) -> None:
            stream.codec_context.colorspace = declared

        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format="yuv444p", dst_colorspace=matrix
        )
        path = tmp_path / f"{height}_{declared}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.height, stream.width, stream.pix_fmt = height, 96, "yuv444p"
            setup(stream)
            frame.colorspace = declared
            frame.pts, frame.time_base = 0, Fraction(1, 10)
            container.mux([*stream.encode(frame), *stream.encode(None)])
        (photo,) = read(path)
        assert np.abs(photo[20, 40].astype(int) - COLOURS[0]).max() <= 4, (height, declared)
