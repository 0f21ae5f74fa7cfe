"""``train``: training pairs -> a face that can be driven."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from face2face.card import BEST
from face2face.card import FILE_NAME as CARD
from face2face.commands.console import number, positive, quiet, whole
from face2face.commands.export import export, graphs_in
from face2face.commands.outputs import Outputs
from face2face.errors import ModelError, OptionError
from face2face.inference.names import GRAPH, REDUCED
from face2face.keyframes import bank

DESCRIPTION = """Trains a generator on strips, and exports the best epoch, or the last where a discriminator judges, as a frozen
graph. It can be stopped at any moment (Ctrl-C); the same command goes on."""

DEFAULT_MINUTES = 20.0
DEFAULT_PATIENCE = 5000
#: Options whose default is the generator's, see :data:`face2face.learn.networks.DEFAULTS`.
OWN_DEFAULTS = (
    ("batch_size", positive, "pairs a step"),
    ("ngf", positive, "channels of the generator's first layer"),
    ("ndf", positive, "channels of the discriminator's first layer"),
    ("lr", number, "learning rate of Adam"),
    ("l1_weight", number, "weight of the L1 term"),
    ("ssim_weight", number, "weight of the structural term"),
    ("gan_weight", number, "weight of the adversarial term; 0 trains without a discriminator"),
    (
        "sway",
        number,
        "how far panels are turned, scaled and shifted at random, 0 to 1; 0 for a photo",
    ),
)
#: Mode -> its generator, where that isn't ``light``.
GENERATOR_OF = {"edit": "paint", "reconstruct": "paint", "manipulate": "paint", "inpaint": "paint"}
HOLE_WEIGHT = 20.0
#: Steps between lines of TensorBoard's log.
_LOGGED = 20
READS, WRITES = ("input_dir", "checkpoint"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--input_dir", type=Path, required=True, help="holds strips in train/ and val/"
    )
    parser.add_argument(
        "--output_dir",
        type=Path,
        default=Path("face2face-model"),
        help="where the run and the model go",
    )
    modes = ("reenact", *GENERATOR_OF)
    parser.add_argument(
        "--mode",
        choices=modes,
        help="one of the modes whose strips --input_dir holds, each in a folder of its name",
    )
    parser.add_argument(
        "--generator",
        choices=("light", "paint", "unet"),
        help="ours, or pix2pix's own U-Net (default: the mode's own)",
    )
    parser.add_argument(
        "--discriminator",
        choices=("patch", "semantic"),
        default="patch",
        help="semantic: it also says which colours a picture's parts have",
    )
    parser.add_argument(
        "--condition",
        choices=("warp", "sketch", "labels", "holed"),
        default="warp",
        help="show all panels, warped keyframe and more, or one alone",
    )
    parser.add_argument("--max_epochs", type=positive, help="stop after as many epochs")
    parser.add_argument("--max_steps", type=positive, help="stop after as many steps")
    parser.add_argument(
        "--minutes",
        type=number,
        help=f"stop after as many minutes; {DEFAULT_MINUTES:.0f} where no limit is given",
    )
    parser.add_argument(
        "--patience",
        type=positive,
        default=DEFAULT_PATIENCE,
        help="stop when as many steps in a row were no better",
    )
    parser.add_argument(
        "--device", default="auto", help="cpu:0, gpu:0 and the like; auto: the backend's own choice"
    )
    parser.add_argument(
        "--distribute",
        action="store_true",
        help="share each batch among all devices (KERAS_BACKEND=jax)",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="also write logs for TensorBoard to logs/ in --output_dir",
    )
    for name, kind, what in OWN_DEFAULTS:
        parser.add_argument(
            f"--{name}", type=kind, default=None, help=f"{what} (default: the generator's own)"
        )
    parser.add_argument(
        "--hole_weight",
        type=number,
        default=HOLE_WEIGHT,
        help="mode inpaint: weight of a missing pixel in the L1 term; a known one has 1",
    )
    parser.add_argument(
        "--feature_weight",
        type=number,
        default=0.0,
        help="mode inpaint: weight of how unlike answer and photo look to a network that knows photographs; needs face2face[parser]",
    )
    parser.add_argument("--beta1", type=number, default=0.5, help="momentum of Adam")
    parser.add_argument(
        "--which_direction",
        choices=("AtoB", "BtoA"),
        default="AtoB",
        help="BtoA turns two-panel strips around",
    )
    parser.add_argument(
        "--scale_size",
        type=positive,
        help="enlarge panels to this size and crop at random (default: no)",
    )
    parser.add_argument(
        "--flip",
        action=argparse.BooleanOptionalAction,
        help="mirror at random (default: the generator's own)",
    )
    parser.add_argument("--no_flip", dest="flip", action="store_false", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=whole, default=0, help="of weights, order and augmentation")
    parser.add_argument(
        "--save_freq",
        type=whole,
        default=0,
        help="also save the checkpoint every so many steps; 0: each epoch",
    )
    parser.add_argument(
        "--display_freq",
        type=whole,
        default=0,
        help="also write a preview every so many steps; 0: each epoch",
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="begin from this earlier run's weights (a run in --output_dir goes on by itself)",
    )
    parser.add_argument(
        "--no-export", action="store_true", help="don't reduce and freeze at the end"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The run's files and the model's."""
    return run_in(options.output_dir)


