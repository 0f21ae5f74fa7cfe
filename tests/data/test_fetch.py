"""Photos from a server on this machine that behaves well, badly and worse."""

import gzip
import io
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data import web
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

    def _unmeasured(self, _: str) -> None:
        self._answer(JPEG)

    def _stalled(self, _: str) -> None:
        self.server.over.wait(5)

    def _dripping(self, _: str) -> None:
        self._answer(b"", 100_000_000)
        while not self.server.over.wait(0.02):
            self.wfile.write(bytes(1 << 16))

    def _slow_headers(self, _: str) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                self.wfile.write(bytes([byte]))
                if self.server.over.wait(0.02):
                    break

    def _slow_body(self, _: str) -> None:
        self._answer(b"")
        with suppress(OSError):
            while not self.server.over.wait(0.02):
                self.wfile.write(b"x")

    def _slow_redirects(self, _: str) -> None:
        self.server.over.wait(0.1)
        self._to("/slow_redirects")

    def _packed(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(gzip.compress(JPEG))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, whatever the environment says; of all private addresses only the server's."""
    monkeypatch.setenv("no_proxy", "*")
    check = web.check_public
    monkeypatch.setattr(
        web, "check_public", lambda address: address == "127.0.0.1" or check(address)
    )


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
        ("packed", "lead to a picture"),
        ("stalled", r"arrive within 0\.3 seconds"),
        ("dripping", r"arrive within 0\.3 seconds"),
        ("slow_headers", r"arrive within 0\.3 seconds"),
        ("slow_body", r"arrive within 0\.3 seconds"),
        ("slow_redirects", r"arrive within 0\.3 seconds"),
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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.2",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "2130706434",  # 127.0.0.2 as one number
        "localtest",
    ],
)
def test_a_private_address_is_not_opened(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: resolve(
            "10.0.0.7" if host == "localtest" else host, *rest, **options
        ),
    )
    for url in (f"http://{address}/a.jpg", server(f"to?http://{address}/a.jpg")):
        with pytest.raises(FetchError, match="is not a public address"):
            fetch(url, tmp_path / "a.jpg", timeout=5)
    assert names(tmp_path) == []


def test_a_private_address_is_not_opened_through_a_proxy(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", server(""))
    with pytest.raises(FetchError, match="is not a public address"):
        fetch("http://10.0.0.1/photo", tmp_path / "a.jpg")
    assert server.asked == []
    fetch("http://8.8.8.8/photo", tmp_path / "a.jpg")
    assert len(server.asked) == 1


def test_a_name_that_is_not_resolved_takes_no_longer_than_the_limit(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **options: server.over.wait(5))
    with pytest.raises(FetchError, match=r"arrive within 0\.3 seconds"):
        fetch("http://slow.example/a.jpg", tmp_path / "a.jpg", timeout=0.3)


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


@pytest.mark.skipif(sys.platform == "win32", reason="no signal reaches one thread there")
@pytest.mark.parametrize("path", ["stalled", "slow_headers", "slow_body", "dripping"])
def test_ctrl_c_ends_downloads_at_once(server: Server, tmp_path: Path, path: str) -> None:
    wanted = {number: server(f"{path}.{number}") for number in range(8)}
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        while len(server.asked) < 4:
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fetch_all(wanted, tmp_path, timeout=60, max_bytes=10**12)
    assert time.monotonic() - start < 5  # the limit is 60 seconds
    assert names(tmp_path) == []


def test_ctrl_c_leaves_whole_photos_and_the_next_run_goes_on(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {number: server(f"photo.{number}") for number in range(20)}

    def interrupted(url: str, *arguments: object) -> None:
        if url.endswith(".3"):
            raise KeyboardInterrupt
        fetch(url, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("face2face.data.fetch.fetch", interrupted)
        fetch_all(wanted, tmp_path)
    assert all((tmp_path / name).read_bytes() == JPEG for name in names(tmp_path))
    assert fetch_all(wanted, tmp_path).lines() == []
    assert len(names(tmp_path)) == 20
