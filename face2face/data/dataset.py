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

#: Decoded strips that are kept in memory.
_KEPT_BYTES = 1_500_000_000


@dataclass(frozen=True)
class PanelLayout:
    """What of a strip is shown to the network and what it should answer.

    Attributes:
        panels: How many panels a strip has.
        inputs: Indices of those that are shown.
        output: Index of the one to be answered.
        base: Place among the inputs of the one from which the answer departs; None where it is painted from nothing.
        mask: Place among the inputs of the one that says where it may depart; None for everywhere.
        colours: Place among the inputs of the one that shows each part in its mean colour; None where there is none.
        bars: Place among the inputs of the one whose bars are numbers, see :func:`face2face.image.bars`; None where there is none.
        size: Width and height of a panel, in pixels.
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
    """The panels of a condition, ``(b, size, size, 3 * panels)``, one by one, as a generator is shown them."""
    return [condition[..., at : at + 3] for at in range(0, condition.shape[-1], 3)]


#: What a sway of 1 goes to: degrees, a share of the size, a share of the width; and by how many pixels at 256 the base goes astray.
_TURN, _ZOOM, _SHIFT, _ASTRAY = 8.0, 0.1, 0.05, 1.0


@dataclass(frozen=True)
class PanelAugmentation:
    """Pictures varied while training.

    Attributes:
        scale_size: Panels are enlarged to this many pixels and cropped back at random; the panel's own size for none of that.
        flip: Mirrored at random.
        sway: How far all panels are turned, scaled and shifted together at random, 1 for up to 8 degrees, a tenth and a twentieth;
            the base goes a little astray besides, a pixel or so, so that what a warp misses is learnt to be mended. A few hundred
            frames of one video are too much alike without it: what is held out gets worse after some minutes.
    """

    scale_size: int
    flip: bool = False
    sway: float = 0.0

    def __call__(
        self, panels: list[Image], rng: np.random.Generator, base: int | None = None
    ) -> list[Image]:
        """The panels of one strip, all varied alike.

        Args:
            panels: Of one size.
            rng: Where chance comes from.
            base: Index of the panel that may go astray.
        """
        size = panels[0].shape[0]
        if self.scale_size > size:
            top, left = rng.integers(0, self.scale_size - size + 1, 2)
            enlarged = (
                cv2.resize(panel, (self.scale_size, self.scale_size), interpolation=cv2.INTER_CUBIC)
                for panel in panels
            )
            panels = [panel[top : top + size, left : left + size] for panel in enlarged]
        if self.sway:
            together = self._swayed(size, rng)
            astray = together.copy()
            astray[:, 2] += rng.normal(0, _ASTRAY * self.sway * size / 256, 2)
            panels = [
                _moved(panel, astray if place == base else together)
                for place, panel in enumerate(panels)
            ]
        if self.flip and rng.random() < 0.5:
            panels = [panel[:, ::-1] for panel in panels]
        return panels

    def _swayed(self, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """A random similarity about the middle, ``(2, 3)``."""
        turn, zoom, x, y = rng.uniform(-1, 1, 4) * self.sway
        middle = (size - 1) / 2
        matrix = cv2.getRotationMatrix2D((middle, middle), _TURN * turn, 1 + _ZOOM * zoom)
        matrix[:, 2] += (_SHIFT * size * x, _SHIFT * size * y)
        return np.asarray(matrix)


def _moved(panel: Image, matrix: NDArray[np.float64]) -> Image:
    size = panel.shape[0]
    return cv2.warpAffine(
        np.ascontiguousarray(panel),
        matrix,
        (size, size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


class StripDataset(keras.utils.PyDataset):
    """Batches of (condition, target), float32 in [-1, 1]: ``(b, size, size, 3 * inputs)`` and ``(b, size, size, 3)``, RGB.

    Args:
        paths: The strips, at least one.
        layout: What is what in a strip.
        batch_size: At least 1; the last batch is left out if it is smaller and not the only one.
        augmentation: None for pictures as they are, in order.
        most: Batches an epoch, at most: with more strips than that, an epoch is a random part of them.
        seed: Of the shuffling and the augmentation; they differ each epoch, and are the same each time it is run.
    """

    def __init__(
        self,
        paths: list[Path],
        layout: PanelLayout,
        batch_size: int = 1,
        augmentation: PanelAugmentation | None = None,
        seed: int = 0,
        most: int = 1_000_000,
    ) -> None:
        super().__init__(workers=2, use_multiprocessing=False, max_queue_size=8)
        self.epoch = 0
        self._paths, self._layout, self._augmentation, self._seed = (
            paths,
            layout,
            augmentation,
            seed,
        )
        self._batch_size = min(batch_size, len(paths))
        self._most = most
        self._base = None if layout.base is None else layout.inputs[layout.base]
        # PNG is decoded once, as long as the memory lasts.
        self._read = lru_cache(maxsize=max(1, _KEPT_BYTES // (3 * layout.panels * layout.size**2)))(
            self._strip
        )

    def __len__(self) -> int:
        return min(len(self._paths) // self._batch_size, self._most)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        order = np.arange(len(self._paths))
        if self._augmentation:
            order = np.random.default_rng((self._seed, self.epoch)).permutation(order)
        chosen = order[index * self._batch_size : (index + 1) * self._batch_size]
        strips = [self._panels(int(each)) for each in chosen]
        shown = to_signed(
            np.stack([cv2.merge([strip[each] for each in self._layout.inputs]) for strip in strips])
        )
        wanted = to_signed(np.stack([strip[self._layout.output] for strip in strips]))
        return shown, self._within_reach(shown, wanted)

    def _within_reach(
        self, shown: NDArray[np.float32], wanted: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The target as far as it can be reached: beyond the mask it is the base, which the discriminator would else tell at a glance."""
        if self._layout.base is None or self._layout.mask is None:
            return wanted
        panels = split_panels(shown)
        base, mask = panels[self._layout.base], panels[self._layout.mask]
        return base + (mask + 1) / 2 * (wanted - base)

    def on_epoch_end(self) -> None:
        """Called by Keras: the next epoch has another order."""
        self.epoch += 1

    def _panels(self, number: int) -> list[Image]:
        panels = self._read(number)
        if self._augmentation:
            panels = self._augmentation(
                panels, np.random.default_rng((self._seed, self.epoch, number)), self._base
            )
        return panels

    def _strip(self, number: int) -> list[Image]:
        panels = read_strip(self._paths[number], self._layout.panels)
        if panels[0].shape[0] != self._layout.size:
            rule = f"the panels of a strip are {self._layout.size} pixels wide"
            raise DataError(
                rule,
                f"{panels[0].shape[0]} in {self._paths[number]}",
                "use the card.json that belongs to the strips",
            )
        return panels


def to_signed(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """uint8 0..255 as float32 -1..1."""
    signed = np.multiply(image, np.float32(1 / 127.5))
    signed -= 1
    return signed


def to_bytes(signed: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Floats -1..1 as uint8 0..255, rounded; beyond that range they are held to it."""
    return np.clip(np.rint((signed + 1) * 127.5), 0, 255).astype(np.uint8)
