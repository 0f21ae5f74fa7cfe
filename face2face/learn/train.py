"""Training: strips in, a generator out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from face2face.card import ROLES, ModelCard
from face2face.data.dataset import PanelAugmentation, PanelLayout, StripDataset
from face2face.data.pairs import TRAIN, VAL, list_strips
from face2face.errors import DataError, ModelError, OptionError
from face2face.learn import devices, history
from face2face.learn.adversarial_loss import discriminated_panels
from face2face.learn.callbacks import Frequencies, Limits, Progress
from face2face.learn.checkpoint import Run, Settings, find_checkpoint, load_checkpoint
from face2face.learn.gan import Pix2Pix
from face2face.learn.inpaint import Inpainting
from face2face.learn.manipulate import Manipulation
from face2face.learn.networks import DISCRIMINATORS, GENERATORS
from face2face.learn.preview import Preview

#: Steps an epoch at most, so that a run is validated often, and the strips on which it is, spread over those held out.
_EPOCH = 200
_VALIDATED = 48
#: Steps on which the time is estimated.
_TRIAL = 3


def layout(card: ModelCard, settings: Settings) -> PanelLayout:
    """Which panels of the card's strips are shown, and which is to be answered.

    Raises:
        DataError: A panel isn't in the card, ``BtoA`` meets strips of more than two panels, or a semantic discriminator meets strips
            that show no colours.
    """
    if missing := [name for name in settings.condition if name not in card.panels]:
        rule = f"--condition names panels of the strips: {', '.join(card.panels)}"
        raise DataError(
            rule, ", ".join(missing), "make the strips again with generate_train_data.py"
        )
    inputs = tuple(card.panels.index(name) for name in settings.condition)
    count = len(card.panels) + 1
    named = {role: getattr(card, role) for role in ROLES}
    places = {
        role: settings.condition.index(name)
        for role, name in named.items()
        if name in settings.condition
    }
    if settings.discriminator == "semantic" and "colours" not in places:
        rule = "a semantic discriminator learns the colours that a panel shows"
        raise DataError(
            rule, f"panels {', '.join(settings.condition)}", "leave --discriminator out"
        )
    if settings.which_direction == "BtoA":
        if count != 2:
            raise DataError(
                "BtoA turns strips of two panels around",
                f"{count} panels",
                "leave --which_direction out",
            )
        return PanelLayout(count, (1,), 0, card.size)
    return PanelLayout(count, inputs, count - 1, card.size, **places)


def with_counterpart_inputs(own: PanelLayout) -> PanelLayout:
    """What of a strip is shown where each panel is followed, further on, by the same with another person's map."""
    return replace(own, inputs=(*own.inputs, *(place + own.output // 2 for place in own.inputs)))


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
    shares = devices.num_replicas()
    if settings.batch_size % shares:
        raise OptionError(
            f"--batch_size is a multiple of the {shares} devices that share it", settings.batch_size
        )
    shown = with_counterpart_inputs(what) if card.mode == "manipulate" else what
    training = list_strips(input_dir, TRAIN)
    augmentation = PanelAugmentation(settings.scale_size, settings.flip, settings.sway)
    batches = StripDataset(
        training, shown, settings.batch_size, augmentation, settings.seed, _EPOCH
    )
    watched = list_strips(input_dir, VAL) or training
    watched = _spread(watched, max(shares, min(len(watched), _VALIDATED)))
    generator = GENERATORS[settings.generator](what, settings.ngf)
    judge = (
        DISCRIMINATORS[settings.discriminator](
            card.size, len(discriminated_panels(what)), settings.ndf
        )
        if settings.gan_weight
        else None
    )
    weights = (settings.l1_weight, settings.ssim_weight, settings.gan_weight)
    if card.mode == "inpaint" and what.mask is not None:
        model: Pix2Pix = Inpainting(
            generator,
            judge,
            what,
            *weights,
            hole_weight=settings.hole_weight,
            feature_weight=settings.feature_weight,
        )
    else:
        model = (Manipulation if card.mode == "manipulate" else Pix2Pix)(
            generator, judge, what, *weights
        )
    model.build((None, card.size, card.size, 3 * len(shown.inputs)))
    model.compile(
        keras.optimizers.Adam(settings.lr, beta_1=settings.beta1),
        jit_compile=keras.backend.backend() == "jax",
    )
    model.optimizer.build(model.trainable_variables)
    if checkpoint is not None:
        path, theirs = find_checkpoint(checkpoint)
        if differences := settings.differences(theirs, Settings.ARCHITECTURE):
            raise ModelError(
                "--checkpoint is of the same networks",
                "; ".join(differences),
                "train with its own options",
            )
    run.begin(settings, input_dir)
    epochs = run.restore(model)
    if checkpoint is not None and not epochs:
        load_checkpoint(model, path)
    progress = Progress(
        run,
        card,
        settings,
        limits,
        frequencies,
        Preview(StripDataset(watched, what)),
        epochs,
        clock,
    )
    if progress.share() < 1 and not limits.exhausted(epochs):
        batches.epoch = len(epochs)
        _announce(
            limits,
            epochs,
            progress.share(),
            _seconds_a_step(model, batches[0]),
            len(batches),
            settings.batch_size,
        )
        last = limits.epochs or 1_000_000
        watching = [progress, *callbacks]
        held_out = StripDataset(watched, shown, shares)
        model.fit(
            batches,
            validation_data=held_out,
            epochs=last,
            initial_epoch=len(epochs),
            callbacks=watching,
            verbose=0,
        )
    history.plot(run.folder)
    return progress.epochs


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


def _announce(
    limits: Limits,
    epochs: list[history.Epoch],
    done: float,
    step: float,
    steps_an_epoch: int,
    batch_size: int,
) -> None:
    """Says how long it will take, and what to expect of it."""
    totals = [limits.minutes and limits.minutes * 60, limits.steps and limits.steps * step]
    totals.append(limits.epochs and limits.epochs * steps_an_epoch * step)
    total = min(each for each in totals if each)
    rate = f"{batch_size / step:.1f} pictures a second on {devices.name()}"
    print(
        f"about {total * (1 - done) / 60:.1f} minutes to go: {rate}, {steps_an_epoch} steps an epoch"
    )
    if (expected := history.forecast(epochs, total)) is not None:
        best = min(each.val_l1 for each in epochs)
        print(
            f"L1 on what is held out is {best:.4f} after {epochs[-1].seconds / 60:.1f} minutes; about {expected:.4f} can be expected"
        )


def _spread(paths: list[Path], count: int) -> list[Path]:
    return [paths[round(each)] for each in np.linspace(0, len(paths) - 1, count)]
