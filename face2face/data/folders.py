"""The folders of a data set: the settings they were made with, and the frames kept in them.

Data of two runs is never mixed. ``source.json`` notes the video and the settings of a folder, and
another video or another setting is refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face import config
from face2face.card import FILE_NAME, format_of
from face2face.data.pairs import TRAIN, VAL
from face2face.errors import DataError, MediaError
from face2face.face.back_ends import DEFAULT, DLIB
from face2face.face.sketch import SketchSpec
from face2face.files import ensure_writable_dir
from face2face.image import Box, Image, Landmarks, Scene
from face2face.keyframes import bank
from face2face.keyframes.background import BackgroundModel
from face2face.media.stills import read_image, write_image

#: Names of the pictures that a run writes.
_PICTURE_NAME = re.compile(r"\d{6}\.png")
#: Number of bytes of a file that go into its hash. More only costs time.
_HASHED_BYTES = 1 << 20


@dataclass(frozen=True)
class DatasetConfig:
    """The settings of a data set.

    Attributes:
        file: A video, a photo, or a folder of photos.
        num: Number of frames, at least 1, spread over the whole video; for a photo, of pairs.
        size: Width and height of a panel in pixels, 256 or 512.
        keyframes: Largest number of keyframes in the bank.
        crop: ``face`` for a square that always holds the head; ``center`` for the middle of the
            picture.
        landmark_model: A dlib shape predictor; None for the bundled one.
        licence: Licence of the pictures, for the card.
        consent: Consent of the person shown, for the card.
        landmarks: The landmark back end, in :data:`face2face.face.back_ends.BACK_ENDS`.
        neutral_at: Time in the video, in seconds, at which the face is neutral; None to find out.
    """

    file: Path
    num: int = 1000
    size: int = 256
    keyframes: int = 500
    crop: str = "face"
    landmark_model: Path | None = None
    licence: str = "not stated"
    consent: str = "not stated"
    landmarks: str = DEFAULT
    neutral_at: float | None = None

    def fingerprint(self, files: Sequence[Path]) -> Fingerprint:
        """Return the settings with a hash of the files: equal for two runs of the same data.

        The files are known by their content, and the first of them by its name.

        Args:
            files: The video, or the photos.

        Raises:
            MediaError: The video or the only photo can't be read.
        """
        sha256 = hash_files(files, _HASHED_BYTES)
        settings = asdict(replace(self, file=Path(self.file.name)))
        return Fingerprint(**settings, sha256=sha256, format=format_of("reenact"))


@dataclass(frozen=True, kw_only=True)
class Fingerprint(DatasetConfig):
    """The content of ``source.json``: the settings of a data set and a hash of its source.

    Attributes:
        landmarks: As above; a file that doesn't name it is of dlib's landmarks.
        sha256: Hash of the beginning and the length of each source file, in hexadecimal.
        format: Version of the data's format; 1 where an earlier version didn't say.
    """

    landmarks: str = DLIB
    sha256: str
    format: int = 1


def hash_files(files: Sequence[Path], max_bytes: int | None = None) -> str:
    """Return a hash of some files' contents and lengths, in hexadecimal.

    Args:
        files: The files, in order. Of several, those that can't be read are left out.
        max_bytes: Number of bytes to read of each; None for all.

    Raises:
        MediaError: The only file can't be read.
    """
    digest = hashlib.sha256()
    for each in files:
        try:
            if not each.is_file():  # A pipe would never end.
                raise FileNotFoundError(errno.ENOENT, "it is no file")
            with each.open("rb") as opened:
                left = os.fstat(opened.fileno()).st_size if max_bytes is None else max_bytes
                while part := opened.read(min(left, _HASHED_BYTES)):
                    digest.update(part)
                    left -= len(part)
                digest.update(str(os.fstat(opened.fileno()).st_size).encode())
        except OSError as error:
            if len(files) > 1:  # A photo of many is left out later.
                continue
            raise MediaError(
                f"{each} can't be read: {error.strerror or error}.", hint="Check the path."
            ) from error
    return digest.hexdigest()


@dataclass(frozen=True)
class Frame:
    """A frame that was kept.

    Attributes:
        number: Index of the frame in the video or folder, from 0.
        seconds: Time from the start.
        landmarks: ``(70, 2)`` float32, in pixels of the panel.
        uncertainty: ``(70,)`` float32, the landmarks' standard deviation in pixels of the panel.
        crop: The part of the picture that became the panel.
    """

    number: int
    seconds: float
    landmarks: Landmarks
    uncertainty: NDArray[np.float32]
    crop: Box

    @property
    def name(self) -> str:
        """Name of the frame's file in each folder."""
        return f"{self.number:06d}.png"


