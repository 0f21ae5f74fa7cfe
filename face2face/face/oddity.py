"""Pictures that look otherwise than others in nearly the same pose: mostly such whose landmarks were misread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Of so many of its nearest the median is what a picture should look like; where there are no more than so many pictures nobody can say.
_NEAREST = 8
#: Grey levels of which nobody takes note.
_ALIKE = 1.0
#: No picture is odder: what was shown once, and never otherwise, must still be found.
_ODDEST = 3.0


def oddity(looks: NDArray[np.uint8], apart: NDArray[np.floating]) -> NDArray[np.float32]:
    """How much otherwise each picture looks than those whose poses are nearest to its own.

    Args:
        looks: ``(n, h, w, 3)``, all brought to one pose.
        apart: ``(n, n)``, how far apart the poses were.

    Returns:
        ``(n,)``, 0 for what looks as much otherwise as is usual among these pictures, or less, 1 for twice as much, at most 3.
    """
    if len(looks) <= _NEAREST:
        return np.zeros(len(looks), np.float32)
    others = np.where(np.eye(len(apart), dtype=bool), np.inf, apart)
    nearest = np.argsort(others, axis=1)[:, :_NEAREST]
    off = np.array([np.abs(look - np.median(looks[near], axis=0)).mean() for look, near in zip(looks, nearest, strict=True)])
    return np.clip(off / max(float(np.median(off)), _ALIKE) - 1, 0, _ODDEST).astype(np.float32)
