"""Poses between several photos of one person: each photo's expression at several strengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from face2face.data.photo_frames import Painter
from face2face.face.expression import Expression
from face2face.face.head_pose import HeadPose
from face2face.face.target_statistics import neutral_shape
from face2face.image import Box, Image, Landmarks, Scene
from face2face.landmarks import PARTS, gaze, with_gaze

#: Landmarks of the upper and the lower half of a face, whose strengths differ.
_UPPER = [*range(PARTS["right_eyebrow"].start, PARTS["left_eyebrow"].stop), *range(36, 48), 68, 69]
_LOWER = [*range(PARTS["jaw"].stop), *range(PARTS["mouth"].start, 68)]
#: Strengths of an expression. With the last one, a half of the face keeps its photo's pixels.
_STRENGTHS = (0, 1 / 3, 2 / 3, 1)
#: Strength of the mouth from which a pose is made of the photo with the expression.
_OWN_STRENGTH = 0.5
#: Share of the poses in which the strengths of both halves agree; shut lids; a look to a side.
_SAME_SHARE, _LIDS_SHARE, _LOOK_SHARE = 0.4, 0.35, 0.3
#: Largest added look, across and down, in widths of the eye.
_MAX_LOOK = (0.25, 0.1)
#: Largest distance of the face from the middle of its square, as a share of the square's side. A
#: head that moves shows which pixels are background.
_MAX_SHIFT = 0.08


def poses_between(
    photos: Sequence[Scene], painter: Painter, count: int, rng: np.random.Generator
) -> Iterator[Scene]:
    """Yield photos of one person, then poses between them.

    A pose has the expression of one photo, at one random strength for eyes and brows, and at
    another for the mouth. It is painted into that photo, or into the neutral one if its jaw is
    nearer. Some poses shut their lids or look to a side. Heads are where they are in the photos.

    Args:
        photos: With landmarks ``(70, 2)``; the first shows the neutral face.
        painter: Moves eyes and mouths.
        count: Number of scenes; not less than there are photos.
        rng: Decides the strengths, lids and looks.
    """
    yield from photos
    faces = [scene.landmarks for scene in photos if scene.landmarks is not None]
    neutral = neutral_shape(faces[0][None])
    heads = [HeadPose.of(face, neutral) for face in faces]
    for number in range(len(photos), count):
        index = number % len(photos)
        upper, lower = rng.choice(_STRENGTHS, 2)
        if rng.random() < _SAME_SHARE:
            upper = lower
        start, change = heads[0].shape, heads[index].shape - heads[0].shape
        source = index if lower > _OWN_STRENGTH else 0
        shape = heads[source].shape.copy()
        shape[_UPPER] = start[_UPPER] + upper * change[_UPPER]
        shape[_LOWER] = start[_LOWER] + lower * change[_LOWER]
        wanted = _with_eyes(HeadPose(heads[source].vector, shape).landmarks(), rng)
        yield Scene(painter(photos[source].photo, faces[source], wanted), wanted)


def squares(scenes: Iterable[Scene], side: int, rng: np.random.Generator) -> Iterator[Image]:
    """Yield a square of each scene, with the face near its middle.

    Args:
        scenes: With landmarks.
        side: Width of the squares in pixels; no photo is smaller.
        rng: Decides where the face is.
    """
    for scene in scenes:
        assert scene.landmarks is not None
        shift = rng.uniform(-_MAX_SHIFT, _MAX_SHIFT) * side
        x, y = (scene.landmarks.mean(0) - side / 2 + (shift, 0)).round().astype(int).tolist()
        yield Box(x, y, side).inside(*scene.photo.shape[:2]).cut(scene.photo)


def _with_eyes(landmarks: Landmarks, rng: np.random.Generator) -> Landmarks:
    """Return landmarks of which some shut an eye or both, and some look to a side."""
    if rng.random() < _LIDS_SHARE:
        blink, wink = rng.choice([(1, 0), (rng.random(), 0), (0, 1), (0, -1)])
        landmarks = Expression(blink=blink, wink=wink).applied_to(landmarks)
    if rng.random() < _LOOK_SHARE:
        look = rng.uniform(-1, 1, 2) * _MAX_LOOK
        landmarks = with_gaze(landmarks, gaze(landmarks) + look)
    return landmarks