@dataclass(frozen=True)
class Footage:
    """The frames of a source.

    Attributes:
        kept: The frames to train on and to hold out.
        seen: All frames with one face that is neither covered nor blurred, kept or not. Statistics
            and keyframes come from them. Random poses made of photos aren't among them.
        read: Number of frames or photos that were read.
        neutral: The frame that was picked as neutral; None where none was.
        dropped: Reason -> number of frames left out for it.
        background: What is behind the person; None to find it in the frames.
    """

    kept: list[Frame]
    seen: list[Frame]
    read: int
    neutral: Frame | None = None
    dropped: Counter[str] = field(default_factory=Counter)
    background: BackgroundModel | None = None


class DatasetDirs:
    """The folders of one data set.

    Args:
        root: Holds ``original/``, ``landmarks/`` and ``combined/``.

    Attributes:
        root: As above.
        original: Cropped frames, and ``source.json``.
        landmarks: Sketches, and ``points.jsonl``.
        combined: Strips in ``train/`` and ``val/``, with the card and the keyframe bank.
        points: The file of detected landmarks.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.original, self.landmarks, self.combined = (
            root / each for each in ("original", "landmarks", "combined")
        )
        self._source = self.original / "source.json"
        self.points = self.landmarks / "points.jsonl"

    @property
    def all(self) -> tuple[Path, Path, Path]:
        """The three folders."""
        return self.original, self.landmarks, self.combined

    @property
    def _picture_dirs(self) -> tuple[Path, ...]:
        return self.original, self.landmarks, self.combined / TRAIN, self.combined / VAL

    def claimed(self) -> bool:
        """Return whether ``source.json`` shows that a run of this program made the folders."""
        return self.stored_fingerprint() is not None

    def files(self) -> list[Path]:
        """Return the files that are named as a run names its own, foreign ones included."""
        notes = [
            self._source,
            self.points,
            self.combined / FILE_NAME,
            self.combined / bank.FILE_NAME,
        ]
        pictures = [path for path in self._listed() if _PICTURE_NAME.fullmatch(path.name)]
        return [path for path in notes if path.exists()] + pictures

    def _listed(self) -> list[Path]:
        """Return the visible files of the folders of pictures."""
        return [
            path
            for folder in self._picture_dirs
            if folder.is_dir()
            for path in folder.iterdir()
            if not path.name.startswith(".")
        ]

    def claim(self, fingerprint: Fingerprint, overwrite: bool) -> None:
        """Make the folders for a run, or check that they were made with the same settings.

        Data of the same source in an earlier format is removed, to be made again.

        Args:
            fingerprint: The run's settings and source.
            overwrite: Whether to remove the data of another run. Other files are never removed.

        Raises:
            DataError: The folders hold the data of another run, and ``overwrite`` is false.
        """
        stored = self.stored_fingerprint()
        if stored == fingerprint:
            return
        if stored is not None and stored.format < fingerprint.format:
            overwrite = overwrite or stored.sha256 == fingerprint.sha256
        notes = (self._source, self.points)
        if not overwrite and any(path not in notes for path in self._listed()):
            raise DataError(
                f"{self.original.parent.resolve()} holds the data of another video or setting.",
                hint="Name another --output_dir, or pass --overwrite to replace what is there.",
            )
        # The card goes first: without it nobody trains on strips of two runs.
        own = self.files() if overwrite or self.claimed() else notes
        for path in sorted(own, key=lambda path: path.name != FILE_NAME):
            path.unlink(missing_ok=True)
        for folder in self._picture_dirs:
            ensure_writable_dir(folder)
        config.save_json(self._source, fingerprint)

    def scene(self, frame: Frame) -> Scene:
        """Return the crop of a kept frame with its landmarks."""
        return Scene(read_image(self.original / frame.name), frame.landmarks, frame.seconds)

    def keep(self, frame: Frame, photo: Callable[[], Image]) -> None:
        """Write a frame's crop where it is missing.

        Args:
            frame: The frame.
            photo: Function that returns the crop; called only where it is missing.
        """
        if not (self.original / frame.name).exists():
            write_image(self.original / frame.name, photo())

    def draw(self, frame: Frame, size: int) -> None:
        """Write a frame's sketch where it is missing.

        Args:
            frame: The frame.
            size: Width and height of a panel, in pixels.
        """
        if not (self.landmarks / frame.name).exists():
            write_image(self.landmarks / frame.name, SketchSpec().draw(frame.landmarks, size))

    def stored_fingerprint(self) -> Fingerprint | None:
        """Return the fingerprint in ``source.json``; None where there is none that can be read."""
        try:
            return config.load_json(Fingerprint, self._source, DataError)
        except DataError:
            return None
