"""From a video or photos of somebody to training pairs: detect, crop, condition, write.

What is on disk is never mixed: ``source.json`` says what a folder was made of, and another video or another setting is refused.
An interrupted run goes on where it stopped, since each step skips what is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from face2face.card import Card
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.errors import DataError, FaceError
from face2face.face.animate import animate
from face2face.face.crop import head_box
from face2face.face.detect import Detector
from face2face.face.motion import Expression, random_expression
from face2face.face.sketch import SketchSpec
from face2face.files import writable_folder, write_aside
from face2face.image import Box, Image, Landmarks, Scene, centre_box
from face2face.media.source import Stills, VideoFile, open_file
from face2face.media.stills import read_image, write_image

#: The last share of a video, one block, is held out: neighbouring frames are near-copies, a random split would be cheating.
HELD_OUT = 0.1
#: Fewer frames than this teach nothing.
LEAST_FRAMES = 10
_OWN_FILE = re.compile(r"\d{6}\.png")


@dataclass(frozen=True)
class Plan:
    """What a folder of training data is made of.

    Attributes:
        file: A video, a photo, or a folder of photos.
        num: Frames wanted, at least 1, spread over the whole video; for a photo, pairs made of it.
        size: Width and height of a panel, 256 or 512.
        crop: ``face``: a square that holds the head wherever it goes; ``center``: the middle of the picture.
        landmark_model: A dlib shape predictor; None for the bundled one.
        licence: Of the pictures, for the card.
        consent: Of the person shown, for the card.
    """

    file: Path
    num: int = 400
    size: int = 256
    crop: str = "face"
    landmark_model: Path | None = None
    licence: str = "not stated"
    consent: str = "not stated"

    def fingerprint(self) -> dict[str, Any]:
        """All that makes two runs the same run; the file is known by its content, not by its place."""
        files = Stills(self.file).paths if self.file.is_dir() else [self.file]
        digest = hashlib.sha256()
        for each in files:
            with each.open("rb") as opened:
                digest.update(opened.read(1 << 20))
                digest.update(str(each.stat().st_size).encode())
        settings = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}
        return settings | {"file": self.file.name, "sha256": digest.hexdigest()}


@dataclass(frozen=True)
class Gathered:
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


Study = Callable[[NDArray[np.float32], Callable[[int], Scene], Sequence[int], int], _Mode]


def gather(plan: Plan, output_dir: Path, study: Study, overwrite: bool = False) -> Gathered:
    """Makes ``original/``, ``landmarks/`` and ``combined/`` of a video or of photos, on all cores, with a progress bar.

    Args:
        plan: What to make.
        output_dir: Where; made if need be.
        study: Makes the mode of ``(n, 68, 2)`` landmarks, a reader of their scenes, the indices that may be kept, and the size.
        overwrite: Removes what an earlier run with another plan left there, and nothing else.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames have exactly one face.
        MediaError: The file can't be read or the folder can't be written to.
    """
    scenes = open_file(plan.file)
    folders = _Folders(writable_folder(output_dir))
    folders.claim(plan.fingerprint(), overwrite)
    if isinstance(scenes, Stills) and len(scenes.paths) == 1:
        frames, dropped = _frames_of_photo(plan, scenes.paths[0], folders)
    else:
        frames, dropped = _frames(plan, scenes, folders)
    train, val = _split(frames)
    landmarks = np.stack([frame.landmarks for frame in train])
    among = [index for index, frame in enumerate(train) if frame.real]
    mode = study(landmarks, lambda index: folders.scene(train[index]), among, plan.size)

    def pair(job: tuple[str, _Frame]) -> None:
        part, frame = job
        path = folders.combined / part / frame.name
        if not path.exists():
            scene = folders.scene(frame)
            write_strip(path, [*mode.condition(scene), mode.target(scene)])

    jobs = [(TRAIN, frame) for frame in train] + [(VAL, frame) for frame in val]
    for part in (TRAIN, VAL):
        (folders.combined / part).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in tqdm(pool.map(pair, jobs), "pairs", len(jobs), unit="pair"):
            pass
    mode.save(folders.combined)
    data = {"file": plan.file.name, "frames": len(frames), "seconds": round(max(frame.seconds for frame in frames), 2)}
    Card(**mode.card_fields(), data=data, licence=plan.licence, consent=plan.consent).save(folders.combined)
    return Gathered(len(train), len(val), dict(dropped))


@dataclass(frozen=True)
class _Frame:
    """A frame that was kept: where its crop lies, what is on it, and whether it was photographed or made."""

    number: int
    seconds: float
    landmarks: Landmarks
    real: bool = True

    @property
    def name(self) -> str:
        return f"{self.number:06d}.png"


class _Folders:
    """The folders of one run."""

    def __init__(self, root: Path) -> None:
        self.original, self.landmarks, self.combined = (root / each for each in ("original", "landmarks", "combined"))
        self._claim = self.original / "source.json"
        self.points = self.landmarks / "points.jsonl"

    def claim(self, fingerprint: dict[str, Any], overwrite: bool) -> None:
        """Sees that what is there was made by the same plan; removes it if told to."""
        mine = json.dumps(fingerprint, indent=2)
        if self._claim.is_file() and self._claim.read_text(encoding="utf-8") == mine:
            return
        places = (self.original, self.landmarks, self.combined / TRAIN, self.combined / VAL)
        occupied = [place for place in places if place.is_dir() and any(place.iterdir())]
        if occupied and not overwrite:
            rule = "a folder holds the data of one video with one setting"
            do = "name another --output_dir, or pass --overwrite to replace what is there"
            raise DataError(rule, f"those of another in {occupied[0].parent}", do)
        for place in occupied:
            for path in place.iterdir():
                if _OWN_FILE.fullmatch(path.name) or path in (self._claim, self.points):
                    path.unlink()
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
        with write_aside(self._claim) as aside:
            aside.write_text(mine, encoding="utf-8")

    def scene(self, frame: _Frame) -> Scene:
        """The crop of a kept frame with its landmarks."""
        return Scene(read_image(self.original / frame.name), frame.landmarks, frame.seconds)

    def keep(self, frame: _Frame, photo: Callable[[], Image]) -> None:
        """Writes a frame's crop and sketch where they are missing."""
        if not (self.original / frame.name).exists():
            write_image(self.original / frame.name, photo())
        if not (self.landmarks / frame.name).exists():
            size = read_image(self.original / frame.name).shape[0]
            write_image(self.landmarks / frame.name, SketchSpec().draw(frame.landmarks, size))


