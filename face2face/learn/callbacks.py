"""The callback of a training run: its limits, its learning rate, its files and its progress bar."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from face2face import __version__
from face2face.card import ModelCard
from face2face.files import ensure_writable_dir
from face2face.learn import devices, history
from face2face.learn.checkpoint import Run, Settings
from face2face.learn.preview import Preview
from face2face.learn.residual_refiner import has_residual, scale_residual
from face2face.memory import peak_memory
from face2face.signals import on_end

#: Share of the best residual that is kept. The best one is measured on held-out strips, which were
#: filmed in the same minutes; later pictures are less alike.
_RESIDUAL_SHARE = 0.75
#: Last share of a run in which the learning rate falls to zero, linearly.
_DECAY_SHARE = 0.5
#: Smallest share of a run that counts as left, so that the learning rate stays above zero.
_MIN_LEFT = 1e-3
#: Losses shown in the progress bar and kept in the history.
_LOSSES = ("l1", "gan", "discriminator")


@dataclass(frozen=True)
class Limits:
    """The limits of a run; it ends at the first one it reaches. None is no limit.

    Attributes:
        epochs: Number of epochs.
        steps: Number of optimiser steps.
        minutes: Training time, that of earlier sessions included.
        patience: Number of steps without improvement on the held-out strips.
    """

    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = None
    patience: int | None = None

    def progress(self, epochs: float, steps: int, seconds: float) -> float:
        """Return the share of the run that is done, 0 to 1.

        >>> Limits(epochs=10, minutes=1).progress(epochs=2, steps=400, seconds=30)
        0.5
        """
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
        """Return whether the last ``patience`` steps brought no improvement."""
        if self.patience is None or not epochs:
            return False
        best = min(epochs, key=lambda epoch: epoch.val_l1)
        return epochs[-1].steps - best.steps >= self.patience


@dataclass(frozen=True)
class Frequencies:
    """Steps between files that are written besides those of each epoch; 0 for none.

    Attributes:
        save: Steps between checkpoints.
        display: Steps between previews.
    """

    save: int = 0
    display: int = 0


@contextmanager
def interrupt_between_steps(keep_epoch: bool) -> Iterator[keras.callbacks.Callback]:
    """Let signals such as Ctrl-C end training between two steps; a second one ends it at once.

    An exception raised in the middle of a step can get lost in a destructor, and training would
    continue.

    Args:
        keep_epoch: Whether the part of an epoch is validated and saved like a whole one.
            Otherwise training continues later from the last whole epoch.

    Yields:
        A callback for ``fit``, the last one.

    Raises:
        KeyboardInterrupt: A signal came. With ``keep_epoch`` it is raised at the end of the block.
    """
    stop = _Stop(keep_epoch)
    with on_end(stop.receive):
        yield stop
    if keep_epoch and stop.received.is_set():
        raise KeyboardInterrupt


class _Stop(keras.callbacks.Callback):
    """Ends training after a signal, see :func:`interrupt_between_steps`."""

    def __init__(self, keep_epoch: bool) -> None:
        super().__init__()
        self.received = threading.Event()
        self._keep_epoch, self._training = keep_epoch, False

    def receive(self) -> None:
        """Receive a signal. The first step compiles for long, and before it nothing is learnt."""
        again = self.received.is_set()
        self.received.set()
        if again or not self._training:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """End training if a signal came."""
        self._training = True
        self._end()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """End training if a signal came while the epoch was validated and saved."""
        self._end()

    def _end(self) -> None:
        if not self.received.is_set():
            return
        if not self._keep_epoch:
            raise KeyboardInterrupt
        if not self.model.stop_training:
            tqdm.write("stopping: the epoch so far is kept")
        self.model.stop_training = True


class Progress(keras.callbacks.Callback):
    """The callback that ends a run at its limits, sets its rate, and writes its files.

    Args:
        run: The run's folder.
        card: The card of the strips.
        settings: The run's settings.
        limits: When the run ends.
        frequencies: What is written between epochs.
        preview: The previews' frames.
        epochs: The epochs of earlier sessions.
        batches: The batches of a whole epoch.
        clock: Function that returns seconds and never runs backwards.

    Attributes:
        epochs: All epochs so far.
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
        batches: Sized,
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self._run, self._card, self._settings = run, card, settings
        self._limits, self._frequencies, self._preview = limits, frequencies, preview
        self.epochs, self._epoch_steps, self._clock = epochs, len(batches), clock
        self._earlier_seconds = epochs[-1].seconds if epochs else 0.0
        self._steps = epochs[-1].steps if epochs else 0
        self._start: float | None = None

    def share(self) -> float:
        """Return the share of the run that is done, 0 to 1.

        An epoch that was cut short counts by its steps.
        """
        epochs = self._steps / self._epoch_steps
        return self._limits.progress(epochs, self._steps, self._seconds())

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the clock and the progress bar."""
        self._start = self._clock()
        self._bar = tqdm(
            total=1.0,
            initial=self.share(),
            bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}",
        )

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the learning rate by the share of the run that is left."""
        left = max(1 - self.share(), _MIN_LEFT)
        self.model.optimizer.learning_rate = self._settings.lr * min(1.0, left / _DECAY_SHARE)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Update the bar, write what is due, and end the run at its limit."""
        self._steps += 1
        share = self.share()
        self._bar.update(share - self._bar.n)
        losses = {name: f"{value:.3f}" for name, value in (logs or {}).items() if name in _LOSSES}
        held_out = {"held out": f"{self.epochs[-1].val_l1:.4f}"} if self.epochs else {}
        self._bar.set_postfix(
            {"epoch": len(self.epochs) + 1, "step": self._steps, **losses, **held_out},
            refresh=False,
        )
        if self._frequencies.save and self._steps % self._frequencies.save == 0:
            self._run.save(self.model)
        if self._frequencies.display and self._steps % self._frequencies.display == 0:
            self._write_preview(f"step_{self._steps:07d}.png")
        if share >= 1:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the best generator with its card, then write the history and the checkpoint.

        With a discriminator the best generator is the latest, which was trained at the lowest
        rate. The L1 distance prefers blurred pictures, and says little about these.
        """
        logs = logs or {}
        losses = {name: float(logs.get(name, 0.0)) for name in (*_LOSSES, "val_l1")}
        line = history.Epoch(len(self.epochs) + 1, self._steps, self._seconds(), **losses)
        best = min((each.val_l1 for each in self.epochs), default=float("inf"))
        self.epochs = [*self.epochs, line]
        if self._settings.gan_weight or line.val_l1 < best:
            share = self._residual_share(logs)
            card = self._model_card(line, share)
            for name, generator in self.model.generators().items():
                folder = ensure_writable_dir(self._run.folder / name)
                Run(folder).save_best(scale_residual(generator, share))
                card.save(folder)
        self._write_preview(f"epoch_{line.epoch:04d}.png")
        # The checkpoint comes last. A run killed before it continues from the one before, and cuts
        # the history to its steps.
        history.write(self._run.folder, self.epochs)
        self._run.save(self.model)
        if self._limits.exhausted(self.epochs):
            self.model.stop_training = True
            self._bar.write(
                f"No improvement on held-out strips in {self._limits.patience} steps (--patience): "
                "more training would not help."
            )

    def on_train_end(self, logs: Any = None) -> None:
        """Close the progress bar."""
        self._bar.close()

    def _seconds(self) -> float:
        """Return the training time so far, that of earlier sessions included."""
        session = self._clock() - self._start if self._start is not None else 0.0
        return self._earlier_seconds + session

    def _write_preview(self, name: str) -> None:
        self._preview.write(self.model.generator, self._run.previews / name)

    def _residual_share(self, logs: dict[str, Any]) -> float:
        """Return the share of the generator's residual to keep, 0 to 1.

        ``agreement / extent`` fits the held-out strips best: see
        :class:`face2face.learn.pix2pix.Pix2Pix`.
        """
        extent = float(logs.get("val_extent", 0.0))
        if extent <= 0 or not has_residual(self.model.generator):
            return 1.0
        return _RESIDUAL_SHARE * float(np.clip(logs["val_agreement"] / extent, 0, 1))

    def _model_card(self, line: history.Epoch, share: float) -> ModelCard:
        """Return the card of the generator after an epoch."""
        training = {
            name: value
            for name, value in asdict(self._settings).items()
            if name not in ("generator", "condition", "data")
        }
        length = {"epochs": line.epoch, "steps": line.steps, "minutes": round(line.seconds / 60, 1)}
        machine = {
            "backend": keras.backend.backend(),
            "device": devices.name(),
            "peak_mib": peak_memory(),
            "face2face": __version__,
        }
        return replace(
            self._card.with_panels(self._settings.condition),
            generator=self._settings.generator,
            training=training | length | machine,
            metrics={"val_l1": round(line.val_l1, 5), "residual_share": round(share, 3)},
        )
