"""Training: strips in, a generator out."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from face2face import __version__
from face2face.card import Card
from face2face.data.dataset import Augmentation, Layout, StripDataset
from face2face.data.pairs import TRAIN, VAL, list_strips
from face2face.errors import DataError, ModelError, OptionError
from face2face.learn import history
from face2face.learn.gan import Pix2Pix, judged_panels
from face2face.learn.networks import GENERATORS, held_back, patchgan
from face2face.learn.preview import Preview
from face2face.learn.run import Run, Settings, find_checkpoint, load_checkpoint
from face2face.memory import peak_memory

#: How much is kept of the departure from the base that is best on what is held out: that was filmed in the same minutes as what is learnt
#: from, and what comes later is never quite as like it.
_TRUSTED = 0.75
#: The rate falls to zero, linearly, over this last share of a run: the picture settles.
_DECAY = 0.5
#: Steps an epoch at most, so that a run is validated often, and the strips on which it is, spread over those held out.
_EPOCH = 200
_VALIDATED = 48
#: Losses that are told.
_TOLD = ("l1", "gan", "discriminator")
#: Steps on which the time is estimated.
_TRIAL = 3


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
            done / limit for done, limit in ((epochs, self.epochs), (steps, self.steps), (seconds / 60, self.minutes)) if limit is not None
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


def layout(card: Card, settings: Settings) -> Layout:
    """Which panels of the card's strips are shown, and which is to be answered.

    Raises:
        DataError: A panel isn't in the card, or ``BtoA`` meets strips of more than two panels.
    """
    if missing := [name for name in settings.condition if name not in card.panels]:
        rule = f"--condition names panels of the strips: {', '.join(card.panels)}"
        raise DataError(rule, ", ".join(missing), "make the strips again with generate_train_data.py")
    inputs = tuple(card.panels.index(name) for name in settings.condition)
    count = len(card.panels) + 1
    if settings.which_direction == "AtoB":
        base, mask = (settings.condition.index(name) if name in settings.condition else None for name in (card.base, card.mask))
        return Layout(count, inputs, count - 1, card.size, base, mask)
    if count != 2:
        raise DataError("BtoA turns strips of two panels around", f"{count} panels", "leave --which_direction out")
    return Layout(count, (1,), 0, card.size)


def train(
    input_dir: Path,
    card: Card,
    run: Run,
    settings: Settings,
    limits: Limits,
    frequencies: Frequencies = Frequencies(),
    checkpoint: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    clock: Callable[[], float] = time.monotonic,
) -> list[history.Epoch]:
    """Trains, or goes on with training, until a limit is reached.

    Args:
        input_dir: Holds ``train/`` and perhaps ``val/``; without the latter the training strips are validated on.
        card: Of the strips.
        run: Where the results go.
        settings: What to train.
        limits: How long.
        frequencies: What to write in between.
        checkpoint: An earlier run to begin from, where this one is new.
        callbacks: Further ones of Keras.
        clock: Seconds that only grow.

    Returns:
        The run's history.

    Raises:
        DataError: The strips don't fit the card, or the folder holds another run.
        OptionError: The batch can't be shared evenly.
        ModelError: A checkpoint is damaged or of another network.
        KeyboardInterrupt: Ctrl-C; what was written stays good.
    """
    keras.utils.set_random_seed(settings.seed)
    what = layout(card, settings)
    shares = _shares()
    if settings.batch_size % shares:
        raise OptionError(f"--batch_size is a multiple of the {shares} devices that share it", settings.batch_size)
    training = list_strips(input_dir, TRAIN)
    augmentation = Augmentation(settings.scale_size, settings.flip, settings.sway)
    batches = StripDataset(training, what, settings.batch_size, augmentation, settings.seed, _EPOCH)
    watched = list_strips(input_dir, VAL) or training
    watched = _spread(watched, max(shares, min(len(watched), _VALIDATED)))
    generator = GENERATORS[settings.generator](what, settings.ngf)
    judge = patchgan(card.size, len(judged_panels(what)), settings.ndf) if settings.gan_weight else None
    model = Pix2Pix(generator, judge, what, settings.l1_weight, settings.ssim_weight, settings.gan_weight)
    model.build((None, card.size, card.size, 3 * len(what.inputs)))
    model.compile(keras.optimizers.Adam(settings.lr, beta_1=settings.beta1), jit_compile=keras.backend.backend() == "jax")
    model.optimizer.build(model.trainable_variables)
    if checkpoint is not None:
        path, theirs = find_checkpoint(checkpoint)
        if differences := settings.differences(theirs, Settings.ARCHITECTURE):
            raise ModelError("--checkpoint is of the same networks", "; ".join(differences), "train with its own options")
    run.begin(settings, input_dir)
    epochs = run.restore(model)
    if checkpoint is not None and not epochs:
        load_checkpoint(model, path)
    progress = _Progress(run, card, settings, limits, frequencies, Preview(StripDataset(watched, what)), epochs, clock)
    if progress.share() < 1 and not limits.exhausted(epochs):
        batches.epoch = len(epochs)
        _announce(limits, epochs, progress.share(), _seconds_a_step(model, batches[0]), len(batches), settings.batch_size)
        last = limits.epochs or 1_000_000
        watching = [progress, *callbacks]
        held_out = StripDataset(watched, what, shares)
        model.fit(batches, validation_data=held_out, epochs=last, initial_epoch=len(epochs), callbacks=watching, verbose=0)
    history.plot(run.folder)
    return progress.epochs


@contextmanager
def stopping_between_steps() -> Iterator[keras.callbacks.Callback]:
    """Ctrl-C in this block is obeyed after the step at hand, by the callback that it gives; pressed again, at once.

    An exception out of the blue can get lost in a destructor, and the training would go on.
    """
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    def look(batch: int, logs: Any = None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield keras.callbacks.LambdaCallback(on_train_batch_end=look)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def on_devices(name: str, distribute: bool) -> Iterator[None]:
    """What is trained in this block is on one device, or shared among all of them by Keras' own data parallelism.

    Args:
        name: As the backend calls it, ``cpu:0`` or ``gpu:1``; ``auto`` for the backend's choice.
        distribute: Share each batch among all devices; the batch size is a multiple of their number.

    Raises:
        OptionError: There is no such device, or the backend can't share.
    """
    there = keras.distribution.list_devices() or ["cpu:0"]
    if name != "auto" and name not in there:
        raise OptionError(f"--device is auto or one of {', '.join(there)}", name, "leave it out, or see docs/training.md for GPUs")
    if not distribute:
        with keras.device(name) if name != "auto" else nullcontext():
            yield
        return
    if keras.backend.backend() != "jax":
        do = "set KERAS_BACKEND=jax, or leave --distribute out"
        raise OptionError("--distribute shares batches among devices on JAX", keras.backend.backend(), do)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    try:
        yield
    finally:
        keras.distribution.set_distribution(None)


def device() -> str:
    """What is trained on, as the backend calls it."""
    return ", ".join(keras.distribution.list_devices() or ["cpu:0"])


def _shares() -> int:
    """In how many parts a batch is cut."""
    shared = keras.distribution.distribution()
    return math.prod(shared.device_mesh.shape) if shared is not None else 1


def _seconds_a_step(model: keras.Model, batch: Any) -> float:
    """The time that a step takes, from three on a batch; the model is as before when it is known."""
    state = [*model.variables, *model.optimizer.variables]
    before = [keras.ops.convert_to_numpy(each) for each in state]
    model.train_on_batch(*batch)  # compiles
    began = time.perf_counter()
    for _ in range(_TRIAL):
        model.train_on_batch(*batch)
    taken = (time.perf_counter() - began) / _TRIAL
    for variable, value in zip(state, before, strict=True):
        variable.assign(value)
    return taken


def _announce(limits: Limits, epochs: list[history.Epoch], done: float, step: float, steps_an_epoch: int, batch_size: int) -> None:
    """Says how long it will take, and what to expect of it."""
    totals = [limits.minutes and limits.minutes * 60, limits.steps and limits.steps * step]
    totals.append(limits.epochs and limits.epochs * steps_an_epoch * step)
    total = min(each for each in totals if each)
    rate = f"{batch_size / step:.1f} pictures a second on {device()}"
    print(f"about {total * (1 - done) / 60:.1f} minutes to go: {rate}, {steps_an_epoch} steps an epoch")
    if (expected := history.forecast(epochs, total)) is not None:
        best = min(each.val_l1 for each in epochs)
        print(f"L1 on what is held out is {best:.4f} after {epochs[-1].seconds / 60:.1f} minutes; about {expected:.4f} can be expected")


def _spread(paths: list[Path], count: int) -> list[Path]:
    return [paths[round(each)] for each in np.linspace(0, len(paths) - 1, count)]


class _Progress(keras.callbacks.Callback):
    """Keeps the time, the rate, the files and the person informed."""

    def __init__(
        self,
        run: Run,
        card: Card,
        settings: Settings,
        limits: Limits,
        frequencies: Frequencies,
        preview: Preview,
        epochs: list[history.Epoch],
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self._run, self._card, self._settings, self._limits, self._frequencies = run, card, settings, limits, frequencies
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
        self._began = self._clock()
        self._bar = tqdm(total=1.0, initial=self.share(), bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}")

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        left = 1 - self.share(batch / self.params["steps"])
        self.model.optimizer.learning_rate = self._settings.lr * min(1.0, max(left, 1e-3) / _DECAY)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        share = self.share((batch + 1) / self.params["steps"])
        self._bar.update(share - self._bar.n)
        losses = {name: f"{value:.3f}" for name, value in (logs or {}).items() if name in _TOLD}
        held_out = {"held out": f"{self.epochs[-1].val_l1:.4f}"} if self.epochs else {}
        self._bar.set_postfix({"epoch": len(self.epochs) + 1, "step": self._steps, **losses, **held_out}, refresh=False)
        if self._frequencies.save and self._steps % self._frequencies.save == 0:
            self._run.save(self.model)
        if self._frequencies.display and self._steps % self._frequencies.display == 0:
            self._preview.write(self.model.generator, self._run.previews / f"step_{self._steps:07d}.png")
        if share >= 1:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        figures = {name: float(logs.get(name, 0.0)) for name in (*_TOLD, "val_l1")}
        extent = float(logs.get("val_extent", 0.0))
        share = _TRUSTED * float(np.clip(logs["val_agreement"] / extent, 0, 1)) if extent else 1.0
        line = history.Epoch(len(self.epochs) + 1, self._steps, self._seconds(), **figures)
        best = min((each.val_l1 for each in self.epochs), default=float("inf"))
        self.epochs = [*self.epochs, line]
        if line.val_l1 < best:
            self._run.save_best(held_back(self.model.generator, share))
            self._finished_card(line, share).save(self._run.folder)
        self._preview.write(self.model.generator, self._run.previews / f"epoch_{line.epoch:04d}.png")
        # The checkpoint comes last: until it is there, the run goes on from the one before, whose steps the history is cut to.
        history.write(self._run.folder, self.epochs)
        self._run.save(self.model)
        if self._limits.exhausted(self.epochs):
            self.model.stop_training = True
            self._bar.write(f"{self._limits.patience} steps in a row were no better on what is held out: it stops here (--patience)")

    def on_train_end(self, logs: Any = None) -> None:
        self._bar.close()

    def _finished_card(self, line: history.Epoch, share: float) -> Card:
        """The card of the generator as it is after an epoch, which departs from its base by a share of what it learnt."""
        training = {name: value for name, value in asdict(self._settings).items() if name not in ("generator", "condition", "data")}
        extent = {"epochs": line.epoch, "steps": line.steps, "minutes": round(line.seconds / 60, 1)}
        by = {"backend": keras.backend.backend(), "device": device(), "peak_mib": peak_memory(), "face2face": __version__}
        metrics = {"val_l1": round(line.val_l1, 5), "held_back_to": round(share, 3)}
        return replace(
            self._card,
            panels=self._settings.condition,
            base=self._card.base if self._card.base in self._settings.condition else "",
            mask=self._card.mask if self._card.mask in self._settings.condition else "",
            generator=self._settings.generator,
            training=training | extent | by,
            metrics=metrics,
        )
