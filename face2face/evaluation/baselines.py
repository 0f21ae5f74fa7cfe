"""Baselines for timing: the predecessors' program, and a larger twin of a model.

Their networks are not trained, which makes no difference to their speed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import dlib
import numpy as np
from imutils import face_utils
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.data.dataset import PanelLayout
from face2face.data.process import resize
from face2face.export.precision import AUTO, choose_precision, examples
from face2face.face.sketch import LEGACY
from face2face.face.target_statistics import TargetStatistics
from face2face.face.weights import bundled_weights
from face2face.image import Image, Scene, centre_box
from face2face.inference.engine import TensorFlowEngine
from face2face.inference.names import GRAPH
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank

#: Width and height in pixels of a larger twin.
_TWIN_SIZE = 512


class LegacyBaseline:
    """The program of datitran/face2face-demo, written from its description.

    It looks for faces in every frame at a quarter of its size, and draws a white sketch, lines
    three pixels wide, at the camera's size. pix2pix's U-Net runs as a TensorFlow graph. One step
    follows the other.

    Args:
        folder: Holds the graph; it is made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / GRAPH).is_file():
            _freeze(folder, ModelCard("reenact", 256, ("sketch",), generator="unet"))
        self._engine = TensorFlowEngine(folder / GRAPH, 256, ("sketch",))
        self._hog = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(
            str(bundled_weights("shape_predictor_68_face_landmarks.dat"))
        )

    def __call__(self, photo: Image) -> Image:
        """Return the driver and the answer side by side, ``(256, 512, 3)`` uint8 RGB.

        Args:
            photo: The driver's frame, ``(h, w, 3)`` uint8 RGB.
        """
        small = cv2.resize(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), None, fx=0.25, fy=0.25)
        canvas = np.zeros_like(photo)
        for face in self._hog(small, 1):
            points = face_utils.shape_to_np(self._predictor(small, face)).astype(np.float32) * 4
            side = max(photo.shape[:2])
            sketch = LEGACY.draw(points, side)[: photo.shape[0], : photo.shape[1]]
            canvas = np.maximum(canvas, sketch)
        box = centre_box(*photo.shape[:2])
        answer = self._engine([resize(box.cut(canvas), 256)])
        return np.concatenate([resize(box.cut(photo), 256), answer], axis=1)


def make_twin(model: Path, folder: Path) -> Path:
    """Write a model's twin at 512 pixels, and return its folder.

    Its keyframes are enlarged; its network is untrained.

    Args:
        model: Folder of a model at 512 pixels or less.
        folder: Folder for the twin.
    """
    folder.mkdir(parents=True, exist_ok=True)
    card, bank = ModelCard.load(model), KeyframeBank.load(model)
    factor = _TWIN_SIZE // card.size
    scenes = (
        Scene(
            _larger(bank.rgba(index)[..., :3], factor),
            bank.landmarks[index] * factor,
            float(bank.seconds[index]),
        )
        for index in range(len(bank))
    )
    still = cv2.resize(bank.background.static_mask, None, fx=factor, fy=factor)[..., None]
    backdrop = BackgroundModel(_larger(bank.background.photo, factor), still)
    KeyframeBank.of(scenes, bank.uncertainty * factor, bank.reference * factor, backdrop).save(
        folder
    )
    shape = TargetStatistics.from_json(card.shape)
    # Shapes are in head coordinates. Of a pose, the logarithm of the scale and the place change.
    larger = replace(
        shape,
        **{
            name: _enlarged(getattr(shape, name), factor)
            for name in ("pose", "pose_low", "pose_high")
        },
    )
    _freeze(folder, replace(card, size=_TWIN_SIZE, shape=larger.to_json()))
    choose_precision(folder, AUTO, examples(folder))
    return folder


def _enlarged(pose: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Return a head's pose, ``(6,)``, in a picture enlarged by a factor."""
    scaled = pose.copy()
    scaled[3] += np.log(factor)
    scaled[4:] *= factor
    return scaled


def _larger(photo: Image, factor: int) -> Image:
    return np.asarray(
        cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def _freeze(folder: Path, card: ModelCard) -> None:
    """Write a card, and the graph of an untrained network of its kind."""
    from face2face.export.freeze import freeze
    from face2face.export.reduce import without_training
    from face2face.inference.names import REDUCED
    from face2face.learn.networks import DEFAULTS, GENERATORS

    base, mask = (card.panels.index(name) if name else None for name in (card.base, card.mask))
    count = len(card.panels)
    layout = PanelLayout(count + 1, tuple(range(count)), count, card.size, base, mask)
    folder.mkdir(parents=True, exist_ok=True)
    card.save(folder)
    generator = GENERATORS[card.generator](layout, DEFAULTS[card.generator].ngf)
    without_training(generator).save(folder / REDUCED)
    freeze(folder)
