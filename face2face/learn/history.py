"""The history of a run: one line an epoch, in a CSV file that any program opens, and a plot of it."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from itertools import accumulate
from pathlib import Path

import numpy as np

from face2face.errors import DataError
from face2face.files import atomic_write

FILE_NAME = "history.csv"
#: Fewer say nothing of what is to come.
_LEAST_EPOCHS = 4


@dataclass(frozen=True)
class Epoch:
    """One line.

    Attributes:
        epoch: From 1.
        steps: Steps of the optimiser so far.
        seconds: Training time so far, interruptions not counted.
        l1: Mean absolute error on what was trained on, pictures in [-1, 1].
        gan: The generator's adversarial loss; 0 without a discriminator.
        discriminator: The discriminator's loss; ln 2 = 0.69 means that it is guessing; 0 without one.
        val_l1: Mean absolute error on what was held out; lower is better.
    """

    epoch: int
    steps: int
    seconds: float
    l1: float
    gan: float
    discriminator: float
    val_l1: float


def read(folder: Path) -> list[Epoch]:
    """The lines of a run, none if it has no history.

    Raises:
        DataError: The file is damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return []
    kinds = {each.name: int if each.type == "int" else float for each in fields(Epoch)}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Epoch(**{name: kind(row[name]) for name, kind in kinds.items()})
                for row in csv.DictReader(file)
            ]  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            "history.csv has one line an epoch",
            f"{path}, damaged",
            "restore it, or name another --output_dir",
        ) from error


def write(folder: Path, epochs: list[Epoch]) -> None:
    """Writes all lines, whole or not at all."""
    with (
        atomic_write(folder / FILE_NAME) as aside,
        aside.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.DictWriter(file, [each.name for each in fields(Epoch)])
        table.writeheader()
        table.writerows(
            {name: round(value, 5) for name, value in asdict(each).items()} for each in epochs
        )


def forecast(epochs: list[Epoch], seconds: float) -> float | None:
    """The error on what is held out that can be expected after so many seconds of training, in the unit of ``val_l1``.

    The best error so far is taken to fall as ``a + b / time``, fitted by least squares to the later half of the epochs; None
    where fewer than four epochs tell of it. It is never more than the best so far.
    """
    bests = list(accumulate((each.val_l1 for each in epochs), min))
    later = slice(len(epochs) // 2, None)
    if len(epochs) < _LEAST_EPOCHS:
        return None
    inverse = 1 / np.array([max(each.seconds, 1e-3) for each in epochs[later]])
    slope, floor = np.polyfit(inverse, bests[later], 1)
    return float(min(max(floor + max(slope, 0.0) / seconds, 0.0), bests[-1]))


def plot(folder: Path) -> None:
    """Draws ``history.png`` of the lines."""
    from matplotlib.figure import Figure

    epochs = read(folder)
    minutes = [each.seconds / 60 for each in epochs]
    figure = Figure(figsize=(8, 4), layout="constrained")
    errors, rivals = figure.subplots(1, 2)
    errors.plot(minutes, [each.l1 for each in epochs], label="trained on")
    errors.plot(minutes, [each.val_l1 for each in epochs], label="held out")
    errors.set(xlabel="minutes", ylabel="L1", title="mean absolute error")
    rivals.plot(minutes, [each.gan for each in epochs], label="generator")
    rivals.plot(minutes, [each.discriminator for each in epochs], label="discriminator")
    rivals.set(xlabel="minutes", title="adversarial losses")
    for axes in (errors, rivals):
        axes.legend()
        axes.grid(alpha=0.3)
    with atomic_write(folder / "history.png") as aside:
        figure.savefig(aside, dpi=110)
