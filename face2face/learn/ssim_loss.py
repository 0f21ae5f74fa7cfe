"""Structural similarity as a loss: it penalises the blurred texture and edges that L1 forgives."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

#: Width of the Gaussian window, in pixels (Wang et al. 2004, section III-B).
_WINDOW = 11
#: Standard deviation of the Gaussian window, in pixels (the same).
_SIGMA = 1.5
#: Constant that steadies the quotient of means, for pictures in [0, 1] (the same).
_C1 = 0.01**2
#: Constant that steadies the quotient of variances (the same).
_C2 = 0.03**2


def ssim_loss(one: Any, other: Any) -> Any:
    """Return ``1 - SSIM`` for each channel of each pixel that has a whole window around it.

    Wang, Bovik, Sheikh and Simoncelli, *Image quality assessment*, IEEE TIP 2004. For its use
    with L1 see Zhao, Gallo, Frosio and Kautz, *Loss functions for image restoration with neural
    networks*, IEEE TCI 2017.

    Args:
        one: ``(b, h, w, 3)`` float in [-1, 1].
        other: The same.

    Returns:
        ``(b, h - 10, w - 10, 3)`` in [0, 2]; lower is better.

    >>> import numpy as np
    >>> grey = np.zeros((1, 11, 11, 3), np.float32)
    >>> float(ops.max(ssim_loss(grey, grey)))
    0.0
    """
    one, other = (one + 1) / 2, (other + 1) / 2
    mean, other_mean = _smooth(one), _smooth(other)
    variance = _smooth(one * one) - mean * mean
    other_variance = _smooth(other * other) - other_mean * other_mean
    covariance = _smooth(one * other) - mean * other_mean
    numerator = (2 * mean * other_mean + _C1) * (2 * covariance + _C2)
    return 1 - numerator / (
        (mean * mean + other_mean * other_mean + _C1) * (variance + other_variance + _C2)
    )


def _smooth(x: Any) -> Any:
    """Average under the Gaussian window, along rows and then along columns."""
    window = np.exp(-0.5 * ((np.arange(_WINDOW) - _WINDOW // 2) / _SIGMA) ** 2).astype(np.float32)
    kernel = ops.convert_to_tensor(
        np.tile(window[:, None, None, None] / window.sum(), (1, 1, 3, 1))
    )
    return ops.depthwise_conv(ops.depthwise_conv(x, kernel), ops.transpose(kernel, (1, 0, 2, 3)))