def run_in(folder: Path) -> Outputs:
    """A run's files and the model's. A run that is there sees for itself whether it may go on, by its settings."""
    with quiet():
        from face2face.learn import history
        from face2face.learn.checkpoint import CHECKPOINT, SETTINGS, Run

    names = (
        SETTINGS,
        CHECKPOINT,
        BEST,
        REDUCED,
        CARD,
        bank.FILE_NAME,
        history.FILE_NAME,
        "history.png",
    )
    run = Run(folder)
    own = (folder / SETTINGS).is_file()
    files = [
        *(folder / name for name in names),
        *graphs_in(folder).files,
        *run.previews.glob("*.png"),
    ]
    return Outputs(files, lambda path: own)


def run(options: argparse.Namespace) -> int:
    """Trains and exports."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face.data.pairs import TRAIN, VAL, list_strips, read_card
    from face2face.data.reconstruction_pairs import NEW
    from face2face.learn import devices
    from face2face.learn.callbacks import Frequencies, Limits, interrupt_between_steps
    from face2face.learn.checkpoint import Run, Settings
    from face2face.learn.networks import DEFAULTS
    from face2face.learn.train import train
    from face2face.modes import DRIVEN

    if options.mode and (options.input_dir / options.mode).is_dir():
        options.input_dir /= options.mode
    card = read_card(options.input_dir)
    if options.mode and card.mode != options.mode:
        rule = f"--mode names the mode of the strips in {options.input_dir}"
        raise OptionError(
            rule, f"{options.mode} for {card.mode}", "leave it out, or name another --input_dir"
        )
    options.generator = options.generator or GENERATOR_OF.get(card.mode, "light")
    own = {
        name: getattr(options, name) for name in (*(name for name, _, _ in OWN_DEFAULTS), "flip")
    }
    own["affine_jitter"] = own.pop("sway")
    defaults = DEFAULTS[options.generator]
    if (
        card.data.get("animated") or card.bars
    ):  # exact landmarks: nothing that goes astray need be learnt; numbers can't be swayed
        defaults = replace(defaults, affine_jitter=0.0)
    own = {name: getattr(defaults, name) if given is None else given for name, given in own.items()}
    settings = Settings(
        generator=options.generator,
        discriminator=options.discriminator,
        mode=card.mode,
        condition=tuple(name for name in card.panels if not name.startswith(NEW))
        if options.condition == "warp"
        else (options.condition,),
        **own,
        beta1=options.beta1,
        which_direction=options.which_direction,
        scale_size=options.scale_size or card.size,
        seed=options.seed,
        hole_weight=options.hole_weight if card.mode == "inpaint" else 1.0,
        feature_weight=options.feature_weight if card.mode == "inpaint" else 0.0,
        data=card.data | {"strips": len(list_strips(options.input_dir, TRAIN))},
    )
    if options.minutes is None and options.max_epochs is None and options.max_steps is None:
        options.minutes = DEFAULT_MINUTES
    # L1 says little of what a discriminator judges: such a run isn't ended by it.
    patience = None if settings.gan_weight else options.patience
    limits = Limits(options.max_epochs, options.max_steps, options.minutes, patience)
    if card.bars and (settings.affine_jitter or settings.scale_size != card.size):
        raise OptionError(
            f"strips of mode {card.mode} show numbers, which aren't swayed or enlarged",
            "--sway or --scale_size",
            "leave it out",
        )
    for condition, mode in (("labels", "reconstruct"), ("holed", "inpaint")):
        if options.condition == condition and card.mode != mode:
            raise OptionError(
                f"--condition {condition} is for strips of mode {mode}", card.mode, "leave it out"
            )
    if options.tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise OptionError(
            "--tensorboard needs the package tensorboard",
            "none",
            "pip install tensorboard, or leave it out",
        )
    run = Run(options.output_dir)
    callbacks = (
        [keras.callbacks.TensorBoard(run.folder / "logs", update_freq=_LOGGED)]
        if options.tensorboard
        else []
    )
    if not list_strips(options.input_dir, VAL) and not settings.gan_weight:
        print(
            f"no strips in {options.input_dir / VAL}: what is trained on is also what the best epoch is chosen by"
        )
    interrupted = False
    try:
        with (
            devices.device_scope(options.device, options.distribute),
            interrupt_between_steps() as stopping,
        ):
            frequencies = Frequencies(options.save_freq, options.display_freq)
            epochs = train(
                options.input_dir,
                card,
                run,
                settings,
                limits,
                frequencies,
                options.checkpoint,
                [*callbacks, stopping],
            )
        best = epochs[-1] if settings.gan_weight else min(epochs, key=lambda each: each.val_l1)
        taken = f"{len(epochs)} epochs in {epochs[-1].seconds / 60:.1f} minutes"
        print(f"{taken}; kept is number {best.epoch}, L1 {best.val_l1:.4f} on what was held out")
    except KeyboardInterrupt:
        interrupted = True
        print("stopped; the same command goes on from the last epoch")
    if not (run.folder / BEST).is_file():
        print("nothing to export yet: no epoch has been finished")
    elif not options.no_export:
        _export(run.folder, options.input_dir)
        if card.mode in DRIVEN:
            print("next: python run_webcam.py --source 0")
    return 130 if interrupted else 0


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
