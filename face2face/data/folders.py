"""The folders that training data is gathered in: what they were made of, and what is kept in them.

What is on disk is never mixed: ``source.json`` says what a folder was made of, and another video or another setting is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.card import FILE_NAME
from face2face.data.pairs import TRAIN, VAL
from face2face.errors import DataError
from face2face.face.sketch import SketchSpec
from face2face.files import atomic_write
from face2face.image import Box, Image, Landmarks, Scene
from face2face.keyframes import bank
from face2face.media.source import Stills
from face2face.media.stills import read_image, write_image

_OWN_FILE = re.compile(r"\d{6}\.png")


@dataclass(frozen=True)
class DatasetConfig:
    """What a folder of training data is made of.

    Attributes:
        file: A video, a photo, or a folder of photos.
        num: Frames wanted, at least 1, spread over the whole video; for a photo, pairs made of it.
        size: Width and height of a panel, 256 or 512.
        keyframes: Kept in the bank, at most.
        crop: ``face``: a square that holds the head wherever it goes; ``center``: the middle of the picture.
        landmark_model: A dlib shape predictor; None for the bundled one.
        licence: Of the pictures, for the card.
        consent: Of the person shown, for the card.
    """

    file: Path
    num: int = 1000
    size: int = 256
    keyframes: int = 500
    crop: str = "face"
    landmark_model: Path | None = None
    licence: str = "not stated"
    consent: str = "not stated"

    def fingerprint(self) -> dict[str, Any]:
        """All that makes two runs the same run; the file is known by its content, not by its place."""
        files = Stills(self.file).paths if self.file.is_dir() else [self.file]
        digest = hashlib.sha256()
        for each in files:
            with each.open("rb") as opened:
                digest.update(opened.read(1 << 20))
                digest.update(str(each.stat().st_size).encode())
        settings = {
            name: str(value) if isinstance(value, Path) else value
            for name, value in asdict(self).items()
        }
        return settings | {"file": self.file.name, "sha256": digest.hexdigest()}


@dataclass(frozen=True)
class Frame:
    """A frame that was kept.

    Attributes:
        number: Its place in the video or folder, from 0.
        seconds: Its time from the start.
        landmarks: ``(68, 2)`` float32, in panel pixels.
        spread: ``(68,)`` float32, how unsure they are, in panel pixels.
        crop: What of the picture became the panel.
    """

    number: int
    seconds: float
    landmarks: Landmarks
    spread: NDArray[np.float32]
    crop: Box

    @property
    def name(self) -> str:
        """Of its file in each folder."""
        return f"{self.number:06d}.png"


class DatasetDirs:
    """The folders of one run.

    Args:
        root: Holds ``original/``, ``landmarks/`` and ``combined/``.
    """

    def __init__(self, root: Path) -> None:
        self.original, self.landmarks, self.combined = (
            root / each for each in ("original", "landmarks", "combined")
        )
        self._claim = self.original / "source.json"
        self.points = self.landmarks / "points.jsonl"

    @property
    def _places(self) -> tuple[Path, ...]:
        """Where pictures go."""
        return self.original, self.landmarks, self.combined / TRAIN, self.combined / VAL

    def claimed(self) -> bool:
        """Whether ``source.json`` says that a plan made what is there."""
        try:
            stored = json.loads(self._claim.read_text(encoding="utf-8"))
            return set(stored) >= {"sha256", *(each.name for each in fields(DatasetConfig))}
        except (OSError, ValueError, TypeError):
            return False

    def files(self) -> list[Path]:
        """The files there, whoever made them, that have names of a run's own."""
        notes = [
            self._claim,
            self.points,
            self.combined / FILE_NAME,
            self.combined / bank.FILE_NAME,
        ]
        pictures = [
            path
            for place in self._places
            if place.is_dir()
            for path in place.iterdir()
            if _OWN_FILE.fullmatch(path.name)
        ]
        return [path for path in notes if path.exists()] + pictures

    def claim(self, fingerprint: dict[str, Any], overwrite: bool) -> None:
        """Sees that what is there was made by the same plan; removes it if told to.

        Raises:
            DataError: It was made by another one.
        """
        mine = json.dumps(fingerprint, indent=2)
        if self._claim.is_file() and self._claim.read_text(encoding="utf-8") == mine:
            return
        places = self._places
        files = [path for place in places if place.is_dir() for path in place.iterdir()]
        notes = [path for path in files if path in (self._claim, self.points)]
        pictures = [path for path in files if path not in notes]
        if pictures and not overwrite:
            rule = "a folder holds the data of one video with one setting"
            do = "name another --output_dir, or pass --overwrite to replace what is there"
            raise DataError(rule, f"those of another in {self.original.parent.resolve()}", do)
        for path in notes + [path for path in pictures if _OWN_FILE.fullmatch(path.name)]:
            path.unlink()
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
        with atomic_write(self._claim) as aside:
            aside.write_text(mine, encoding="utf-8")

    def scene(self, frame: Frame) -> Scene:
        """The crop of a kept frame with its landmarks."""
        return Scene(read_image(self.original / frame.name), frame.landmarks, frame.seconds)

    def keep(self, frame: Frame, photo: Callable[[], Image], size: int) -> None:
        """Writes a frame's crop and sketch where they are missing."""
        if not (self.original / frame.name).exists():
            write_image(self.original / frame.name, photo())
        if not (self.landmarks / frame.name).exists():
            write_image(self.landmarks / frame.name, SketchSpec().draw(frame.landmarks, size))
