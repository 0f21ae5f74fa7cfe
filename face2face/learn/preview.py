"""Previews: pictures that show the progress of training."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from face2face.data.dataset import StripDataset, split_panels, to_bytes
from face2face.image import Image, side_by_side
from face2face.media.stills import write_image
from face2face.sample import evenly_spaced


class Preview:
    """A few fixed frames, each drawn as a row: condition, generated picture, truth.

    Args:
        frames: Batches of one, at least one.
        count: Largest number of rows; they are evenly spaced over the frames.
    """

    def __init__(self, frames: StripDataset, count: int = 4) -> None:
        self._pairs = [frames[each] for each in evenly_spaced(range(len(frames)), count)]

    def draw(self, generator: keras.Model) -> Image:
        """Return the rows, ``(rows * size, (panels + 2) * size, 3)`` uint8 RGB."""
        rows = []
        for condition, truth in self._pairs:
            panels = split_panels(condition)
            answer = keras.ops.convert_to_numpy(generator(panels, training=False))
            rows.append(side_by_side(to_bytes(each[0]) for each in (*panels, answer, truth)))
        return np.concatenate(rows)

    def write(self, generator: keras.Model, path: Path) -> None:
        """Write the rows as a PNG."""
        write_image(path, self.draw(generator))
