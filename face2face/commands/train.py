"""``train``: train a model on training pairs."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from face2face.card import BACK, BEST, DRIVEN, PANEL_FILES, ModelCard
from face2face.card import FILE_NAME as CARD
from face2face.commands.console import quiet
from face2face.commands.export import export, graphs_in
from face2face.commands.next_command import next_command
from face2face.commands.outputs import Outputs
from face2face.commands.train_options import (
    DEFAULT_MINUTES,
    GENERATOR_OF,
    GENERATOR_OPTIONS,
    add_arguments,
)
from face2face.errors import ModelError, OptionError
from face2face.inference.names import GRAPH, REDUCED

if TYPE_CHECKING:
    from face2face.learn.callbacks import Limits
    from face2face.learn.checkpoint import Run, Settings
    from face2face.learn.history import Epoch

DESCRIPTION = """Train a generator on training pairs and export it as a frozen graph: the best
epoch by L1 on held-out pairs, or the last one where a discriminator is trained. Ctrl-C stops it
at any moment; the same command continues."""

#: Steps between two entries in TensorBoard's log.
_TENSORBOARD_STEPS = 20
#: Conditions that not every mode has -> the mode that has them.
_MODE_OF_CONDITION = {"labels": "reconstruct", "holed": "inpaint", "maps": "manipulate"}
READS, WRITES = ("input_dir", "checkpoint"), ("output_dir",)
__all__ = ["DESCRIPTION", "READS", "WRITES", "add_arguments", "outputs", "run", "run_in"]


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the files of the run and of the model."""
    return run_in(options.output_dir)


def run_in(folder: Path) -> Outputs:
    """Return the files of a run and of its model.

    Those of an earlier run may exist: the run compares its settings itself.
    """
    with quiet():
        from face2face.learn import history
        from face2face.learn.checkpoint import CHECKPOINT, SETTINGS, Run

    names = (
        SETTINGS,
        CHECKPOINT,
        BEST,
        REDUCED,
        CARD,
        *PANEL_FILES.values(),
        history.FILE_NAME,
        "history.png",
    )
    run = Run(folder)
    own = (folder / SETTINGS).is_file()
    files = [
        *(folder / name for name in names),
        *graphs_in(folder).files,
        *(folder / BACK / name for name in (BEST, REDUCED, CARD)),
        *graphs_in(folder / BACK).files,
        *run.previews.glob("*.png"),
    ]
    return Outputs(files, lambda path: own)


