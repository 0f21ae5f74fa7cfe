"""LiveRetoucher: the driver's own picture without blemishes, frame by frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks
from face2face.imaging.retoucher import Retoucher
from face2face.imaging.text import draw_note
from face2face.landmarks import PARTS, Similarity, interocular
from face2face.live.frame import NO_FACE, RenderedFrame
from face2face.live.motion_transfer import DrivenPose
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.parser import labels_from_landmarks

#: Side of the square that moves with the face and holds the evidence of blemishes, in pixels.
_SIDE = 256
#: Middles of the right and the left eye in that square, x and y, as shares of its side.
_EYES = ((0.34, 0.42), (0.66, 0.42))
#: Blemishes are detected in every second frame: each detection takes about a frame's time.
_DETECTION_INTERVAL = 2
#: Share of the evidence that is kept at each detection; the rest is the new detection's.
_DECAY = 0.75
#: Evidence, 0 to 1, from which a pixel is retouched: reached by two detections in a row.
_MIN_EVIDENCE = 0.4


class LiveRetoucher:
    """Renders the driver's own picture, its blemishes painted over.

    Detections in single frames flicker with the noise. So evidence is averaged over time, in a
    square that moves with the face. A pixel is retouched while its evidence is high.

    Args:
        retoucher: Completes a photo from a mask.
        strength: Strength of detection, 0 to 2; see
            :func:`face2face.segmentation.blemishes.detect_blemishes`.
    """

    def __init__(self, retoucher: Retoucher, strength: float = 1.0) -> None:
        self._retoucher = retoucher
        self._strength = strength
        self._evidence = np.zeros((_SIDE, _SIDE), np.float32)
        self._frames = 0

    def __call__(self, pose: DrivenPose) -> RenderedFrame:
        """Return the retouched frame, at the size of the driver's picture."""
        photo, landmarks = pose.scene.photo, pose.scene.landmarks
        if landmarks is None:
            self._evidence[:] = 0
            self._frames = 0
            image = draw_note(photo, NO_FACE)
            return RenderedFrame(pose.scene, None, image, np.zeros_like(photo), own=True)
        mask = self._mask(photo, landmarks)
        image = self._retoucher(photo, mask)
        return RenderedFrame(pose.scene, landmarks, image, cv2.merge([mask] * 3), own=True)

    def _mask(self, photo: Image, landmarks: Landmarks) -> NDArray[np.uint8]:
        """Return the mask of the pixels to retouch, ``(h, w)`` uint8, 255 inside."""
        height, width = photo.shape[:2]
        skin = skin_mask(labels_from_landmarks(landmarks, height, width), landmarks)
        to_square = _to_square(landmarks)
        if self._frames % _DETECTION_INTERVAL == 0:
            found = detect_blemishes(
                photo, skin, interocular(landmarks), self._strength, crease_lines(landmarks)
            )
            moved = cv2.warpAffine(found, to_square, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
            # Plain form: evidence = decay * evidence + (1 - decay) * detection.
            self._evidence += (1 - _DECAY) * ((moved > 127) - self._evidence)
        self._frames += 1
        sure = np.where(self._evidence > _MIN_EVIDENCE, 255, 0).astype(np.uint8)
        method = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        mask = cv2.warpAffine(sure, to_square, (width, height), flags=method)
        return np.where((mask > 127) & skin, 255, 0).astype(np.uint8)


def _to_square(landmarks: Landmarks) -> NDArray[np.float64]:
    """Return the similarity from the picture to the face's square, ``(2, 3)`` float64."""
    eyes = np.stack([landmarks[PARTS[eye]].mean(0) for eye in ("right_eye", "left_eye")])
    return Similarity.between(eyes, _SIDE * np.array(_EYES)).matrix
