"""Frames made of one photo or a few, by moving the landmarks of the face in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage, Frame
from face2face.data.frames import MIN_FRAMES, crop_box, cut_panel
from face2face.data.parallel import in_parallel
from face2face.errors import FaceError
from face2face.face.back_ends import FaceDetector, make_detector
from face2face.face.neutral import close_lips, lip_gap
from face2face.face.photo_checks import check_large_enough, check_upright
from face2face.image import LANDMARK_COUNT, Box, Image, Landmarks
from face2face.media.stills import read_image
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import random_expression

#: Longer side of the copy in which the face of a larger photo is searched, in pixels.
_SEARCH_SIDE = 2048
#: Gap from which the lips of a photo are parted, and that of shut ones, in interocular distances.
_PARTED_LIPS_GAP, _SHUT_LIPS_GAP = 0.1, 0.03


@dataclass(frozen=True)
class _Portrait:
    """A photo's panel, the landmarks in it, ``(70, 2)`` float32, and its place in the photo."""

    panel: Image
    landmarks: Landmarks
    box: Box

    @property
    def shut(self) -> Landmarks:
        """The landmarks with shut lips, ``(70, 2)`` float32."""
        parted = lip_gap(self.landmarks) > _PARTED_LIPS_GAP
        return close_lips(self.landmarks, _SHUT_LIPS_GAP) if parted else self.landmarks


def frames_of_photos(
    dataset: DatasetConfig, paths: list[Path], folders: DatasetDirs, failures: Failures
) -> Footage:
    """Return frames made of a few photos of one person, and write their crops.

    The first frames are the photos as they are. The others take the photos in turn.

    Args:
        dataset: The settings.
        paths: The photos, at least one.
        folders: Where the crops are written.
        failures: Where photos are noted that can't be used; a single one is an error.

    Raises:
        FaceError: No photo shows exactly one face that is upright and large enough.
        MediaError: The only photo can't be read.
    """
    portraits = _portraits(dataset, paths, failures)
    rng = np.random.default_rng(0)
    count = max(dataset.num, MIN_FRAMES)
    poses = [portrait.landmarks for portrait in portraits]
    shut = [portrait.shut for portrait in portraits]
    while len(poses) < count:
        poses.append(random_expression(rng).applied_to(shut[len(poses) % len(portraits)]))
    certain = np.zeros(LANDMARK_COUNT, np.float32)
    frames = [
        Frame(number, float(number), pose, certain, portraits[number % len(portraits)].box)
        for number, pose in enumerate(poses)
    ]

    def picture(frame: Frame) -> Image:
        portrait = portraits[frame.number % len(portraits)]
        if frame.number < len(portraits):
            return portrait.panel
        return animate(portrait.panel, portrait.landmarks, frame.landmarks)

    def keep(frame: Frame) -> None:
        folders.keep(frame, lambda: picture(frame))

    for _ in tqdm(in_parallel(keep, frames), "poses", len(frames), unit="frame"):
        pass
    return Footage(frames, frames, len(portraits))


def _portraits(dataset: DatasetConfig, paths: list[Path], failures: Failures) -> list[_Portrait]:
    """Return the photos that can be used, at least one; note the others."""
    detector = make_detector(dataset.landmarks, dataset.landmark_model)
    if len(paths) == 1:
        return [_portrait(dataset, paths[0], detector)]
    found = []
    for path in paths:
        with failures.noted(path):
            found.append(_portrait(dataset, path, detector))
    if not found:
        raise FaceError(f"No photo in {dataset.file} can be used.", hint=failures.errors[paths[0]])
    return found


def _portrait(dataset: DatasetConfig, path: Path, detector: FaceDetector) -> _Portrait:
    """Return one photo's panel.

    Raises:
        FaceError: It doesn't show exactly one face, isn't upright, or the face is too small.
        MediaError: It can't be read.
    """
    photo = read_image(path)
    landmarks = _only_face(photo, path, detector)
    check_large_enough(landmarks, path)
    box = crop_box(dataset, photo, landmarks[None])
    panel = cut_panel(photo, box, dataset.size)
    return _Portrait(panel, box.to_panel(landmarks, dataset.size), box)


def _only_face(photo: Image, path: Path, detector: FaceDetector) -> Landmarks:
    """Return the landmarks of a photo's only face, ``(70, 2)`` float32 in its pixels.

    A large photo is searched in a small copy: 64 million pixels would take 20 seconds.
    """
    scale = max(photo.shape[:2]) / _SEARCH_SIDE
    small = photo
    if scale > 1:
        size = (round(photo.shape[1] / scale), round(photo.shape[0] / scale))
        small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    check_upright(detector, small, path)
    faces = detector(small)
    if len(faces) != 1:
        raise FaceError(
            f"A photo of the target shows exactly one face, and there are {len(faces)} in {path}.",
            hint="Choose another photo, or crop this one.",
        )
    return faces[0] if small is photo else detector.refine(photo, faces[0] * np.float32(scale))
