"""Frames of a video or of photos that are fit to train on: one face each, cropped."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.data.folders import DatasetConfig, DatasetDirs, Frame
from face2face.data.parallel import in_parallel
from face2face.data.process import resize
from face2face.errors import FaceError
from face2face.face.crop import head_box
from face2face.face.detector import Detector, landmark_uncertainty, mean_landmarks
from face2face.face.expression import Expression
from face2face.image import LANDMARK_COUNT, Box, Image, Landmarks, Scene, centre_box
from face2face.media.source import Stills
from face2face.media.stills import read_image
from face2face.media.video import VideoFile
from face2face.sample import evenly_spaced
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import random_expression

#: Fewer frames than this teach nothing.
LEAST_FRAMES = 10

#: A face's landmarks, ``(68, 2)`` float32, and how unsure they are, ``(68,)`` float32, in pixels.
_Found = tuple[Landmarks, NDArray[np.float32]]


def frames_of_photo(
    plan: DatasetConfig, path: Path, folders: DatasetDirs
) -> tuple[list[Frame], Counter[str]]:
    """Frames made of one photo by moving its landmarks; the first is the photo as it is."""
    photo = read_image(path)
    found = Detector(plan.landmark_model)(photo)
    if len(found) != 1:
        raise FaceError(
            "a photo of the target shows exactly one face",
            f"{len(found)} in {path}",
            "choose or crop another",
        )
    box = _box(plan, photo, np.stack(found))
    still, neutral = _crop(photo, box, plan.size), box.to_panel(found[0], plan.size)
    rng = np.random.default_rng(0)
    poses = [Expression()] + [
        random_expression(rng) for _ in range(max(plan.num, LEAST_FRAMES) - 1)
    ]
    known = np.zeros(LANDMARK_COUNT, np.float32)
    frames = [
        Frame(number, float(number), pose.applied_to(neutral), known, box)
        for number, pose in enumerate(poses)
    ]

    def keep(frame: Frame) -> None:
        folders.keep(
            frame,
            lambda: animate(still, neutral, frame.landmarks) if frame.number else still,
            plan.size,
        )

    for _ in tqdm(in_parallel(keep, frames), "poses", len(frames), unit="frame"):
        pass
    return frames, Counter()


def frames_of(
    plan: DatasetConfig, scenes: VideoFile | Stills, folders: DatasetDirs
) -> tuple[list[Frame], Counter[str]]:
    """Frames of a video or of several photos that show exactly one face."""
    detections = _detect(plan, scenes, folders.points)
    dropped: Counter[str] = Counter()
    single: dict[int, _Found] = {}
    for number, faces in detections.items():
        if len(faces) == 1:
            single[number] = faces[0]
        else:
            dropped["no face" if not faces else "more than one face"] += 1
    if len(single) < LEAST_FRAMES:
        why = ", ".join(f"{count} with {reason}" for reason, count in dropped.items())
        rule = f"training needs at least {LEAST_FRAMES} frames with exactly one face"
        got = f"{len(single)} of {len(detections)} in {plan.file}" + (f" ({why})" if why else "")
        raise FaceError(rule, got, "film one person, facing the camera, or raise --num")
    frames: list[Frame] = []
    common: Box | None = None
    for number, scene in _reread(scenes, sorted(single)):
        if common is None or isinstance(scenes, Stills):
            known = [single[number]] if isinstance(scenes, Stills) else single.values()
            common = _box(plan, scene.photo, np.stack([landmarks for landmarks, _ in known]))
        landmarks, unsure = single[number]
        points = common.to_panel(landmarks, plan.size)
        if (points < 0).any() or (points > plan.size - 1).any():
            dropped["the face beyond the crop"] += 1
            continue
        frame = Frame(
            number,
            scene.seconds or 0.0,
            points,
            np.float32(plan.size / common.side) * unsure,
            common,
        )
        folders.keep(frame, partial(_crop, scene.photo, common, plan.size), plan.size)
        frames.append(frame)
    if len(frames) < LEAST_FRAMES:
        rule = f"training needs at least {LEAST_FRAMES} frames with the whole face inside the crop"
        raise FaceError(
            rule, len(frames), "use --crop face, or a video in which the head stays in the picture"
        )
    return frames, dropped


def _reread(scenes: VideoFile | Stills, wanted: list[int]) -> Iterator[tuple[int, Scene]]:
    if isinstance(scenes, Stills):
        for number in wanted:
            yield number, Scene(read_image(scenes.paths[number]), seconds=float(number))
    else:
        scenes.rewind()
        yield from scenes.select(wanted)


def _detect(
    plan: DatasetConfig, scenes: VideoFile | Stills, store: Path
) -> dict[int, list[_Found]]:
    """Number -> the faces on it, for the frames wanted; each result is stored as it comes, so that a second run goes on."""
    known: dict[int, list[_Found]] = {}
    if store.is_file():
        for line in store.read_text(encoding="utf-8").splitlines():
            try:
                number, faces = json.loads(line)
                known[number] = [
                    (np.array(landmarks, np.float32), np.array(unsure, np.float32))
                    for landmarks, unsure in faces
                ]
            except ValueError:  # the line under way when the run was killed
                continue
    if isinstance(scenes, Stills):
        wanted = list(range(len(scenes.paths)))
    else:
        count = scenes.count()
        wanted = evenly_spaced(range(count), plan.num)
    missing = [number for number in wanted if number not in known]
    found: dict[int, list[_Found]] = {}
    per_thread = threading.local()

    def detect(numbered: tuple[int, Scene]) -> tuple[int, list[_Found]]:
        if not hasattr(per_thread, "detector"):
            per_thread.detector = Detector(plan.landmark_model)
        number, scene = numbered
        return number, [
            (mean_landmarks(looks), landmark_uncertainty(looks))
            for looks in per_thread.detector.detect_ensemble(scene.photo)
        ]

    Detector(plan.landmark_model)  # unusable weights are said before the work begins
    with store.open("a", encoding="utf-8") as file:
        detected = in_parallel(detect, _reread(scenes, missing))
        for number, faces in tqdm(
            detected, "faces", len(missing), unit="frame", disable=not missing
        ):
            found[number] = faces
            file.write(
                json.dumps([number, [[each.tolist() for each in face] for face in faces]]) + "\n"
            )
    known |= found
    return {number: known[number] for number in wanted if number in known}


def _box(plan: DatasetConfig, photo: Image, landmarks: NDArray[np.float32]) -> Box:
    height, width = photo.shape[:2]
    return head_box(landmarks, height, width) if plan.crop == "face" else centre_box(height, width)


def _crop(photo: Image, box: Box, size: int) -> Image:
    return resize(box.cut(photo), size)
