"""Photos from their addresses on the web, each whole or not at all.

What a server answers isn't trusted: it can't lead to anything but the web, hold us, fill the disk or leave something that is no photo.
"""

from __future__ import annotations

import http.client
import io
import socket
import struct
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.error import URLError
from urllib.parse import quote, urljoin, urlsplit

from PIL import Image as Pillow
from tqdm import tqdm

from face2face.data.annotations import Faults, Kind, photo_of
from face2face.data.parallel import in_parallel
from face2face.errors import MediaError
from face2face.files import writable_folder, write_aside
from face2face.media.stills import read_image

#: What a photo is called after what it is; MPO is a JPEG file that holds a second picture, as some cameras write it.
_SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_REDIRECTS = 5
#: Photos that are fetched at once: few, since they often come from one server.
_WORKERS = 4
#: What an address may hold besides letters, digits and ``_.-~``; anything else is percent-encoded.
_ALLOWED = "%/:=&?#+!$,;'@()*[]"
#: What Pillow raises of a file that is damaged, cut off or made to burst.
_NO_PICTURE = (OSError, EOFError, SyntaxError, ValueError, struct.error, Pillow.DecompressionBombError)

#: Asks for an address once, following no redirect, until a moment of :func:`time.monotonic` at the latest.
Opener = Callable[[str, float], http.client.HTTPResponse]


class FetchError(MediaError):
    """A photo can't be had from its address; others may be."""


def ask(url: str, until: float) -> http.client.HTTPResponse:
    """What a server answers, whatever its status, and be it a redirect; proxies are those of the environment.

    Args:
        url: Of http or https.
        until: When to give up, by :func:`time.monotonic`: for the connection, the head of the answer and all that is read of it;
            only looking up the server's name is left to the system's own limit.

    Raises:
        OSError: There is no answer; TimeoutError or one that wraps it where it took too long.
        http.client.HTTPException: The answer isn't HTTP.
        ValueError: The address is malformed.
    """
    director = urllib.request.OpenerDirector()  # with neither files nor FTP, which build_opener would add
    for handler in (urllib.request.ProxyHandler(), _Web(until), urllib.request.UnknownHandler()):
        director.add_handler(handler)
    request = urllib.request.Request(quote(url, _ALLOWED), headers={"User-Agent": "face2face"})
    return cast(http.client.HTTPResponse, director.open(request, timeout=_left(until)))


def fetch(url: str, path: Path, timeout: float = 20.0, most: int = 20_000_000, opener: Opener = ask) -> Path:
    """Downloads one photo, a JPEG, PNG or WebP file, and gives the path it has got.

    Args:
        url: Of http or https; redirects to such are followed.
        path: Where to; the suffix becomes that of what came: ``.jpg``, ``.png`` or ``.webp``.
        timeout: In seconds, for the connection and all that comes of it together.
        most: In bytes.
        opener: Asks the server.

    Raises:
        FetchError: The address isn't of the web, the server doesn't answer with a photo, or it takes too long or is too large.
        MediaError: The file can't be written.
    """
    data = _download(url, timeout, most, opener)
    path = path.with_suffix(_suffix(data, url))
    with write_aside(path) as aside:
        aside.write_bytes(data)
        try:
            read_image(aside)
        except MediaError as error:
            raise _no_photo(url, "can't be decoded") from error
    return path


def fetch_all(
    wanted: dict[int, str], folder: Path, timeout: float = 20.0, most: int = 20_000_000, opener: Opener = ask, workers: int = _WORKERS
) -> Faults:
    """Downloads the photos that a folder lacks, with a progress bar, and gives those that couldn't be had, named as ``img12``.

    An interrupted run goes on where it stopped. Ctrl-C waits for the few that are under way, ``timeout`` at most.

    Args:
        wanted: Number -> address.
        folder: Where to, as :func:`face2face.data.annotations.photo_of` finds them; made if need be.
        timeout: For each photo, in seconds.
        most: For each photo, in bytes.
        opener: Asks the servers; from several threads at once.
        workers: Photos that are fetched at once.

    Raises:
        MediaError: A file can't be written.
    """
    writable_folder(folder)
    missing = [number for number in wanted if photo_of(folder, number) is None]
    faults = Faults()

    def one(number: int) -> FetchError | None:
        try:
            fetch(wanted[number], folder / f"img{number}.jpg", timeout, most, opener)
        except FetchError as error:
            return error
        return None

    results = tqdm(in_parallel(one, missing, workers), "photos", len(missing), unit="photo", disable=not missing)
    for number, error in zip(missing, results, strict=True):
        if error is not None:
            kind = Kind(f"photo breaks the rule that {error.rule}", f"photos break the rule that {error.rule}")
            faults.add(kind, f"img{number}")
    return faults


