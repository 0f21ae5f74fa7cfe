"""The frames of a video or of photos that can be trained on: one face each, cropped."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.data.batch import Failures
from face2face.data.detection_store import (
    Detection,
    cut_torn_line,
    read_detections,
    write_detection,
)
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage, Frame
from face2face.data.frame_quality import Parse, QualityMeter, bad_frames
from face2face.data.lips import with_measured_lips
from face2face.data.parallel import in_parallel
from face2face.data.process import resize
from face2face.errors import FaceError, OptionError
from face2face.face.back_ends import make_detector
from face2face.face.crop import head_box
from face2face.face.ensemble import landmark_uncertainty, mean_landmarks
from face2face.image import Box, Image, Scene, centre_box
from face2face.media.source import Stills
from face2face.media.stills import read_image
from face2face.media.video import VideoFile
from face2face.sample import evenly_spaced

#: Smallest number of frames that make a target.
MIN_FRAMES = 10


def frames_of(
    dataset: DatasetConfig,
    source: VideoFile | Stills,
    folders: DatasetDirs,
    failures: Failures,
    parse: Parse,
) -> Footage:
    """Return the frames that show exactly one face, and write the crops of those that are kept.

    Args:
        dataset: The settings.
        source: A video, or several photos.
        folders: Where the crops are written.
        failures: Where photos are noted that can't be read.
        parse: See :class:`face2face.data.frame_quality.QualityMeter`.

    Raises:
        FaceError: Too few frames show exactly one whole and clear face inside the crop, or there
            is none at the time of ``neutral_at``.
        OptionError: There is no frame at that time.
    """
    wanted, picked = _wanted(dataset, source)
    detections = _detect(dataset, source, wanted, folders.points, failures, parse)
    if picked is not None:
        _check_picked(dataset, detections.get(picked))
    clear, dropped = _clear_faces(dataset, source, detections)
    shown = clear if picked is None else clear | {picked: detections[picked]}
    faces = with_measured_lips(shown)
    frames: dict[int, Frame] = {}
    kept: list[Frame] = []
    reread = _reread(source, sorted(clear), failures)
    for number, scene in tqdm(reread, "crops", len(clear), unit="frame"):
        if isinstance(source, Stills):
            frames |= _placed(dataset, scene.photo, {number: faces[number]})
        elif not frames:
            frames = _placed(dataset, scene.photo, faces)
        frame = frames[number]
        if (frame.landmarks < 0).any() or (frame.landmarks > dataset.size - 1).any():
            dropped["the face beyond the crop"] += 1
            continue
        folders.keep(frame, partial(cut_panel, scene.photo, frame.crop, dataset.size))
        kept.append(frame)
    if len(kept) < MIN_FRAMES:
        raise FaceError(
            f"Only {len(kept)} frames of {dataset.file} have one clear, whole face"
            f"{_reasons(dropped)}; at least {MIN_FRAMES} are needed.",
            hint="Use a video in which the head stays in the picture, and no --crop center.",
        )
    seen = [frames[number] for number in sorted(frames) if number in clear]
    return Footage(kept, seen, len(detections), None if picked is None else frames[picked], dropped)


def _check_picked(dataset: DatasetConfig, detection: Detection | None) -> None:
    """Check that the picked neutral frame shows one face; raise FaceError where it doesn't."""
    faces = detection.faces if detection else []
    if len(faces) != 1:
        raise FaceError(
            f"The frame of {dataset.file} at {dataset.neutral_at:g} s shows "
            f"{'more than one' if faces else 'no'} face.",
            hint="Name another time with --neutral-at.",
        )


def _clear_faces(
    dataset: DatasetConfig, source: VideoFile | Stills, detections: dict[int, Detection]
) -> tuple[dict[int, Detection], Counter[str]]:
    """Return the frames with exactly one clear face, and for each reason the number of others."""
    dropped: Counter[str] = Counter()
    single: dict[int, Detection] = {}
    for number, detection in detections.items():
        if len(detection.faces) == 1:
            single[number] = detection
        else:
            dropped["more than one face" if detection.faces else "no face"] += 1
    if len(single) < MIN_FRAMES:
        raise FaceError(
            f"Only {len(single)} of {len(detections)} frames of {dataset.file} have exactly one "
            f"face{_reasons(dropped)}; at least {MIN_FRAMES} are needed.",
            hint="Film one person, facing the camera, and longer.",
        )
    qualities = {number: each.quality for number, each in single.items() if each.quality}
    bad = bad_frames(qualities, is_clip=not isinstance(source, Stills))
    clear = {number: each for number, each in single.items() if number not in bad}
    return clear, dropped + Counter(bad.values())


