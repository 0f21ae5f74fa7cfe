"""From a video or photos of somebody to training pairs: detect, crop, condition, write.

An interrupted run goes on where it stopped, since each step skips what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.card import ModelCard
from face2face.data.folders import DatasetConfig, DatasetDirs, Frame
from face2face.data.frames import frames_of, frames_of_photo
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.data.parallel import in_parallel
from face2face.files import ensure_writable_dir
from face2face.image import Image, Scene
from face2face.media.source import Stills, open_file

#: The last share of a video, one block, is held out: neighbouring frames are near-copies, a random split would be cheating.
HELD_OUT = 0.1


@dataclass(frozen=True)
class BuildResult:
    """What came of a run.

    Attributes:
        train: Number of training pairs.
        val: Number of held-out pairs.
        dropped: Why frames were left out -> how many.
    """

    train: int
    val: int
    dropped: dict[str, int]


class _Mode(Protocol):
    def condition(self, scene: Scene) -> list[Image]: ...
    def target(self, scene: Scene) -> Image: ...
    def card_fields(self) -> dict[str, Any]: ...
    def save(self, folder: Path) -> None: ...


Study = Callable[
    [NDArray[np.float32], NDArray[np.float32], Callable[[int], Scene], int, int], _Mode
]


def build_pairs(
    plan: DatasetConfig, output_dir: Path, study: Study, overwrite: bool = False
) -> BuildResult:
    """Makes ``original/``, ``landmarks/`` and ``combined/`` of a video or of photos, on all cores, with a progress bar.

    Args:
        plan: What to make.
        output_dir: Where; made if need be.
        study: Makes the mode of ``(n, 68, 2)`` landmarks, how unsure they are ``(n, 68)``, a reader of their scenes, the size, and how many
            keyframes to keep.
        overwrite: Removes what an earlier run with another plan left there, and nothing else.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames have exactly one face.
        MediaError: The file can't be read or the folder can't be written to.
    """
    scenes = open_file(plan.file)
    folders = DatasetDirs(ensure_writable_dir(output_dir))
    folders.claim(plan.fingerprint(), overwrite)
    photo = scenes.paths[0] if isinstance(scenes, Stills) and len(scenes.paths) == 1 else None
    if photo is not None:
        frames, dropped = frames_of_photo(plan, photo, folders)
    else:
        frames, dropped = frames_of(plan, scenes, folders)
    train, val = _split(frames)
    landmarks, spread = (
        np.stack([frame.landmarks for frame in train]),
        np.stack([frame.spread for frame in train]),
    )
    mode = study(
        landmarks, spread, lambda index: folders.scene(train[index]), plan.size, plan.keyframes
    )

    def pair(job: tuple[str, Frame]) -> None:
        part, frame = job
        path = folders.combined / part / frame.name
        if not path.exists():
            scene = folders.scene(frame)
            write_strip(path, [*mode.condition(scene), mode.target(scene)])

    jobs = [(TRAIN, frame) for frame in train] + [(VAL, frame) for frame in val]
    for part in (TRAIN, VAL):
        (folders.combined / part).mkdir(parents=True, exist_ok=True)
    for _ in tqdm(in_parallel(pair, jobs), "pairs", len(jobs), unit="pair"):
        pass
    mode.save(folders.combined)
    data: dict[str, Any] = {
        "file": plan.file.name,
        "frames": len(frames),
        "seconds": round(max(frame.seconds for frame in frames), 2),
    }
    data["animated"] = photo is not None
    data["trained_until"] = round(max(frame.seconds for frame in train), 3)
    if len({frame.crop for frame in frames}) == 1:
        data["crop"] = list(astuple(frames[0].crop))
    ModelCard(**mode.card_fields(), data=data, licence=plan.licence, consent=plan.consent).save(
        folders.combined
    )
    return BuildResult(len(train), len(val), dict(dropped))


def _split(frames: list[Frame]) -> tuple[list[Frame], list[Frame]]:
    held_out = max(1, round(len(frames) * HELD_OUT))
    return frames[:-held_out], frames[-held_out:]
