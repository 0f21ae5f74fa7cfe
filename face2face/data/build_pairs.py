"""Build training pairs from a video or photos: detect, crop, condition, write.

An interrupted run continues, since each step skips the files that are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Frame
from face2face.data.frame_quality import Parse
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.data.parallel import in_parallel
from face2face.data.photo_frames import Painter
from face2face.data.target import FitMode, TargetMode, fit_target, read_source

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
        failures: The photos that could not be used.
        read: Number of frames or photos that were read.
    """

    train: int
    val: int
    left: int
    dropped: dict[str, int]
    missing: tuple[str, ...] = ()
    neutral: float | None = None
    failures: Failures = field(default_factory=Failures)
    read: int = 0


def build_pairs(
    dataset: DatasetConfig,
    output_dir: Path,
    fit: FitMode,
    parse: Parse,
    paint: Painter,
    overwrite: bool = False,
) -> BuildResult:
    """Make ``original/``, ``landmarks/`` and ``combined/`` on all cores, with progress bars.

    Args:
        dataset: The source and the settings.
        output_dir: Folder to write to; made if missing.
        fit: Function that makes the mode, such as :meth:`face2face.modes.reenact.Reenact.fit`.
        parse: Returns the label map of a photo, which shows hands before a face; such as
            :class:`face2face.segmentation.parser.Parser`.
        paint: Moves the eyes and the mouths of photos, such as
            :class:`face2face.edit.face_painter.FacePainter`.
        overwrite: Whether to remove the data of an earlier run with other settings. Nothing else
            is removed.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames have exactly one face.
        MediaError: The file can't be read, or the folder can't be written to.
        OptionError: ``neutral_at`` names no time in a video.
    """
    folders = DatasetDirs(output_dir)
    source = read_source(dataset, folders, parse, paint, overwrite)
    kept = source.footage.kept
    train, val = _split(kept)
    target = fit_target(dataset, source, train, folders, fit)
    _write_sketches(folders, kept, dataset.size)
    _write_strips(target.mode, folders, train, val)
    target.save(folders.combined, chosen=val)
    return BuildResult(
        len(train),
        len(val),
        len(kept) - len(train) - len(val),
        dict(source.footage.dropped),
        target.missing,
        target.neutral,
        source.failures,
        source.footage.read,
    )


def _write_sketches(folders: DatasetDirs, frames: list[Frame], size: int) -> None:
    """Write the sketches that are missing."""
    for _ in in_parallel(lambda frame: folders.draw(frame, size), frames):
        pass


def _write_strips(
    mode: TargetMode, folders: DatasetDirs, train: list[Frame], val: list[Frame]
) -> None:
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


def _split(frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    """Return the training frames, and the first half of the held-out ones, at least one."""
    held_out = max(2, round(len(frames) * HELD_OUT))
    return frames[:-held_out], frames[-held_out : len(frames) - held_out // 2]
