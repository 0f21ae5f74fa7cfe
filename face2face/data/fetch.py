"""Download photos from the web, each whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import requests
from tqdm import tqdm

from face2face.data.annotations import SkipReason, SkipReport, photo_of
from face2face.data.parallel import in_parallel
from face2face.errors import MediaError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.media.stills import read_image

#: Number of photos fetched at the same time: few, since they often come from one server.
_WORKERS = 4
#: Number of bytes read at once. The limits are checked after each read.
_CHUNK_BYTES = 1 << 16
#: Suffix of a fetched photo's file.
_SUFFIX = ".jpg"

#: The address is not of http or https.
NO_ADDRESS = SkipReason("photo has no web address", "photos have no web address")
#: The server does not answer, or not with the photo.
NO_ANSWER = SkipReason("photo was not sent by its server", "photos were not sent by their servers")
#: The answer is no picture.
NO_PICTURE = SkipReason("address leads to no picture", "addresses lead to no picture")
#: The photo is larger than the limit.
TOO_LARGE = SkipReason("photo is too large", "photos are too large")
#: The photo took longer than the limit.
TOO_SLOW = SkipReason("photo took too long", "photos took too long")


class FetchError(MediaError):
    """A photo can't be fetched from its address; other photos may be.

    Args:
        problem: See :class:`face2face.errors.Face2FaceError`.
        reason: The problem without the address, by which photos are counted.
        hint: See :class:`face2face.errors.Face2FaceError`.
    """

    def __init__(self, problem: str, reason: SkipReason, *, hint: str) -> None:
        super().__init__(problem, hint=hint)
        self.reason = reason


def fetch(
    url: str,
    path: Path,
    timeout: float = 20.0,
    max_bytes: int = 20_000_000,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Download one photo. Redirects are followed within http and https.

    Args:
        url: An address of http or https.
        path: The file to write.
        timeout: Limit in seconds: to the server's answer, between two parts, and for everything.
        max_bytes: Largest size of the photo.
        clock: Function that returns seconds and never runs backwards.

    Raises:
        FetchError: The address is not of http or https; or the server does not answer with a
            picture; or the photo takes too long or is too large.
        MediaError: The file can't be written.
    """
    if not url.startswith(("http://", "https://")):
        raise FetchError(
            f"The address {url!r} does not begin with http:// or https://.",
            NO_ADDRESS,
            hint="Correct it.",
        )
    data = _download(url, timeout, max_bytes, clock)
    with atomic_write(path) as aside:
        aside.write_bytes(data)
        try:
            read_image(aside)
        except MediaError as error:
            raise FetchError(
                f"{url} does not lead to a picture.", NO_PICTURE, hint="Look at it in a browser."
            ) from error


def _download(
    url: str, timeout: float, max_bytes: int, clock: Callable[[], float]
) -> bytes | bytearray:
    deadline, data = clock() + timeout, bytearray()
    try:
        with requests.get(url, timeout=timeout, stream=True) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_content(_CHUNK_BYTES):
                data += chunk
                if len(data) > max_bytes:
                    raise FetchError(
                        f"{url} has more than {max_bytes:,} bytes.",
                        TOO_LARGE,
                        hint="Fetch it by hand and make it smaller.",
                    )
                if clock() > deadline:
                    raise FetchError(
                        f"{url} did not arrive within {timeout:g} seconds.",
                        TOO_SLOW,
                        hint="Try again.",
                    )
    # A malformed address is a ValueError.
    except (requests.RequestException, ValueError) as error:
        raise FetchError(
            f"The server of {url} does not answer with it: {error}.",
            NO_ANSWER,
            hint="Check the address, or try again.",
        ) from error
    return data


def fetch_all(
    wanted: dict[int, str], folder: Path, timeout: float = 20.0, max_bytes: int = 20_000_000
) -> SkipReport:
    """Download the photos that a folder lacks, with a progress bar.

    An interrupted run continues.

    Args:
        wanted: Number -> address.
        folder: Folder to write to, as :func:`face2face.data.annotations.photo_of` searches it;
            made if missing.
        timeout: See :func:`fetch`.
        max_bytes: See :func:`fetch`.

    Returns:
        The photos that could not be fetched, named as ``img12``, and why.

    Raises:
        MediaError: A file can't be written.
    """
    ensure_writable_dir(folder)
    missing = [number for number in wanted if photo_of(folder, number) is None]
    skipped = SkipReport()

    def failure(number: int) -> FetchError | None:
        try:
            fetch(wanted[number], folder / f"img{number}{_SUFFIX}", timeout, max_bytes)
        except FetchError as error:
            return error
        return None

    results = tqdm(
        in_parallel(failure, missing, _WORKERS),
        "photos",
        len(missing),
        unit="photo",
        disable=not missing,
    )
    for number, error in zip(missing, results, strict=True):
        if error is not None:
            skipped.add(error.reason, f"img{number}")
    return skipped
