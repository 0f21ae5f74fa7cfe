"""Photos from their addresses on the web, each whole or not at all."""

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

#: Photos that are fetched at once: few, since they often come from one server; and bytes that are read at once.
_WORKERS, _PIECE = 4, 1 << 16
_SUFFIX = ".jpg"


class FetchError(MediaError):
    """A photo can't be had from its address; others may be."""


def fetch(
    url: str,
    path: Path,
    timeout: float = 20.0,
    most: int = 20_000_000,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Downloads one photo; redirects are followed, within http and https.

    Args:
        url: Of http or https.
        path: Where to.
        timeout: Seconds: until the server says something, between two things that it says, and for all that it sends.
        most: In bytes.
        clock: Seconds that only grow.

    Raises:
        FetchError: The address isn't of the web, the server doesn't answer with a picture, or it takes too long or is too large.
        MediaError: The file can't be written.
    """
    if not url.startswith(("http://", "https://")):
        raise FetchError(
            "a photo's address begins with http:// or https://", url or "none", "correct it"
        )
    until, data = clock() + timeout, bytearray()
    try:
        with requests.get(url, timeout=timeout, stream=True) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(_PIECE):
                data += piece
                if len(data) > most:
                    raise FetchError(
                        f"a photo has at most {most:,} bytes",
                        f"more from {url}",
                        "fetch it by hand and make it smaller",
                    )
                if clock() > until:
                    raise FetchError(
                        f"a photo comes within {timeout:g} seconds", f"less of {url}", "try again"
                    )
    except (
        requests.RequestException,
        ValueError,
    ) as error:  # ValueError: an address that can't be one
        raise FetchError(
            "a photo's server answers with it", f"{url}: {error}", "check the address, or try again"
        ) from error
    with atomic_write(path) as aside:
        aside.write_bytes(data)
        try:
            read_image(aside)
        except MediaError as error:
            raise FetchError(
                "a photo's address leads to a picture",
                f"something else from {url}",
                "look at it in a browser",
            ) from error


def fetch_all(
    wanted: dict[int, str], folder: Path, timeout: float = 20.0, most: int = 20_000_000
) -> SkipReport:
    """Downloads the photos that a folder lacks, with a progress bar; those that couldn't be had, named as ``img12``, and why.

    An interrupted run goes on where it stopped.

    Args:
        wanted: Number -> address.
        folder: Where to, as :func:`face2face.data.annotations.photo_of` finds them; made if need be.
        timeout: See :func:`fetch`.
        most: See :func:`fetch`.

    Raises:
        MediaError: A file can't be written.
    """
    ensure_writable_dir(folder)
    missing = [number for number in wanted if photo_of(folder, number) is None]
    faults = SkipReport()

    def failure(number: int) -> FetchError | None:
        try:
            fetch(wanted[number], folder / f"img{number}{_SUFFIX}", timeout, most)
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
            faults.add(
                SkipReason(
                    f"photo can not be used: {error.problem}",
                    f"photos can not be used: {error.problem}",
                ),
                f"img{number}",
            )
    return faults
