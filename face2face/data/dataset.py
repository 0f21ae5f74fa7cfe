"""Strips as batches for Keras, on any backend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from face2face.data.pairs import read_strip
from face2face.errors import DataError
from face2face.image import Image

#: Largest size of the decoded strips kept in memory, in bytes.
_CACHE_BYTES = 1_500_000_000
#: Rotation at an affine jitter of 1, in degrees.
_MAX_ROTATION = 8.0
#: Zoom at an affine jitter of 1, as a share of the size.
_MAX_ZOOM = 0.1
#: Shift at an affine jitter of 1, as a share of the width.
_MAX_SHIFT = 0.05
#: Standard deviation of the base jitter at an affine jitter of 1, in pixels of a 256-pixel panel.
_BASE_JITTER = 1.0
#: Width of the panels for which the base jitter is given, in pixels.
_REFERENCE_SIZE = 256


@dataclass(frozen=True)
class PanelLayout:
    """Which panels of a strip the network is shown, and which one is its target.

    Attributes:
        panels: Number of panels in a strip.
        inputs: Indices of the panels that are shown.
        output: Index of the target.
        size: Width and height of a panel, in pixels.
        base: Place among the inputs of the panel that the answer departs from; None where it is
            painted from nothing.
        mask: Place among the inputs of the panel that limits where the answer may depart; None for
            everywhere.
        colours: Place among the inputs of the panel that shows each part in its mean colour; None
            for none.
        bars: Place among the inputs of the panel of numbers, see
            :func:`face2face.image.vector_panel`; None for none.
    """

    panels: int
    inputs: tuple[int, ...]
    output: int
    size: int
    base: int | None = None
    mask: int | None = None
    colours: int | None = None
    bars: int | None = None


def split_panels(condition: Any) -> list[Any]:
    """Return the panels of a condition, ``(b, size, size, 3 * panels)``, one by one.

    >>> [panel.shape for panel in split_panels(np.zeros((1, 4, 4, 6)))]
    [(1, 4, 4, 3), (1, 4, 4, 3)]
    """
    return [condition[..., at : at + 3] for at in range(0, condition.shape[-1], 3)]


@dataclass(frozen=True)
class PanelAugmentation:
    """Random variation of the panels of a strip while training.

    A few hundred frames of one video are alike. Without jitter the held-out frames get worse after
    some minutes.

    Attributes:
        scale_size: Width to which panels are enlarged before a random crop, in pixels; the panel's
            own width for no crop.
        flip: Whether panels are mirrored at random.
        affine_jitter: Strength of a random rotation, zoom and shift of all panels together. At 1
            they reach 8 degrees, 10 % and 5 % of the width. The base panel is shifted a pixel or
            so further (base jitter), so that the network learns to correct the warp's errors.
    """

    scale_size: int
    flip: bool = False
    affine_jitter: float = 0.0

    def __call__(
        self, panels: list[Image], rng: np.random.Generator, base: int | None = None
    ) -> list[Image]:
        """Return the panels of one strip, all varied alike.

        Args:
            panels: ``(size, size, 3)`` uint8 RGB each.
            rng: Source of randomness.
            base: Index of the panel that gets the base jitter; None for none.
        """
        size = panels[0].shape[0]
        if self.scale_size > size:
            top, left = rng.integers(0, self.scale_size - size + 1, 2)
            enlarged = (
                cv2.resize(panel, (self.scale_size, self.scale_size), interpolation=cv2.INTER_CUBIC)
                for panel in panels
            )
            panels = [panel[top : top + size, left : left + size] for panel in enlarged]
        if self.affine_jitter:
            matrix = self._random_affine(size, rng)
            base_matrix = matrix.copy()
            base_matrix[:, 2] += rng.normal(
                0, _BASE_JITTER * self.affine_jitter * size / _REFERENCE_SIZE, 2
            )
            panels = [
                _warp_affine(panel, base_matrix if place == base else matrix)
                for place, panel in enumerate(panels)
            ]
        if self.flip and rng.random() < 0.5:
            panels = [panel[:, ::-1] for panel in panels]
        return panels

    def _random_affine(self, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a random rotation, zoom and shift about the middle, ``(2, 3)``."""
        turn, zoom, x, y = rng.uniform(-1, 1, 4) * self.affine_jitter
        middle = (size - 1) / 2
        matrix = cv2.getRotationMatrix2D(
            (middle, middle), _MAX_ROTATION * turn, 1 + _MAX_ZOOM * zoom
        )
        matrix[:, 2] += (_MAX_SHIFT * size * x, _MAX_SHIFT * size * y)
        return np.asarray(matrix)


