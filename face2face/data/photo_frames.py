"""Frames made of one photo or a few, by moving the landmarks of the face in each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
from tqdm import tqdm

from face2face.data.batch import Failures
from face2face.data.folders import DatasetConfig, DatasetDirs, Footage, Frame
from face2face.data.frame_quality import Parse
from face2face.data.frames import MIN_FRAMES, crop_box, cut_panel
from face2face.data.parallel import in_parallel
from face2face.errors import FaceError
from face2face.face.back_ends import FaceDetector, make_detector
from face2face.face.expression_model import NEUTRAL, ExpressionModel
from face2face.face.neutral import close_lips
from face2face.face.photo_checks import check_faces_camera, check_large_enough, check_upright
from face2face.image import LANDMARK_COUNT, Box, Image, Landmarks
from face2face.keyframes.background import BackgroundModel
from face2face.media.stills import read_image
from face2face.segmentation.labels import CLASSES
from face2face.synthetic.keyframe_poses import KEYFRAME_POSES, keyframe_poses
from face2face.synthetic.motion import random_expression

#: Frames whose pictures are keyframes: the photos, and keyframe poses of them.
KEYFRAMES = 1 + KEYFRAME_POSES
#: Gap of the lips up to which they are shut, in interocular distances.
_SHUT_LIPS_GAP = 0.03


class Painter(Protocol):
    """Moves the eyes and the mouth of any person, such as
    :class:`face2face.edit.face_painter.FacePainter`.
    """

    def __call__(self, photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
        """Return a copy of a photo with the face's ``(70, 2)`` landmarks moved."""

    def expressions(self) -> ExpressionModel:
        """Load the networks, and return the model of expressions that they hold."""

    @property
    def fingerprint(self) -> str:
        """A hash of the networks."""


@dataclass(frozen=True)
class _Portrait:
    """A photo's panel, the landmarks in it, ``(70, 2)`` float32, and its place in the photo."""

    panel: Image
    landmarks: Landmarks
    box: Box

    def neutral(self, expressions: ExpressionModel) -> Landmarks:
        """Return the face with a neutral expression and shut lips, ``(70, 2)`` float32."""
        return close_lips(expressions(self.landmarks, NEUTRAL), _SHUT_LIPS_GAP)


@dataclass(frozen=True)
class _Pose:
    """A photo, and ``(70, 2)`` float32 landmarks with eyes and mouth moved, the head as it is."""

    portrait: _Portrait
    landmarks: Landmarks

    def picture(self, paint: Painter) -> Image:
        """Return the photo in this pose, ``(size, size, 3)`` uint8 RGB."""
        return paint(self.portrait.panel, self.portrait.landmarks, self.landmarks)


def frames_of_photos(
    dataset: DatasetConfig,
    paths: list[Path],
    folders: DatasetDirs,
    failures: Failures,
    parse: Parse,
    paint: Painter,
) -> Footage:
    """Return frames made of a few photos of one person, and write their crops.

    Heads stay as they are in the photos. The first frames are the photos themselves. Then the
    photos take the keyframe poses in turn, see
    :func:`face2face.synthetic.keyframe_poses.keyframe_poses`. With these, the first
    :data:`KEYFRAMES` frames count as seen. The remaining poses are random, and only trained on.

    Args:
        dataset: The settings.
        paths: The photos, at least one.
        folders: Where the crops are written.
        failures: Where photos are noted that can't be used; a single one is an error.
        parse: Returns the label map of a photo.
        paint: Moves eyes and mouths.

    Raises:
        FaceError: No photo shows exactly one face that is upright and large enough.
        MediaError: The only photo can't be read.
        ModelError: A network of the painter is missing or damaged.
    """
    expressions = paint.expressions()
    portraits = _portraits(dataset, paths, failures)
    poses = _poses(portraits, expressions, max(dataset.num, MIN_FRAMES))
    frames = [_frame(number, pose) for number, pose in enumerate(poses)]
    background = _background(portraits, parse)
    painting = Lock()

    def keep(frame: Frame) -> None:
        def picture() -> Image:
            with painting:
                return poses[frame.number].picture(paint)

        folders.keep(frame, picture)

    for _ in tqdm(in_parallel(keep, frames), "poses", len(frames), unit="frame"):
        pass
    neutral = replace(frames[0], landmarks=portraits[0].neutral(expressions))
    return Footage(frames, frames[:KEYFRAMES], len(portraits), neutral, background=background)


def _poses(portraits: list[_Portrait], expressions: ExpressionModel, count: int) -> list[_Pose]:
    """Return the poses of :func:`frames_of_photos`, at least one of each photo."""
    rng = np.random.default_rng(0)
    neutrals = [portrait.neutral(expressions) for portrait in portraits]
    designed = [keyframe_poses(neutral, expressions) for neutral in neutrals]
    poses = [_Pose(each, each.landmarks) for each in portraits]
    for number in range(count - len(poses)):
        index = number % len(portraits)
        if len(poses) < KEYFRAMES:
            landmarks = designed[index][number]
        else:
            landmarks = random_expression(rng).applied_to(neutrals[index])
        poses.append(_Pose(portraits[index], landmarks))
    return poses


def _frame(number: int, pose: _Pose) -> Frame:
    """Return the frame of a pose; its landmarks are exact."""
    certain = np.zeros(LANDMARK_COUNT, np.float32)
    return Frame(number, float(number), pose.landmarks, certain, pose.portrait.box)


def _background(portraits: list[_Portrait], parse: Parse) -> BackgroundModel:
    """Return the background of the only photo; that of several differs, so that none is known."""
    first = portraits[0]
    person = np.ones(first.panel.shape[:2], bool)
    if len(portraits) == 1:
        person = parse(first.panel, first.landmarks) != CLASSES.index("background")
    return BackgroundModel.of_photo(first.panel, person)


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
    """Return the landmarks of a photo's only face, ``(70, 2)`` float32 in its pixels."""
    check_upright(detector, photo, path)
    faces = detector(photo)
    if len(faces) != 1:
        raise FaceError(
            f"A photo of the target shows exactly one face, and there are {len(faces)} in {path}.",
            hint="Choose another photo, or crop this one.",
        )
    check_faces_camera(faces[0], path)
    return faces[0]
