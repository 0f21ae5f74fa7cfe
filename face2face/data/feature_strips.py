"""Strips of the mode feature, from the pictures of many people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.data.feature_pairs import FeaturePair, Picture, moved_picture, write_pair
from face2face.data.label_maps import held_out
from face2face.data.pairs import TRAIN, VAL
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose
from face2face.modes.feature import FeatureMode

#: Largest number of partners tried for one strip.
_ATTEMPTS = 4
#: Smallest and largest share of another person's expression by which a single photo is warped.
_SHARE = (0.5, 1.2)


@dataclass
class FeatureStrips:
    """Writes the strips of one person after another, for several features.

    Attributes:
        folder: Folder of a folder for each feature, in which ``train/`` and ``val/`` exist.
        modes: The mode of each feature.
        seed: Seed of partners and tones.
        displacements: Ways of landmarks between two pictures of a person, in head coordinates.
        counts: Feature -> number of strips.
    """

    folder: Path
    modes: Sequence[FeatureMode]
    seed: int = 0
    displacements: list[NDArray[np.float64]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add_person(self, name: str, pictures: Sequence[Picture], repeats: int) -> None:
        """Write strips in which each picture is the truth, and another one is changed.

        Args:
            name: Name of the person.
            pictures: The person's pictures.
            repeats: Number of strips of each feature for each picture.
        """
        rng = np.random.default_rng((self.seed, *name.encode()))
        shapes = [HeadPose.of(each.landmarks, AVERAGE_FACE).shape for each in pictures]
        for place, truth in enumerate(pictures if len(pictures) > 1 else ()):
            others = [each for each in range(len(pictures)) if each != place]
            self.displacements.append(shapes[place] - shapes[rng.choice(others)])
            self._write(
                name,
                place,
                # Called before the next turn of the loop.
                lambda _: FeaturePair.of(pictures[rng.choice(others)], truth),  # noqa: B023
                repeats,
                rng,
            )

    def add_single(self, name: str, picture: Picture, repeats: int) -> None:
        """Write strips in which a picture is the truth, and a warp of it is changed.

        The warp goes to the expression of someone added before, by a random share.

        Args:
            name: Name of the person.
            picture: The only picture.
            repeats: Number of strips of each feature.
        """
        rng = np.random.default_rng((self.seed, *name.encode()))

        def pair(feature: str) -> FeaturePair | None:
            way = self.displacements[rng.integers(len(self.displacements))]
            moved = moved_picture(picture, way * rng.uniform(*_SHARE), feature)
            return FeaturePair.of(moved, picture)

        self._write(name, 0, pair, repeats, rng)

    def _write(
        self,
        name: str,
        place: int,
        pair: Callable[[str], FeaturePair | None],
        repeats: int,
        rng: np.random.Generator,
    ) -> None:
        """Write the strips of one true picture.

        Args:
            name: Name of the person.
            place: Number of the picture.
            pair: Returns a random pair for a feature; None where the pictures don't fit together.
            repeats: Number of strips of each feature.
            rng: Source of randomness.
        """
        for mode in self.modes:
            folder = self.folder / mode.feature / (VAL if held_out(name) else TRAIN)
            for repeat in range(repeats):
                path = folder / f"{name}.{place}.{repeat}.png"
                written = path.is_file() or any(
                    found is not None and write_pair(path, found, mode, rng)
                    for found in (pair(mode.feature) for _ in range(_ATTEMPTS))
                )
                self.counts[mode.feature] = self.counts.get(mode.feature, 0) + written