def run(options: argparse.Namespace) -> int:
    """Train, export, and print the next command."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face.data.pairs import read_card
    from face2face.learn.checkpoint import Run

    options.input_dir = _pairs_folder(options.input_dir, options.mode)
    card = read_card(options.input_dir)
    _check(options, card)
    settings = _settings(options, card)
    if card.bars and (settings.affine_jitter or settings.scale_size != card.size):
        raise OptionError(
            f"Pairs of mode {card.mode} show numbers, which cannot be moved or enlarged.",
            hint="Leave --affine-jitter and --scale_size out.",
        )
    run = Run(options.output_dir)
    finished = _train(options, card, run, settings)
    if not (run.folder / BEST).is_file():
        print("nothing to export yet: no epoch is finished")
    elif not options.no_export:
        for folder in (run.folder, run.folder / BACK):
            if (folder / BEST).is_file():
                _export(folder, options.input_dir)
        if card.mode in DRIVEN:
            print("next:", next_command("run", "--source", 0, "--tf-model", run.folder))
    return 0 if finished else 130


def _pairs_folder(folder: Path, mode: str | None) -> Path:
    """Return the folder with ``train/`` and ``val/`` that ``--input_dir`` means.

    It may be the folder of a mode inside the given one. Given ``train/`` itself, as in the
    predecessors' instructions, it is the folder above.
    """
    from face2face.data.pairs import TRAIN

    if mode and (folder / mode).is_dir():
        return folder / mode
    if folder.resolve().name == TRAIN and not (folder / TRAIN).is_dir():
        print(f"using {folder.parent}, which holds {folder.name}")
        return folder.parent
    return folder


def _check(options: argparse.Namespace, card: ModelCard) -> None:
    """Raise OptionError where options do not fit the pairs or the installation."""
    if options.mode and card.mode != options.mode:
        raise OptionError(
            f"The pairs in {options.input_dir} are of mode {card.mode}, not {options.mode}.",
            hint="Leave --mode out, or name another --input_dir.",
        )
    mode = _MODE_OF_CONDITION.get(options.condition, card.mode)
    if card.mode != mode:
        raise OptionError(
            f"--condition {options.condition} is for pairs of mode {mode}; "
            f"these are of mode {card.mode}.",
            hint="Leave it out.",
        )
    if options.tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise OptionError(
            "--tensorboard needs the package tensorboard.",
            hint="Run pip install tensorboard, or leave it out.",
        )


def _settings(options: argparse.Namespace, card: ModelCard) -> Settings:
    """Return the run's settings: the options, else the generator's defaults."""
    from face2face.data.pairs import TRAIN, list_strips
    from face2face.data.reconstruction_pairs import NEW
    from face2face.learn.checkpoint import Settings
    from face2face.learn.networks import DEFAULTS
    from face2face.modes.reconstruct import WARPED

    generator = options.generator or GENERATOR_OF.get(card.mode, "light")
    defaults = DEFAULTS[generator]
    if card.data.get("animated") or card.bars:
        # Animated photos have exact landmarks, so there is no error to learn; numbers cannot move.
        defaults = replace(defaults, affine_jitter=0.0)
    names = (*(field for field, *_ in GENERATOR_OPTIONS), "flip")
    given: dict[str, Any] = {
        name: getattr(defaults, name) if getattr(options, name) is None else getattr(options, name)
        for name in names
    }
    all_panels = tuple(name for name in card.panels if not name.startswith(NEW))
    conditions = {"warp": all_panels, "maps": tuple(name for name in all_panels if name != WARPED)}
    return Settings(
        generator=generator,
        discriminator=options.discriminator,
        mode=card.mode,
        condition=conditions.get(options.condition, (options.condition,)),
        **given,
        beta1=options.beta1,
        which_direction=options.which_direction,
        scale_size=options.scale_size or card.size,
        seed=options.seed,
        hole_weight=options.hole_weight if card.mode == "inpaint" else 1.0,
        feature_weight=options.feature_weight,
        format=card.format,
        data=card.data | {"strips": len(list_strips(options.input_dir, TRAIN))},
    )


def _limits(options: argparse.Namespace, settings: Settings) -> Limits:
    from face2face.learn.callbacks import Limits

    minutes = options.minutes
    if minutes is None and options.max_epochs is None and options.max_steps is None:
        minutes = DEFAULT_MINUTES
    # L1 does not measure the aim of an adversarial loss, so it must not end such a run.
    patience = None if settings.gan_weight else options.patience
    return Limits(options.max_epochs, options.max_steps, minutes, patience)


def _train(options: argparse.Namespace, card: ModelCard, run: Run, settings: Settings) -> bool:
    """Train and report; return False if it was interrupted."""
    import keras

    from face2face.data.pairs import VAL, list_strips
    from face2face.learn import devices, history
    from face2face.learn.callbacks import Frequencies, interrupt_between_steps
    from face2face.learn.train import train

    if not list_strips(options.input_dir, VAL) and not settings.gan_weight:
        print(f"{options.input_dir / VAL} has no pairs: the best epoch is chosen on training pairs")
    callbacks = []
    if options.tensorboard:
        logs = run.folder / "logs"
        callbacks.append(keras.callbacks.TensorBoard(logs, update_freq=_TENSORBOARD_STEPS))
    limits = _limits(options, settings)
    before = history.read(run.folder)
    try:
        with (
            devices.device_scope(options.device, options.distribute),
            interrupt_between_steps(keep_epoch=True) as stopping,
        ):
            epochs = train(
                options.input_dir,
                card,
                run,
                settings,
                limits,
                Frequencies(options.save_freq, options.display_freq),
                options.checkpoint,
                [*callbacks, stopping],
            )
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here")
        return False
    if epochs:
        print(_report(epochs, settings))
        if words := advice(epochs, limits, continued=epochs[-1] not in before):
            print(words)
    return True


def _report(epochs: list[Epoch], settings: Settings) -> str:
    best = epochs[-1] if settings.gan_weight else min(epochs, key=lambda each: each.val_l1)
    return (
        f"{len(epochs)} epochs in {epochs[-1].seconds / 60:.1f} minutes; kept is number "
        f"{best.epoch}, L1 {best.val_l1:.4f} on held-out pairs"
    )


def advice(epochs: list[Epoch], limits: Limits, continued: bool) -> str:
    """Return what a longer training would gain, or ""."""
    if limits.exhausted(epochs):
        return (
            f"{limits.patience} steps brought no improvement: longer training gains nothing. "
            "More or better footage does."
        )
    if not continued:
        return (
            f"nothing was trained: the limit was reached before, after {len(epochs)} epochs and "
            f"{epochs[-1].seconds / 60:.1f} minutes. Raise --minutes, --max_epochs or --max_steps "
            "to continue."
        )
    return ""


def _export(folder: Path, strips: Path) -> None:
    """Export a run where it lies.

    A graph is frozen with TensorFlow: after training on another backend, in its own process.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        export(folder, folder, "auto", strips)
    else:
        command = [sys.executable, "-m", "face2face", "export", "--overwrite"]
        command += ["--model", str(folder), "--input-dir", str(strips)]
        done = subprocess.run(
            command,
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise ModelError(
                f"Freezing with TensorFlow failed: {done.stderr.strip().splitlines()[-1]}",
                hint=f"Run face2face export --model {folder} without KERAS_BACKEND.",
            )
    print(f"exported {folder / GRAPH}")
