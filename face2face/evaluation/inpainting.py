"""Scores of holes in photos that were filled in, by size of the hole."""

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

#: Borders between sizes of holes, as diameters in pixels of a picture 256 wide.
SIZES = (10, 20, 40, 80)
#: Radius in pixels that OpenCV's methods take into account.
_OPENCV_RADIUS = 5
#: Radius in pixels of the patches that PatchMatch compares; the examples of pypatchmatch use it.
_PATCH_RADIUS = 3

#: Fills in a photo ``(h, w, 3)`` where a mask ``(h, w)`` uint8 is set. Other pixels are ignored.
Inpainter = Callable[[Image, NDArray[np.uint8]], Image]

#: OpenCV's methods: Telea, *An image inpainting technique based on the fast marching method*,
#: 2004; Bertalmio, Bertozzi and Sapiro, *Navier-Stokes, fluid dynamics, and image and video
#: inpainting*, CVPR 2001.
CLASSICAL: dict[str, Inpainter] = {
    "Telea": lambda photo, mask: np.asarray(
        cv2.inpaint(photo, mask, _OPENCV_RADIUS, cv2.INPAINT_TELEA), np.uint8
    ),
    "Navier-Stokes": lambda photo, mask: np.asarray(
        cv2.inpaint(photo, mask, _OPENCV_RADIUS, cv2.INPAINT_NS), np.uint8
    ),
}


def baselines() -> dict[str, Inpainter]:
    """Return OpenCV's methods, and PatchMatch if the package pypatchmatch is installed.

    Barnes, Shechtman, Finkelstein and Goldman, *PatchMatch: a randomized correspondence algorithm
    for structural image editing*, SIGGRAPH 2009.
    """
    try:
        from patchmatch import inpaint
    except ImportError:
        return CLASSICAL
    return {
        **CLASSICAL,
        "PatchMatch": lambda photo, mask: inpaint(photo, mask, patch_size=_PATCH_RADIUS),
    }


@dataclass(frozen=True)
class HoleScore:
    """The score of one hole, over its pixels alone.

    Attributes:
        diameter: Of a disc of the hole's area, in pixels of a picture 256 wide.
        l1: See :func:`face2face.evaluation.metrics.l1`.
        psnr: See :func:`face2face.evaluation.metrics.psnr`; 99 at most.
        ssim: See :func:`face2face.evaluation.metrics.ssim`.
    """

    diameter: float
    l1: float
    psnr: float
    ssim: float


@dataclass(frozen=True)
class InpaintingScore:
    """The score of one photo.

    Attributes:
        picture: The photo with its holes filled in, ``(h, w, 3)`` uint8 RGB.
        scores: One per hole.
        lpips: Of the whole picture; NaN where LPIPS is not installed.
        identity: Distance of the descriptors; NaN where the photo shows no face.
    """

    picture: Image
    scores: list[HoleScore]
    lpips: float
    identity: float


def inpainting_score(
    photo: Image,
    mask: NDArray[np.uint8],
    inpaint: Inpainter,
    distance: Callable[[Image], float] | None,
    lpips: Callable[[Image, Image], float] | None,
) -> InpaintingScore:
    """Make holes in a photo, fill them in, and compare.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, above 127 in the holes. The method sees magenta there.
        inpaint: The method.
        distance: Returns a picture's identity distance from the photo; None without a face.
        lpips: See :func:`face2face.evaluation.metrics.lpips`.
    """
    missing = mask > 127
    filled = inpaint(mask_photo(photo, mask, "magenta"), mask)
    picture = np.where(missing[..., None], filled, photo).astype(np.uint8)
    similarity = ssim_map(picture, photo)
    error = picture.astype(np.float64) - photo
    count, parts = cv2.connectedComponents(missing.astype(np.uint8))
    scores = []
    for number in range(1, count):
        hole = parts == number
        mse = max(float((error[hole] ** 2).mean()), 1e-5)
        scores.append(
            HoleScore(
                diameter=2 * float(np.sqrt(hole.sum() / np.pi)) * 256 / photo.shape[1],
                l1=float(np.abs(error[hole]).mean()) / 127.5,
                psnr=min(99.0, 10 * float(np.log10(255**2 / mse))),
                ssim=float(similarity[hole].mean()),
            )
        )
    unknown = float("nan")
    return InpaintingScore(
        picture,
        scores,
        lpips(picture, photo) if lpips else unknown,
        distance(picture) if distance else unknown,
    )


def table(rows: dict[str, list[InpaintingScore]]) -> list[str]:
    """Return Markdown tables as lines: whole pictures, then holes by size.

    Args:
        rows: Method -> the scores of its pictures.
    """
    lines = ["| method | LPIPS | identity distance |", "|---|---|---|"]
    for name, pictures in rows.items():
        perceived, identity = (
            _mean_known([getattr(each, figure) for each in pictures])
            for figure in ("lpips", "identity")
        )
        lines.append(f"| {name} | {perceived:.4f} | {identity:.3f} |")
    lines += [
        "",
        "| holes, pixels | method | number | L1 | PSNR, dB | SSIM |",
        "|---|---|---|---|---|---|",
    ]
    edges = (0, *SIZES, np.inf)
    for low, high in (*pairwise(edges), (40, np.inf), (0, np.inf)):
        for name, pictures in rows.items():
            scores = [
                score for each in pictures for score in each.scores if low <= score.diameter < high
            ]
            if scores:
                l1, psnr, ssim = np.mean([(each.l1, each.psnr, each.ssim) for each in scores], 0)
                lines.append(
                    f"| {_size_range(low, high)} | {name} | {len(scores)} "
                    f"| {l1:.4f} | {psnr:.2f} | {ssim:.3f} |"
                )
    return lines


def _size_range(low: float, high: float) -> str:
    if np.isfinite(high):
        return f"{low} to {high}"
    return f"above {low}" if low else "all"


def _mean_known(values: list[float]) -> float:
    """Return the mean of the values that are numbers; NaN where there is none."""
    known = [each for each in values if not np.isnan(each)]
    return float(np.mean(known)) if known else float("nan")
