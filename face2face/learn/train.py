"""Train a generator on strips."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from face2face.card import ROLES, ModelCard
from face2face.data.dataset import PanelAugmentation, PanelLayout, StripDataset
from face2face.data.pairs import TRAIN, VAL, list_strips
from face2face.errors import DataError, ModelError, OptionError
from face2face.learn import devices, history
from face2face.learn.callbacks import Frequencies, Limits, Progress
from face2face.learn.checkpoint import Run, Settings, find_checkpoint, load_checkpoint
from face2face.learn.networks import DISCRIMINATORS, GENERATORS
from face2face.learn.objectives import OBJECTIVES
from face2face.learn.pix2pix import Pix2Pix
from face2face.learn.preview import Preview

#: Largest number of steps in an epoch, so that a run is validated often.
_MAX_EPOCH_STEPS = 200
#: Number of held-out strips on which a run is validated. They are evenly spaced.
_VALIDATION_STRIPS = 48
#: Number of steps from which the training time is estimated.
_TIMED_STEPS = 3
#: Number of epochs given to ``fit``: more than any run has.
_UNLIMITED = 1_000_000
#: Smallest share of the error that more training must be expected to remove to be worth it.
_WORTHWHILE = 0.01


def panel_layout(card: ModelCard, settings: Settings) -> PanelLayout:
    """Return which panels of the card's strips are shown to the generator, and which is the target.

    Raises:
        DataError: A panel is not in the card; or ``BtoA`` is used with more than two panels; or a
            semantic discriminator is used with strips that show no colours.
    """
    if missing := [name for name in settings.condition if name not in card.panels]:
        raise DataError(
            f"The strips have no panel {', '.join(missing)}, only {', '.join(card.panels)}.",
            hint="Leave --condition out, or make the strips again with: face2face prepare",
        )
    count = len(card.panels) + 1
    places = {
        role: settings.condition.index(name)
        for role in ROLES
        if (name := getattr(card, role)) in settings.condition
    }
    if settings.discriminator == "semantic" and "colours" not in places:
        raise DataError(
            "A semantic discriminator needs a panel of colours, and these strips show only "
            f"{', '.join(settings.condition)}.",
            hint="Leave --discriminator out.",
        )
    if settings.which_direction == "BtoA":
        if count != 2:
            raise DataError(
                f"BtoA turns strips of two panels around, and these have {count}.",
                hint="Leave --which_direction out.",
            )
        return PanelLayout(count, (1,), 0, card.size)
    inputs = tuple(card.panels.index(name) for name in settings.condition)
    return PanelLayout(count, inputs, count - 1, card.size, **places)


def train(
    input_dir: Path,
    card: ModelCard,
    run: Run,
    settings: Settings,
    limits: Limits,
    frequencies: Frequencies = Frequencies(),
    checkpoint: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    clock: Callable[[], float] = time.monotonic,
) -> list[history.Epoch]:
    """Train until a limit is reached, or continue to, and return the run's history.

    Args:
        input_dir: Folder of ``train/`` and ``val/``; without ``val/`` both are ``train/``.
        card: The card of the strips.
        run: The folder of the results.
        settings: What to train.
        limits: How long to train.
        frequencies: What to write between epochs.
        checkpoint: An earlier run with whose generator's weights a new run begins.
        callbacks: Further Keras callbacks.
        clock: Function that returns seconds and never runs backwards.

    Raises:
        DataError: The strips do not fit the card, or the folder holds another run.
        OptionError: The batch can't be divided evenly among the devices.
        ModelError: A checkpoint is damaged or of another network; or the objective is unknown.
        KeyboardInterrupt: On Ctrl-C. The files written so far stay valid.
    """
    keras.utils.set_random_seed(settings.seed)
    batches, held_out, preview = _datasets(input_dir, card, settings)
    model = build_model(card, settings)
    earlier = None if checkpoint is None else _earlier_generator(card, settings, checkpoint)
    run.begin(settings, input_dir)
    epochs = run.restore(model)
    if earlier is not None and not epochs:
        model.generator.set_weights(earlier.get_weights())
    progress = Progress(run, card, settings, limits, frequencies, preview, epochs, batches, clock)
    if progress.share() < 1 and not limits.exhausted(epochs):
        _announce(limits, epochs, progress.share(), _step_seconds(model, batches[0]), batches)
        _fit(model, batches, held_out, len(epochs), [progress, *callbacks])
    else:
        print(f"{run.folder} has reached its limit already; raise it to train longer")
    history.plot(run.folder)
    return progress.epochs


def _fit(
    model: keras.Model,
    batches: StripDataset,
    held_out: StripDataset,
    done: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """Train from an epoch on until a callback ends it.

    Args:
        model: The built and compiled model.
        batches: The strips to learn from. They have an order of their own, which a resumed run
            repeats.
        held_out: The strips to validate on.
        done: Number of epochs of earlier sessions.
        callbacks: One of them ends the training.
    """
    batches.epoch = done
    model.fit(
        batches,
        validation_data=held_out,
        epochs=_UNLIMITED,
        initial_epoch=done,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
    )


def build_model(card: ModelCard, settings: Settings) -> Pix2Pix:
    """Return the objective that a card names, built and compiled, with new networks.

    Raises:
        DataError: The settings do not fit the card, see :func:`panel_layout`.
        ModelError: The card's objective is unknown.
        OptionError: The settings do not fit the objective.
    """
    objective, layout = _objective(card), panel_layout(card, settings)
    generator = GENERATORS[settings.generator](layout, settings.ngf)
    discriminator = None
    if settings.gan_weight:
        panels = objective.judged_panels(layout)
        discriminator = DISCRIMINATORS[settings.discriminator](card.size, panels, settings.ndf)
    model = objective.create(generator, discriminator, layout, settings)
    inputs = objective.training_layout(layout).inputs
    model.build((None, card.size, card.size, 3 * len(inputs)))
    model.compile(
        keras.optimizers.Adam(settings.lr, beta_1=settings.beta1),
        jit_compile=keras.backend.backend() == "jax",
    )
    model.optimizer.build(model.trainable_variables)
    return model


def _objective(card: ModelCard) -> type[Pix2Pix]:
    if card.objective not in OBJECTIVES:
        raise ModelError(
            f"The card names an unknown objective, {card.objective}.", hint="Update face2face."
        )
    return OBJECTIVES[card.objective]


def _datasets(
    input_dir: Path, card: ModelCard, settings: Settings
) -> tuple[StripDataset, StripDataset, Preview]:
    """Return the training batches, the held-out batches and the preview.

    Raises:
        DataError: The settings do not fit the card, see :func:`panel_layout`.
        OptionError: The batch can't be divided evenly among the devices.
    """
    layout = panel_layout(card, settings)
    replicas = devices.num_replicas()
    if settings.batch_size % replicas:
        raise OptionError(
            f"A --batch_size of {settings.batch_size} can't be divided among {replicas} devices.",
            hint=f"Use a multiple of {replicas}.",
        )
    shown = _objective(card).training_layout(layout)
    training = list_strips(input_dir, TRAIN)
    validation = list_strips(input_dir, VAL) or training
    count = max(replicas, min(len(validation), _VALIDATION_STRIPS))
    # Evenly spaced; repeated where there are fewer strips than devices.
    validation = [validation[round(each)] for each in np.linspace(0, len(validation) - 1, count)]
    augmentation = PanelAugmentation(settings.scale_size, settings.flip, settings.affine_jitter)
    batches = StripDataset(
        training, shown, settings.batch_size, augmentation, settings.seed, _MAX_EPOCH_STEPS
    )
    held_out = StripDataset(validation, shown, replicas)
    return batches, held_out, Preview(StripDataset(validation, layout))


def _earlier_generator(card: ModelCard, settings: Settings, checkpoint: Path) -> keras.Model:
    """Return the generator of an earlier run, which may have other losses.

    Args:
        card: The card of the strips.
        settings: The new run's settings.
        checkpoint: The earlier run.

    Raises:
        ModelError: The checkpoint is missing, damaged or of another generator.
    """
    path, theirs = find_checkpoint(checkpoint)
    if differences := settings.differences(theirs, Settings.GENERATOR):
        raise ModelError(
            f"{checkpoint} holds another generator: {'; '.join(differences)}.",
            hint="Train with its own options.",
        )
    model = build_model(card, theirs)
    load_checkpoint(model, path)
    return model.generator


def _step_seconds(model: keras.Model, batch: Any) -> float:
    """Return the time of a training step, in seconds. The model is left as it was."""
    state = [*model.variables, *model.optimizer.variables]
    before = [keras.ops.convert_to_numpy(each) for each in state]
    model.train_on_batch(*batch)  # compiles
    start = time.perf_counter()
    for _ in range(_TIMED_STEPS):
        model.train_on_batch(*batch)
    seconds = (time.perf_counter() - start) / _TIMED_STEPS
    for variable, value in zip(state, before, strict=True):
        variable.assign(value)
    return seconds


def _announce(
    limits: Limits,
    epochs: list[history.Epoch],
    done: float,
    step_seconds: float,
    batches: StripDataset,
) -> None:
    """Print how long training will take, and what to expect of it."""
    totals = (
        limits.minutes and limits.minutes * 60,
        limits.steps and limits.steps * step_seconds,
        limits.epochs and limits.epochs * len(batches) * step_seconds,
    )
    total = min(each for each in totals if each)
    minutes = total * (1 - done) / 60
    rate = f"{batches.batch_size / step_seconds:.1f} strips a second on {devices.name()}"
    print(f"about {minutes:.1f} minutes to go: {rate}, {len(batches)} steps an epoch")
    if (expected := history.forecast(epochs, total)) is not None:
        best = min(each.val_l1 for each in epochs)
        print(
            f"L1 on held-out strips is {best:.4f} after {epochs[-1].seconds / 60:.1f} minutes; "
            f"expect about {expected:.4f}"
        )
        if expected > (1 - _WORTHWHILE) * best:
            print("little more is to be gained: this model may be finished")
