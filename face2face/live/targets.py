"""Targets made from photos and videos for a live run, without training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from face2face.data.folders import DatasetConfig
from face2face.data.kept_target import kept_target
from face2face.data.photo_frames import KEYFRAMES, Painter
from face2face.data.target import Target
from face2face.face.back_ends import choose_back_end
from face2face.image import Image, Landmarks
from face2face.inference.pretrained import load_parser
from face2face.live.options import LiveOptions
from face2face.media.source import holds_photos
from face2face.modes.reenact import Reenact
from face2face.segmentation.labels import Labels

#: Frames of a video that are looked at: enough for smooth motion, in half of training's time.
_FRAMES = 500


def targets_of(options: LiveOptions, paint: Painter, report: Callable[[str], object]) -> list[Path]:
    """Return the folders of the targets of a live run; make those that aren't kept.

    Args:
        options: Of the run.
        paint: Moves the eyes and the mouths of photos.
        report: Called with lines on each target that was made.

    Raises:
        Face2FaceError: A target can't be made or written.
    """

    def describe(target: Target) -> None:
        name, failures = target.dataset.file.name, target.source.failures.errors
        for path, error in sorted(failures.items()):
            report(f"left out: {error if path.name in error else f'{path}: {error}'}")
        report(f"{name} is kept for the next time: face2face forget {name} deletes it")

    back_end = choose_back_end(options.landmarks, options.landmark_model)
    folders = []
    for file in options.targets:
        dataset = replace(
            live_dataset(file, back_end),
            landmark_model=options.landmark_model,
            neutral_at=options.neutral_at,
        )
        folders.append(kept_target(dataset, Reenact.fit, parse, paint, describe))
    return folders


def live_dataset(file: Path, back_end: str) -> DatasetConfig:
    """Return the settings of a target that runs without training.

    Args:
        file: A video, a photo, or a folder of photos.
        back_end: Name of the landmark back end.

    >>> live_dataset(Path("me.jpg"), "mesh").keyframes
    26
    """
    count = KEYFRAMES if holds_photos(file) else _FRAMES
    return DatasetConfig(file, num=count, keyframes=count, landmarks=back_end)


def parse(photo: Image, landmarks: Landmarks) -> Labels:
    """Return the label map of a photo; the parser is loaded when the first one is needed."""
    return _parser()(photo, landmarks)


_parser = cache(load_parser)
