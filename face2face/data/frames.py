"""The frames of a video or of photos that can be trained on: one face each, cropped."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Frame
from face2face.data.parallel import in_parallel
from face2face.data.process import resize
from face2face.errors import FaceError
from face2face.face.back_ends import make_detector
from face2face.face.crop import head_box
from face2face.face.ensemble import landmark_uncertainty, mean_landmarks
from face2face.face.expression import Expression
from face2face.image import LANDMARK_COUNT, Box, Image, Landmarks, Scene, centre_box
from face2face.media.source import Stills
from face2face.media.stills import read_image
from face2face.media.video import VideoFile
from face2face.sample import evenly_spaced
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import random_expression

#: Smallest number of frames that training can learn from.
MIN_FRAMES = 10

#: A face's landmarks, ``(70, 2)`` float32, and their uncertainty, ``(70,)`` float32, in pixels.
_Face = tuple[Landmarks, NDArray[np.float32]]


def frames_of_photo(
    dataset: DatasetConfig, path: Path, folders: DatasetDirs
) -> tuple[list[Frame], Counter[str]]:
    """Return frames made of one photo by moving its landmarks, and write their crops.

    The first frame is the photo as it is.

    Args:
        dataset: The settings.
        path: The photo.
        folders: Where the crops and sketches are written.

    Returns:
        The frames, and an empty count of frames left out.

    Raises:
        FaceError: The photo doesn't show exactly one face.
    """
    photo = read_image(path)
    faces = make_detector(dataset.landmarks, dataset.landmark_model)(photo)
    if len(faces) != 1:
        raise FaceError(
            f"A photo of the target shows exactly one face, and there are {len(faces)} in {path}.",
            hint="Choose another photo, or crop this one.",
        )
    box = _crop_box(dataset, photo, np.stack(faces))
    still, neutral = _crop(photo, box, dataset.size), box.to_panel(faces[0], dataset.size)
    rng = np.random.default_rng(0)
    expressions = [Expression()] + [
        random_expression(rng) for _ in range(max(dataset.num, MIN_FRAMES) - 1)
    ]
    certain = np.zeros(LANDMARK_COUNT, np.float32)
    frames = [
        Frame(number, float(number), expression.applied_to(neutral), certain, box)
        for number, expression in enumerate(expressions)
    ]

    def keep(frame: Frame) -> None:
        folders.keep(
            frame,
            lambda: animate(still, neutral, frame.landmarks) if frame.number else still,
            dataset.size,
        )

    for _ in tqdm(in_parallel(keep, frames), "poses", len(frames), unit="frame"):
        pass
    return frames, Counter()


def frames_of(
    dataset: DatasetConfig,
    source: VideoFile | Stills,
    folders: DatasetDirs,
    failures: Failures,
) -> tuple[list[Frame], Counter[str]]:
    """Return the frames that show exactly one face, and write their crops.

    Args:
        dataset: The settings.
        source: A video, or several photos.
        folders: Where the crops and sketches are written.
        failures: Where photos are noted that can't be read.

    Returns:
        The frames, and for each reason the number of frames left out.

    Raises:
        FaceError: Too few frames show exactly one face, or a whole face inside the crop.
    """
    single, dropped = _single_faces(dataset, source, folders, failures)
    frames: list[Frame] = []
    common: Box | None = None
    for number, scene in _reread(source, sorted(single), failures):
        if common is None or isinstance(source, Stills):
            faces = [single[number]] if isinstance(source, Stills) else single.values()
            common = _crop_box(dataset, scene.photo, np.stack([points for points, _ in faces]))
        landmarks, uncertainty = single[number]
        points = common.to_panel(landmarks, dataset.size)
        if (points < 0).any() or (points > dataset.size - 1).any():
            dropped["the face beyond the crop"] += 1
            continue
        scale = np.float32(dataset.size / common.side)
        frame = Frame(number, scene.seconds or 0.0, points, scale * uncertainty, common)
        folders.keep(frame, partial(_crop, scene.photo, common, dataset.size), dataset.size)
        frames.append(frame)
    if len(frames) < MIN_FRAMES:
        raise FaceError(
            f"Only {len(frames)} frames have the whole face inside the crop; training needs "
            f"{MIN_FRAMES}.",
            hint="Use --crop face, or a video in which the head stays in the picture.",
        )
    return frames, dropped


def _single_faces(
    dataset: DatasetConfig,
    source: VideoFile | Stills,
    folders: DatasetDirs,
    failures: Failures,
) -> tuple[dict[int, _Face], Counter[str]]:
    """Return the face of each frame that has exactly one, and the numbers of the others."""
    detections = _detect(dataset, source, folders.points, failures)
    dropped: Counter[str] = Counter()
    single: dict[int, _Face] = {}
    for number, faces in detections.items():
        if len(faces) == 1:
            single[number] = faces[0]
        else:
            dropped["no face" if not faces else "more than one face"] += 1
    if len(single) < MIN_FRAMES:
        reasons = ", ".join(f"{count} with {reason}" for reason, count in dropped.items())
        raise FaceError(
            f"Only {len(single)} of {len(detections)} frames of {dataset.file} have exactly one "
            f"face{f' ({reasons})' if reasons else ''}; training needs {MIN_FRAMES}.",
            hint="Film one person, facing the camera, or raise --num.",
        )
    return single, dropped


def _reread(
    source: VideoFile | Stills, wanted: list[int], failures: Failures
) -> Iterator[tuple[int, Scene]]:
    """Yield frames by their numbers, in order; note the photos that can't be read."""
    if isinstance(source, Stills):
        for number in wanted:
            photo = None
            with failures.noted(source.paths[number]):
                photo = read_image(source.paths[number])
            if photo is not None:
                yield number, Scene(photo, seconds=float(number))
    else:
        source.rewind()
        yield from source.select(wanted)


