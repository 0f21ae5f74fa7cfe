"""Reenact: the target's photograph from a driver's landmarks: retrieve a keyframe, warp it, refine the face in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.retarget import TargetStatistics
from face2face.face.sketch import PALETTES, SketchSpec
from face2face.image import Extent, Image, Landmarks, Scene
from face2face.imaging.masks import blend, bounding_slices, face_mask, split_upper_lower
from face2face.imaging.warp import FACE_CONSTRAINTS, HEAD_CONSTRAINTS, WarpConstraints, warp_many
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import EYES, HEAD, MOUTH, PoseMetric, farthest_point_sample
from face2face.keyframes.selector import KeyframeSelector

#: A training frame is never shown a keyframe from this near in time, in seconds; a thirtieth of the video if that is less.
_GAP = 4.0
_GAP_SHARE = 1 / 30
#: Frames from which the backdrop is taken.
_BACKDROP_FRAMES = 100


@dataclass(frozen=True)
class Reenact:
    """The mode with one target's knowledge.

    Attributes:
        size: Width and height of a panel, in pixels.
        sketch: How the landmarks are drawn.
        shape: The target's shape statistics; None where they aren't known, as in the ancestors' graphs.
        bank: The target's keyframes; None for a network that is shown the sketch alone.
    """

    size: int
    sketch: SketchSpec
    shape: TargetStatistics | None
    bank: KeyframeBank | None
    _followers: dict[PoseMetric, KeyframeSelector] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def fit(
        cls,
        landmarks: NDArray[np.float32],
        spread: NDArray[np.float32],
        read: Callable[[int], Scene],
        size: int,
        keyframes: int,
    ) -> Reenact:
        """Learns the target's shape and chooses its keyframes.

        Args:
            landmarks: ``(n, 68, 2)`` in panel pixels, of all that may be learnt from; n at least 1.
            spread: ``(n, 68)``, how unsure they are, in the same unit.
            read: The scene of one of these, by its index.
            size: Width and height of a panel.
            keyframes: How many to keep, at most.
        """
        shape = TargetStatistics.of(landmarks, spread)
        chosen = farthest_point_sample(landmarks, shape.neutral, keyframes)
        seen = range(0, len(landmarks), max(1, len(landmarks) // _BACKDROP_FRAMES))
        backdrop = BackgroundModel.of(np.stack([read(each).photo for each in seen]))
        return cls(
            size,
            SketchSpec(),
            shape,
            KeyframeBank.of(
                (read(each) for each in chosen), spread[chosen], shape.neutral, backdrop
            ),
        )

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Reenact:
        """The mode of a card, its bank read from the same folder.

        Raises:
            ModelError: The card or the bank doesn't fit.
        """
        do = "restore the card, or export the model again"
        try:
            sketch = SketchSpec(**card.sketch)
        except TypeError as error:
            raise ModelError(
                "a card's sketch says palette, thickness and smooth", repr(card.sketch), do
            ) from error
        if sketch.palette not in PALETTES:
            raise ModelError(
                f"a sketch's palette is one of {', '.join(PALETTES)}", repr(sketch.palette), do
            )
        bank = KeyframeBank.load(folder) if "warp" in card.panels else None
        if bank is not None and bank.size != card.size:
            raise ModelError(
                f"the bank's keyframes have the card's size, {card.size} pixels", bank.size, do
            )
        shape = TargetStatistics.from_json(card.shape) if card.shape else None
        mode = cls(card.size, sketch, shape, bank)
        if card.panels != mode.panels:
            raise ModelError(
                "reenact's panels are sketch, or sketch, warp and mask", ", ".join(card.panels), do
            )
        return mode

    @property
    def panels(self) -> tuple[str, ...]:
        """``sketch``, and where there is a bank, ``warp`` and ``mask``."""
        return ("sketch",) if self.bank is None else ("sketch", "warp", "mask")

    def condition(self, scene: Scene) -> list[Image]:
        """The sketch, keyframes warped into the pose, and where the face is in it.

        Three keyframes: one whose head is held alike gives hair, neck and clothes, before what stood still all the time; one
        alike in its eyes and one alike in its mouth give the halves of the face.

        Args:
            scene: Its landmarks are the target's, in panel pixels. Its time, if it has one, is that in the target's own
                video: keyframes from about then are left out, or the network would learn to copy. A scene without a time is live
                and follows the one before: its keyframes don't jump.
        """
        landmarks = _of(scene)
        drawn = self.sketch.draw(landmarks, self.size)
        if self.bank is None:
            return [drawn]
        bank = self.bank
        wanted = bank.pose_descriptor(landmarks)
        around, eyes, mouth = (
            self._chosen(wanted, like, scene.seconds) for like in (HEAD, EYES, MOUTH)
        )
        everywhere = (slice(0, self.size), slice(0, self.size))
        surroundings = self._posed(around, landmarks, HEAD_CONSTRAINTS, [everywhere] * len(around))
        warped = _mixed([bank.background.composite(each) for each in surroundings], around)
        mask = face_mask(landmarks, self.size)
        within = bounding_slices(mask)
        above, below, upper = split_upper_lower(landmarks, within)
        parts = self._posed(
            [*eyes, *mouth], landmarks, FACE_CONSTRAINTS, [above] * len(eyes) + [below] * len(mouth)
        )
        coloured = [np.asarray(cv2.cvtColor(part, cv2.COLOR_RGBA2RGB), np.uint8) for part in parts]
        face = warped.copy()
        face[below] = _mixed(coloured[len(eyes) :], mouth)
        face[above] = blend(face[above], _mixed(coloured[: len(eyes)], eyes), upper)
        warped[within] = blend(warped[within], face[within], mask[within])
        return [drawn, warped, mask]

    def _posed(
        self,
        chosen: Iterable[int],
        landmarks: Landmarks,
        hold: WarpConstraints,
        parts: list[Extent],
    ) -> list[NDArray[np.uint8]]:
        """Parts of keyframes with their landmarks moved: ``(rows, columns, 4)`` uint8 each."""
        assert self.bank is not None
        indices = list(chosen)
        return warp_many(
            [self.bank.upsampled(index) for index in indices],
            self.bank.landmarks[indices],
            landmarks,
            self.size,
            hold,
            parts,
        )

    def _chosen(
        self, wanted: NDArray[np.floating], like: PoseMetric, seconds: float | None
    ) -> dict[int, float]:
        """Keyframes and their weights: for training the nearest, live one that doesn't jump."""
        assert self.bank is not None
        if seconds is None:
            if not self._followers:
                self.bank.prefetch_nearest(wanted)
            distances = self.bank.distances(wanted, like)
            self.bank.prefetch(int(distances.argmin()))  # it may be chosen one of the next times
            return self._followers.setdefault(like, KeyframeSelector(like.switch_cost))(distances)
        gap = min(_GAP, float(np.ptp(self.bank.seconds)) * _GAP_SHARE)
        return {self.bank.nearest(wanted, like, seconds, gap): 1.0}

    def target(self, scene: Scene) -> Image:
        """The photo itself."""
        return scene.photo

    def compose(self, frame: Image, answer: Image) -> Image:
        """The answer alone: the target stands in its own room."""
        return answer

    def card_fields(self) -> dict[str, Any]:
        """Mode, size, panels and their roles, sketch and shape."""
        roles = {"base": "", "mask": ""} if self.bank is None else {"base": "warp", "mask": "mask"}
        fields = {"mode": "reenact", "size": self.size, "panels": self.panels} | roles
        return fields | {
            "sketch": asdict(self.sketch),
            "shape": self.shape.to_json() if self.shape else {},
        }

    def save(self, folder: Path) -> None:
        """Writes the bank."""
        if self.bank is not None:
            self.bank.save(folder)


def _mixed(pictures: list[Image], chosen: dict[int, float]) -> Image:
    """Pictures of chosen keyframes, mixed by their weights."""
    mixed, *others = pictures
    total, *weights = chosen.values()
    for picture, weight in zip(others, weights, strict=True):
        total += weight
        mixed = cv2.addWeighted(mixed, 1 - weight / total, picture, weight / total, 0)
    return mixed


def _of(scene: Scene) -> Landmarks:
    if scene.landmarks is None:
        raise ValueError("reenact needs a scene with landmarks")
    return scene.landmarks