def _warp_affine(panel: Image, matrix: NDArray[np.float64]) -> Image:
    size = panel.shape[0]
    return cv2.warpAffine(
        np.ascontiguousarray(panel),
        matrix,
        (size, size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


class StripDataset(keras.utils.PyDataset):
    """Batches of conditions with their targets, float32 RGB in [-1, 1].

    A condition is ``(b, size, size, 3 * inputs)``, a target ``(b, size, size, 3)``. Where the
    layout names a base and a mask, the target outside the mask is the base. The generator can't
    change these pixels, and the discriminator would recognise the photo by them.

    Args:
        paths: The strips, at least one.
        layout: The roles of a strip's panels.
        batch_size: At least 1. A last batch that is smaller is left out unless it is the only one.
        augmentation: Random variation and order; None for the strips as they are, in order.
        seed: Seed of the order and the augmentation. They differ each epoch, and repeat each run.
        max_batches: Largest number of batches in an epoch. With more strips, each epoch is a
            random part of them.

    Attributes:
        epoch: Number of the epoch, from 0. Keras advances it.
        batch_size: Number of strips in a batch.
    """

    def __init__(
        self,
        paths: list[Path],
        layout: PanelLayout,
        batch_size: int = 1,
        augmentation: PanelAugmentation | None = None,
        seed: int = 0,
        max_batches: int = 1_000_000,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.epoch = 0
        self._paths, self._layout = paths, layout
        self._augmentation, self._seed = augmentation, seed
        self.batch_size, self._max_batches = min(batch_size, len(paths)), max_batches
        self._base = None if layout.base is None else layout.inputs[layout.base]
        # Each strip is decoded once, as long as they fit into memory.
        strip_bytes = 3 * layout.panels * layout.size**2
        self._read = lru_cache(maxsize=max(1, _CACHE_BYTES // strip_bytes))(self._read_strip)

    def __len__(self) -> int:
        return min(len(self._paths) // self.batch_size, self._max_batches)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        order = np.arange(len(self._paths))
        if self._augmentation:
            order = np.random.default_rng((self._seed, self.epoch)).permutation(order)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        strips = [self._panels(int(each)) for each in chosen]
        condition = to_signed(
            np.stack([cv2.merge([strip[each] for each in self._layout.inputs]) for strip in strips])
        )
        target = to_signed(np.stack([strip[self._layout.output] for strip in strips]))
        return condition, self._base_outside_mask(condition, target)

    def on_epoch_end(self) -> None:
        """Advance the epoch, which changes the order. Keras calls this."""
        self.epoch += 1

    def _base_outside_mask(
        self, condition: NDArray[np.float32], target: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the target inside the mask and the base outside it."""
        if self._layout.base is None or self._layout.mask is None:
            return target
        panels = split_panels(condition)
        base, mask = panels[self._layout.base], panels[self._layout.mask]
        return base + (mask + 1) / 2 * (target - base)

    def _panels(self, number: int) -> list[Image]:
        panels = self._read(number)
        if self._augmentation:
            rng = np.random.default_rng((self._seed, self.epoch, number))
            panels = self._augmentation(panels, rng, self._base)
        return panels

    def _read_strip(self, number: int) -> list[Image]:
        path = self._paths[number]
        panels = read_strip(path, self._layout.panels)
        size = panels[0].shape[0]
        if size != self._layout.size:
            raise DataError(
                f"The panels of {path} are {size} pixels wide; the card says {self._layout.size}.",
                hint="Use the card.json that belongs to the strips.",
            )
        return panels


def to_signed(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return uint8 values 0 to 255 as float32 in [-1, 1].

    >>> to_signed(np.uint8([0, 255])).tolist()
    [-1.0, 1.0]
    """
    signed = np.multiply(image, np.float32(1 / 127.5))
    signed -= 1
    return signed


def to_bytes(signed: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return values in [-1, 1] as uint8 0 to 255, rounded; others are clipped to that range.

    >>> to_bytes(np.array([-1.0, 1.5])).tolist()
    [0, 255]
    """
    return np.clip(np.rint((signed + 1) * 127.5), 0, 255).astype(np.uint8)
