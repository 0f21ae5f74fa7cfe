"""Face boxes drawn on photos by annotators, in an annotation file of Dataturks.

The file is JSON lines, one per photo, counted from 0. ``content`` is the photo's address and
``annotation`` the list of its boxes. ``points`` are a box's upper left and lower right corner, as
shares of the photo's width and height. The photo's size in the file is not used, nor are the boxes'
labels.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from face2face.errors import DataError
from face2face.files import open_regular
from face2face.image import Box

#: Distance that a corner may lie outside the photo, as a share of its size. It allows for rounding.
_TOLERANCE = 1e-6
#: Largest file, in bytes, and largest number of its lines; 400 photos have half a million bytes.
_MAX_BYTES, _MAX_LINES = 16 * 2**20, 100_000
#: Largest number of names in a line of :meth:`SkipReport.lines`.
_MAX_NAMES = 8
#: Suffixes of photos, in the order in which they are searched.
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
#: Stands for a line that can't be parsed.
_BROKEN = object()


class SkipReason(NamedTuple):
    """A reason for leaving something out, in singular and plural.

    >>> SkipReason("line is null", "lines are null").one
    'line is null'
    """

    one: str
    many: str


#: A line that can't be parsed.
NOT_JSON = SkipReason("line is not JSON", "lines are not JSON")
#: A line that says nothing, as Dataturks writes for a photo that was not annotated.
NULL = SkipReason("line is null", "lines are null")
#: A line that is no object, or whose annotation is no list.
STRANGE = SkipReason(
    "line is no object with a list of boxes", "lines are no objects with a list of boxes"
)
#: A line without boxes.
NO_ANNOTATION = SkipReason("line has no annotation", "lines have no annotation")
#: A box without two corners in finite numbers.
MALFORMED = SkipReason("box is not two corners in numbers", "boxes are not two corners in numbers")
#: A box with a corner outside its photo.
OUTSIDE = SkipReason("box reaches outside its photo", "boxes reach outside their photos")
#: A box whose first corner is not the upper left one.
SWAPPED = SkipReason("box has swapped corners", "boxes have swapped corners")
#: A box without width or height.
FLAT = SkipReason("box has no area", "boxes have no area")


@dataclass(frozen=True)
class SkipReport:
    """The things that were left out, and why.

    Attributes:
        names: Reason -> names, in the order in which they came. A name occurs as often as
            something of it was left out.

    >>> report = SkipReport()
    >>> report.add(NULL, 3)
    >>> report.lines()
    ['1 line is null: 3']
    """

    names: dict[SkipReason, list[str]] = field(default_factory=dict)

    def add(self, reason: SkipReason, name: object) -> None:
        """Note that one more thing was left out."""
        self.names.setdefault(reason, []).append(str(name))

    def also(self, others: SkipReport) -> None:
        """Add everything of another report."""
        for reason, names in others.names.items():
            self.names.setdefault(reason, []).extend(names)

    def lines(self) -> list[str]:
        """Return one line per reason, such as ``2 lines are not JSON: 4, 17``.

        Of many names it has the first ones, and the number of the others.
        """
        return [
            f"{len(names)} {reason.one if len(names) == 1 else reason.many}: {_listed(names)}"
            for reason, names in self.names.items()
        ]


@dataclass(frozen=True)
class Rect:
    """A box with an area, its sides as shares of its photo's width and height, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Line:
    """One line of the file: a photo and its faces.

    Attributes:
        number: Number of the line, from 0.
        url: The photo's address; empty where the line has none.
        faces: The usable boxes, at least one.
    """

    number: int
    url: str
    faces: tuple[Rect, ...]


