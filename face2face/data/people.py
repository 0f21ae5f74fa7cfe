"""Pictures of the same person: from folders of photos, and from videos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from face2face.data.batch import Failures
from face2face.data.feature_pairs import Picture
from face2face.face.expression_model import NEUTRAL, ExpressionModel, MeasuredFace
from face2face.image import Image, Landmarks
from face2face.keyframes.pose_metric import farthest_point_sample
from face2face.media.stills import list_images, read_image
from face2face.media.video import VideoFile

#: Word in the name of a photo -> the expression that it shows.
_WORDS = {
    "neutral": NEUTRAL,
    "smiling": "smile",
    "smile": "smile",
    "happy": "smile",
    "sad": "sad",
    "angry": "angry",
    "surprised": "surprised",
}
#: Seconds between the frames of a video that are looked at.
_FRAME_STEP = 0.2


def people_in(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """Return name of a person -> the person's photos.

    Photos in a subfolder show one person, whose name is the subfolder's. Photos in the folder
    itself show the person named before the first underscore. Folders are taken together, so that
    the same name in two of them is the same person.

    Args:
        folders: Folders of photos.
    """
    people: dict[str, list[Path]] = {}
    for folder in folders:
        for path in list_images(folder):
            own = path.parent == folder
            person = path.stem.split("_")[0] if own else path.parent.name
            people.setdefault(person, []).append(path)
    return people


def photo_pictures(
    paths: Sequence[Path], detect: Callable[[Image], list[Landmarks]]
) -> list[Picture]:
    """Return the photos that show exactly one face.

    Args:
        paths: The photos.
        detect: Returns the landmarks of all faces in a photo, ``(70, 2)`` each.

    Raises:
        MediaError: A photo can't be read.
    """
    photos = [read_image(path) for path in paths]
    faces = [detect(photo) for photo in photos]
    return [
        Picture(photo, found[0], path.stem)
        for photo, found, path in zip(photos, faces, paths, strict=True)
        if len(found) == 1
    ]


def video_pictures(
    path: Path, detect: Callable[[Image], list[Landmarks]], per_second: float
) -> list[Picture]:
    """Return frames of a video that are far apart in expression.

    Args:
        path: The video; it shows one person.
        detect: Returns the landmarks of all faces in a photo, ``(70, 2)`` each.
        per_second: Number of frames for each second of the video.

    Raises:
        MediaError: The video can't be read.
    """
    found, due, seconds = [], 0.0, 0.0
    with VideoFile(path) as video:
        for scene in video:
            seconds = scene.seconds or 0.0
            if seconds >= due:
                due += _FRAME_STEP
                if len(faces := detect(scene.photo)) == 1:
                    found.append(Picture(scene.photo, faces[0]))
    if not found:
        return []
    landmarks = np.stack([each.landmarks for each in found])
    count = max(2, round(per_second * seconds))
    return [found[each] for each in farthest_point_sample(landmarks, landmarks.mean(0), count)]


def learn_expressions(
    people: Iterable[Iterable[Path]],
    detect: Callable[[Image], list[Landmarks]],
    measure: Callable[[Image], list[Landmarks]],
    failures: Failures,
) -> ExpressionModel:
    """Return the ways to expressions, learnt from photos whose names tell them.

    Args:
        people: The photos of each person. Only those that show exactly one face count.
        detect: Returns the landmarks of all faces in a photo, ``(70, 2)`` each, by the back end
            that the model will be used with.
        measure: The same, by the back end that shows best how far a face has moved.
        failures: Notes the photos that can't be read.

    Raises:
        DataError: Nobody has a neutral photo and another one.
    """
    found = []
    for paths in people:
        faces: dict[str, list[MeasuredFace]] = {}
        for path in paths:
            with failures.noted(path):
                photo = read_image(path)
                landmarks, measured = detect(photo), measure(photo)
                if len(landmarks) == len(measured) == 1:
                    face = MeasuredFace(landmarks[0], measured[0])
                    faces.setdefault(expression_of(path.stem), []).append(face)
        found.append(faces)
    return ExpressionModel.fit(found)


def expression_of(name: str) -> str:
    """Return the expression that a photo's name tells; empty where it names none.

    >>> expression_of("P001_01_happy"), expression_of("P001_06_scared")
    ('smile', '')
    """
    words = (_WORDS[word] for word in name.lower().split("_") if word in _WORDS)
    return next(words, "")
