"""The photos of the gallery and the commands that change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.evaluation.edits import Subject, each_of_another, scripted_edits
from face2face.evaluation.erasing import flattened
from face2face.evaluation.holes import REGIONS, SHARES, face_hole, region
from face2face.evaluation.releases import run_commands
from face2face.image import Image
from face2face.media.stills import read_image, write_image
from face2face.segmentation.labels import colorize

#: Change of the expression -> its options of ``express``.
_EXPRESSIONS = {
    "smile": ("--to", "smile"),
    "surprised": ("--to", "surprised"),
    "sad": ("--to", "sad"),
    "angry": ("--to", "angry"),
    "neutral": ("--to", "neutral"),
    "eyes shut": ("--eyes", "shut"),
    "gaze left": ("--gaze", "left"),
    "mouth open": ("--mouth", "open"),
}
#: Name of what ``retouch`` finds on its own, among the holes.
_BLEMISHES = "blemishes"


@dataclass(frozen=True, eq=False)
class Job:
    """A photo and the command that changes it.

    Attributes:
        mode: Heading in the gallery.
        title: The photo's name and the change.
        command: The command, to which ``--output`` is still to be added.
        pictures: Caption -> a picture shown before the result, ``(h, w, 3)`` uint8 RGB.
        truth: ``(h, w, 3)`` uint8 RGB, what the result should be; None where nobody knows.
    """

    mode: str
    title: str
    command: tuple[str, ...]
    pictures: dict[str, Image]
    truth: Image | None = None


def edits_in_words(subjects: Sequence[Subject], count: int, folder: Path) -> Iterator[Job]:
    """Yield edits by ``edit --set``.

    Args:
        subjects: The photos.
        count: Number of jobs at most, each of another photo.
        folder: Folder for the photos that the commands read.
    """
    for subject, words, change in scripted_edits(subjects, count):
        photo = _written(folder / "words", subject.name, subject.photo)
        yield Job(
            "Edited in words",
            f"{words}, {subject.name}",
            ("edit", "--photo", photo, "--set", words),
            {"before": subject.photo, "map": colorize(change.labels)},
        )


def painted_edits(subjects: Sequence[Subject], count: int, folder: Path) -> Iterator[Job]:
    """Yield edits by ``edit --changes``: a region is erased, and painted from the photo's own map.

    Args:
        subjects: See :func:`edits_in_words`.
        count: The same.
        folder: The same.
    """
    for subject, name, where in islice(each_of_another(subjects, list(REGIONS), region), count):
        erased = flattened(subject.photo, subject.labels, where)
        painted = np.where(where[..., None], colorize(subject.labels), 255).astype(np.uint8)
        photo = _written(folder / "erased", subject.name, erased)
        changes = _written(folder / "painted", subject.name, painted)
        yield Job(
            "Erased and painted again",
            f"{name}, {subject.name}",
            ("edit", "--photo", photo, "--changes", changes),
            {"before": erased, "map": painted},
            truth=subject.photo,
        )


def expressions(subjects: Sequence[Subject], count: int, folder: Path) -> Iterator[Job]:
    """Yield changes by ``express``.

    Args:
        subjects: See :func:`edits_in_words`.
        count: The same.
        folder: The same.
    """
    made = each_of_another(subjects, list(_EXPRESSIONS), lambda _, name: _EXPRESSIONS[name])
    for subject, name, options in islice(made, count):
        photo = _written(folder / "expression", subject.name, subject.photo)
        yield Job(
            "Another expression",
            f"{name}, {subject.name}",
            ("express", "--photo", photo, *options),
            {"before": subject.photo},
        )


def retouchings(subjects: Sequence[Subject], count: int, folder: Path) -> Iterator[Job]:
    """Yield photos for ``retouch``: with holes, and with the blemishes that it finds.

    Args:
        subjects: See :func:`edits_in_words`.
        count: The same.
        folder: The same.
    """

    def holes(subject: Subject, name: str) -> NDArray[np.bool_] | None:
        if name == _BLEMISHES:
            return np.zeros(subject.labels.shape, bool)
        hole = face_hole(subject, name)
        return hole.where if hole else None

    made = each_of_another(subjects, [_BLEMISHES, *SHARES], holes)
    for subject, name, where in islice(made, count):
        holed = np.where(where[..., None], np.uint8(127), subject.photo)
        photo = _written(folder / "holed", subject.name, holed)
        if name == _BLEMISHES:
            yield Job(
                "Retouched",
                f"{name}, {subject.name}",
                ("retouch", "--photo", photo, "--auto"),
                {"before": subject.photo},
            )
            continue
        mask = _written(folder / "mask", subject.name, _in_white(where))
        yield Job(
            "Retouched",
            f"a {name} of the face, {subject.name}",
            ("retouch", "--photo", photo, "--mask", mask),
            {"before": holed},
            truth=subject.photo,
        )


#: Makers of jobs, in the order of the gallery's sections.
MAKERS = (edits_in_words, painted_edits, expressions, retouchings)


def _in_white(where: NDArray[np.bool_]) -> Image:
    """Return some pixels in white on black, ``(h, w, 3)`` uint8 RGB."""
    return np.repeat(np.where(where, 255, 0).astype(np.uint8)[..., None], 3, axis=-1)


def _written(folder: Path, name: str, picture: Image) -> str:
    """Write a picture as a PNG, and return its path."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.png"
    write_image(path, picture)
    return str(path)


def results(jobs: Sequence[Job], root: Path, folder: Path) -> list[Image | None]:
    """Return what a checkout of face2face makes of each job; None where its command fails.

    Args:
        jobs: The jobs.
        root: Folder of the checkout.
        folder: Folder for the results, an absolute path.
    """
    folder.mkdir()
    paths = [folder / f"{number}.png" for number in range(len(jobs))]
    run_commands(
        root,
        [(*job.command, "--output", str(path)) for job, path in zip(jobs, paths, strict=True)],
    )
    return [read_image(path) if path.is_file() else None for path in paths]
