"""Fill missing pixels with photographed texture: PatchMatch.

Barnes, Shechtman, Finkelstein and Goldman, *PatchMatch: a randomized correspondence algorithm for
structural image editing*, SIGGRAPH 2009. The package pypatchmatch does the work. It needs Python
3.11; in Python 3.10 holes are filled smoothly.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face2face.image import Image
from face2face.imaging.fill import pull_push_fill

#: The package's module; None where it isn't installed.
_patchmatch: Any = import_module("patchmatch") if find_spec("patchmatch") else None
#: Radius of a patch, in pixels: a patch of 7 pixels spans some strands of hair.
_RADIUS = 3
#: The library's random numbers belong to the whole process.
_LOCK = Lock()


def patch_fill(photo: Image, holes: NDArray[np.bool_], known: NDArray[np.bool_]) -> Image:
    """Return a photo whose holes are filled with texture of the known pixels.

    The same arguments always give the same picture.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        holes: ``(h, w)`` bool, the pixels to fill.
        known: ``(h, w)`` bool, the pixels to take texture from, at least one. Pixels in neither
            mask stay and lend nothing.

    Returns:
        ``(h, w, 3)`` uint8 RGB.

    >>> photo = np.zeros((32, 32, 3), np.uint8)
    >>> photo[:, :16], photo[:, 24:] = 90, 200
    >>> known, holes = np.zeros((2, 32, 32), bool)
    >>> known[:, :16], holes[:, 16:24] = True, True
    >>> patch_fill(photo, holes, known)[16, [20, 30]].tolist()
    [[90, 90, 90], [200, 200, 200]]
    """
    holes = holes & ~known
    if _patchmatch is None:
        filled = np.rint(pull_push_fill(photo, known))
        return np.where(holes[..., None], filled, photo).astype(np.uint8)
    others = ~(known | holes)
    with _LOCK:
        _patchmatch.set_random_seed(0)
        return np.asarray(
            _patchmatch.inpaint(
                photo,
                holes.astype(np.uint8),
                global_mask=others.astype(np.uint8),
                patch_size=_RADIUS,
            ),
            np.uint8,
        )
