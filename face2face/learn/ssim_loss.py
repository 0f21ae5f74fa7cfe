"""Structural similarity as a loss: what L1 forgives, blurred texture and edges, it doesn't."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

#: The Gaussian window's width and standard deviation in pixels, and what steadies the quotient (Wang et al. 2004, section III-B).
_WINDOW, _SIGMA = 11, 1.5
_STEADY = (0.01**2, 0.03**2)


def ssim_loss(one: Any, other: Any) -> Any:
    """``1 - SSIM`` at each pixel and channel that a whole window surrounds, 0 to 2, lower is better.

    Wang, Bovik, Sheikh and Simoncelli, *Image quality assessment*, IEEE TIP 2004; as a loss beside L1: Zhao, Gallo, Frosio and
    Kautz, *Loss functions for image restoration with neural networks*, IEEE TCI 2017.

    Args:
        one: ``(b, h, w, 3)`` float in [-1, 1].
        other: The same.

    Returns:
        ``(b, h - 10, w - 10, 3)``.
    """
    one, other = (one + 1) / 2, (other + 1) / 2
    mean, other_mean = _smoothed(one), _smoothed(other)
    variance = _smoothed(one * one) - mean * mean
    other_variance = _smoothed(other * other) - other_mean * other_mean
    covariance = _smoothed(one * other) - mean * other_mean
    light, structure = _STEADY
    alike = (2 * mean * other_mean + light) * (2 * covariance + structure)
    return 1 - alike / (
        (mean * mean + other_mean * other_mean + light) * (variance + other_variance + structure)
    )


def _smoothed(x: Any) -> Any:
    """Under the Gaussian window, rows first and then columns."""
    window = np.exp(-0.5 * ((np.arange(_WINDOW) - _WINDOW // 2) / _SIGMA) ** 2).astype(np.float32)
    kernel = ops.convert_to_tensor(
        np.tile(window[:, None, None, None] / window.sum(), (1, 1, 3, 1))
    )
    return ops.depthwise_conv(ops.depthwise_conv(x, kernel), ops.transpose(kernel, (1, 0, 2, 3)))
