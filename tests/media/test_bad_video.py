"""Video files that are broken, hostile or oddly named."""

from __future__ import annotations

import os
import socket
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from face2face.errors import MediaError
from face2face.media.source import Stills, open_file
from face2face.media.video import VideoFile
from tests.media.clips import grey, quarters, read, seen_quarters, times, write_clip


def refused(path: Path, *parts: str) -> None:
    """Check that reading a file raises one error with these parts."""
    with pytest.raises(MediaError) as raised, VideoFile(path) as video:
        list(video)
    message = str(raised.value)
    assert "\n" not in message
    for part in (path.name, *parts):
        assert part in message, message


def sound(path: Path, cover: bool = False) -> Path:
    """Write half a second of silence, with a cover picture if wanted."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3" if path.suffix == ".mp3" else "pcm_s16le", rate=44100)
        image: Any = container.add_stream("mjpeg", rate=1) if cover else None
        if cover:
            image.width, image.height, image.pix_fmt = 96, 64, "yuvj420p"
            image.disposition = Disposition.attached_pic
        for number in range(20):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 44100, 1152 * number
            container.mux(stream.encode(frame))
        if cover:
            picture = av.VideoFrame.from_ndarray(quarters(), format="rgb24")
            container.mux([*image.encode(picture), *image.encode(None)])
        container.mux(stream.encode(None))
    return path


def test_a_file_without_video_is_refused(tmp_path: Path) -> None:
    refused(sound(tmp_path / "sound.wav"), "holds no video")
    refused(sound(tmp_path / "song.mp3"), "holds no video")
    refused(sound(tmp_path / "cover.mp3", cover=True), "holds no video")
    for name in ("notes.txt", "readme.nfo", "notes.mp4", "art.ans"):
        (tmp_path / name).write_text("this is no video\n" * 100)
        refused(tmp_path / name, "not a video")
    (tmp_path / "empty.mp4").touch()
    refused(tmp_path / "empty.mp4", "is empty")
    refused(tmp_path / "none.mp4", "There is no file")
    refused(tmp_path, "not a regular file")
    refused(tmp_path / ("n" * 300), "can't be read")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    refused(tmp_path / "loop.mp4")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    for name in ("pipe.mp4", "pipe.png", "pipe.webp"):
        os.mkfifo(tmp_path / name)
    refused(tmp_path / "pipe.mp4", "not a regular file")
    assert isinstance(open_file(tmp_path / "pipe.png"), Stills)


def replaced(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


def test_an_unknown_codec_is_named(tmp_path: Path) -> None:
    pictures = [quarters()] * 3
    refused(
        replaced(write_clip(tmp_path / "a.mkv", pictures), b"V_MPEG4/ISO/AVC", b"V_MADE_UP/XYZ0Z"),
        "a format that isn't installed",
    )
    refused(
        replaced(write_clip(tmp_path / "a.mp4", pictures), b"avc1\0\0", b"zzzz\0\0"),
        "a format that isn't installed",
    )
    refused(
        replaced(write_clip(tmp_path / "a.avi", pictures, "mpeg4"), b"FMP4", b"ZZZZ"),
        "a format that isn't installed",
    )


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9")]
)
def test_no_decodable_frame_is_an_error(tmp_path: Path, name: str, codec: str) -> None:
    """Its header is whole, its pictures are not."""
    path = write_clip(tmp_path / name, [quarters()] * 8, codec)
    with av.open(str(path)) as container:
        packets = {bytes(packet) for packet in container.demux(video=0) if packet.size}
    rng = np.random.default_rng(0)
    for packet in sorted(packets, key=len, reverse=True):
        replaced(path, packet, rng.integers(0, 256, len(packet), np.uint8).tobytes())
    refused(path)
    with pytest.raises(MediaError), VideoFile(path) as video:
        video.count()


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.ts", "mpeg2video"), ("a.mkv", "libx264"), ("a.avi", "mjpeg"), ("a.webm", "libvpx")],
)
def test_a_file_that_breaks_off_is_read_up_to_there(tmp_path: Path, name: str, codec: str) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(20)]
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = write_clip(tmp_path / name, pictures, codec, pix_fmt, rate=25, g="5")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with VideoFile(path) as video:
        count = video.count()
        video.rewind()
        assert len(list(video)) == count
    assert 5 < count < 15


@pytest.mark.parametrize(
    ("name", "codec"), [("a.avi", "mjpeg"), ("a.mov", "prores_ks"), ("a.nut", "png")]
)
def test_a_damaged_frame_is_left_out(tmp_path: Path, name: str, codec: str) -> None:
    """The frames after it keep their times."""
    pix_fmt = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le", "png": "rgb24"}[codec]
    path = write_clip(tmp_path / name, [grey(20 * n) for n in range(10)], codec, pix_fmt)
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    replaced(path, packets[4], bytes(len(packets[4])))
    found = dict(zip(times(path), read(path), strict=True))
    assert len(found) == 9
    for seconds, photo in found.items():
        assert photo[5, 5, 0] == pytest.approx(200 * seconds, abs=8)


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path: Path) -> None:
    path = tmp_path / "changing.ts"
    parts = [
        write_clip(tmp_path / f"{size}.ts", [quarters(size, 2 * size)] * 6, rate=25)
        for size in (64, 96, 48)
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    photos = read(path)
    assert len(photos) > 12
    assert {photo.shape for photo in photos} == {(64, 128, 3)}
    assert seen_quarters(photos[-1]) == [0, 1, 2, 3]
    seconds = times(path)
    assert all(before < after for before, after in pairwise(seconds))


@pytest.mark.parametrize(
    "name", ["a:b.mp4", "http:c.mp4", "-i.mp4", "%03d.mp4", "a b?.mp4", "crypto:x.mkv", "wörld.mp4"]
)
def test_any_name_is_a_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "plain.mp4", [quarters()] * 3).replace(name)
    assert len(read(Path(name))) == 3


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    try:
        write_clip(tmp_path / "plain.mp4", [quarters()] * 3).replace(path)
    except OSError:
        pytest.skip("the file system takes no such name")
    assert len(read(path)) == 3


def test_a_playlist_reaches_no_other_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's video file may in truth be a list of addresses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        lists = {
            "a.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
            "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
            "a.ffconcat": f"ffconcat version 1.0\nfile '{url}/a.mp4'\n",
            "a.sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
            f"m=video {server.getsockname()[1]} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        }
        for name, text in lists.items():
            (tmp_path / name).write_text(text)
            refused(tmp_path / name)
        with pytest.raises(TimeoutError):
            server.accept()


def test_sizes_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    for width, height in ((16384, 16384), (65500, 4096), (30000, 20000)):
        path = tmp_path / f"{width}.avi"
        write_clip(path, [quarters()] * 3, "mjpeg", "yuvj420p")
        start = b"\xff\xc0\x00\x11\x08"  # of a JPEG's size: height, then width
        size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
        replaced(path, start + b"\x00\x40\x00\x60", start + size)
        refused(path)


def test_videos_too_small_for_a_face_are_refused(tmp_path: Path) -> None:
    for width, height in ((640, 1), (640, 2), (8, 480), (15, 15)):
        pictures = [grey(90, height, width)] * 3
        path = write_clip(tmp_path / f"{width}.avi", pictures, "rawvideo", "bgr24")
        refused(path, f"{width}x{height} pixels")
    path = write_clip(tmp_path / "small.avi", [grey(90, 16, 16)] * 3, "rawvideo", "bgr24")
    assert [photo.shape for photo in read(path)] == [(16, 16, 3)] * 3
