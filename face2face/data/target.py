"""Make a target from a video or photos: its frames, its keyframe bank and its card.

These steps are shared by training pairs and by targets that run without training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage, Frame
from face2face.data.frame_quality import Parse
from face2face.data.frames import MIN_FRAMES, frames_of
from face2face.data.missing_motion import missing_motion
from face2face.data.one_person import check_one_person
from face2face.data.photo_frames import Painter, frames_of_photos
from face2face.errors import OptionError
from face2face.face.back_ends import make_detector
from face2face.face.target_statistics import TargetStatistics
from face2face.files import ensure_writable_dir
from face2face.image import Image, Scene
from face2face.keyframes.background import BackgroundModel
from face2face.media.source import Stills, open_file
from face2face.media.video import VideoFile

#: How far a warp moves the head of photos, which show no motion: yaw, pitch and roll in radians,
#: the logarithm of the scale, and the place in interocular distances.
_PHOTO_REACH = np.array((0.2, 0.14, 0.12, 0.05, 0.18, 0.12))


class TargetMode(Protocol):
    """The part of a mode that makes a target, see :class:`face2face.modes.Mode`."""

    def condition(self, scene: Scene) -> list[Image]:
        """Return the panels of a scene."""

    def card_fields(self) -> dict[str, Any]:
        """Return the mode's fields of the card."""

    def save(self, folder: Path) -> None:
        """Write the keyframe bank."""


#: Function that makes a mode. Its arguments are landmarks ``(n, 70, 2)``, their uncertainty
#: ``(n, 70)``, the scenes by index, the panel size, the number of keyframes, the statistics, and
#: the background, or None to find it in the scenes.
FitMode = Callable[
    [
        NDArray[np.float32],
        NDArray[np.float32],
        Callable[[int], Scene],
        int,
        int,
        TargetStatistics,
        BackgroundModel | None,
    ],
    TargetMode,
]


@dataclass(frozen=True)
class SourceFrames:
    """The frames of a source, whose crops lie on disk.

    Attributes:
        footage: The frames.
        failures: The photos that could not be read.
        is_video: Whether they come from a video.
        is_animated: Whether they are poses made of a few photos.
    """

    footage: Footage
    failures: Failures
    is_video: bool
    is_animated: bool


@dataclass(frozen=True)
class Target:
    """A target: its mode, and a description of the frames that it is made of.

    Attributes:
        dataset: The settings.
        source: All frames.
        fitted: The frames from which the keyframes are chosen.
        mode: The mode.
        missing: Motions that the target was never seen to make, see :func:`missing_motion`.
        neutral: Time of the frame that is nearest to the neutral face, in seconds; None without a
            video.
    """

    dataset: DatasetConfig
    source: SourceFrames
    fitted: list[Frame]
    mode: TargetMode
    missing: tuple[str, ...]
    neutral: float | None

    def save(self, folder: Path, chosen: list[Frame]) -> None:
        """Write the keyframe bank, then the card: a folder with a card is complete.

        Args:
            folder: The folder.
            chosen: The held-out frames on which checkpoints are chosen; none without training.
        """
        self.mode.save(folder)
        names = ("landmarks", "licence", "consent")
        origin = {name: getattr(self.dataset, name) for name in names}
        data = self._describe(chosen)
        ModelCard(**self.mode.card_fields(), data=data, **origin).save(folder)

    def _describe(self, chosen: list[Frame]) -> dict[str, Any]:
        """Return the card's description of the data."""
        frames = self.source.footage.kept
        data: dict[str, Any] = {
            "file": self.dataset.file.name,
            "frames": len(frames),
            "seconds": round(max(frame.seconds for frame in frames), 2),
            "trained_until": round(max(frame.seconds for frame in self.fitted), 3),
            "chosen_until": round(max(frame.seconds for frame in self.fitted + chosen), 3),
            "left_out": dict(self.source.footage.dropped),
            "missing": list(self.missing),
            "animated": self.source.is_animated,
        }
        if self.neutral is not None:
            how = "estimated" if self.dataset.neutral_at is None else "picked"
            data["neutral"] = {"seconds": round(self.neutral, 3), "found": how}
        if len({frame.crop for frame in frames}) == 1:
            data["crop"] = list(astuple(frames[0].crop))
        return data


