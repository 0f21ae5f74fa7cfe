"""Photos from a server on this machine that behaves well, badly and worse."""

import io
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.fetch import FetchError, fetch, fetch_all
from face2face.errors import MediaError


def encoded(kind: str) -> bytes:
    data = io.BytesIO()
    Pillow.fromarray(np.arange(32 * 48 * 3, dtype=np.uint8).reshape(32, 48, 3)).save(data, kind)
    return data.getvalue()


JPEG = encoded("JPEG")


class Server(ThreadingHTTPServer):
    """Remembers what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.over = threading.Event()

    def __call__(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        what, _, rest = unquote(self.path)[1:].partition("?")
        self.server.asked.append(what)
        getattr(self, f"_{what.partition('.')[0]}", self._photo)(rest)

    def _answer(self, data: bytes, length: int | None = None) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data)

    def _photo(self, kind: str) -> None:
        data = encoded(kind or "JPEG")
        self._answer(data, len(data))

    def _nothing(self, _: str) -> None:
        self.send_error(404)

    def _to(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _text(self, _: str) -> None:
        self._answer(b"<html>no such photo</html>")

    def _short(self, _: str) -> None:
        self._answer(JPEG, len(JPEG) + 1)

    def _short(self, _: str) -> None:
        self._answer(JPEG, len(JPEG) + 1)

    def _unmeasured(self, _: str) -> None:
        self._answer(JPEG)

    def _stalled(self, _: str) -> None:
        self.server.over.wait(5)

    def _dripping(self, _: str) -> None:
        self._answer(b"", 100_000_000)
        while not self.server.over.wait(0.02):
            self.wfile.write(bytes(1 << 16))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, whatever the environment says."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        running.handle_error = lambda *_: None  # type: ignore[method-assign]  # those whom it drips on leave
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.over.set()
        running.shutdown()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_photo_is_fetched_as_it_is(server: Server, tmp_path: Path) -> None:
    fetch(server("photo"), tmp_path / "a.jpg")
    assert (tmp_path / "a.jpg").read_bytes() == JPEG
    fetch(server("unmeasured"), tmp_path / "b.jpg")
    fetch(server("to?/to?photo"), tmp_path / "c.jpg")
    assert names(tmp_path) == ["a.jpg", "b.jpg", "c.jpg"]


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "ftp://127.0.0.1/a.jpg", "/etc/hostname", ""]
)
def test_only_addresses_of_the_web_are_opened(server: Server, tmp_path: Path, address: str) -> None:
    with pytest.raises(FetchError, match="begin with http"):
        fetch(address, tmp_path / "a.jpg")
    if ":" in address:
        with pytest.raises(FetchError, match="not answer with it"):
            fetch(server(f"to?{address}"), tmp_path / "a.jpg")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "404"),
        ("text", "lead to a picture"),
        ("short", "not answer with it"),
        ("stalled", "not answer with it"),
        ("dripping", r"arrive within 0\.3 seconds"),
        ("photo?PNG", "more than 100 bytes"),
    ],
)
def test_what_is_no_photo_or_takes_too_long_leaves_nothing(
    server: Server, tmp_path: Path, path: str, message: str
) -> None:
    most = 100 if "PNG" in path else 10**9
    with pytest.raises(FetchError, match=message):
        fetch(server(path), tmp_path / "a.jpg", timeout=0.3, max_bytes=most)
    assert names(tmp_path) == []


def test_a_server_that_is_not_there_and_addresses_that_are_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for address in (
        f"http://127.0.0.1:{port}/a.jpg",
        "http://",
        "http://127.0.0.1:port/",
        "http://[",
    ):
        with pytest.raises(FetchError, match="not answer with it"):
            fetch(address, tmp_path / "a.jpg")


def test_a_folder_that_cannot_be_written_is_not_the_servers_fault(
    server: Server, tmp_path: Path
) -> None:
    with pytest.raises(MediaError) as caught:
        fetch(server("photo"), tmp_path / "missing" / "a.jpg")
    assert not isinstance(caught.value, FetchError)


def test_all_that_can_be_had_are_fetched_the_others_named_and_none_asked_for_again(
    server: Server, tmp_path: Path
) -> None:
    wanted = {
        number: server(path)
        for number, path in {3: "photo", 4: "photo.b", 8: "text", 9: "text.b"}.items()
    }
    faults = fetch_all(wanted | {12: "file:///a.jpg"}, tmp_path / "photos")
    assert names(tmp_path / "photos") == ["img3.jpg", "img4.jpg"]
    assert faults.lines() == [
        "2 addresses lead to no picture: img8, img9",
        "1 photo has no web address: img12",
    ]
    server.asked.clear()
    fetch_all(wanted | {5: server("photo.c")}, tmp_path / "photos")
    assert sorted(server.asked) == ["photo.c", "text", "text.b"]


def test_ctrl_c_leaves_whole_photos_and_the_next_run_goes_on(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {number: server(f"photo.{number}") for number in range(20)}

    def interrupted(url: str, *arguments: object) -> None:
        if url.endswith(".3"):
            raise KeyboardInterrupt
        fetch(url, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("face2face.data.fetch.fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch_all(wanted, tmp_path)
    monkeypatch.undo()
    assert all((tmp_path / name).read_bytes() == JPEG for name in names(tmp_path))
    assert fetch_all(wanted, tmp_path).lines() == []
    assert len(names(tmp_path)) == 20
