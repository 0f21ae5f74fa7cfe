"""Build training pairs from a video or photos: detect, crop, condition, write.

An interrupted run continues, since each step skips the files that are there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.card import ModelCard
from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Frame
from face2face.data.frames import frames_of, frames_of_photo
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.data.parallel import in_parallel
from face2face.files import ensure_writable_dir
from face2face.image import Image, Scene
from face2face.media.source import Stills, open_file
from face2face.media.video import VideoFile

#: Share of a video that is held out, as one block at its end. Neighbouring frames are nearly the
#: same, so that a random choice would be no test. The block's first half chooses checkpoints and
#: scales; quality is reported on its second half.
HELD_OUT = 0.1


@dataclass(frozen=True)
class BuildResult:
    """The result of a run.

    Attributes:
        train: Number of training pairs.
        val: Number of held-out pairs, on which checkpoints are chosen.
        left: Number of held-out frames that are left for evaluation.
        dropped: Reason -> number of frames left out for it.
        failures: The photos that could not be read.
    """

    train: int
    val: int
    left: int
    dropped: dict[str, int]
    failures: Failures = field(default_factory=Failures)


class _Mode(Protocol):
    def condition(self, scene: Scene) -> list[Image]: ...
    def card_fields(self) -> dict[str, Any]: ...
    def save(self, folder: Path) -> None: ...


#: Function that makes a mode. Its arguments are landmarks ``(n, 70, 2)``, their uncertainty
#: ``(n, 70)``, the scenes by index, the panel size, and the number of keyframes.
FitMode = Callable[
    [NDArray[np.float32], NDArray[np.float32], Callable[[int], Scene], int, int], _Mode
]


def build_pairs(
    dataset: DatasetConfig, output_dir: Path, fit: FitMode, overwrite: bool = False
) -> BuildResult:
    """Make ``original/``, ``landmarks/`` and ``combined/`` on all cores, with progress bars.

    Args:
        dataset: The source and the settings.
        output_dir: Folder to write to; made if missing.
        fit: Function that makes the mode, such as :meth:`face2face.modes.reenact.Reenact.fit`.
        overwrite: Whether to remove the data of an earlier run with other settings. Nothing else
            is removed.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames have exactly one face.
        MediaError: The file can't be read, or the folder can't be written to.
    """
    folders, failures = DatasetDirs(output_dir), Failures()
    if dataset.file.is_dir():
        source: VideoFile | Stills = Stills(dataset.file, folders.all)
        failures = Failures.in_folder(dataset.file, folders.all)
    else:
        source = open_file(dataset.file)
    files = source.paths if isinstance(source, Stills) else [dataset.file]
    fingerprint = dataset.fingerprint(files)
    ensure_writable_dir(output_dir)
    folders.claim(fingerprint, overwrite)
    photo = files[0] if isinstance(source, Stills) and len(files) == 1 else None
    if photo is not None:
        frames, dropped = frames_of_photo(dataset, photo, folders)
    else:
        frames, dropped = frames_of(dataset, source, folders, failures)
    train, val = _split(frames)
    mode = fit(
        np.stack([frame.landmarks for frame in train]),
        np.stack([frame.uncertainty for frame in train]),
        lambda index: folders.scene(train[index]),
        dataset.size,
        dataset.keyframes,
    )
    _write_strips(mode, folders, train, val)
    mode.save(folders.combined)
    data = _describe(dataset, frames, train, val) | {"animated": photo is not None}
    origin = {name: getattr(dataset, name) for name in ("landmarks", "licence", "consent")}
    ModelCard(**mode.card_fields(), data=data, **origin).save(folders.combined)
    left = len(frames) - len(train) - len(val)
    return BuildResult(len(train), len(val), left, dict(dropped), failures)


def _write_strips(mode: _Mode, folders: DatasetDirs, train: list[Frame], val: list[Frame]) -> None:
    """Write the strips that are missing."""

    def write(job: tuple[str, Frame]) -> None:
        part, frame = job
        path = folders.combined / part / frame.name
        if not path.exists():
            scene = folders.scene(frame)
            write_strip(path, [*mode.condition(scene), scene.photo])

    jobs = [(TRAIN, frame) for frame in train] + [(VAL, frame) for frame in val]
    for part in (TRAIN, VAL):
        (folders.combined / part).mkdir(parents=True, exist_ok=True)
    for _ in tqdm(in_parallel(write, jobs), "pairs", len(jobs), unit="pair"):
        pass


def _describe(
    dataset: DatasetConfig, frames: list[Frame], train: list[Frame], val: list[Frame]
) -> dict[str, Any]:
    """Return the card's description of the data."""
    data: dict[str, Any] = {
        "file": dataset.file.name,
        "frames": len(frames),
        "seconds": round(max(frame.seconds for frame in frames), 2),
        "trained_until": round(max(frame.seconds for frame in train), 3),
        "chosen_until": round(max(frame.seconds for frame in val), 3),
    }
    if len({frame.crop for frame in frames}) == 1:
        data["crop"] = list(astuple(frames[0].crop))
    return data


def _split(frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    """Return the training frames, and the first half of the held-out ones, at least one."""
    held_out = max(2, round(len(frames) * HELD_OUT))
    return frames[:-held_out], frames[-held_out : len(frames) - held_out // 2]
