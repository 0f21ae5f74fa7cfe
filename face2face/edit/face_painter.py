"""Move the eyes and the mouth of a face in a photo to wanted landmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np

from face2face.card import FILE_NAME
from face2face.data.folders import hash_files
from face2face.edit.feature import FeaturePainter, repaint
from face2face.errors import ModelError
from face2face.face.expression_model import ExpressionModel
from face2face.face.facial_change import FacialChange, largest_move
from face2face.face.features import FEATURES
from face2face.image import Image, Landmarks
from face2face.imaging.eyes import move_irises
from face2face.inference.names import GRAPH
from face2face.inference.pretrained import feature_folder, load_expressions, load_feature
from face2face.landmarks import gaze, interocular, with_gaze

#: Move of a landmark that isn't visible, in interocular distances.
_MIN_MOVE = 0.004
#: Largest mean distance of a grey face's colour from its median, in levels of Cr and Cb: grey JPEGs
#: have up to 0.4, faces in colour 2 and more.
_MAX_TINT = 1.0
#: Hint where models lack an expression.
_PAIRS = "Make their pairs from photos of people that show it, and train again."


class FacePainter:
    """Moves the eyes and the mouth of any person to wanted landmarks.

    A feature's network is loaded when it is first needed, or by :meth:`prepare`. Threads can't
    share a painter.

    Args:
        folder: Folder with the models ``mouth`` and ``eyes``; None for the pretrained ones.

    >>> from face2face.face.expression import AVERAGE_FACE
    >>> photo, face = np.full((96, 96, 3), 90, np.uint8), 20 * AVERAGE_FACE + np.float32(48)
    >>> bool((FacePainter()(photo, face, face) == photo).all())
    True
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._painters: dict[str, FeaturePainter] = {}

    def __call__(self, photo: Image, landmarks: Landmarks, wanted: Landmarks) -> Image:
        """Return a copy of a photo with the face's landmarks moved.

        See :func:`move_face`.

        Raises:
            ModelError: A model is missing or damaged.
        """
        return move_face(photo, landmarks, wanted, self._painter)

    def prepare(self, changes: Iterable[FacialChange]) -> ExpressionModel | None:
        """Load the networks that some changes need; they compile in the background.

        Returns:
            The model of expressions; None where no change needs it.

        Raises:
            ModelError: A model is missing or damaged, or none knows the way to an expression.
        """
        changes = list(changes)
        for feature in sorted({name for change in changes for name in change.features}):
            self._painter(feature)
        names = [each.state for each in changes if each.part == "expression"]
        if not names:
            return None
        expressions = self.expressions()
        for name in names:
            if name not in expressions.ways:
                raise ModelError(
                    f"The models of mouth and eyes don't know the way to {name}.", hint=_PAIRS
                )
        return expressions

    def expressions(self) -> ExpressionModel:
        """Load both networks, and return the model of expressions that they hold.

        Raises:
            ModelError: A model is missing or damaged, or none knows expressions.
        """
        for feature in FEATURES:
            self._painter(feature)
        return load_expressions(self._folder)

    @property
    def fingerprint(self) -> str:
        """A hash of the networks, in hexadecimal.

        Raises:
            ModelError: A model is missing.
        """
        folders = [feature_folder(name, self._folder) for name in FEATURES]
        return hash_files([each / name for each in folders for name in (FILE_NAME, GRAPH)])

    def _painter(self, feature: str) -> FeaturePainter:
        """Return the painter of a feature, loaded at the first call."""
        if feature not in self._painters:
            self._painters[feature] = FeaturePainter(*load_feature(feature, self._folder))
        return self._painters[feature]


def move_face(
    photo: Image,
    landmarks: Landmarks,
    wanted: Landmarks,
    painter: Callable[[str], FeaturePainter],
) -> Image:
    """Return a copy of a photo with the face's landmarks moved.

    First the irises move, then each feature that changes is repainted. Pixels outside the
    features' regions stay the same to the bit, and a grey or toned photo keeps its tone.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` float32, the face, in the photo's pixels.
        wanted: ``(70, 2)`` float32, the places to which they should move.
        painter: Returns the painter of a feature, ``mouth`` or ``eyes``.

    Returns:
        ``(h, w, 3)`` uint8 RGB.
    """
    looking = with_gaze(landmarks, gaze(wanted))
    result = move_irises(photo, looking, landmarks)
    result = repaint(result, looking, wanted, map(painter, moved_features(landmarks, wanted)))
    if _is_grey(photo, landmarks):
        result = _with_tone(result, photo)
    return np.asarray(result, np.uint8)


def _is_grey(photo: Image, landmarks: Landmarks) -> bool:
    """Return whether the face has one tone, but for noise."""
    height, width = photo.shape[:2]
    x, y = np.clip(landmarks, 0, (width, height)).astype(int).T
    face = photo[y.min() : y.max() + 1, x.min() : x.max() + 1]
    if not face.size:
        return False
    tone = cv2.cvtColor(face, cv2.COLOR_RGB2YCrCb)[..., 1:].reshape(-1, 2)
    return bool(np.abs(tone - np.median(tone, axis=0)).max(1).mean() <= _MAX_TINT)


def _with_tone(result: Image, photo: Image) -> Image:
    """Return a changed photo whose changed pixels have the colour of the photo's."""
    painted, own = (cv2.cvtColor(each, cv2.COLOR_RGB2YCrCb) for each in (result, photo))
    toned = cv2.cvtColor(np.dstack([painted[..., :1], own[..., 1:]]), cv2.COLOR_YCrCb2RGB)
    return np.where((result != photo).any(-1, keepdims=True), toned, photo)


def moved_features(landmarks: Landmarks, wanted: Landmarks) -> list[str]:
    """Return the names of the features that have to be repainted; irises move without.

    Args:
        landmarks: ``(70, 2)`` in pixels.
        wanted: ``(70, 2)``, the places to which they should move.
    """
    least = _MIN_MOVE * interocular(landmarks)
    return [
        name
        for name, feature in FEATURES.items()
        if largest_move(*(each[list(feature.outline)] for each in (landmarks, wanted))) >= least
    ]
