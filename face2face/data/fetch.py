"""Download photos from the web, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from tqdm import tqdm

from face2face.data.annotations import SkipReason, SkipReport, photo_of
from face2face.data.web import Downloads, PrivateAddressError, TooLargeError
from face2face.errors import MediaError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.media.stills import read_image

#: Number of photos fetched at the same time: few, since they often come from one server.
_WORKERS = 4
#: Suffix of a fetched photo's file.
_SUFFIX = ".jpg"

#: The address is not of http or https.
NO_ADDRESS = SkipReason("photo has no web address", "photos have no web address")
#: The address is of this machine or of a private network.
PRIVATE = SkipReason("address is not public", "addresses are not public")
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
    downloads: Downloads | None = None,
) -> None:
    """Download one photo. Redirects are followed within http and https, to public addresses.

    Args:
        url: An address of http or https.
        path: The file to write.
        timeout: Limit for the whole download, in seconds.
        max_bytes: Largest size of the photo.
        downloads: Downloads that are stopped together; None where this one stands alone.

    Raises:
        FetchError: The address is not of http or https, or is not public; or the server does not
            answer with a picture; or the photo takes too long or is too large.
        MediaError: The file can't be written.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise FetchError(
            f"The address {url!r} does not begin with http:// or https://.",
            NO_ADDRESS,
            hint="Correct it.",
        )
    data = _download(url, timeout, max_bytes, downloads or Downloads())
    with atomic_write(path) as aside:
        aside.write_bytes(data)
        try:
            read_image(aside)
        except MediaError as error:
            raise FetchError(
                f"{url} does not lead to a picture.", NO_PICTURE, hint="Look at it in a browser."
            ) from error


def _download(url: str, timeout: float, max_bytes: int, downloads: Downloads) -> bytes:
    try:
        return downloads.get(url, timeout, max_bytes)
    except TooLargeError as error:
        raise FetchError(
            f"{url} has more than {max_bytes:,} bytes.",
            TOO_LARGE,
            hint="Fetch it by hand and make it smaller.",
        ) from error
    except TimeoutError as error:
        raise FetchError(
            f"{url} did not arrive within {timeout:g} seconds.", TOO_SLOW, hint="Try again."
        ) from error
    except PrivateAddressError as error:
        raise FetchError(
            f"{url} is not fetched: {error}.", PRIVATE, hint="Copy the photo to the folder by hand."
        ) from error
    # A malformed address is a ValueError.
    except (requests.RequestException, ValueError) as error:
        raise FetchError(
            f"The server of {url} does not answer with it: {error}.",
            NO_ANSWER,
            hint="Check the address, or try again.",
        ) from error


def fetch_all(
    wanted: dict[int, str], folder: Path, timeout: float = 20.0, max_bytes: int = 20_000_000
) -> SkipReport:
    """Download the photos that a folder lacks, with a progress bar.

    Ctrl-C ends downloads at once; the next run continues.

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
        path = folder / f"img{number}{_SUFFIX}"
        try:
            fetch(wanted[number], path, timeout, max_bytes, downloads)
        except FetchError as error:
            return error
        return None

    with _stopping_pool() as (pool, downloads):
        results = tqdm(
            pool.map(failure, missing), "photos", len(missing), unit="photo", disable=not missing
        )
        for number, error in zip(missing, results, strict=True):
            if error is not None:
                skipped.add(error.reason, f"img{number}")
    return skipped


@contextmanager
def _stopping_pool() -> Iterator[tuple[ThreadPoolExecutor, Downloads]]:
    """Give threads, and downloads that are stopped where the block is left by an error."""
    pool, downloads = ThreadPoolExecutor(_WORKERS), Downloads()
    try:
        yield pool, downloads
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        downloads.stop()
        raise
    finally:
        pool.shutdown()
