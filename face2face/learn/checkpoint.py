"""A training run on disk: its settings, its checkpoint and its best generator.

A run's folder holds:

- ``settings.json``,
- ``card.json``, and the keyframe bank where the network is shown a warped keyframe,
- ``checkpoint.weights.h5``: both networks and the optimiser,
- ``best.keras``: the generator of the best epoch, or of the last one with a discriminator,
- ``history.csv`` and ``previews/``.

Each file is written aside and renamed. A run can be stopped at any moment and continues from its
last whole files.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import keras

from face2face import config
from face2face.card import BEST, PANEL_FILES
from face2face.errors import DataError, ModelError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.learn import history

#: Name of the settings in a run's folder.
SETTINGS = "settings.json"
#: Name of the weights in a run's folder.
CHECKPOINT = "checkpoint.weights.h5"


@dataclass(frozen=True)
class Settings:
    """The settings that make two runs the same run. Their length is not among them.

    Attributes:
        generator: A name in :data:`face2face.learn.networks.GENERATORS`.
        condition: Names of the panels shown to the generator, in order.
        batch_size: Strips per step.
        ngf: Channels of the generator's first layer.
        ndf: Channels of the discriminator's first layer.
        lr: Adam's learning rate.
        beta1: Adam's first momentum.
        l1_weight: Weight of the L1 term.
        ssim_weight: Weight of the structural term.
        gan_weight: Weight of the adversarial term; 0 trains without a discriminator.
        which_direction: ``AtoB`` or ``BtoA``.
        scale_size: Width to which panels are enlarged before a random crop, in pixels.
        flip: Whether strips are mirrored at random.
        affine_jitter: See :class:`face2face.data.dataset.PanelAugmentation`.
        seed: Seed of weights, order and augmentation.
        data: The card's description of the data, and the number of strips.
        discriminator: A name in :data:`face2face.learn.networks.DISCRIMINATORS`.
        mode: Mode of the strips, a name in :data:`face2face.modes.MODES`.
        hole_weight: Weight of a missing pixel in the L1 term of inpainting; a known one has 1.
        feature_weight: Weight of :class:`face2face.learn.perceptual_loss.PerceptualLoss`.
        format: Version of the strips' format; 1 where an earlier version didn't say.
    """

    generator: str
    condition: tuple[str, ...]
    batch_size: int
    ngf: int
    ndf: int
    lr: float
    beta1: float
    l1_weight: float
    ssim_weight: float
    gan_weight: float
    which_direction: str
    scale_size: int
    flip: bool
    affine_jitter: float
    seed: int
    data: dict[str, Any]
    discriminator: str = "patch"
    mode: str = "reenact"
    hole_weight: float = 1.0
    feature_weight: float = 0.0
    format: int = 1

    #: Fields on which the shapes of the generator's weights depend.
    GENERATOR: ClassVar = ("generator", "condition", "ngf", "which_direction")

    def differences(self, other: Settings, names: tuple[str, ...] | None = None) -> list[str]:
        """Return the fields that differ, as ``name: theirs, not ours``.

        Args:
            other: The other run's settings.
            names: The fields to compare; None for all.
        """
        mine, theirs = asdict(self), asdict(other)
        return [
            f"{name} {theirs[name]}, not {mine[name]}"
            for name in names or mine
            if mine[name] != theirs[name]
        ]


class Run:
    """The folder of one run.

    Args:
        folder: Made when the run begins.

    Attributes:
        folder: As given.
        previews: Folder of the previews.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.previews = folder / "previews"

    def settings(self) -> Settings | None:
        """Return the settings that the run began with; None where there are none.

        Raises:
            ModelError: The file is damaged or of an older version.
        """
        path = self.folder / SETTINGS
        if not path.is_file():
            return None
        return config.load_json(Settings, path, ModelError, "Name another --output_dir.")

    def begin(self, settings: Settings, input_dir: Path) -> None:
        """Begin the run, or continue it: write the settings and copy the files of the panels.

        Args:
            settings: The run's settings.
            input_dir: Folder of the strips and the panels' files.

        Raises:
            DataError: The folder holds a run with other settings.
        """
        existing = self.settings()
        if existing is not None and (differences := settings.differences(existing)):
            raise DataError(
                f"{self.folder} holds a run with other settings: {'; '.join(differences)}.",
                hint="Name another --output_dir, or remove that folder.",
            )
        ensure_writable_dir(self.previews)
        # Written first, so that a run that is killed can be recognised and continued.
        config.save_json(self.folder / SETTINGS, settings)
        for panel in settings.condition:
            if name := PANEL_FILES.get(panel):
                with atomic_write(self.folder / name) as aside:
                    shutil.copyfile(input_dir / name, aside)

    def restore(self, model: keras.Model) -> list[history.Epoch]:
        """Load the last checkpoint, if there is one, and return the epochs up to it.

        Args:
            model: The built and compiled model.

        Raises:
            ModelError: The checkpoint is damaged or of another network.
        """
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return []
        load_checkpoint(model, path)
        done = int(model.optimizer.iterations)
        return [epoch for epoch in history.read(self.folder) if epoch.steps <= done]

    def save(self, model: keras.Model) -> None:
        """Write the checkpoint."""
        with atomic_write(self.folder / CHECKPOINT) as aside:
            model.save_weights(aside)

    def save_best(self, generator: keras.Model) -> None:
        """Write the generator alone, as ``best.keras``."""
        with atomic_write(self.folder / BEST) as aside:
            generator.save(aside)


def load_checkpoint(model: keras.Model, path: Path) -> None:
    """Load both networks' weights and the optimiser's state.

    Args:
        model: The built and compiled model.
        path: The checkpoint.

    Raises:
        ModelError: The file is damaged or of another network.
    """
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"{path} is damaged or of another network.",
            hint="Remove it to start again, or name its own --generator.",
        ) from error


def find_checkpoint(name: Path) -> tuple[Path, Settings]:
    """Return a checkpoint and its settings.

    Args:
        name: The folder of a run, or a file in it.

    Raises:
        ModelError: There is no checkpoint, or its settings are missing or damaged.
    """
    run = Run(name if name.is_dir() else name.parent)
    path, settings = run.folder / CHECKPOINT, run.settings()
    if not path.is_file() or settings is None:
        raise ModelError(
            f"{run.folder} has no {CHECKPOINT} with its {SETTINGS}.",
            hint="Name the folder of an earlier run.",
        )
    return path, settings
