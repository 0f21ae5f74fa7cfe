"""A folder of photos that a command changes, on all cores."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.photos import read_to_change, write_changed
from face2face.errors import DataError

if TYPE_CHECKING:
    from face2face.data.batch import Failures
    from face2face.image import Image

    #: Returns a changed copy of a photo, ``(h, w, 3)`` uint8 RGB, given its path and itself.
    Changer = Callable[[Path, Image], Image]


def planned(options: argparse.Namespace, exclude: Sequence[Path]) -> dict[Path, Path]:
    """Return the output file of each photo in the folder ``--photo``.

    Args:
        options: Their ``photo`` and ``output`` are read.
        exclude: Folders of which no picture is a photo to change.
    """
    from face2face.media.stills import list_images

    return {
        path: options.output / path.relative_to(options.photo)
        for path in list_images(options.photo, exclude)
    }


def change_folder(
    options: argparse.Namespace, exclude: Sequence[Path], make_changer: Callable[[], Changer]
) -> int:
    """Change the photos of a folder, except those that are finished.

    Args:
        options: Their ``photo``, ``output``, ``overwrite`` and ``max_megapixels`` are read.
        exclude: Folders of which no picture is a photo to change.
        make_changer: Makes a changer for each thread.

    Returns:
        1 where a photo fails, else 0.

    Raises:
        DataError: The folder holds no photo.
    """
    from tqdm import tqdm

    from face2face.data.batch import Failures
    from face2face.data.parallel import in_parallel
    from face2face.files import ensure_writable_dir

    folder = ensure_writable_dir(options.output)
    outputs = planned(options, exclude)
    if not outputs:
        raise DataError(f"{options.photo} holds no photo.", hint="Name another folder.")
    pending = {
        photo: output
        for photo, output in outputs.items()
        if options.overwrite or not output.is_file()
    }
    if len(pending) < len(outputs):
        print(f"{len(outputs) - len(pending)} of {len(outputs)} photos are in {folder} already")
    failures = Failures.in_folder(options.photo, exclude)
    worker = _worker(make_changer, options.max_megapixels, failures)
    for _ in tqdm(in_parallel(worker, pending.items()), "photos", len(pending), unit="photo"):
        pass
    print(f"written: {len(failures.succeeded(pending))} photos in {folder}")
    return failures.report(len(failures.succeeded(outputs)))


def _worker(
    make_changer: Callable[[], Changer], max_megapixels: float, failures: Failures
) -> Callable[[tuple[Path, Path]], None]:
    """Return a thread-safe function that changes one photo."""
    import threading

    from tqdm import tqdm

    from face2face.files import ensure_writable_dir

    # Threads can share neither engines nor detectors.
    own = threading.local()

    def change(job: tuple[Path, Path]) -> None:
        path, output = job
        if not hasattr(own, "changer"):
            own.changer = make_changer()
        with failures.noted(path):
            ensure_writable_dir(output.parent)
            photo, lacking = read_to_change(path, output, max_megapixels)
            if lacking:
                tqdm.write(lacking)
            write_changed(path, output, photo, own.changer(path, photo.shown))

    return change