def _reasons(dropped: Counter[str]) -> str:
    """Return the numbers of frames left out, in brackets, for an error; empty for none."""
    reasons = ", ".join(f"{count} with {reason}" for reason, count in dropped.items())
    return f" ({reasons})" if reasons else ""


def _placed(
    dataset: DatasetConfig, photo: Image, detections: dict[int, Detection]
) -> dict[int, Frame]:
    """Return frames of one crop by their numbers.

    Args:
        dataset: The settings.
        photo: One of the pictures; all have its size.
        detections: Number -> one face and its figures.
    """
    faces = [detection.faces[0] for detection in detections.values()]
    box = crop_box(dataset, photo, np.stack([landmarks for landmarks, _ in faces]))
    scale = np.float32(dataset.size / box.side)
    return {
        number: Frame(
            number,
            detection.quality.seconds if detection.quality else 0.0,
            box.to_panel(landmarks, dataset.size),
            scale * uncertainty,
            box,
        )
        for (number, detection), (landmarks, uncertainty) in zip(
            detections.items(), faces, strict=True
        )
    }


def _wanted(dataset: DatasetConfig, source: VideoFile | Stills) -> tuple[list[int], int | None]:
    """Return the numbers of the frames to look at, and that of the picked neutral frame.

    Raises:
        OptionError: The clip has no frame at the picked time.
    """
    time = dataset.neutral_at
    if isinstance(source, Stills):
        return list(range(len(source.paths))), None
    times = source.times()
    wanted = evenly_spaced(range(len(times)), dataset.num)
    if time is None:
        return wanted, None
    if not 0 <= time <= times[-1] + 1 / source.fps:
        raise OptionError(
            f"--neutral-at {time:g} lies outside {dataset.file}, which lasts {times[-1]:.2f} s.",
            hint=f"Name a time from 0 to {times[-1]:.2f}.",
        )
    picked = int(np.abs(np.array(times) - time).argmin())
    return sorted({*wanted, picked}), picked


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
    dataset: DatasetConfig,
    source: VideoFile | Stills,
    wanted: list[int],
    store: Path,
    failures: Failures,
    parse: Parse,
) -> dict[int, Detection]:
    """Return number -> detection for the wanted frames.

    Each result is stored as it comes, so that an interrupted run continues.
    """
    known = read_detections(store)
    missing = [number for number in wanted if number not in known]
    per_thread, measure = threading.local(), QualityMeter(parse)

    def detect(numbered: tuple[int, Scene]) -> tuple[int, Detection]:
        if not hasattr(per_thread, "detector"):
            per_thread.detector = make_detector(dataset.landmarks, dataset.landmark_model)
        number, scene = numbered
        faces = [
            (mean_landmarks(estimates), landmark_uncertainty(estimates))
            for estimates in per_thread.detector.detect_ensemble(scene.photo)
        ]
        single = faces[0][0] if len(faces) == 1 else None
        quality = None if single is None else measure(scene.photo, single, scene.seconds or 0.0)
        return number, Detection(faces, quality)

    # This reports unusable weights before the work begins.
    make_detector(dataset.landmarks, dataset.landmark_model)
    cut_torn_line(store)
    with store.open("a", encoding="utf-8") as file:
        detected = in_parallel(detect, _reread(source, missing, failures))
        bar = tqdm(detected, "faces", len(missing), unit="frame", disable=not missing)
        for number, detection in bar:
            known[number] = detection
            write_detection(file, number, detection)
    return {number: known[number] for number in wanted if number in known}


def crop_box(dataset: DatasetConfig, photo: Image, landmarks: NDArray[np.float32]) -> Box:
    """Return the part of a picture that becomes the panel.

    Args:
        dataset: The settings.
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(n, 70, 2)``, every place of the head, in the picture's pixels.
    """
    height, width = photo.shape[:2]
    if dataset.crop == "face":
        return head_box(landmarks, height, width)
    return centre_box(height, width)


def cut_panel(photo: Image, box: Box, size: int) -> Image:
    """Return a part of a picture as a panel, ``(size, size, 3)`` uint8 RGB."""
    return resize(box.cut(photo), size)
