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
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage, Frame
from face2face.data.frame_quality import Parse
from face2face.data.frames import frames_of, frames_of_photo
from face2face.data.missing_motion import missing_motion
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.data.parallel import in_parallel
from face2face.errors import OptionError
from face2face.face.target_statistics import TargetStatistics
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
        missing: Motions that the target was never seen to make, see :func:`missing_motion`.
        neutral: Time of the frame that is nearest to the neutral face, in seconds; None without a
            video.
        failures: The photos that could not be read.
    """

    train: int
    val: int
    left: int
    dropped: dict[str, int]
    missing: tuple[str, ...] = ()
    neutral: float | None = None
    failures: Failures = field(default_factory=Failures)


class _Mode(Protocol):
    def condition(self, scene: Scene) -> list[Image]: ...
    def card_fields(self) -> dict[str, Any]: ...
    def save(self, folder: Path) -> None: ...


#: Function that makes a mode. Its arguments are landmarks ``(n, 70, 2)``, their uncertainty
#: ``(n, 70)``, the scenes by index, the panel size, the number of keyframes, and the statistics.
FitMode = Callable[
    [
        NDArray[np.float32],
        NDArray[np.float32],
        Callable[[int], Scene],
        int,
        int,
        TargetStatistics,
    ],
    _Mode,
]


def build_pairs(
    dataset: DatasetConfig,
    output_dir: Path,
    fit: FitMode,
    parse: Parse,
    overwrite: bool = False,
) -> BuildResult:
    """Make ``original/``, ``landmarks/`` and ``combined/`` on all cores, with progress bars.

    Args:
        dataset: The source and the settings.
        output_dir: Folder to write to; made if missing.
        fit: Function that makes the mode, such as :meth:`face2face.modes.reenact.Reenact.fit`.
        parse: Returns the label map of a photo, which shows hands before a face; such as
            :class:`face2face.segmentation.parser.Parser`.
        overwrite: Whether to remove the data of an earlier run with other settings. Nothing else
            is removed.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames have exactly one face.
        MediaError: The file can't be read, or the folder can't be written to.
        OptionError: ``neutral_at`` names no time in a video.
    """
    folders = DatasetDirs(output_dir)
    source, failures = _open(dataset, folders)
    files = source.paths if isinstance(source, Stills) else [dataset.file]
    ensure_writable_dir(output_dir)
    folders.claim(dataset.fingerprint(files), overwrite)
    photo = files[0] if isinstance(source, Stills) and len(files) == 1 else None
    if photo is not None:
        footage = frames_of_photo(dataset, photo, folders)
    else:
        footage = frames_of(dataset, source, folders, failures, parse)
    train, val = _split(footage.kept)
    statistics = _statistics(footage, train)
    read, (landmarks, uncertainty) = _reader(folders, train), _arrays(train)
    mode = fit(landmarks, uncertainty, read, dataset.size, dataset.keyframes, statistics)
    _write_strips(mode, folders, train, val)
    mode.save(folders.combined)
    missing = missing_motion(landmarks, statistics) if photo is None else ()
    neutral = None if isinstance(source, Stills) else _neutral_seconds(footage, statistics)
    left, dropped = len(footage.kept) - len(train) - len(val), dict(footage.dropped)
    result = BuildResult(len(train), len(val), left, dropped, missing, neutral, failures)
    data = _describe(dataset, footage.kept, train, val, result) | {"animated": photo is not None}
    origin = {name: getattr(dataset, name) for name in ("landmarks", "licence", "consent")}
    ModelCard(**mode.card_fields(), data=data, **origin).save(folders.combined)
    return result


def _open(dataset: DatasetConfig, folders: DatasetDirs) -> tuple[VideoFile | Stills, Failures]:
    """Return the source, and the photos in it that can't be read.

    Raises:
        MediaError: The file is missing or unreadable.
        OptionError: It has no times, and one of them is named as neutral.
    """
    failures = Failures()
    if dataset.file.is_dir():
        source: VideoFile | Stills = Stills(dataset.file, folders.all)
        failures = Failures.in_folder(dataset.file, folders.all)
    else:
        source = open_file(dataset.file)
    if dataset.neutral_at is not None and isinstance(source, Stills):
        raise OptionError(
            f"--neutral-at names a time, and {dataset.file} is no video.", hint="Leave it out."
        )
    return source, failures


def _reader(folders: DatasetDirs, frames: list[Frame]) -> Callable[[int], Scene]:
    """Return a function that reads a frame's scene, given its index."""
    return lambda index: folders.scene(frames[index])


def _arrays(frames: list[Frame]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the landmarks, ``(n, 70, 2)``, and the uncertainties, ``(n, 70)``, of frames."""
    landmarks = np.stack([frame.landmarks for frame in frames])
    return landmarks, np.stack([frame.uncertainty for frame in frames])


def _statistics(footage: Footage, train: list[Frame]) -> TargetStatistics:
    """Return the statistics of all frames with a clear face before the held-out ones."""
    seen = [frame for frame in footage.seen if frame.number <= train[-1].number]
    picked = footage.neutral.landmarks if footage.neutral else None
    return TargetStatistics.of(*_arrays(seen), picked)


def _neutral_seconds(footage: Footage, statistics: TargetStatistics) -> float:
    """Return the time of the picked neutral frame, or of the one nearest to the neutral face."""
    if footage.neutral:
        return footage.neutral.seconds
    distances = [np.linalg.norm(frame.landmarks - statistics.neutral) for frame in footage.seen]
    return footage.seen[int(np.argmin(distances))].seconds


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
    dataset: DatasetConfig,
    frames: list[Frame],
    train: list[Frame],
    val: list[Frame],
    result: BuildResult,
) -> dict[str, Any]:
    """Return the card's description of the data."""
    data: dict[str, Any] = {
        "file": dataset.file.name,
        "frames": len(frames),
        "seconds": round(max(frame.seconds for frame in frames), 2),
        "trained_until": round(max(frame.seconds for frame in train), 3),
        "chosen_until": round(max(frame.seconds for frame in val), 3),
        "left_out": result.dropped,
        "missing": list(result.missing),
    }
    if result.neutral is not None:
        how = "estimated" if dataset.neutral_at is None else "picked"
        data["neutral"] = {"seconds": round(result.neutral, 3), "found": how}
    if len({frame.crop for frame in frames}) == 1:
        data["crop"] = list(astuple(frames[0].crop))
    return data


def _split(frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    """Return the training frames, and the first half of the held-out ones, at least one."""
    held_out = max(2, round(len(frames) * HELD_OUT))
    return frames[:-held_out], frames[-held_out : len(frames) - held_out // 2]