def _split(frames: list[_Frame]) -> tuple[list[_Frame], list[_Frame]]:
    held_out = max(1, round(len(frames) * HELD_OUT))
    return frames[:-held_out], frames[-held_out:]


def _frames_of_photo(plan: Plan, path: Path, folders: _Folders) -> tuple[list[_Frame], Counter[str]]:
    """Frames made of one photo by moving its landmarks; the first is the photo as it is."""
    photo = read_image(path)
    found = Detector(plan.landmark_model)(photo)
    if len(found) != 1:
        raise FaceError("a photo of the target shows exactly one face", f"{len(found)} in {path}", "choose or crop another")
    box = _box(plan, photo, np.stack(found))
    still, neutral = _resized(box.cut(photo), plan.size), box.to_panel(found[0], plan.size)
    rng = np.random.default_rng(0)
    poses = [Expression()] + [random_expression(rng) for _ in range(max(plan.num, LEAST_FRAMES) - 1)]
    frames = [_Frame(number, float(number), pose.applied_to(neutral), number == 0) for number, pose in enumerate(poses)]

    def keep(frame: _Frame) -> None:
        folders.keep(frame, lambda: animate(still, neutral, frame.landmarks) if frame.number else still)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in tqdm(pool.map(keep, frames), "poses", len(frames), unit="frame"):
            pass
    return frames, Counter()


