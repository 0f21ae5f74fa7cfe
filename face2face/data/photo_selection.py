"""The photos of a folder that are kept, and a report and a sheet of those that are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from face2face.data.annotations import SkipReason, SkipReport
from face2face.data.process import resize
from face2face.errors import DataError
from face2face.image import Image
from face2face.imaging.text import draw_note

#: Width and height of a face on the sheet, in pixels, and number of faces in a row.
_TILE, _COLUMNS = 192, 6


@dataclass
class PhotoSelection:
    """The photos of one folder.

    Attributes:
        folder: The photos' folder.
        names: Names of the photos that are kept.
        skipped: The photos that are left out, by reason.
        hints: Reason -> the limit to relax.
        tiles: The faces that are left out, ``(192, 192, 3)`` uint8 RGB, with the reason on each.
    """

    folder: Path
    names: list[str] = field(default_factory=list)
    skipped: SkipReport = field(default_factory=SkipReport)
    hints: dict[SkipReason, str] = field(default_factory=dict)
    tiles: list[Image] = field(default_factory=list)

    def drop(self, reason: SkipReason, hint: str, name: str, face: Image) -> None:
        """Leave a photo out.

        Args:
            reason: The reason.
            hint: The limit to relax to keep it.
            name: The photo's file name.
            face: ``(side, side, 3)`` uint8 RGB, its face.
        """
        self.skipped.add(reason, name)
        self.hints[reason] = hint
        self.tiles.append(draw_note(resize(face, _TILE), reason.one))

    def lines(self) -> list[str]:
        """Return the number of photos that are kept, and a line for each reason."""
        count = len(self.names) + sum(map(len, self.skipped.names.values()))
        return [f"{self.folder}: {len(self.names)} of {count} photos kept", *self.skipped.lines()]

    def check(self) -> None:
        """Raise an error where no photo is kept.

        Raises:
            DataError: No photo is kept. The hint is that of the most frequent reason.
        """
        if self.names:
            return
        found = self.skipped.names
        by_count = sorted(found, key=lambda reason: len(found[reason]), reverse=True)
        hints = [self.hints[reason] for reason in by_count[:1] if reason in self.hints]
        raise DataError(
            f"No photo in {self.folder} can be used: {'; '.join(self.skipped.lines())}."
            if found
            else f"{self.folder} holds no photo.",
            hint=hints[0] if hints else "Name photos in which a face looks at the camera.",
        )


def sheet(selections: Sequence[PhotoSelection]) -> Image | None:
    """Return the faces that were left out as one picture, uint8 RGB; None where there are none."""
    tiles = [tile for each in selections for tile in each.tiles]
    if not tiles:
        return None
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.concatenate(tiles[at : at + _COLUMNS], 1) for at in range(0, len(tiles), _COLUMNS)]
    return np.concatenate(rows)
