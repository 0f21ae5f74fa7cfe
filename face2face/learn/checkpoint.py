"""A training run on disk: its settings, its checkpoint, its best generator. It can be stopped at any moment and goes on.

A run's folder holds ``settings.json``, ``card.json`` (and what lies beside it), ``checkpoint.weights.h5`` (both networks
and the optimiser), ``best.keras`` (the generator of the best epoch, or of the last where a discriminator judged),
``history.csv`` and ``previews/``. Each file is written aside and renamed, so a kill at any moment leaves the last whole one.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from face2face.card import BEST
from face2face.errors import DataError, ModelError
from face2face.files import atomic_write, ensure_writable_dir
from face2face.keyframes import bank
from face2face.learn import history

SETTINGS = "settings.json"
CHECKPOINT = "checkpoint.weights.h5"


@dataclass(frozen=True)
class Settings:
    """All that makes two runs the same run; how long it lasts doesn't.

    Attributes:
        generator: A name in :data:`face2face.learn.networks.GENERATORS`.
        condition: Names of the panels that are shown, in order.
        batch_size: Pairs a step.
        ngf: Channels of the generator's first layer.
        ndf: Channels of the discriminator's first layer.
        lr: Adam's learning rate.
        beta1: Adam's first momentum.
        l1_weight: Of the L1 term.
        ssim_weight: Of the structural term.
        gan_weight: Of the adversarial term.
        which_direction: ``AtoB`` or ``BtoA``.
        scale_size: Size to which panels are enlarged before they are cropped at random.
        flip: Mirrored at random.
        sway: See :class:`face2face.data.dataset.Augmentation`.
        seed: Of weights, order and augmentation.
        data: What is trained on: the card's account of it and the number of strips.
        discriminator: A name in :data:`face2face.learn.networks.DISCRIMINATORS`.
        mode: Of the strips.
        hole_weight: Of missing pixels in the L1 term of mode inpaint, where known ones have 1.
        feature_weight: Of the distance of features, see :class:`face2face.learn.inpaint.Inpainting`.
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
    sway: float
    seed: int
    data: dict[str, Any]
    discriminator: str = "patch"
    mode: str = "reenact"
    hole_weight: float = 1.0
    feature_weight: float = 0.0

    #: Fields without which weights don't fit.
    ARCHITECTURE = ("generator", "discriminator", "condition", "ngf", "ndf", "which_direction")

    def differences(self, other: Settings, names: tuple[str, ...] | None = None) -> list[str]:
        """What differs, as ``name: theirs, not ours``."""
        mine, theirs = asdict(self), asdict(other)
        return [
            f"{name} {theirs[name]}, not {mine[name]}"
            for name in names or mine
            if mine[name] != theirs[name]
        ]


class Run:
    """One run's folder.

    Args:
        folder: Made when the run begins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.previews = folder / "previews"

    def settings(self) -> Settings | None:
        """What the run was begun with; None where there is none.

        Raises:
            ModelError: The file is damaged.
        """
        path = self.folder / SETTINGS
        if not path.is_file():
            return None
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return Settings(**{**values, "condition": tuple(values["condition"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError(
                "a run's settings.json lists its settings",
                f"{path}, damaged",
                "name another --output_dir",
            ) from error

    def begin(self, settings: Settings, input_dir: Path) -> None:
        """Sees that the folder is free or holds this same run, and copies beside the card what the model will need.

        Raises:
            DataError: It holds a run of other settings.
        """
        held = self.settings()
        if held is not None and (differences := settings.differences(held)):
            rule = "a folder holds one run, which goes on only with its own settings"
            raise DataError(
                rule,
                f"one in {self.folder} with {'; '.join(differences)}",
                "name another --output_dir, or remove that folder",
            )
        ensure_writable_dir(self.previews)
        # First: by it a run that was killed is known for the one that goes on.
        with atomic_write(self.folder / SETTINGS) as aside:
            aside.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
        if "warp" in settings.condition:
            with atomic_write(self.folder / bank.FILE_NAME) as aside:
                shutil.copyfile(input_dir / bank.FILE_NAME, aside)

    def restore(self, model: keras.Model) -> list[history.Epoch]:
        """Loads the last checkpoint, if there is one, into a built model; the epochs it had seen.

        Raises:
            ModelError: It is damaged or of another network.
        """
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return []
        load_checkpoint(model, path)
        done = int(model.optimizer.iterations)
        return [epoch for epoch in history.read(self.folder) if epoch.steps <= done]

    def save(self, model: keras.Model) -> None:
        """Writes the checkpoint."""
        with atomic_write(self.folder / CHECKPOINT) as aside:
            model.save_weights(aside)

    def save_best(self, generator: keras.Model) -> None:
        """Writes the generator alone."""
        with atomic_write(self.folder / BEST) as aside:
            generator.save(aside)


def load_checkpoint(model: keras.Model, path: Path) -> None:
    """Loads both networks' weights and the optimiser's state.

    Raises:
        ModelError: The file is damaged or of another network.
    """
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        rule = "a checkpoint holds the weights of the network that is trained"
        raise ModelError(
            rule,
            f"{path}, damaged or of another network",
            "remove it to begin anew, or name its own --generator",
        ) from error


def find_checkpoint(name: Path) -> tuple[Path, Settings]:
    """The checkpoint that ``--checkpoint`` names, a run's folder or a file in it, with its settings.

    Raises:
        ModelError: There is none.
    """
    run = Run(name if name.is_dir() else name.parent)
    path, settings = run.folder / CHECKPOINT, run.settings()
    if not path.is_file() or settings is None:
        raise ModelError(
            "--checkpoint names the folder of an earlier run",
            f"no {CHECKPOINT} with its {SETTINGS} in {run.folder}",
            "check the path",
        )
    return path, settings
