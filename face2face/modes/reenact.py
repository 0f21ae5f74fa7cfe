"""Reenact: show the target in a given pose.

The mode retrieves the target's nearest keyframes, warps them into the pose, and lets a network
refine the face.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.errors import ModelError
from face2face.face.head_pose import with_skull
from face2face.face.sketch import PALETTES, SketchSpec
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Extent, Image, Landmarks, Scene
from face2face.imaging.align import align
from face2face.imaging.eyes import move_irises
from face2face.imaging.masks import blend, bounding_slices, face_mask, split_upper_lower
from face2face.imaging.upsample import upsampling_factor
from face2face.imaging.warp import WarpConstraints, constraints_of, warp_many
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import (
    EYES,
    HEAD,
    MOUTH,
    POSE_METRICS,
    farthest_point_sample,
)
from face2face.keyframes.pose_selectors import KeyframeWeights, PoseSelectors

#: Seconds around a training frame whose keyframes are left out: the network would learn to copy.
_MAX_GAP = 4.0
#: The same as a share of the video's length, which is the limit in short videos.
_MAX_GAP_SHARE = 1 / 30
#: Frames from which the background is taken: enough for a median, and quick to read.
_BACKGROUND_FRAMES = 100
#: Hint of every error about a card or a bank that doesn't fit.
_RESTORE = "Restore the card, or export the model again."


@dataclass(frozen=True)
class Reenact:
    """The mode ``reenact`` for one target.

    Attributes:
        size: Width and height of a panel, in pixels.
        sketch: How landmarks are drawn.
        shape: The target's shape statistics; None where they aren't known, as for the graphs of
            datitran/face2face-demo.
        bank: The target's keyframes; None for a network that is shown the sketch alone.
    """

    size: int
    sketch: SketchSpec
    shape: TargetStatistics | None
    bank: KeyframeBank | None

    @classmethod
    def fit(
        cls,
        landmarks: NDArray[np.float32],
        uncertainty: NDArray[np.float32],
        read: Callable[[int], Scene],
        size: int,
        keyframes: int,
        shape: TargetStatistics | None = None,
        background: BackgroundModel | None = None,
    ) -> Reenact:
        """Return the mode of a target: its shape statistics and its chosen keyframes.

        Args:
            landmarks: ``(n, 70, 2)`` float32 in panel pixels, of all training frames; n at least 1.
            uncertainty: ``(n, 70)`` float32, standard deviation of each landmark, in panel pixels.
            read: Returns the scene of a training frame, given its index.
            size: Width and height of a panel, in pixels.
            keyframes: Number of keyframes to keep, at most.
            shape: The target's shape statistics; None for those of the training frames.
            background: What is behind the target; None to find it in the training frames.
        """
        shape = shape or TargetStatistics.of(landmarks, uncertainty)
        chosen = farthest_point_sample(landmarks, shape.neutral, keyframes)
        if background is None:
            sampled = np.arange(0, len(landmarks), max(1, len(landmarks) // _BACKGROUND_FRAMES))
            background = BackgroundModel.of(
                np.stack([read(int(index)).photo for index in sampled]), landmarks[sampled]
            )
        bank = KeyframeBank.of(
            (read(index) for index in chosen), uncertainty[chosen], shape.neutral, background
        )
        return cls(size, SketchSpec(), shape, bank)

    @classmethod
    def load(cls, card: ModelCard, folder: Path) -> Reenact:
        """Return the mode of a card, its keyframe bank read from a folder.

        Args:
            card: The model's card.
            folder: The folder that holds ``bank.npz``.

        Raises:
            ModelError: The card or the bank doesn't fit.
        """
        try:
            sketch = SketchSpec(**card.sketch)
        except TypeError as error:
            raise ModelError(
                f"The card's sketch is {card.sketch!r}; its fields are palette, thickness and "
                "smooth.",
                hint=_RESTORE,
            ) from error
        if sketch.palette not in PALETTES:
            raise ModelError(
                f"The card's palette is {sketch.palette!r}, not one of {', '.join(PALETTES)}.",
                hint=_RESTORE,
            )
        bank = KeyframeBank.load(folder) if "warp" in card.panels else None
        if bank is not None and bank.size != card.size:
            raise ModelError(
                f"The keyframe bank is of {bank.size} pixels, the card of {card.size} pixels.",
                hint=_RESTORE,
            )
        shape = TargetStatistics.from_json(card.shape) if card.shape else None
        mode = cls(card.size, sketch, shape, bank)
        if card.panels != mode.panels:
            raise ModelError(
                f"The card's panels are {', '.join(card.panels)}; those of reenact are sketch, or "
                "sketch, warp and mask.",
                hint=_RESTORE,
            )
        return mode

    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels: ``sketch``; with a bank also ``warp`` and ``mask``."""
        return ("sketch",) if self.bank is None else ("sketch", "warp", "mask")

    def condition(self, scene: Scene) -> list[Image]:
        """Return the panels of a training frame.

        Keyframes near in time to the frame are left out: the network would learn to copy them.

        Args:
            scene: Its landmarks are the target's, in panel pixels. Its time is that in the target's
                own video; a scene without a time leaves no keyframe out.

        Returns:
            The sketch; with a bank also the warped keyframes, and the mask of the face:
            ``(size, size, 3)`` uint8 RGB each.
        """
        landmarks = _landmarks_of(scene)
        bank = self.bank
        if bank is None:
            return self._panels(landmarks, {})
        descriptor = bank.pose_descriptor(landmarks)
        gap = min(_MAX_GAP, float(np.ptp(bank.seconds)) * _MAX_GAP_SHARE)
        nearest = {
            metric: {bank.nearest(descriptor, metric, scene.seconds, gap): 1.0}
            for metric in POSE_METRICS
        }
        return self._panels(landmarks, nearest)

    def condition_live(self, landmarks: Landmarks, selectors: PoseSelectors) -> list[Image]:
        """Return the panels of the next frame of a live run.

        Args:
            landmarks: ``(70, 2)`` float32, the target's, in panel pixels.
            selectors: The state of the run; they keep the keyframes from jumping.

        Returns:
            The same panels as :meth:`condition`.
        """
        if self.bank is None:
            return self._panels(landmarks, {})
        return self._panels(landmarks, selectors(self.bank, self.bank.pose_descriptor(landmarks)))

    def _panels(self, landmarks: Landmarks, chosen: KeyframeWeights) -> list[Image]:
        """Return the panels of a pose.

        The keyframe nearest in head pose gives hair, neck and clothes, in front of the background.
        The one nearest in the eyes gives the upper half of the face, the one nearest in the mouth
        the lower half. The irises then move the rest of the way.

        Args:
            landmarks: ``(70, 2)`` float32, in panel pixels.
            chosen: The keyframes of each pose metric, and their weights; unused without a bank.
        """
        drawn = self.sketch.draw(landmarks, self.size)
        if self.bank is None:
            return [drawn]
        head, eyes, mouth = (chosen[metric] for metric in (HEAD, EYES, MOUTH))
        warped = _mix(self.surroundings(landmarks, head), head)
        mask = face_mask(landmarks, self.size)
        inside = bounding_slices(mask)
        upper, lower, upper_weight = split_upper_lower(landmarks, inside)
        halves = self._warp(
            [*eyes, *mouth],
            landmarks,
            self._constraints[1],
            [upper] * len(eyes) + [lower] * len(mouth),
        )
        parts = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGBA2RGB), np.uint8) for each in halves]
        face = warped.copy()
        face[lower] = _mix(parts[len(eyes) :], mouth)
        face[upper] = blend(face[upper], _mix(parts[: len(eyes)], eyes), upper_weight)
        warped[inside] = blend(warped[inside], face[inside], mask[inside])
        seen = np.average(self.bank.landmarks[[*eyes]], axis=0, weights=[*eyes.values()])
        return [drawn, move_irises(warped, landmarks, seen), mask]

    def surroundings(self, landmarks: Landmarks, head: Mapping[int, float]) -> list[Image]:
        """Return hair, neck and clothes of each head keyframe as they are mixed.

        Args:
            landmarks: ``(70, 2)`` float32, in panel pixels.
            head: The keyframes nearest in head pose, and their weights.

        Returns:
            For each keyframe ``(size, size, 3)`` uint8 RGB, in front of the background.
        """
        assert self.bank is not None
        whole = (slice(0, self.size), slice(0, self.size))
        background = self.bank.background
        heads = self._warp(head, landmarks, self._constraints[0], [whole] * len(head))
        views = [background.composite(each) for each in heads]
        if len(heads) < 2:
            return views
        return [background.composite(each) for each in align(heads, views, [*head.values()])]

    @property
    def _constraints(self) -> tuple[WarpConstraints, ...]:
        """How closely hair, neck and clothes follow the head, and how closely the face does."""
        assert self.bank is not None
        return constraints_of(self.bank.background.is_known, self.bank.shows_one_pose)

    def _warp(
        self,
        indices: Iterable[int],
        landmarks: Landmarks,
        constraints: WarpConstraints,
        extents: list[Extent],
    ) -> list[NDArray[np.uint8]]:
        """Return extents of warped keyframes: ``(rows, columns, 4)`` uint8 RGBA each."""
        assert self.bank is not None
        chosen = list(indices)
        points = np.concatenate([landmarks[None], self.bank.landmarks[chosen]])
        if constraints.hold_skull:
            points = with_skull(points)
        return warp_many(
            [self.bank.upsampled(index) for index in chosen],
            points[1:],
            points[0],
            self.size,
            constraints,
            extents,
            self.bank.background.margin * upsampling_factor(self.size),
        )

    def card_fields(self) -> dict[str, Any]:
        """Return mode, size, panels and their roles, sketch and shape."""
        roles = {"base": "", "mask": ""} if self.bank is None else {"base": "warp", "mask": "mask"}
        return {
            "mode": "reenact",
            "size": self.size,
            "panels": self.panels,
            **roles,
            "sketch": asdict(self.sketch),
            "shape": self.shape.to_json() if self.shape else {},
        }

    def save(self, folder: Path) -> None:
        """Write the keyframe bank into a folder."""
        if self.bank is not None:
            self.bank.save(folder)


def _mix(pictures: list[Image], weights: Mapping[int, float]) -> Image:
    """Return the weighted mean of pictures.

    Plain form: ``sum(weight * picture) / sum(weight)``, here in place, two pictures at a time.
    """
    mixed, *others = pictures
    total, *rest = weights.values()
    for picture, weight in zip(others, rest, strict=True):
        total += weight
        mixed = cv2.addWeighted(mixed, 1 - weight / total, picture, weight / total, 0)
    return mixed


def _landmarks_of(scene: Scene) -> Landmarks:
    if scene.landmarks is None:
        raise ValueError("the mode reenact needs a scene with landmarks")
    return scene.landmarks
