"""How well blemishes are found and removed: those drawn into photos, and those that a photo had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.image import Image, Landmarks, side_by_side
from face2face.landmarks import interocular
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.labels import Labels
from face2face.segmentation.parser import portrait_crop
from face2face.synthetic.blemishes import KINDS, draw_blemishes

#: Blemishes of each kind that are drawn into a photo.
_EACH = 2
#: What differs from the skin by so much, in CIELAB (CIE 1976), is clear.
CLEAR = 10.0
#: A blemish is found where so much of its core is marked; the core is where it differs at least half as much as where it does most.
_FOUND = 0.5
_GREEN = np.array((0, 255, 0), np.uint8)

#: Says of a photo and its face which part of it each pixel is; and what mends a photo where a mask says.
Parse = Callable[[Image, Landmarks], Labels]
Retouch = Callable[[Image, NDArray[np.uint8]], Image]


@dataclass(frozen=True)
class Blemish:
    """A blemish that was drawn.

    Attributes:
        kind: One of :data:`face2face.synthetic.blemishes.KINDS`.
        change: How far its core was from the clean skin on average, in CIELAB.
        left: The same once the photo was retouched.
        found: Whether it was marked.
    """

    kind: str
    change: float
    left: float
    found: bool


@dataclass(frozen=True)
class Examined:
    """A photo, as it was and with blemishes drawn into it, both retouched.

    Attributes:
        blemishes: Those drawn.
        right: Marked pieces that lie on one of them.
        before: Those that lie on none, but on or next to what is marked in the photo as it was.
        wrong: The rest.
        marked: The share of the skin that is marked in the photo as it was.
        altered: By how many grey levels retouching that alters it, on average over all of the photo.
        row: What there is to see, side by side: the face in the photo, retouched; with blemishes, what is marked in green, retouched.
    """

    blemishes: list[Blemish]
    right: int
    before: int
    wrong: int
    marked: float
    altered: float
    row: Image


def examined(
    photo: Image,
    landmarks: Landmarks,
    parse: Parse,
    retouch: Retouch,
    strength: float,
    rng: np.random.Generator,
) -> Examined:
    """Draws blemishes into the skin of a photo's face, and has them found and removed; and the photo as it is, likewise.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(68, 2)`` of its face.
        parse: What tells its skin.
        retouch: What mends.
        strength: See :func:`face2face.segmentation.blemishes.find`.
        rng: Chance.
    """
    unit, creases = interocular(landmarks), crease_lines(landmarks)

    def skin_of(picture: Image) -> NDArray[np.bool_]:
        return skin_mask(parse(picture, landmarks), landmarks)

    skin = skin_of(photo)
    drawn, free, spots = photo, skin.copy(), []
    for kind in [*KINDS] * _EACH:
        before = drawn
        drawn, mask = draw_blemishes(before, free, unit, rng, 1, [kind])
        if mask.any():
            away = _difference(drawn, before)
            spots.append((kind, away >= away.max() / 2))
            free &= cv2.dilate(mask, np.ones((5, 5), np.uint8)) == 0
    there, then = (
        detect_blemishes(picture, own, unit, strength, creases)
        for picture, own in ((drawn, skin_of(drawn)), (photo, skin))
    )
    mended, cleaned = retouch(drawn, there), retouch(photo, then)
    change, left = _difference(drawn, photo), _difference(mended, photo)
    blemishes = []
    for kind, core in spots:
        found = bool((there[core] > 0).mean() >= _FOUND)
        blemishes.append(Blemish(kind, float(change[core].mean()), float(left[core].mean()), found))
    face = portrait_crop(landmarks, *photo.shape[:2])
    altered = (drawn != photo).any(-1)
    near = cv2.dilate(then, np.ones((5, 5), np.uint8)) > 0
    count, pieces = cv2.connectedComponents(there)
    on, old = (np.bincount(pieces[where], minlength=count)[1:] > 0 for where in (altered, near))
    return Examined(
        blemishes,
        right=int(on.sum()),
        before=int((old & ~on).sum()),
        wrong=int((~on & ~old).sum()),
        marked=float((then > 0).sum() / max(1, skin.sum())),
        altered=float(cv2.absdiff(cleaned, photo).mean()),
        row=side_by_side(
            [
                face.cut(each)
                for each in (
                    photo,
                    cleaned,
                    drawn,
                    np.where(there[..., None] > 0, _GREEN, drawn),
                    mended,
                )
            ]
        ),
    )


def table(photos: Sequence[Examined]) -> list[str]:
    """The figures as lines of Markdown."""
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
                found = [each for each in some if each.found]
                change = np.mean([each.change for each in some])
                left = (
                    f"{np.mean([each.left / each.change for each in found]):.2f}" if found else ""
                )
                lines.append(
                    f"| {kind}, {words} | {len(some)} | {len(found) / len(some):.2f} | {change:.1f} | {left} |"
                )
    right, before, wrong = (
        sum(getattr(photo, name) for photo in photos) for name in ("right", "before", "wrong")
    )
    marked = [100 * photo.marked for photo in photos]
    altered = np.mean([photo.altered for photo in photos])
    told = f"precision {right / max(1, right + before + wrong):.2f}; without what was marked before, {right / max(1, right + wrong):.2f}"
    clean = f"photos as they are: {np.mean(marked):.2f} % of the skin is marked on average, {np.median(marked):.2f} % in the median"
    return [
        *lines,
        "",
        told,
        f"{clean}; retouching alters them by {altered:.3f} grey levels on average",
    ]


def _difference(one: Image, other: Image) -> NDArray[np.floating]:
    """Of each pixel, in CIELAB: ``(h, w)``."""
    first, second = (
        cv2.cvtColor(each.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for each in (one, other)
    )
    return np.asarray(np.linalg.norm(first - second, axis=-1))
