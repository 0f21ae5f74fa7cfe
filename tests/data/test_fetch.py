"""Photos from a server on this machine that behaves well, badly and worse."""

import http.client
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.fetch import FetchError, ask, fetch, fetch_all
from face2face.errors import MediaError
from face2face.media.stills import read_image


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

    def _torn(self, _: str) -> None:
        self._answer(JPEG[: len(JPEG) // 2])

    def _unmeasured(self, _: str) -> None:
        self._answer(JPEG)

    def _stalled(self, _: str) -> None:
        self.server.over.wait(5)

    def _dripping(self, where: str) -> None:
        if where == "body":
            self._answer(b"", 1000)
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.server.over.wait(0.02):
            self.wfile.write(b"x")

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


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "img7.jpg"), ("PNG", "img7.png"), ("WEBP", "img7.webp")])
def test_a_photo_is_fetched_as_it_is_and_called_after_what_it_is(server: Server, tmp_path: Path, kind: str, name: str) -> None:
    path = fetch(server(f"photo?{kind}"), tmp_path / "img7.jpg")
    assert path == tmp_path / name
    assert path.read_bytes() == encoded(kind)
    assert read_image(path).shape == (32, 48, 3)
    assert names(tmp_path) == [name]


def test_addresses_may_hold_any_letters_and_photos_may_come_unmeasured(server: Server, tmp_path: Path) -> None:
    fetch(server("photo.größe 1|2.jpg"), tmp_path / "a.jpg")
    fetch(server("unmeasured"), tmp_path / "b.jpg")
    assert server.asked == ["photo.größe 1|2.jpg", "unmeasured"]
    assert names(tmp_path) == ["a.jpg", "b.jpg"]


def test_redirects_are_followed_on_the_web(server: Server, tmp_path: Path) -> None:
    fetch(server("to?/to?photo"), tmp_path / "a.jpg")
    assert server.asked == ["to", "to", "photo"]


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/a.jpg", "data:image/png;base64,AAAA", "/etc/hostname", ""])
def test_only_addresses_of_the_web_are_opened(server: Server, tmp_path: Path, address: str) -> None:
    with pytest.raises(FetchError, match="begins with http"):
        fetch(address, tmp_path / "a.jpg")
    if ":" in address:
        with pytest.raises(FetchError, match=f"begins with http.*, got {address}, to which .* leads"):
            fetch(server(f"to?{address}"), tmp_path / "a.jpg")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "has it, got 404 Not Found"),
        ("to?", "has it, got 302 Found"),
        ("to?/large", "at most 500 bytes"),
        ("text", "is a JPEG, PNG or WebP file"),
        ("photo?GIF", "is a JPEG, PNG or WebP file"),
        ("torn", "is none or damaged"),
        ("short", "answers in full"),
    ],
)
def test_what_is_no_photo_leaves_nothing(server: Server, tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        fetch(server(path), tmp_path / "a.jpg", most=500 if "large" in path else 100_000)
    assert names(tmp_path) == []


@pytest.mark.parametrize("path", ["photo", "unmeasured"])
def test_a_photo_may_be_as_large_as_is_said(server: Server, tmp_path: Path, path: str) -> None:
    with pytest.raises(FetchError, match="at most"):
        fetch(server(path), tmp_path / "a.jpg", most=len(JPEG) - 1)
    assert names(tmp_path) == []
    assert fetch(server(path), tmp_path / "a.jpg", most=len(JPEG)).is_file()


def test_redirects_that_never_end_are_left(server: Server, tmp_path: Path) -> None:
    circle = "to?/a"
    for _ in range(8):
        circle = f"to?/{circle}"
    with pytest.raises(FetchError, match="leads on 5 times at most"):
        fetch(server(circle), tmp_path / "a.jpg")
    assert len(server.asked) == 6


@pytest.mark.parametrize("path", ["stalled", "dripping?head", "dripping?body"])
def test_a_server_that_takes_its_time_is_left(server: Server, tmp_path: Path, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"comes within 0\.2 seconds"):
        fetch(server(path), tmp_path / "a.jpg", timeout=0.2)
    assert 0.15 < time.monotonic() - began < 2
    assert names(tmp_path) == []


def test_a_server_that_is_not_there_and_addresses_that_are_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for address in (f"http://127.0.0.1:{port}/a.jpg", "http://", "http://127.0.0.1:port/", "http://[", "http://host\ud800/"):
        with pytest.raises(FetchError, match="can be reached"):
            fetch(address, tmp_path / "a.jpg")


def test_a_folder_that_is_missing_is_not_the_servers_fault(server: Server, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="can be written") as caught:
        fetch(server("photo"), tmp_path / "missing" / "a.jpg")
    assert not isinstance(caught.value, FetchError)


def test_all_that_can_be_had_are_fetched_and_the_others_named(server: Server, tmp_path: Path) -> None:
    wanted = {3: "photo", 4: "photo?PNG", 5: "nothing", 8: "text", 9: "nothing.else"}
    faults = fetch_all({number: server(path) for number, path in wanted.items()} | {12: "file:///a.jpg"}, tmp_path / "photos")
    assert names(tmp_path / "photos") == ["img3.jpg", "img4.png"]
    assert faults.lines() == [
        "2 photos break the rule that a photo's server has it: img5, img9",
        "1 photo breaks the rule that a photo is a JPEG, PNG or WebP file: img8",
        "1 photo breaks the rule that a photo's address begins with http:// or https://: img12",
    ]


def test_what_is_there_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    wanted = {1: server("photo.1"), 2: server("photo.2?PNG"), 3: server("nothing")}
    fetch_all(wanted, tmp_path)
    server.asked.clear()
    assert fetch_all(wanted | {4: server("photo.4")}, tmp_path).lines() == ["1 photo breaks the rule that a photo's server has it: img3"]
    assert sorted(server.asked) == ["nothing", "photo.4"]


def interrupted_at(count: int) -> Callable[[str, float], http.client.HTTPResponse]:
    """Ctrl-C while this many photos are asked for."""
    asked = []

    def opener(url: str, until: float) -> http.client.HTTPResponse:
        asked.append(url)
        if len(asked) == count:
            raise KeyboardInterrupt
        return ask(url, until)

    return opener


def test_ctrl_c_leaves_whole_photos_and_the_next_run_goes_on(server: Server, tmp_path: Path) -> None:
    wanted = {number: server(f"photo.{number}") for number in range(40)}
    with pytest.raises(KeyboardInterrupt):
        fetch_all(wanted, tmp_path, opener=interrupted_at(3), workers=1)
    there = names(tmp_path)
    assert {"img0.jpg", "img1.jpg"} <= set(there) < {f"img{number}.jpg" for number in range(40)}
    assert all((tmp_path / name).read_bytes() == JPEG for name in there)
    server.asked.clear()
    assert fetch_all(wanted, tmp_path).lines() == []
    assert len(names(tmp_path)) == 40
    assert len(server.asked) == 40 - len(there)


def test_a_disk_that_cannot_be_written_ends_the_run(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MediaError, match="writable"):
        fetch_all({1: server("photo")}, tmp_path / "file")
    assert server.asked == []