def read_annotations(path: Path) -> tuple[list[Line], SkipReport]:
    """Return the lines that have a usable box, and a report of everything left out.

    A blank line keeps its number. The file may also be one JSON array; its entries are the lines.

    Raises:
        DataError: The file can't be read, or no line has a usable box.
    """
    hint = "Name a file as Dataturks writes it."
    with open_regular(path, _MAX_BYTES, DataError, hint) as file:
        try:
            data = file.read(_MAX_BYTES)
        except OSError as error:
            raise DataError(f"{path} can't be read: {error.strerror or error}.") from error
    entries = _entries(data.removeprefix(b"\xef\xbb\xbf"))
    if len(entries) > _MAX_LINES:
        raise DataError(f"{path} has more than {_MAX_LINES} lines.", hint=hint)
    lines, skipped = [], SkipReport()
    for number, entry in enumerate(entries):
        reason = _problem(entry)
        if reason is not None:
            skipped.add(reason, number)
            continue
        faces = []
        for box in entry["annotation"]:
            face = _rect(box)
            if isinstance(face, SkipReason):
                skipped.add(face, f"line {number}")
            else:
                faces.append(face)
        if faces:
            url = entry.get("content")
            lines.append(Line(number, url if isinstance(url, str) else "", tuple(faces)))
    if not lines:
        found = "; ".join(skipped.lines()) or "it is empty"
        raise DataError(f"{path} has no line with a face box ({found}).", hint=hint)
    return lines, skipped


def square(corners: Rect, height: int, width: int, margin: float) -> Box:
    """Return the square around a face box, centred on it to the nearest pixel.

    It may reach beyond the photo's edge.

    Args:
        corners: The face box.
        height: Height of the photo, in pixels.
        width: Width of the photo, in pixels.
        margin: Margin on each side, as a share of the box's longer side; 0 or more.

    >>> square(Rect(0.25, 0.5, 0.5, 0.75), 100, 100, 0.5)
    Box(x=12, y=38, side=50)
    """
    left, right = corners.left * width, corners.right * width
    top, bottom = corners.top * height, corners.bottom * height
    side = max(1, round((1 + 2 * margin) * max(right - left, bottom - top)))
    return Box(round((left + right - side) / 2), round((top + bottom - side) / 2), side)


def photo_of(folder: Path, number: int) -> Path | None:
    """Return the photo of a line: ``img12.jpg``, ``.jpeg``, ``.png`` or ``.webp``; None for none.

    Args:
        folder: Folder of the photos.
        number: Number of the line.
    """
    files = (folder / f"img{number}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in files if file.is_file()), None)


def _entries(data: bytes) -> list[Any]:
    """Return the parsed lines of a file, or the entries of its array."""
    data = data.rstrip()  # Blank lines at the start keep their numbers.
    if data.lstrip().startswith(b"["):
        whole = _parse(data)
        if isinstance(whole, list):
            return whole
    lines = data.split(b"\n", _MAX_LINES) if data else []
    return [_parse(line) for line in lines]


def _parse(text: bytes) -> Any:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError):  # A UnicodeDecodeError is a ValueError too.
        return _BROKEN


def _problem(entry: Any) -> SkipReason | None:
    """Return the reason for which a line has no list of boxes; None where it has one."""
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
    """Return a box of the file, or the reason for which it can't be used."""
    try:
        (first, second) = box["points"]
        corners = [_number(corner[axis]) for corner in (first, second) for axis in "xy"]
    except (KeyError, TypeError, ValueError, OverflowError):
        return MALFORMED
    if min(corners) < -_TOLERANCE or max(corners) > 1 + _TOLERANCE:
        return OUTSIDE
    left, top, right, bottom = (min(max(each, 0.0), 1.0) for each in corners)
    if left > right or top > bottom:
        return SWAPPED
    if left == right or top == bottom:
        return FLAT
    return Rect(left, top, right, bottom)


def _number(value: Any) -> float:
    """Return a finite number.

    Raises:
        TypeError: It is text, a truth value or another thing.
        ValueError: It is infinite or not a number.
        OverflowError: It is too large for a float.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(value)
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _listed(names: list[str]) -> str:
    """Return the first different names, and the number of the others."""
    different = list(dict.fromkeys(names))
    more = len(different) - _MAX_NAMES
    return ", ".join(different[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