def _detect(
    dataset: DatasetConfig, source: VideoFile | Stills, store: Path, failures: Failures
) -> dict[int, list[_Face]]:
    """Return number -> faces for the wanted frames.

    Each result is stored as it comes, so that an interrupted run continues.
    """
    known = _read_store(store)
    if isinstance(source, Stills):
        wanted = list(range(len(source.paths)))
    else:
        wanted = evenly_spaced(range(source.count()), dataset.num)
    missing = [number for number in wanted if number not in known]
    per_thread = threading.local()

    def detect(numbered: tuple[int, Scene]) -> tuple[int, list[_Face]]:
        if not hasattr(per_thread, "detector"):
            per_thread.detector = make_detector(dataset.landmarks, dataset.landmark_model)
        number, scene = numbered
        return number, [
            (mean_landmarks(estimates), landmark_uncertainty(estimates))
            for estimates in per_thread.detector.detect_ensemble(scene.photo)
        ]

    make_detector(
        dataset.landmarks, dataset.landmark_model
    )  # reports unusable weights before the work begins
    _cut_torn_line(store)
    with store.open("a", encoding="utf-8") as file:
        detected = in_parallel(detect, _reread(source, missing, failures))
        bar = tqdm(detected, "faces", len(missing), unit="frame", disable=not missing)
        for number, faces in bar:
            known[number] = faces
            line = [number, [[each.tolist() for each in face] for face in faces]]
            file.write(json.dumps(line) + "\n")
    return {number: known[number] for number in wanted if number in known}


def _cut_torn_line(store: Path) -> None:
    """Cut off the line that was being written when an earlier run was killed."""
    if store.is_file():
        with store.open("rb+") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _read_store(store: Path) -> dict[int, list[_Face]]:
    """Return number -> faces as stored by an earlier run. Damaged lines are left out."""
    known: dict[int, list[_Face]] = {}
    if store.is_file():
        for line in store.read_bytes().splitlines():
            try:
                number, faces = json.loads(line)
                known[int(number)] = [_checked_face(*face) for face in faces]
            except (ValueError, TypeError, OverflowError, RecursionError):
                continue
    return known


def _checked_face(landmarks: Any, uncertainty: Any) -> _Face:
    """Return a stored face.

    Raises:
        ValueError: It has another shape, or a number isn't finite.
        TypeError: It holds other things than numbers.
    """
    points, deviations = np.array(landmarks, np.float32), np.array(uncertainty, np.float32)
    if points.shape != (LANDMARK_COUNT, 2) or deviations.shape != (LANDMARK_COUNT,):
        raise ValueError("not a face's landmarks and their uncertainty")
    if not (np.isfinite(points).all() and np.isfinite(deviations).all()):
        raise ValueError("not finite")
    return points, deviations


def _crop_box(dataset: DatasetConfig, photo: Image, landmarks: NDArray[np.float32]) -> Box:
    height, width = photo.shape[:2]
    if dataset.crop == "face":
        return head_box(landmarks, height, width)
    return centre_box(height, width)


def _crop(photo: Image, box: Box, size: int) -> Image:
    return resize(box.cut(photo), size)