def _download(url: str, timeout: float, most: int, opener: Opener) -> bytes:
    """What lies at an address, at most ``most`` bytes."""
    until = time.monotonic() + timeout
    address = url
    try:
        for _ in range(1 + _REDIRECTS):
            if urlsplit(address).scheme not in ("http", "https"):
                where = address if address == url else f"{address}, to which {url} leads"
                raise FetchError("a photo's address begins with http:// or https://", where or "none", "correct it")
            with opener(address, until) as answer:
                onward = answer.headers["Location"]
                if 300 <= answer.status < 400 and onward:
                    address = urljoin(address, onward)
                    continue
                return _body(answer, url, most)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            raise FetchError(f"a photo comes within {timeout:g} seconds", f"no more of {url}", "try again, or give it more time") from error
        got = f"{url}: {str(reason) or type(reason).__name__}"
        raise FetchError("a photo's server can be reached and answers in full", got, "check the address, or try again") from error
    raise FetchError(f"a photo's address leads on {_REDIRECTS} times at most", url, "name the last one")


def _body(answer: http.client.HTTPResponse, url: str, most: int) -> bytes:
    """What an answer holds, if it is all there."""
    if answer.status != 200:
        raise FetchError("a photo's server has it", f"{answer.status} {answer.reason} for {url}", "correct the address, or leave it out")
    told = answer.length
    data = b"" if told is not None and told > most else answer.read(most + 1)
    if (told or len(data)) > most:
        raise FetchError(f"a photo has at most {most:,} bytes", f"more from {url}", "fetch it by hand and make it smaller")
    if told is not None and len(data) < told:
        raise http.client.IncompleteRead(data, told - len(data))
    return data


def _suffix(data: bytes, url: str) -> str:
    """What a photo's file name ends with, once all of it has been decoded."""
    try:
        with Pillow.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as picture:
            picture.load()  # complains of what was cut off, which OpenCV fills with grey
            return _SUFFIXES[picture.format or ""]
    except _NO_PICTURE as error:
        raise _no_photo(url, "is none or damaged") from error


def _no_photo(url: str, what: str) -> FetchError:
    return FetchError("a photo is a JPEG, PNG or WebP file", f"{url}, which {what}", "look at it in a browser")


def _left(until: float) -> float:
    """The seconds until a moment.

    Raises:
        TimeoutError: It is past.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left


class _Web(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens http and https, and gives up all of it at one moment: a socket's own time limit begins anew with every byte."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._connection, http.client.HTTPConnection), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._connection, http.client.HTTPSConnection), req)

    def _connection(self, kind: type[http.client.HTTPConnection], host: str, **options: Any) -> http.client.HTTPConnection:
        connection = kind(host, **options)
        connection._create_connection = self._connect  # type: ignore[attr-defined]
        connection.response_class = partial(_Answer, until=self._until)  # type: ignore[assignment]
        return connection

    def _connect(self, address: tuple[str, int], *_: Any) -> socket.socket:
        """A socket to the first of a server's places that answers; each has half of the time left, so that the next has its turn."""
        failure = OSError("it has no place on the net")
        for found in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            host, port = found[4][:2]
            try:
                return socket.create_connection((str(host), int(port)), _left(self._until) / 2)
            except OSError as error:
                failure = error
        raise failure


class _Answer(http.client.HTTPResponse):
    """An answer whose head and body are read until one moment."""

    def __init__(self, sock: socket.socket, *arguments: Any, until: float, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Timed(sock, until))


class _Timed(io.RawIOBase):
    """A socket as a file, which is read until one moment."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        super().__init__()
        self._sock, self._until = sock, until
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return cast(io.RawIOBase, self._file).readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()
