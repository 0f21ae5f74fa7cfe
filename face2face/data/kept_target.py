"""Targets made from a file without training, kept in the user's cache under the file's hash."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from face2face import modes
from face2face.card import ModelCard, format_of
from face2face.data.folders import DatasetConfig, hash_files
from face2face.data.frame_quality import Parse
from face2face.data.photo_frames import Painter
from face2face.data.target import FitMode, Target, make_target
from face2face.errors import ModelError
from face2face.files import atomic_dir
from face2face.media.source import Stills
from face2face.user_cache import targets_dir

#: Version of kept targets. A change of how they are made raises it, so that they are made again.
_VERSION = 2


def kept_target(
    dataset: DatasetConfig,
    fit: FitMode,
    parse: Parse,
    paint: Painter,
    made: Callable[[Target], object],
) -> Path:
    """Return the folder of a target's keyframe bank and card; make it where it isn't there.

    A folder appears when it is complete. A damaged one is made again.

    Args:
        dataset: The source and the settings.
        fit: See :func:`face2face.data.target.fit_target`.
        parse: See :func:`face2face.data.target.read_source`.
        paint: The same. Targets painted by other networks are made again.
        made: Called with the target if it was made.

    Raises:
        Face2FaceError: It can't be made, see :func:`face2face.data.target.read_source`, or not be
            written.
    """
    folder = targets_dir() / _key(dataset, paint)
    if folder.is_dir():
        try:
            modes.load(ModelCard.load(folder), folder)
        except ModelError:
            shutil.rmtree(folder)
    if not folder.is_dir():
        with atomic_dir(folder) as temporary:
            target = make_target(dataset, temporary, fit, parse, paint)
        made(target)
    return folder


def _key(dataset: DatasetConfig, paint: Painter) -> str:
    """Return a hash of the source's name and contents, the settings, the painter and the versions.

    Raises:
        ModelError: A network of the painter is missing.
        MediaError: The source is missing or can't be read.
    """
    files = Stills(dataset.file).paths if dataset.file.is_dir() else [dataset.file]
    contents = [hash_files(files)]
    if dataset.landmark_model is not None:
        contents.append(hash_files([dataset.landmark_model]))
    settings = asdict(replace(dataset, file=Path(dataset.file.name), landmark_model=None))
    values = [settings, contents, paint.fingerprint, _VERSION, format_of("reenact")]
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:32]
