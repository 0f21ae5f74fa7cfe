"""Scores of blemish detection and removal, on photos with drawn blemishes and as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks, side_by_side
from face2face.imaging.lab import rgb_to_lab
from face2face.landmarks import interocular
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.labels import Labels
from face2face.segmentation.parser import portrait_crop
from face2face.synthetic.blemishes import KINDS, draw_blemishes

#: Blemishes of each kind that are drawn into a photo.
_PER_KIND = 2
#: Difference from the skin in CIELAB (CIE 1976) from which a blemish is clear, not faint.
CLEAR = 10.0
#: Share of a blemish's core that must be detected for the blemish to be found.
_MIN_DETECTED_SHARE = 0.5
#: Pixels by which masks are dilated, to count what touches them.
_MARGIN = np.ones((5, 5), np.uint8)
#: RGB colour of detected pixels on the contact sheet.
_GREEN = np.array((0, 255, 0), np.uint8)

#: Returns the label map of a photo and its ``(70, 2)`` landmarks.
Parse = Callable[[Image, Landmarks], Labels]
#: Retouches a photo where a mask ``(h, w)`` uint8 is set.
Retouch = Callable[[Image, NDArray[np.uint8]], Image]


@dataclass(frozen=True)
class DrawnBlemish:
    """A drawn blemish. Its core differs at least half as much as its strongest pixel.

    Attributes:
        kind: One of :data:`face2face.synthetic.blemishes.KINDS`.
        change: Mean CIELAB difference of its core from the clean skin.
        left: The same after retouching.
        found: Whether it was detected.
    """

    kind: str
    change: float
    left: float
    found: bool


@dataclass(frozen=True)
class BlemishScore:
    """The score of one photo, with drawn blemishes and as it is.

    Attributes:
        blemishes: The drawn blemishes.
        right: Detected regions on a drawn blemish.
        before: Other detected regions on or next to one that the photo had before.
        wrong: The remaining detected regions.
        detected_share: Share of the skin that is detected in the photo as it is.
        altered: Mean change in grey levels of retouching that photo.
        row: The face for the contact sheet: photo, retouched; with drawn blemishes, detected
            regions in green, retouched.
    """

    blemishes: list[DrawnBlemish]
    right: int
    before: int
    wrong: int
    detected_share: float
    altered: float
    row: Image


def blemish_score(
    photo: Image,
    landmarks: Landmarks,
    parse: Parse,
    retouch: Retouch,
    strength: float,
    rng: np.random.Generator,
) -> BlemishScore:
    """Draw blemishes, detect and retouch them; do the same with the photo as it is.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` of its face.
        parse: Returns label maps, to find the skin.
        retouch: Retouches detected regions.
        strength: See :func:`face2face.segmentation.blemishes.detect_blemishes`.
        rng: Source of random numbers.
    """
    unit, creases = interocular(landmarks), crease_lines(landmarks)
    skin = skin_mask(parse(photo, landmarks), landmarks)
    drawn, cores = _draw(photo, skin, unit, rng)
    drawn_skin = skin_mask(parse(drawn, landmarks), landmarks)
    detected = detect_blemishes(drawn, drawn_skin, unit, strength, creases)
    detected_before = detect_blemishes(photo, skin, unit, strength, creases)
    retouched, retouched_photo = retouch(drawn, detected), retouch(photo, detected_before)
    right, before, wrong = _regions(
        detected, (drawn != photo).any(-1), cv2.dilate(detected_before, _MARGIN) > 0
    )
    face = portrait_crop(landmarks, *photo.shape[:2])
    green = np.where(detected[..., None] > 0, _GREEN, drawn)
    pictures = (photo, retouched_photo, drawn, green, retouched)
    return BlemishScore(
        _drawn_blemishes(cores, detected, _difference(drawn, photo), _difference(retouched, photo)),
        right,
        before,
        wrong,
        detected_share=float((detected_before > 0).sum() / max(1, skin.sum())),
        altered=float(cv2.absdiff(retouched_photo, photo).mean()),
        row=side_by_side([face.cut(each) for each in pictures]),
    )


def _draw(
    photo: Image, skin: NDArray[np.bool_], unit: float, rng: np.random.Generator
) -> tuple[Image, list[tuple[str, NDArray[np.bool_]]]]:
    """Draw blemishes of each kind apart from each other; return the kind and core of each."""
    drawn, free, cores = photo, skin.copy(), []
    for kind in [*KINDS] * _PER_KIND:
        before = drawn
        drawn, mask = draw_blemishes(before, free, unit, rng, 1, [kind])
        if mask.any():
            change = _difference(drawn, before)
            cores.append((kind, change >= change.max() / 2))
            free &= cv2.dilate(mask, _MARGIN) == 0
    return drawn, cores


def _drawn_blemishes(
    cores: list[tuple[str, NDArray[np.bool_]]],
    detected: NDArray[np.uint8],
    change: NDArray[np.floating],
    left: NDArray[np.floating],
) -> list[DrawnBlemish]:
    blemishes = []
    for kind, core in cores:
        found = bool((detected[core] > 0).mean() >= _MIN_DETECTED_SHARE)
        blemishes.append(
            DrawnBlemish(kind, float(change[core].mean()), float(left[core].mean()), found)
        )
    return blemishes


def _regions(
    detected: NDArray[np.uint8], blemished: NDArray[np.bool_], before: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Count detected regions: on drawn pixels, else on earlier detections, else on neither."""
    count, regions = cv2.connectedComponents(detected)
    on, old = (np.bincount(regions[mask], minlength=count)[1:] > 0 for mask in (blemished, before))
    return int(on.sum()), int((old & ~on).sum()), int((~on & ~old).sum())


def table(photos: Sequence[BlemishScore]) -> list[str]:
    """Return the figures as lines of Markdown."""
    blemishes = [each for photo in photos for each in photo.blemishes]
    lines = [
        "| blemishes | number | found | difference from the skin | left of it where found |",
        "|---|---|---|---|---|",
    ]
    for clear, words in ((True, "clear"), (False, "faint")):
        for kind in KINDS:
            some = [
                each for each in blemishes if each.kind == kind and (each.change >= CLEAR) == clear
            ]
            if some:
                lines.append(f"| {kind}, {words} {_row(some)}")
    right, before, wrong = (
        sum(getattr(photo, name) for photo in photos) for name in ("right", "before", "wrong")
    )
    shares = [100 * photo.detected_share for photo in photos]
    altered = np.mean([photo.altered for photo in photos])
    return [
        *lines,
        "",
        f"precision {right / max(1, right + before + wrong):.2f}; "
        f"without regions detected before, {right / max(1, right + wrong):.2f}",
        f"photos as they are: {np.mean(shares):.2f} % of the skin is detected on average, "
        f"{np.median(shares):.2f} % in the median; "
        f"retouching alters them by {altered:.3f} grey levels on average",
    ]


def _row(blemishes: list[DrawnBlemish]) -> str:
    found = [each for each in blemishes if each.found]
    change = np.mean([each.change for each in blemishes])
    left = f"{np.mean([each.left / each.change for each in found]):.2f}" if found else ""
    share = len(found) / len(blemishes)
    return f"| {len(blemishes)} | {share:.2f} | {change:.1f} | {left} |"


def _difference(one: Image, other: Image) -> NDArray[np.floating]:
    """Return the CIELAB distance at each pixel, ``(h, w)``."""
    return np.asarray(np.linalg.norm(rgb_to_lab(one) - rgb_to_lab(other), axis=-1))
