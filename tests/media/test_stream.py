"""Clips and streams from the network, and the names of sources."""

from __future__ import annotations

import http.server
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.image import Scene
from face2face.media.camera import Camera, list_cameras
from face2face.media.source import Source, Stills, open_source
from face2face.media.stills import write_image
from face2face.media.stream import NetworkStream
from face2face.media.video import VideoFile
from tests.media.clips import grey, write_clip

#: Answers a request for a path: it writes to the handler.
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]
#: Serves an answer and returns its URL.
Serve = Callable[[Answer], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server on this computer; a handler that hangs is let go in the end."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with suppress(OSError):  # the reader has gone
                    answer(self)

            def log_message(self, *arguments: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.block_on_close = True, False
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def answer_with(data: bytes, length: bool = True, part: int | None = None) -> Answer:
    """Send data, with or without its length; stall after a part of it."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if length:
            handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:part])
        if part is not None:
            handler.wfile.flush()
            time.sleep(30)

    return answer


def clip(folder: Path, count: int = 8) -> bytes:
    """Write ``clip.mkv`` and return its data."""
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(count)]
    return write_clip(folder / "clip.mkv", noise).read_bytes()


@pytest.mark.parametrize(
    ("name", "codec", "length"),
    [
        ("clip.mp4", "libx264", True),
        ("clip.mkv", "libx264", True),
        ("clip.mkv", "libx264", False),
        ("clip.webm", "libvpx", False),
        ("clip.ts", "mpeg2video", True),
        ("clip.avi", "mjpeg", True),
    ],
)
def test_a_clip_ends_with_the_clip(
    tmp_path: Path, serve: Serve, name: str, codec: str, length: bool
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    pictures = [grey(20 * n) for n in range(8)]
    path = write_clip(tmp_path / name, pictures, codec, pix_fmt, rate=25)
    url = serve(answer_with(path.read_bytes(), length))
    with open_source(f"{url}/{name}") as source:
        assert not source.live
        scenes = list(source)
    assert [scene.seconds for scene in scenes] == pytest.approx(
        [number / 25 for number in range(8)], abs=0.002
    )
    assert scenes[5].photo[5, 5, 0] == pytest.approx(100, abs=8)


@pytest.mark.parametrize("start", ["file://", "file://localhost", "FILE://"])
def test_a_file_url_is_a_file(tmp_path: Path, start: str) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    clip(folder)
    with open_source(start + (folder / "clip.mkv").as_uri()[len("file://") :]) as source:
        assert isinstance(source, VideoFile)
        assert len(list(source)) == 8


def first_pictures(source: Source, count: int) -> list[Scene]:
    with source:
        return list(itertools.islice(source, count))


def test_a_live_stream_is_opened_again(tmp_path: Path, serve: Serve) -> None:
    """A camera on the network hangs up after each picture."""
    opened = []

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        opened.append(handler.path)
        data = (tmp_path / "a.jpg").read_bytes()
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        for _ in range(5):
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
            handler.wfile.write(head % len(data) + data + b"\r\n")

    write_image(tmp_path / "a.jpg", grey(90))
    source = open_source(serve(answer))
    assert source.live
    scenes = first_pictures(source, 12)
    assert len(opened) >= 3
    seconds = [scene.seconds or 0.0 for scene in scenes]
    assert seconds == sorted(seconds)
    assert scenes[11].photo[5, 5, 0] == pytest.approx(90, abs=5)


def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
    time.sleep(30)


def trickling(handler: http.server.BaseHTTPRequestHandler) -> None:
    """A byte every now and then keeps the connection alive."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(300):
        handler.wfile.write(b"\0")
        time.sleep(0.1)


def test_a_stalled_stream_ends_after_the_time_that_is_said(tmp_path: Path, serve: Serve) -> None:
    data = clip(tmp_path, count=100)
    answers = {
        "before its header": silent,
        "in its header": answer_with(data, part=40),
        "in its pictures": answer_with(data, part=len(data) * 2 // 3),
        "byte by byte": trickling,
    }
    for moment, answer in answers.items():
        url = serve(answer)
        start = time.monotonic()
        with (
            pytest.raises(MediaError, match=r"127\.0\.0\.1.* within 1 s"),
            NetworkStream(url, timeout=1, first_timeout=1) as source,
        ):
            list(source)
        assert time.monotonic() - start < 5, moment


def test_a_clip_whose_connection_breaks_is_an_error(tmp_path: Path, serve: Serve) -> None:
    """It isn't taken for a shorter clip."""
    data = clip(tmp_path, count=100)

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[: len(data) // 2])

    with pytest.raises(MediaError, match=r"127\.0\.0\.1"), open_source(serve(answer)) as source:
        list(source)


def test_an_address_that_cannot_be_opened(serve: Serve) -> None:
    def missing(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_error(404)

    def text(handler: http.server.BaseHTTPRequestHandler) -> None:
        answer_with(b"<html>no video</html>" * 100)(handler)

    for url in (
        "http://127.0.0.1:9/none.mjpg",
        serve(missing),
        serve(text),
        "rtsp://127.0.0.1:9/1",
        "gopher://127.0.0.1/1",
        "concat:///etc/passwd",
    ):
        with pytest.raises(MediaError) as raised:
            open_source(url)
        assert f"stream {url}" in str(raised.value)


def test_a_password_is_not_shown() -> None:
    with pytest.raises(MediaError) as raised:
        open_source("http://me:secret@127.0.0.1:9/none.mjpg")
    assert "127.0.0.1:9/none.mjpg" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_remote_playlist_reads_no_file_of_this_computer(tmp_path: Path, serve: Serve) -> None:
    write_clip(tmp_path / "a.ts", [grey(90)] * 8, "mpeg2video", rate=25)
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{tmp_path}/a.ts\n#EXT-X-ENDLIST\n"
    url = serve(answer_with(text.encode()))
    with pytest.raises(MediaError), open_source(f"{url}/a.m3u8") as source:
        list(source)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("what", ["stream", "camera"])
def test_ctrl_c_ends_the_wait_for_a_source(serve: Serve, what: str) -> None:
    """The library that opens it hangs, and would not return for half a minute."""
    program = {
        "stream": "from face2face.media.source import open_source\n"
        f"print('opening', flush=True)\nopen_source('{serve(silent)}')",
        "camera": "import time\nfrom face2face.media.camera import Camera\n"
        "print('opening', flush=True)\nCamera(0, opener=lambda number: time.sleep(30))",
    }[what]
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "opening\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert "KeyboardInterrupt" in err


class AbsentCapture:
    """A camera that isn't there."""

    def __init__(self, number: int) -> None:
        pass

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return False

    def release(self) -> None:
        pass


def test_a_device_is_a_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []

    def camera(number: int, timeout: float) -> Camera:
        opened.append(number)
        return Camera(number, timeout, AbsentCapture)

    monkeypatch.setattr("face2face.media.source.Camera", camera)
    (tmp_path / "by-id").symlink_to("/dev/video2")
    for name in ("0", "/dev/video0", "/dev/video12", "//dev/./video3", str(tmp_path / "by-id")):
        with pytest.raises(MediaError, match="Can't open camera"):
            open_source(name)
    assert opened == [0, 0, 12, 3, 2]
    with pytest.raises(MediaError, match="not a regular file"):
        open_source("/dev/null")


def test_cameras_are_listed_up_to_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Capture(AbsentCapture):
        def __init__(self, number: int) -> None:
            if number == 3:
                time.sleep(30)
            self.number = number

        def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
            return self.number != 1

        def get(self, property_id: int) -> float:
            return 30.0

        def release(self) -> None:
            pass

    monkeypatch.setattr("face2face.media.camera.FIRST_TIMEOUT", 0.3)
    assert [number for number, _ in list_cameras(Capture)] == [0, 2]


def test_a_name_with_a_colon_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clip(tmp_path)
    for name in ("a:b.mkv", "http:c.mkv", "rtsp:d.mkv", "0.mkv"):
        Path("clip.mkv").rename(name)
        with open_source(name) as source:
            assert len(list(source)) == 8, name
        Path(name).rename("clip.mkv")
    with pytest.raises(MediaError, match=r"There is no file no:file\.mp4"):
        open_source("no:file.mp4")
    write_image(tmp_path / "a:photo.png", grey(9))
    assert isinstance(open_source("a:photo.png"), Stills)
