"""Grooming: the driver's own picture, its blemishes painted over as it comes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.retoucher import Retoucher
from face2face.imaging.text import draw_note
from face2face.landmarks import PARTS, Similarity, interocular
from face2face.live.frame import NO_FACE, RenderedFrame
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import DrivenPose
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.parser import labels_from_landmarks

#: Blemishes are remembered in a square of so many pixels in which the eyes lie here, right and left: it moves with the face.
_SIDE, _EYES = 256, ((0.34, 0.42), (0.66, 0.42))
#: It is looked for blemishes in one of so many frames.
_EVERY = 2
#: How much of the memory one look leaves, and how much of it there must be for a blemish to be painted over.
_KEPT, _SURE = 0.75, 0.4


class LiveRetoucher:
    """Turns poses into views of the driver's own picture without blemishes.

    What is found in single frames comes and goes with the noise; so a blemish is remembered where it lies in the face, painted over once
    it was found several times, and until it wasn't several times. Between looks what is remembered moves with the face.

    Args:
        puppet: A model of mode inpaint.
        strength: Of what is found, 0 to 2; see :func:`face2face.segmentation.blemishes.find`.
    """

    def __init__(self, puppet: ReenactmentModel, strength: float = 1.0) -> None:
        self.puppet, self._strength = puppet, strength
        self._retouch = Retoucher(
            puppet.mode.size, lambda scene: puppet.answer(scene, puppet.condition(scene))
        )
        self._memory, self._frame = np.zeros((_SIDE, _SIDE), np.float32), 0

    def __call__(self, posed: DrivenPose) -> RenderedFrame:
        """What is seen of a pose: the driver's picture, retouched at its own size."""
        photo, landmarks = posed.scene.photo, posed.scene.landmarks
        if posed.target is None or landmarks is None:
            self._memory[:], self._frame = 0, 0
            return RenderedFrame(posed, np.zeros_like(photo), draw_note(photo, NO_FACE))
        mask = self._remembered(photo, landmarks)
        return RenderedFrame(
            replace(posed, target=posed.scene), cv2.merge([mask] * 3), self._retouch(photo, mask)
        )

    def _remembered(self, photo: Image, landmarks: Landmarks) -> NDArray[np.uint8]:
        """Where it is painted over, ``(h, w)`` uint8."""
        height, width = photo.shape[:2]
        skin = skin_mask(labels_from_landmarks(landmarks, height, width), landmarks)
        to_face = _to_face(landmarks)
        if self._frame % _EVERY == 0:
            found = detect_blemishes(
                photo, skin, interocular(landmarks), self._strength, crease_lines(landmarks)
            )
            lying = cv2.warpAffine(found, to_face, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
            self._memory += (1 - _KEPT) * ((lying > 127) - self._memory)
        self._frame += 1
        sure = np.where(self._memory > _SURE, 255, 0).astype(np.uint8)
        mask = cv2.warpAffine(
            sure, to_face, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        return np.where((mask > 127) & skin, 255, 0).astype(np.uint8)


def _to_face(landmarks: Landmarks) -> NDArray[np.float64]:
    """From the picture to the square that moves with the face, ``(2, 3)``: turned, scaled and shifted after the eyes."""
    eyes = np.stack([landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye")])
    return Similarity.between(eyes, _SIDE * np.array(_EYES)).matrix