def read_source(
    dataset: DatasetConfig,
    folders: DatasetDirs,
    parse: Parse,
    paint: Painter,
    overwrite: bool = False,
) -> SourceFrames:
    """Return the frames of a video or of photos, and write their crops.

    Args:
        dataset: The source and the settings.
        folders: Where the crops are written; made if missing.
        parse: Returns the label map of a photo, which shows hands before a face, and the
            background behind a person.
        paint: Moves the eyes and the mouths of photos.
        overwrite: Whether to remove the data of an earlier run with other settings.

    Raises:
        DataError: The folders hold another run's data.
        FaceError: Too few frames have exactly one face, or photos show different people.
        MediaError: The file can't be read, or the folders can't be written to.
        OptionError: ``neutral_at`` names no time in a video.
    """
    source, failures = _open(dataset, folders)
    files = source.paths if isinstance(source, Stills) else [dataset.file]
    if isinstance(source, Stills) and len(files) > 1:
        from face2face.face.identity import Identity

        detector = make_detector(dataset.landmarks, dataset.landmark_model)
        check_one_person(files, detector, Identity())
    ensure_writable_dir(folders.root)
    folders.claim(dataset.fingerprint(files), overwrite)
    if isinstance(source, Stills) and len(files) < MIN_FRAMES:
        footage = frames_of_photos(dataset, files, folders, failures, parse, paint)
        return SourceFrames(footage, failures, is_video=False, is_animated=True)
    footage = frames_of(dataset, source, folders, failures, parse)
    is_video = not isinstance(source, Stills)
    return SourceFrames(footage, failures, is_video, is_animated=False)


def fit_target(
    dataset: DatasetConfig,
    source: SourceFrames,
    frames: list[Frame],
    folders: DatasetDirs,
    fit: FitMode,
) -> Target:
    """Return a target: its statistics, and its keyframes chosen from some frames.

    Args:
        dataset: The settings.
        source: All frames.
        frames: The first of them: keyframes are those of them that were seen.
        folders: Where the crops lie.
        fit: Function that makes the mode, such as :meth:`face2face.modes.reenact.Reenact.fit`.
    """
    footage = source.footage
    seen = [frame for frame in footage.seen if frame.number <= frames[-1].number]
    picked = footage.neutral.landmarks if footage.neutral else None
    statistics = TargetStatistics.of(*_arrays(seen), picked)
    if not source.is_video:
        statistics = statistics.with_pose_range(_PHOTO_REACH)
    numbers = {frame.number for frame in seen}
    candidates = [frame for frame in frames if frame.number in numbers]
    landmarks, uncertainty = _arrays(candidates)

    def read(index: int) -> Scene:
        return folders.scene(candidates[index])

    mode = fit(
        landmarks,
        uncertainty,
        read,
        dataset.size,
        dataset.keyframes,
        statistics,
        footage.background,
    )
    missing = () if source.is_animated else missing_motion(landmarks, statistics)
    neutral = _neutral_seconds(footage, statistics) if source.is_video else None
    return Target(dataset, source, frames, mode, missing, neutral)


def make_target(
    dataset: DatasetConfig, folder: Path, fit: FitMode, parse: Parse, paint: Painter
) -> Target:
    """Write the keyframe bank and the card of a target that runs without training.

    Args:
        dataset: The source and the settings.
        folder: Folder to write to.
        fit: See :func:`fit_target`.
        parse: See :func:`read_source`.
        paint: See :func:`read_source`.

    Raises:
        Face2FaceError: See :func:`read_source`.
    """
    with TemporaryDirectory(dir=folder) as work:
        folders = DatasetDirs(Path(work))
        source = read_source(dataset, folders, parse, paint)
        target = fit_target(dataset, source, source.footage.kept, folders, fit)
        target.save(folder, chosen=[])
    return target


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


def _arrays(frames: list[Frame]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the landmarks, ``(n, 70, 2)``, and the uncertainties, ``(n, 70)``, of frames."""
    landmarks = np.stack([frame.landmarks for frame in frames])
    return landmarks, np.stack([frame.uncertainty for frame in frames])


def _neutral_seconds(footage: Footage, statistics: TargetStatistics) -> float:
    """Return the time of the picked neutral frame, or of the one nearest to the neutral face."""
    if footage.neutral:
        return footage.neutral.seconds
    distances = [np.linalg.norm(frame.landmarks - statistics.neutral) for frame in footage.seen]
    return footage.seen[int(np.argmin(distances))].seconds
