"""The history of a run: a CSV file with one line per epoch, and a plot of it."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from itertools import accumulate
from pathlib import Path

import msgspec
import numpy as np

from face2face.errors import DataError
from face2face.files import atomic_write

#: Name of the CSV file in a run's folder.
FILE_NAME = "history.csv"
#: Name of the plot in a run's folder.
PLOT_NAME = "history.png"
#: Smallest number of epochs from which a forecast is made. Fewer do not show the trend.
_MIN_EPOCHS = 4
#: Number of decimals of the figures in the CSV file.
_DECIMALS = 5


@dataclass(frozen=True)
class Epoch:
    """One line of the history.

    Attributes:
        epoch: Number of the epoch, from 1.
        steps: Steps of the optimiser so far.
        seconds: Training time so far; interruptions do not count.
        l1: Mean absolute error on the training strips, for pictures in [-1, 1].
        gan: Adversarial loss of the generator; 0 without a discriminator.
        discriminator: Loss of the discriminator; ln 2 = 0.69 means that it guesses. 0 without one.
        val_l1: Mean absolute error on the held-out strips; lower is better.
    """

    epoch: int
    steps: int
    seconds: float
    l1: float
    gan: float
    discriminator: float
    val_l1: float


def read(folder: Path) -> list[Epoch]:
    """Return the lines of a run; an empty list if it has no history.

    Raises:
        DataError: The file is damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [msgspec.convert(row, Epoch, strict=False) for row in csv.DictReader(file)]
    except (msgspec.ValidationError, csv.Error, ValueError) as error:
        raise DataError(
            f"{path} is damaged.", hint="Restore it, or name another --output_dir."
        ) from error


def write(folder: Path, epochs: list[Epoch]) -> None:
    """Write all lines, whole or not at all.

    Raises:
        MediaError: The file can't be written.
    """
    with (
        atomic_write(folder / FILE_NAME) as aside,
        aside.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.DictWriter(file, [each.name for each in fields(Epoch)])
        table.writeheader()
        table.writerows(
            {name: round(value, _DECIMALS) for name, value in asdict(each).items()}
            for each in epochs
        )


def forecast(epochs: list[Epoch], seconds: float) -> float | None:
    """Return the held-out error to expect after some time of training.

    The best error so far is modelled as ``a + b / time``, fitted by least squares to the later
    half of the epochs. The forecast is never above the best error so far.

    Args:
        epochs: The history.
        seconds: Training time from the start of the run.

    Returns:
        The error in the unit of ``val_l1``; None with fewer than four epochs.
    """
    bests = list(accumulate((each.val_l1 for each in epochs), min))
    later = slice(len(epochs) // 2, None)
    if len(epochs) < _MIN_EPOCHS:
        return None
    inverse = 1 / np.array([max(each.seconds, 1e-3) for each in epochs[later]])
    slope, floor = np.polyfit(inverse, bests[later], 1)
    return float(min(max(floor + max(slope, 0.0) / seconds, 0.0), bests[-1]))


def plot(folder: Path) -> None:
    """Draw ``history.png``: errors, and adversarial losses where there was a discriminator."""
    from matplotlib.figure import Figure

    epochs = read(folder)
    curves = {
        "mean absolute error": {"trained on": "l1", "held out": "val_l1"},
        "adversarial losses": {"generator": "gan", "discriminator": "discriminator"},
    }
    if not any(each.discriminator for each in epochs):
        del curves["adversarial losses"]
    minutes = [each.seconds / 60 for each in epochs]
    figure = Figure(figsize=(4 * len(curves), 4), layout="constrained")
    plots = figure.subplots(1, len(curves), squeeze=False)[0]
    for axes, (title, lines) in zip(plots, curves.items(), strict=True):
        for label, name in lines.items():
            axes.plot(minutes, [getattr(each, name) for each in epochs], label=label)
        axes.set(xlabel="minutes", title=title)
        axes.legend()
        axes.grid(alpha=0.3)
    plots[0].set(ylabel="L1")
    with atomic_write(folder / PLOT_NAME) as aside:
        figure.savefig(aside, dpi=110)
