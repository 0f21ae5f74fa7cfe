"""How well holes in photos are mended, by size of hole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.evaluation.metrics import ssim_map
from face2face.image import Image
from face2face.modes.inpaint import mask_photo

#: Sizes at which holes are told apart, in pixels of a picture 256 wide: the diameter of a disc of their area.
SIZES = (10, 20, 40, 80)
#: How far OpenCV's methods look, in pixels.
_LOOKS = 5

#: What mends: a photo, and where it is missing, ``(h, w)`` uint8, to a photo; what it gives where nothing was missing isn't looked at.
Mender = Callable[[Image, NDArray[np.uint8]], Image]

#: OpenCV's: Telea, *An image inpainting technique based on the fast marching method*, 2004; Bertalmio, Bertozzi and Sapiro,
#: *Navier-Stokes, fluid dynamics, and image and video inpainting*, CVPR 2001.
CLASSICAL: dict[str, Mender] = {
    "Telea": lambda photo, mask: np.asarray(
        cv2.inpaint(photo, mask, _LOOKS, cv2.INPAINT_TELEA), np.uint8
    ),
    "Navier-Stokes": lambda photo, mask: np.asarray(
        cv2.inpaint(photo, mask, _LOOKS, cv2.INPAINT_NS), np.uint8
    ),
}


@dataclass(frozen=True)
class Hole:
    """One hole, mended.

    Attributes:
        diameter: Of a disc of its area, in pixels.
        l1: See :func:`face2face.evaluation.metrics.l1`, of its pixels alone.
        psnr: See :func:`face2face.evaluation.metrics.psnr`, of its pixels alone, at most 99.
        ssim: See :func:`face2face.evaluation.metrics.ssim`, the mean over its pixels.
    """

    diameter: float
    l1: float
    psnr: float
    ssim: float


@dataclass(frozen=True)
class Mended:
    """One photo, mended.

    Attributes:
        picture: The photo with what was missing taken from what mended it.
        holes: One for each.
        lpips: Of the whole picture, which differs from the photo in the holes alone; not a number where LPIPS isn't installed.
        identity: Distance of the descriptors of picture and photo; not a number where no face was found in the photo.
    """

    picture: Image
    holes: list[Hole]
    lpips: float
    identity: float


def mended(
    photo: Image,
    mask: NDArray[np.uint8],
    mender: Mender,
    distance: Callable[[Image], float] | None,
    lpips: Callable[[Image, Image], float] | None,
) -> Mended:
    """Takes away what a mask says, has it mended, and compares.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB, as it was.
        mask: ``(h, w)`` uint8, above 127 where it is missing. What mends sees these pixels magenta.
        mender: Mends it.
        distance: Of a picture's face from the photo's, by their descriptors; None where the photo shows no face.
        lpips: See :func:`face2face.evaluation.metrics.lpips`.
    """
    missing = mask > 127
    picture = np.where(
        missing[..., None], mender(mask_photo(photo, mask, "magenta"), mask), photo
    ).astype(np.uint8)
    similar = ssim_map(picture, photo)
    away = picture.astype(np.float64) - photo
    count, parts = cv2.connectedComponents(missing.astype(np.uint8))
    holes = []
    for number in range(1, count):
        here = parts == number
        error = away[here]
        mse = max(float((error**2).mean()), 1e-5)
        diameter = 2 * float(np.sqrt(here.sum() / np.pi)) * 256 / photo.shape[1]
        psnr = min(99.0, 10 * float(np.log10(255**2 / mse)))
        holes.append(
            Hole(diameter, float(np.abs(error).mean()) / 127.5, psnr, float(similar[here].mean()))
        )
    unknown = float("nan")
    return Mended(
        picture,
        holes,
        lpips(picture, photo) if lpips else unknown,
        distance(picture) if distance else unknown,
    )


def table(rows: dict[str, list[Mended]]) -> list[str]:
    """The figures as lines of Markdown: of whole pictures, then of holes by their size."""
    lines = ["| mended by | LPIPS | identity distance |", "|---|---|---|"]
    for name, pictures in rows.items():
        perceived, identity = (
            _mean_known([getattr(each, figure) for each in pictures])
            for figure in ("lpips", "identity")
        )
        lines.append(f"| {name} | {perceived:.4f} | {identity:.3f} |")
    lines += [
        "",
        "| holes, pixels | mended by | number | L1 | PSNR, dB | SSIM |",
        "|---|---|---|---|---|---|",
    ]
    edges = (0, *SIZES, np.inf)
    for low, high in (*pairwise(edges), (40, np.inf), (0, np.inf)):
        words = (
            "all"
            if (low, high) == (0, np.inf)
            else f"{low} to {high}"
            if np.isfinite(high)
            else f"above {low}"
        )
        for name, pictures in rows.items():
            holes = [
                hole for each in pictures for hole in each.holes if low <= hole.diameter < high
            ]
            if holes:
                l1, psnr, ssim = np.mean(
                    [(hole.l1, hole.psnr, hole.ssim) for hole in holes], axis=0
                )
                lines.append(
                    f"| {words} | {name} | {len(holes)} | {l1:.4f} | {psnr:.2f} | {ssim:.3f} |"
                )
    return lines


def _mean_known(values: list[float]) -> float:
    """Of the numbers among values; not a number where there is none."""
    known = [each for each in values if not np.isnan(each)]
    return float(np.mean(known)) if known else float("nan")