def _frames(plan: Plan, scenes: VideoFile | Stills, folders: _Folders) -> tuple[list[_Frame], Counter[str]]:
    """Frames of a video or of several photos that show exactly one face."""
    detections = _detect(plan, scenes, folders.points)
    dropped: Counter[str] = Counter()
    single: dict[int, Landmarks] = {}
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
    frames: list[_Frame] = []
    common: Box | None = None
    for number, scene in _reread(scenes, sorted(single)):
        if common is None or isinstance(scenes, Stills):
            known = single[number][None] if isinstance(scenes, Stills) else np.stack(list(single.values()))
            common = _box(plan, scene.photo, known)
        points = common.to_panel(single[number], plan.size)
        if (points < 0).any() or (points > plan.size - 1).any():
            dropped["the face beyond the crop"] += 1
            continue
        frame = _Frame(number, scene.seconds or 0.0, points)
        folders.keep(frame, partial(_cropped, scene.photo, common, plan.size))
        frames.append(frame)
    if len(frames) < LEAST_FRAMES:
        rule = f"training needs at least {LEAST_FRAMES} frames with the whole face inside the crop"
        raise FaceError(rule, len(frames), "use --crop face, or a video in which the head stays in the picture")
    return frames, dropped


def _reread(scenes: VideoFile | Stills, wanted: list[int]) -> Iterator[tuple[int, Scene]]:
    if isinstance(scenes, Stills):
        everything = list(scenes.paths)
        for number in wanted:
            yield number, Scene(read_image(everything[number]), seconds=float(number))
    else:
        scenes.rewind()
        yield from scenes.select(wanted)


def _detect(plan: Plan, scenes: VideoFile | Stills, store: Path) -> dict[int, list[Landmarks]]:
    """Number -> the faces on it, for the frames wanted; each result is stored as it comes, so that a second run goes on."""
    known: dict[int, list[Landmarks]] = {}
    if store.is_file():
        for line in store.read_text(encoding="utf-8").splitlines():
            try:
                number, faces = json.loads(line)
            except ValueError:  # the line under way when the run was killed
                continue
            known[number] = [np.array(face, np.float32) for face in faces]
    if isinstance(scenes, Stills):
        wanted = list(range(len(scenes.paths)))
    else:
        count = scenes.count()
        wanted = sorted(set(np.linspace(0, max(count - 1, 0), min(plan.num, count)).round().astype(int).tolist()))
    missing = [number for number in wanted if number not in known]
    found: dict[int, list[Landmarks]] = {}
    per_thread = threading.local()

    def detect(photo: Image) -> list[Landmarks]:
        if not hasattr(per_thread, "detector"):
            per_thread.detector = Detector(plan.landmark_model)
        found_here: list[Landmarks] = per_thread.detector(photo)
        return found_here

    Detector(plan.landmark_model)  # unusable weights are said before the work begins
    with store.open("a", encoding="utf-8") as file, ThreadPoolExecutor(os.cpu_count()) as pool:
        ahead = _ahead(pool, detect, ((number, scene.photo) for number, scene in _reread(scenes, missing)), 4 * (os.cpu_count() or 1))
        for number, faces in tqdm(ahead, "faces", len(missing), unit="frame", disable=not missing):
            found[number] = faces
            file.write(json.dumps([number, [face.tolist() for face in faces]]) + "\n")
    known |= found
    return {number: known[number] for number in wanted if number in known}


def _ahead(
    pool: ThreadPoolExecutor, work: Callable[[Image], list[Landmarks]], items: Iterable[tuple[int, Image]], limit: int
) -> Iterator[tuple[int, list[Landmarks]]]:
    """Like ``pool.map``, but with at most ``limit`` pictures in memory."""
    waiting: deque[tuple[int, Future[list[Landmarks]]]] = deque()
    for number, photo in items:
        waiting.append((number, pool.submit(work, photo)))
        if len(waiting) >= limit:
            number, result = waiting.popleft()
            yield number, result.result()
    for number, result in waiting:
        yield number, result.result()


def _box(plan: Plan, photo: Image, landmarks: NDArray[np.float32]) -> Box:
    height, width = photo.shape[:2]
    return head_box(landmarks, height, width) if plan.crop == "face" else centre_box(height, width)


def _cropped(photo: Image, box: Box, size: int) -> Image:
    return _resized(box.cut(photo), size)


def _resized(photo: Image, size: int) -> Image:
    how = cv2.INTER_AREA if photo.shape[0] > size else cv2.INTER_CUBIC
    return cv2.resize(photo, (size, size), interpolation=how)
