"""How well photos are edited: a script of edits, and what is looked at in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from face2face.edit.changes import Change
from face2face.edit.editor import Editor
from face2face.edit.parse_edit import parse_edit
from face2face.errors import OptionError
from face2face.evaluation.metrics import identity_distance
from face2face.evaluation.parsing import fitted, in_rows
from face2face.image import Image, Landmarks, side_by_side
from face2face.imaging.text import draw_note
from face2face.segmentation.labels import Labels, class_mask, colorize
from face2face.segmentation.parser import verified_crop

#: Width of a picture on the sheet, and how many edits stand in a row.
_SHOWN, _ROW = 256, 3
#: What is said, in turns.
SCRIPT = (
    "glasses=none",
    "hair=#3a1d0c",
    "mouth=open",
    "glasses=add",
    "brows=up",
    "nose=narrow",
    "mouth=closed",
    "hair=#d8b070",
    "brows=down",
    "nose=wide",
    "mouth=smile",
    "hair=#a02818",
)
#: What must be, or mustn't be, in a photo for it to be an edit at all.
_NEEDED, _NOT_YET = {"mouth=closed": "mouth"}, {"glasses=add": "glasses", "mouth=open": "mouth"}


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo to edit.

    Attributes:
        name: Of its file.
        photo: RGB uint8.
        landmarks: ``(68, 2)`` of its face.
        labels: Its map, as parsed.
    """

    name: str
    photo: Image
    landmarks: Landmarks
    labels: Labels


@dataclass(frozen=True)
class Edited:
    """An edit, made and looked at.

    Attributes:
        name: Of the photo's file.
        words: What was said.
        row: Before, the map as it should be, and after, side by side, for the sheet.
        untouched: Whether every pixel is the same beyond where the edit may reach.
        area: Pixels that were to be painted anew.
        found: Of these, the share in which the result, parsed, shows that class.
        identity: Distance of the descriptors before and after.
    """

    name: str
    words: str
    row: Image
    untouched: bool
    area: int
    found: float
    identity: float


def scripted(subjects: Iterable[Subject], count: int) -> Iterator[tuple[Subject, str, Change]]:
    """Edits, each of another photo: the script's words in turn, each for the first photo left that it is an edit of."""
    left = list(subjects)

    def first(words: str) -> tuple[Subject, str, Change] | None:
        for subject in left:
            there = {
                name: class_mask(subject.labels, (name,)).any() for name in ("mouth", "glasses")
            }
            if there.get(_NOT_YET.get(words, ""), False) or not there.get(
                _NEEDED.get(words, ""), True
            ):
                continue
            try:
                change = parse_edit(words, subject.labels, subject.landmarks)
            except OptionError:  # the photo doesn't show it
                continue
            left.remove(subject)
            return subject, words, change
        return None

    def turns() -> Iterator[tuple[Subject, str, Change]]:
        while a_round := [found for words in SCRIPT if (found := first(words))]:
            yield from a_round

    return islice(turns(), count)


def edited(
    subject: Subject,
    words: str,
    change: Change,
    editor: Editor,
    identify: Callable[[Image, Landmarks], NDArray[np.floating]],
) -> Edited:
    """Makes an edit and looks at it."""
    photo, landmarks = subject.photo, subject.landmarks
    result = editor(photo, landmarks, change)
    reach = editor.reach(verified_crop(landmarks, change.before), change) > 0
    shown = editor.parser(result, landmarks)
    found = float((shown == change.labels)[change.where].mean())
    away = identity_distance(identify(result, landmarks), identify(photo, landmarks))
    untouched = bool((result == photo)[~reach].all())
    row = side_by_side([fitted(each, _SHOWN) for each in (photo, colorize(change.labels), result)])
    return Edited(subject.name, words, row, untouched, int(change.where.sum()), found, away)


def sheet(edits: Sequence[Edited]) -> Image:
    """Edits in rows of three: before, the map as it should be, after, with what was said in the corner."""
    pictures = []
    for each in edits:
        text = f"{each.words}  {100 * each.found:.0f} %  {each.identity:.2f}"
        pictures.append(draw_note(each.row, text))
    return in_rows(pictures, _ROW)
