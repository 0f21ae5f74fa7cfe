"""Scores of edited photos: a script of edits, each on another photo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from face2face.data.batch import Failures
from face2face.edit.changes import Change
from face2face.edit.colours import part_classes
from face2face.edit.editor import Editor
from face2face.edit.parse_edit import parse_edit
from face2face.errors import FaceError, OptionError
from face2face.evaluation.metrics import identity_distance
from face2face.evaluation.parsing import grid, letterbox
from face2face.face.back_ends import FaceDetector
from face2face.face.photo_checks import check_faces_camera
from face2face.face.shape_change import SHAPE_CHANGES
from face2face.image import Image, Landmarks, side_by_side
from face2face.imaging.text import draw_note
from face2face.media.stills import read_image
from face2face.segmentation.labels import CLASSES, Labels, class_mask, colorize
from face2face.segmentation.parser import Parser, verified_crop

T = TypeVar("T")

#: Width of a picture on the contact sheet, in pixels.
_SHEET_WIDTH = 256
#: Edits in a row of the contact sheet.
_SHEET_COLUMNS = 3
#: Edits in words, in the order in which they are tried.
SCRIPT = (
    "glasses=none",
    "hair=#3a1d0c",
    "glasses=add",
    "brows=up",
    "nose=narrow",
    "hair=#d8b070",
    "brows=down",
    "nose=wide",
    "hair=#a02818",
)
#: Edit -> the class that a photo must not show yet.
_EXCLUDED = {"glasses=add": "glasses"}


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo to edit.

    Attributes:
        name: Name of its file.
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` of its face.
        labels: ``(h, w)`` uint8, its parsed label map.
    """

    name: str
    photo: Image
    landmarks: Landmarks
    labels: Labels


@dataclass(frozen=True)
class EditScore:
    """The score of one edit.

    Attributes:
        name: Name of the photo's file.
        words: The edit in words.
        row: Photo, wanted label map and result side by side, for the contact sheet.
        untouched: Whether every pixel outside the edit's reach is unchanged.
        area: Number of pixels to paint.
        found: Share of these whose class is the wanted one after parsing the result.
        identity: Distance of the descriptors before and after.
    """

    name: str
    words: str
    row: Image
    untouched: bool
    area: int
    found: float
    identity: float


def read_subjects(
    paths: Iterable[Path], parser: Parser, detect: FaceDetector, failures: Failures
) -> list[Subject]:
    """Return the photos that show a face, with landmarks and label map.

    Args:
        paths: The photos.
        parser: Makes label maps.
        detect: Finds faces.
        failures: Takes the photos that can't be read.
    """
    subjects = []
    for path in paths:
        with failures.noted(path):
            photo = read_image(path)
            if faces := detect(photo):
                subjects.append(Subject(path.stem, photo, faces[0], parser(photo, faces[0])))
    return subjects


def scripted_edits(
    subjects: Iterable[Subject], count: int
) -> Iterator[tuple[Subject, str, Change]]:
    """Yield edits, each of another photo.

    The script is repeated; each edit takes the first unused photo that it can change.

    Args:
        subjects: The photos.
        count: Number of edits at most.
    """

    def change(subject: Subject, words: str) -> Change | None:
        if not _applies(words, subject.labels):
            return None
        try:
            return _change(words, subject)
        except (FaceError, OptionError):  # turned to a side, or without that part
            return None

    return islice(each_of_another(subjects, SCRIPT, change), count)


def each_of_another(
    subjects: Iterable[Subject], names: Sequence[str], make: Callable[[Subject, str], T | None]
) -> Iterator[tuple[Subject, str, T]]:
    """Yield what can be made of photos, by name, each of another photo.

    The names are repeated; each takes the first unused photo of which it can be made.

    Args:
        subjects: The photos.
        names: Names of what is made.
        make: Makes it of a photo; None where that can't be.
    """
    unused = list(subjects)

    def first(name: str) -> tuple[Subject, str, T] | None:
        for subject in unused:
            if (made := make(subject, name)) is not None:
                unused.remove(subject)
                return subject, name, made
        return None

    while made := [found for name in names if (found := first(name))]:
        yield from made


def _change(words: str, subject: Subject) -> Change:
    """Return the change of the label map that an edit should make.

    Raises:
        FaceError: A part should move, but the face is turned too far to a side.
        OptionError: The photo shows no such part.
    """
    if words not in SHAPE_CHANGES:
        return parse_edit(words, subject.labels, subject.landmarks)
    check_faces_camera(subject.landmarks, subject.name)
    before, part = subject.labels, words.partition("=")[0]
    classes = part_classes(part)
    labels = np.where(class_mask(before, classes), CLASSES.index("skin"), before)
    where = np.zeros(before.shape, bool)
    for name in classes:
        picture = 255 * class_mask(before, (name,)).astype(np.uint8)[..., None].repeat(3, 2)
        moved = SHAPE_CHANGES[words](picture, subject.landmarks)[..., 0] > 127
        labels[moved], where = CLASSES.index(name), where | moved
    if not where.any():
        raise OptionError(f"The photo shows no {part}.", hint="Use another photo.")
    return Change(before, labels.astype(np.uint8), where)


def _result(
    subject: Subject, words: str, change: Change, editor: Editor
) -> tuple[Image, NDArray[np.bool_]]:
    """Return the edited photo, and where it may differ, ``(h, w)`` bool."""
    photo, landmarks = subject.photo, subject.landmarks
    if shape := SHAPE_CHANGES.get(words):
        reach = np.zeros(change.where.shape, bool)
        reach[shape.square(landmarks).extent(reach.shape)] = True
        return shape(photo, landmarks), reach
    reach = editor.reach(verified_crop(landmarks, change.before), change) > 0
    return editor(photo, landmarks, change), reach


def _applies(words: str, labels: Labels) -> bool:
    """Return whether an edit would change a face with this label map."""
    excluded = _EXCLUDED.get(words)
    return excluded is None or not class_mask(labels, (excluded,)).any()


def edit_score(
    subject: Subject,
    words: str,
    change: Change,
    editor: Editor,
    identify: Callable[[Image, Landmarks], NDArray[np.floating]],
) -> EditScore:
    """Edit a photo, and return the score.

    Args:
        subject: The photo.
        words: The edit in words.
        change: The edit.
        editor: Edits photos.
        identify: Returns the descriptor of a face.
    """
    photo, landmarks = subject.photo, subject.landmarks
    result, reach = _result(subject, words, change, editor)
    labels = editor.parser(result, landmarks)
    pictures = (photo, colorize(change.labels), result)
    return EditScore(
        subject.name,
        words,
        row=side_by_side([letterbox(each, _SHEET_WIDTH) for each in pictures]),
        untouched=bool((result == photo)[~reach].all()),
        area=int(change.where.sum()),
        found=float((labels == change.labels)[change.where].mean()),
        identity=identity_distance(identify(result, landmarks), identify(photo, landmarks)),
    )


def sheet(edits: Sequence[EditScore]) -> Image:
    """Return a contact sheet: photo, wanted map and result, with the edit in a corner."""
    pictures = []
    for each in edits:
        text = f"{each.words}  {100 * each.found:.0f} %  {each.identity:.2f}"
        pictures.append(draw_note(each.row, text))
    return grid(pictures, _SHEET_COLUMNS)
