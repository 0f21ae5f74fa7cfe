"""A training on its way: when it ends, what is written and told meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from face2face import __version__
from face2face.card import ModelCard
from face2face.learn import devices, history
from face2face.learn.checkpoint import Run, Settings
from face2face.learn.residual_refiner import has_residual, scale_residual
from face2face.learn.preview import Preview
from face2face.memory import peak_memory
from face2face.signals import on_end

#: How much is kept of the departure from the base that is best on what is held out: that was filmed in the same minutes as what is learnt
#: from, and what comes later is never quite as like it.
_TRUSTED = 0.75
#: The rate falls to zero, linearly, over this last share of a run: the picture settles.
_DECAY = 0.5
#: Losses that are told.
_TOLD = ("l1", "gan", "discriminator")


@dataclass(frozen=True)
class Limits:
    """When a run ends: whichever comes first. None is no limit.

    Attributes:
        epochs: Times through the data.
        steps: Steps of the optimiser.
        minutes: Training time, that of earlier sittings counted in.
        patience: Steps in a row after which what is held out isn't answered better than before.
    """

    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = None
    patience: int | None = None

    def progress(self, epochs: float, steps: int, seconds: float) -> float:
        """How much of the run is done, 0 to 1."""
        shares = [
            done / limit
            for done, limit in (
                (epochs, self.epochs),
                (steps, self.steps),
                (seconds / 60, self.minutes),
            )
            if limit is not None
        ]
        return min(max(shares, default=0.0), 1.0)

    def exhausted(self, epochs: list[history.Epoch]) -> bool:
        """Whether patience is at its end."""
        if self.patience is None or not epochs:
            return False
        best = min(epochs, key=lambda epoch: epoch.val_l1)
        return epochs[-1].steps - best.steps >= self.patience


@dataclass(frozen=True)
class Frequencies:
    """How often things are written besides at the end of each epoch, in steps; 0 for never.

    Attributes:
        save: The checkpoint.
        display: A preview.
    """

    save: int = 0
    display: int = 0


@contextmanager
def stopping_between_steps() -> Iterator[keras.callbacks.Callback]:
    """Ctrl-C and its like in this block are obeyed after the step at hand, by the callback that it gives; sent again, at once.

    An exception out of the blue can get lost in a destructor, and the training would go on.
    """
    pressed = threading.Event()

    def press() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    def look(batch: int, logs: Any = None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    with on_end(press):
        yield keras.callbacks.LambdaCallback(on_train_batch_end=look)


class Progress(keras.callbacks.Callback):
    """Keeps the time, the rate, the files and the person informed.

    Args:
        run: Where the files go.
        card: Of the strips.
        settings: What is trained.
        limits: When it ends.
        frequencies: What is written in between.
        preview: What is drawn.
        epochs: Those of earlier sittings.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        run: Run,
        card: ModelCard,
        settings: Settings,
        limits: Limits,
        frequencies: Frequencies,
        preview: Preview,
        epochs: list[history.Epoch],
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self._run, self._card, self._settings, self._limits, self._frequencies = (
            run,
            card,
            settings,
            limits,
            frequencies,
        )
        self._preview, self.epochs, self._clock = preview, epochs, clock
        self._before = epochs[-1].seconds if epochs else 0.0
        self._steps_before = epochs[-1].steps if epochs else 0
        self._steps = self._steps_before
        self._began: float | None = None

    def _seconds(self) -> float:
        return self._before + (self._clock() - self._began if self._began is not None else 0.0)

    def share(self, into_epoch: float = 0.0) -> float:
        """How much of the run is done, 0 to 1."""
        return self._limits.progress(len(self.epochs) + into_epoch, self._steps, self._seconds())

    def on_train_begin(self, logs: Any = None) -> None:
        """The clock runs from here."""
        self._began = self._clock()
        self._bar = tqdm(
            total=1.0,
            initial=self.share(),
            bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}",
        )

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Sets the rate, by how much of the run is left."""
        left = 1 - self.share(batch / self.params["steps"])
        self.model.optimizer.learning_rate = self._settings.lr * min(1.0, max(left, 1e-3) / _DECAY)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Tells, writes what is due, and ends the run when its limit is reached."""
        self._steps += 1
        share = self.share((batch + 1) / self.params["steps"])
        self._bar.update(share - self._bar.n)
        losses = {name: f"{value:.3f}" for name, value in (logs or {}).items() if name in _TOLD}
        held_out = {"held out": f"{self.epochs[-1].val_l1:.4f}"} if self.epochs else {}
        self._bar.set_postfix(
            {"epoch": len(self.epochs) + 1, "step": self._steps, **losses, **held_out},
            refresh=False,
        )
        if self._frequencies.save and self._steps % self._frequencies.save == 0:
            self._run.save(self.model)
        if self._frequencies.display and self._steps % self._frequencies.display == 0:
            self._preview.write(
                self.model.generator, self._run.previews / f"step_{self._steps:07d}.png"
            )
        if share >= 1:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keeps the best generator with its card, then the history and the checkpoint.

        Of those that had a discriminator to convince it is the latest, whose rate is the lowest: L1 prefers what is blurred.
        """
        logs = logs or {}
        figures = {name: float(logs.get(name, 0.0)) for name in (*_TOLD, "val_l1")}
        extent = float(logs.get("val_extent", 0.0))
        mends = extent > 0 and has_residual(self.model.generator)
        share = _TRUSTED * float(np.clip(logs["val_agreement"] / extent, 0, 1)) if mends else 1.0
        line = history.Epoch(len(self.epochs) + 1, self._steps, self._seconds(), **figures)
        best = min((each.val_l1 for each in self.epochs), default=float("inf"))
        self.epochs = [*self.epochs, line]
        if self._settings.gan_weight or line.val_l1 < best:
            self._run.save_best(scale_residual(self.model.generator, share))
            self._finished_card(line, share).save(self._run.folder)
        self._preview.write(
            self.model.generator, self._run.previews / f"epoch_{line.epoch:04d}.png"
        )
        # The checkpoint comes last: until it is there, the run goes on from the one before, whose steps the history is cut to.
        history.write(self._run.folder, self.epochs)
        self._run.save(self.model)
        if self._limits.exhausted(self.epochs):
            self.model.stop_training = True
            self._bar.write(
                f"{self._limits.patience} steps in a row were no better on what is held out: it stops here (--patience)"
            )

    def on_train_end(self, logs: Any = None) -> None:
        """Leaves the bar as it stands."""
        self._bar.close()

    def _finished_card(self, line: history.Epoch, share: float) -> ModelCard:
        """The card of the generator as it is after an epoch, which departs from its base by a share of what it learnt."""
        training = {
            name: value
            for name, value in asdict(self._settings).items()
            if name not in ("generator", "condition", "data")
        }
        extent = {"epochs": line.epoch, "steps": line.steps, "minutes": round(line.seconds / 60, 1)}
        by = {
            "backend": keras.backend.backend(),
            "device": devices.name(),
            "peak_mib": peak_memory(),
            "face2face": __version__,
        }
        metrics = {"val_l1": round(line.val_l1, 5), "held_back_to": round(share, 3)}
        return replace(
            self._card.with_panels(self._settings.condition),
            generator=self._settings.generator,
            training=training | extent | by,
            metrics=metrics,
        )
