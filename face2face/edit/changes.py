"""What a person wants changed: painted in the palette's colours, or said in words."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.label_maps import nearest_classes
from face2face.errors import OptionError
from face2face.face.expression import Expression
from face2face.image import Landmarks
from face2face.landmarks import PARTS, interocular
from face2face.segmentation.labels import CLASSES, Labels, class_mask
from face2face.segmentation.parser import labels_from_landmarks

#: Changes are painted on white: what is lighter than this in all channels is untouched.
_WHITE = 200
#: Colours that are farther than this from the palette's, as a sum over the channels, count as strange; at most this share may be.
_STRANGE, _MOST_STRANGE = 48, 0.2
#: By how much a map of other proportions may differ from the photo's.
_PROPORTIONS = 0.02


@dataclass(frozen=True)
class Change:
    """A change to a photo.

    Attributes:
        before: ``(h, w)`` uint8, the photo's label map.
        labels: ``(h, w)`` uint8, the same as it shall be.
        where: ``(h, w)`` bool, the pixels that are to be painted anew.
        colour: ``(3,)`` RGB: they keep their texture and get this mean colour instead; None to be painted.
    """

    before: Labels
    labels: Labels
    where: NDArray[np.bool_]
    colour: NDArray[np.floating] | None = None


def change_from_image(labels: Labels, picture: NDArray[np.uint8]) -> tuple[Change, int]:
    """A change painted in the palette's colours on white or on nothing, or a whole map that differs from the photo's.

    Args:
        labels: ``(h, w)`` uint8, the photo's own map.
        picture: ``(h, w, 3)`` RGB or ``(h, w, 4)`` RGB and opacity, uint8, of the photo's proportions.

    Returns:
        The change, and how many pixels had colours that aren't the palette's: they are of the nearest class.

    Raises:
        OptionError: It has other proportions, is empty, or has too many strange colours.
    """
    height, width = labels.shape
    if abs(picture.shape[1] * height / (picture.shape[0] * width) - 1) > _PROPORTIONS:
        sizes = f"{picture.shape[1]}x{picture.shape[0]} for {width}x{height}"
        raise OptionError(
            "--changes has the photo's proportions", sizes, "start painting from --save-map"
        )
    if picture.shape[:2] != labels.shape:
        picture = np.asarray(
            cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8
        )
    wanted, off = nearest_classes(picture)
    # One of the palette's colours is as light as that: a brow's.
    light = cv2.inRange(
        picture, (*(_WHITE + 1,) * 3, 0)[: picture.shape[2]], (255,) * picture.shape[2]
    )
    where = np.asarray((light == 0) | (off <= _STRANGE), bool)
    if picture.shape[2] == 4:
        where &= np.asarray(picture[..., 3] > 127, bool)
    if where.all():  # a whole map, begun from --save-map: what differs was painted
        where = np.asarray(wanted != labels, bool)
    if not where.any():
        raise OptionError(
            "--changes has something painted on it",
            "nothing that differs",
            "paint in the colours of --list-classes",
        )
    strange = where & (off > 0)
    if (where & (off > _STRANGE)).sum() > _MOST_STRANGE * where.sum():
        share = f"{100 * (where & (off > _STRANGE)).sum() / where.sum():.0f} % of it isn't"
        raise OptionError(
            "--changes is painted in the colours of --list-classes",
            share,
            "paint without shading, save as PNG",
        )
    return Change(labels, np.where(where, wanted, labels).astype(np.uint8), where), int(
        strange.sum()
    )


#: What can be said of what: ``none`` removes, ``add`` draws, the others move; any class may be given a colour.
WORDS = {
    "glasses": ("none", "add"),
    "hat": ("none",),
    "ear_ring": ("none",),
    "necklace": ("none",),
    "mouth": ("open", "closed", "smile"),
    "brows": ("up", "down"),
    "nose": ("narrow", "wide"),
}
_COLOURED = {
    "lips": ("upper_lip", "lower_lip"),
    "brows": ("left_brow", "right_brow"),
    "eyes": ("left_eye", "right_eye"),
}
_POSES = {
    ("mouth", "open"): Expression(open=0.25),
    ("mouth", "closed"): Expression(),
    ("mouth", "smile"): Expression(smile=1.0),
    ("brows", "up"): Expression(brows=1.0),
    ("brows", "down"): Expression(brows=-0.8),
}
#: How thick the frame of glasses is, in interocular distances. Eyes are seen through them as they are.
_FRAME = 0.07
#: What covers less than this, in squares of the interocular distance, is a speck on the map and no such thing; jewellery may be small.
_LEAST = {"glasses": 0.2, "hat": 0.2}
_MOUTH, _BROWS = ("mouth", "upper_lip", "lower_lip"), ("left_brow", "right_brow")


def parse_edit(text: str, labels: Labels, landmarks: Landmarks) -> Change:
    """A change said in words: ``glasses=none``, ``mouth=smile``, ``hair=#552200``.

    Args:
        text: Of what, and what of it.
        labels: ``(h, w)`` uint8, the photo's own map.
        landmarks: ``(68, 2)`` of the face that is changed.

    Raises:
        OptionError: It says nothing that is known, or of something that isn't there.
    """
    name, _, what = text.partition("=")
    if what.startswith("#"):
        return _coloured(name, what, labels)
    if what not in WORDS.get(name, ()):
        known = ", ".join(f"{each}={'|'.join(words)}" for each, words in WORDS.items())
        raise OptionError(
            f"--set takes {known}, or a class and a colour as in hair=#552200",
            text,
            "see --list-classes for the classes",
        )
    if what == "none":
        return _removed(name, labels, landmarks)
    if name == "glasses":
        return _with_glasses(labels, landmarks)
    if name == "nose":
        return _with_nose(labels, landmarks, 0.7 if what == "narrow" else 1.35)
    return _moved(
        _MOUTH if name == "mouth" else _BROWS,
        labels,
        landmarks,
        _POSES[name, what],
        shut=what == "closed",
    )


def _there(
    name: str, names: tuple[str, ...], labels: Labels, least: float = 0.0
) -> NDArray[np.bool_]:
    where = class_mask(labels, names)
    if not where.any() or where.sum() < least:
        raise OptionError(
            f"--set changes what the photo shows, here {name}",
            "a photo without",
            "paint it with --changes",
        )
    return where


def _coloured(name: str, what: str, labels: Labels) -> Change:
    names = _COLOURED.get(name, (name,))
    digits = what[1:]
    if (
        not set(names) <= set(CLASSES)
        or len(digits) != 6
        or not all(each in "0123456789abcdefABCDEF" for each in digits)
    ):
        raise OptionError(
            "--set takes a class and a colour of six digits",
            f"{name}={what}",
            "as in hair=#552200; see --list-classes",
        )
    where = _there(name, names, labels)
    colour = np.array([int(digits[place : place + 2], 16) for place in (0, 2, 4)], float)
    return Change(labels, labels, where, colour)


def _removed(name: str, labels: Labels, landmarks: Landmarks) -> Change:
    """What lies under it, as far as landmarks say; elsewhere what is around."""
    where = _there(name, (name,), labels, _LEAST.get(name, 0.0) * interocular(landmarks) ** 2)
    face = labels_from_landmarks(landmarks, *labels.shape)
    around = {"hat": "hair", "necklace": "neck"}.get(name, "skin")
    under = np.where(face > 0, face, CLASSES.index(around)).astype(np.uint8)
    return Change(labels, np.where(where, under, labels).astype(np.uint8), where)


def _with_glasses(labels: Labels, landmarks: Landmarks) -> Change:
    unit = interocular(landmarks)
    worn = np.zeros(labels.shape, np.uint8)
    middles = [landmarks[PARTS[f"{side}_eye"]].mean(0) for side in ("right", "left")]
    angle = float(np.degrees(np.arctan2(*(middles[1] - middles[0])[::-1])))
    axes = (round(0.4 * unit), round(0.28 * unit))
    thick = max(1, round(_FRAME * unit))
    for middle in middles:
        cv2.ellipse(
            worn,
            np.rint(middle + np.array((0, 0.05 * unit))).astype(int).tolist(),
            axes,
            angle,
            0,
            360,
            1,
            thick,
        )
    along = axes[0] * (middles[1] - middles[0]) / np.linalg.norm(middles[1] - middles[0])
    for start, end in (
        (middles[0] + along, middles[1] - along),
        (middles[0] - along, landmarks[0]),
        (middles[1] + along, landmarks[16]),
    ):
        cv2.line(
            worn, np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist(), 1, thick
        )
    where = worn > 0
    return Change(labels, np.where(where, CLASSES.index("glasses"), labels).astype(np.uint8), where)


def _with_nose(labels: Labels, landmarks: Landmarks, wider: float) -> Change:
    moved = landmarks.copy()
    middle = landmarks[PARTS["nose"]].mean(0)
    moved[31:36, 0] = middle[0] + wider * (landmarks[31:36, 0] - middle[0])
    return _redrawn(("nose",), labels, moved)


def _moved(
    names: tuple[str, ...], labels: Labels, landmarks: Landmarks, pose: Expression, shut: bool
) -> Change:
    moved = pose.applied_to(landmarks)
    if shut:
        for upper, lower in ((61, 67), (62, 66), (63, 65)):
            gap = moved[lower] - moved[upper]
            moved[lower] -= gap
            moved[{67: 58, 66: 57, 65: 56}[lower]] -= gap
    return _redrawn(names, labels, moved)


def _redrawn(names: tuple[str, ...], labels: Labels, landmarks: Landmarks) -> Change:
    """Parts drawn from landmarks, skin where they were."""
    was, face = class_mask(labels, names), labels_from_landmarks(landmarks, *labels.shape)
    shall = class_mask(face, names)
    wanted = np.where(was, CLASSES.index("skin"), labels)
    return Change(labels, np.where(shall, face, wanted).astype(np.uint8), was | shall)
