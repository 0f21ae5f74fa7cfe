"""Face boxes that somebody drew on photos, as an annotation file of the Dataturks kind has them.

The file is JSON lines, one photo each, counted from 0: ``content`` is the photo's address, ``annotation`` the list of its boxes,
``points`` a box's upper left and lower right corner as shares of the photo's width and height. The size that a line gives for its
photo isn't used, nor a box's label: a box is turned into pixels once its photo has been read.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from face2face.errors import DataError
from face2face.image import Box

#: How far a corner may lie outside the photo, as a share of it: that much comes of rounding.
_ROUNDING = 1e-6
#: How many names a line of :meth:`SkipReport.lines` has.
_NAMED = 8
#: What photos are called, in the order in which they are looked for.
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
#: Stands for a line that can't be parsed.
_BROKEN = object()


class SkipReason(NamedTuple):
    """A reason for which something was left out, worded for one and for many: ``("line is null", "lines are null")``."""

    one: str
    many: str


NOT_JSON = SkipReason("line is not JSON", "lines are not JSON")
NULL = SkipReason("line is null", "lines are null")
STRANGE = SkipReason(
    "line is no object with a list of boxes", "lines are no objects with a list of boxes"
)
NO_ANNOTATION = SkipReason("line has no annotation", "lines have no annotation")
MALFORMED = SkipReason("box is not two corners in numbers", "boxes are not two corners in numbers")
OUTSIDE = SkipReason("box reaches outside its photo", "boxes reach outside their photos")
SWAPPED = SkipReason("box has swapped corners", "boxes have swapped corners")
FLAT = SkipReason("box has no area", "boxes have no area")


@dataclass(frozen=True)
class SkipReport:
    """What was left out, and why.

    Attributes:
        names: Why -> what, in the order in which it was met; a name is there twice where two of its things were left out.
    """

    names: dict[SkipReason, list[str]] = field(default_factory=dict)

    def add(self, kind: SkipReason, name: object) -> None:
        """Notes that one more thing was left out."""
        self.names.setdefault(kind, []).append(str(name))

    def also(self, others: SkipReport) -> None:
        """Takes over what somebody else left out."""
        for kind, names in others.names.items():
            self.names.setdefault(kind, []).extend(names)

    def lines(self) -> list[str]:
        """One line a kind, as ``2 lines are not JSON: 4, 17``; of many names the first, and how many more there are."""
        return [
            f"{len(names)} {kind.one if len(names) == 1 else kind.many}: {_listed(names)}"
            for kind, names in self.names.items()
        ]


@dataclass(frozen=True)
class Rect:
    """A box as shares of its photo's width and height, from 0 to 1; it has an area."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Line:
    """What the file says of one photo.

    Attributes:
        number: The line's, counted from 0.
        url: The photo's address; empty where the line has none.
        faces: The usable boxes, at least one.
    """

    number: int
    url: str
    faces: tuple[Rect, ...]


def read_annotations(path: Path) -> tuple[list[Line], SkipReport]:
    """The lines that have a usable box, and what was left out: lines by their numbers, boxes as ``line 8``.

    A line that is blank keeps its number. A file that is one JSON array is read too; its entries are the lines.

    Raises:
        DataError: The file can't be read, or no line has a usable box.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            "an annotation file can be read", f"{path}: {error.strerror or error}", "check the path"
        ) from error
    lines, faults = [], SkipReport()
    for number, entry in enumerate(_entries(data.removeprefix(b"\xef\xbb\xbf"))):
        kind = _unusable(entry)
        if kind is not None:
            faults.add(kind, number)
            continue
        faces = []
        for box in entry["annotation"]:
            face = _rect(box)
            if isinstance(face, SkipReason):
                faults.add(face, f"line {number}")
            else:
                faces.append(face)
        if faces:
            url = entry.get("content")
            lines.append(Line(number, url if isinstance(url, str) else "", tuple(faces)))
    if not lines:
        found = "; ".join(faults.lines()) or "it is empty"
        raise DataError(
            "an annotation file has lines with face boxes",
            f"none in {path} ({found})",
            "name one as Dataturks writes it",
        )
    return lines, faults


def square(corners: Rect, height: int, width: int, margin: float) -> Box:
    """The square around a face box, in pixels, with the same centre to the nearest pixel. It may reach over the photo's edge.

    Args:
        corners: The face box.
        height: The photo's, in pixels.
        width: The photo's, in pixels.
        margin: What is added on each side, as a share of the box's longer side; 0 or more.
    """
    left, right = corners.left * width, corners.right * width
    top, bottom = corners.top * height, corners.bottom * height
    side = max(1, round((1 + 2 * margin) * max(right - left, bottom - top)))
    return Box(round((left + right - side) / 2), round((top + bottom - side) / 2), side)


def photo_of(folder: Path, number: int) -> Path | None:
    """The photo of a line in a folder: ``img12.jpg``, or ``.jpeg``, ``.png``, ``.webp``; None where there is none."""
    files = (folder / f"img{number}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _entries(data: bytes) -> list[Any]:
    """The lines of a file, parsed; those of an array are its entries."""
    data = data.rstrip()  # not at its start, where blank lines count
    if data.lstrip().startswith(b"["):
        whole = _parsed(data)
        if isinstance(whole, list):
            return whole
    return [_parsed(line) for line in data.split(b"\n")] if data else []


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError):  # no UTF-8 is a ValueError too
        return _BROKEN


def _unusable(entry: Any) -> SkipReason | None:
    """Why a line has no list of boxes, or None where it has one."""
    if entry is _BROKEN:
        return NOT_JSON
    if entry is None:
        return NULL
    if not isinstance(entry, dict):
        return STRANGE
    boxes = entry.get("annotation")
    if boxes is None or boxes == []:
        return NO_ANNOTATION
    return None if isinstance(boxes, list) else STRANGE


def _rect(box: Any) -> Rect | SkipReason:
    """A box of the file, or why it can't be used."""
    try:
        (first, second) = box["points"]
        corners = [_number(corner[axis]) for corner in (first, second) for axis in "xy"]
    except (KeyError, TypeError, ValueError, OverflowError):
        return MALFORMED
    if min(corners) < -_ROUNDING or max(corners) > 1 + _ROUNDING:
        return OUTSIDE
    left, top, right, bottom = (min(max(each, 0.0), 1.0) for each in corners)
    if left > right or top > bottom:
        return SWAPPED
    if left == right or top == bottom:
        return FLAT
    return Rect(left, top, right, bottom)


def _number(value: Any) -> float:
    """A finite number as it is.

    Raises:
        TypeError: It is something else: text or a truth value.
        ValueError: It is infinite or not a number.
        OverflowError: It is beyond all floats.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(value)
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _listed(names: list[str]) -> str:
    """Names once each, the first of them."""
    different = list(dict.fromkeys(names))
    more = len(different) - _NAMED
    return ", ".join(different[:_NAMED]) + (f" and {more} more" if more > 0 else "")
