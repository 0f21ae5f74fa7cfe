"""``train``: training pairs -> a face that can be driven."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import number, positive, quiet, whole

DESCRIPTION = """Trains a generator on strips, and exports the best epoch as a frozen graph. It can be stopped at any moment
(Ctrl-C); the same command goes on."""

DEFAULT_MINUTES = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--input_dir", type=Path, required=True, help="holds strips in train/ and val/")
    parser.add_argument("--output_dir", type=Path, default=Path("face2face-model"), help="where the run and the model go")
    parser.add_argument("--generator", choices=("light", "unet"), default="light", help="ours, or pix2pix's own U-Net")
    parser.add_argument(
        "--condition", choices=("warp", "sketch"), default="warp", help="show sketch and warped keyframe, or the sketch alone"
    )
    parser.add_argument("--max_epochs", type=positive, help="stop after as many epochs")
    parser.add_argument("--max_steps", type=positive, help="stop after as many steps")
    parser.add_argument("--minutes", type=number, help=f"stop after as many minutes; {DEFAULT_MINUTES:.0f} where no limit is given")
    parser.add_argument("--batch_size", type=positive, default=None, help="pairs a step (default: light 4, unet 1)")
    parser.add_argument("--ngf", type=positive, default=None, help="channels of the generator's first layer (default: light 24, unet 64)")
    parser.add_argument(
        "--ndf", type=positive, default=None, help="channels of the discriminator's first layer (default: light 32, unet 64)"
    )
    parser.add_argument("--lr", type=number, default=0.0002, help="learning rate of Adam")
    parser.add_argument("--beta1", type=number, default=0.5, help="momentum of Adam")
    parser.add_argument("--l1_weight", type=number, default=100.0, help="weight of the L1 term")
    parser.add_argument("--gan_weight", type=number, default=1.0, help="weight of the adversarial term")
    parser.add_argument("--which_direction", choices=("AtoB", "BtoA"), default="AtoB", help="BtoA turns two-panel strips around")
    parser.add_argument("--scale_size", type=positive, help="enlarge panels to this size and crop at random (default: no)")
    parser.add_argument("--flip", action=argparse.BooleanOptionalAction, default=False, help="mirror at random")
    parser.add_argument("--no_flip", dest="flip", action="store_false", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=whole, default=0, help="of weights, order and augmentation")
    parser.add_argument("--save_freq", type=whole, default=0, help="also save the checkpoint every so many steps; 0: each epoch")
    parser.add_argument("--display_freq", type=whole, default=0, help="also write a preview every so many steps; 0: each epoch")
    parser.add_argument("--checkpoint", type=Path, help="begin from this earlier run's weights (a run in --output_dir goes on by itself)")
    parser.add_argument("--no-export", action="store_true", help="don't reduce and freeze at the end")


def run(options: argparse.Namespace) -> int:
    """Trains and exports."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face.data.pairs import TRAIN, VAL, list_strips, read_card
    from face2face.learn.networks import DEFAULTS
    from face2face.learn.run import BEST, Run, Settings
    from face2face.learn.train import Frequencies, Limits, train

    card = read_card(options.input_dir)
    defaults = DEFAULTS[options.generator]
    settings = Settings(
        generator=options.generator,
        condition=card.panels if options.condition == "warp" else ("sketch",),
        batch_size=options.batch_size or defaults.batch_size,
        ngf=options.ngf or defaults.ngf,
        ndf=options.ndf or defaults.ndf,
        lr=options.lr,
        beta1=options.beta1,
        l1_weight=options.l1_weight,
        gan_weight=options.gan_weight,
        which_direction=options.which_direction,
        scale_size=options.scale_size or card.size,
        flip=options.flip,
        seed=options.seed,
        data=card.data | {"strips": len(list_strips(options.input_dir, TRAIN))},
    )
    if options.minutes is None and options.max_epochs is None and options.max_steps is None:
        options.minutes = DEFAULT_MINUTES
    limits = Limits(options.max_epochs, options.max_steps, options.minutes)
    run = Run(options.output_dir)
    if not list_strips(options.input_dir, VAL):
        print(f"no strips in {options.input_dir / VAL}: what is trained on is also what the best epoch is chosen by")
    interrupted = False
    try:
        epochs = train(
            options.input_dir, card, run, settings, limits, Frequencies(options.save_freq, options.display_freq), options.checkpoint
        )
        best = min(epochs, key=lambda each: each.val_l1)
        taken = f"{len(epochs)} epochs in {epochs[-1].seconds / 60:.1f} minutes"
        print(f"{taken}; the best is {best.epoch}, L1 {best.val_l1:.4f} on what was held out")
    except KeyboardInterrupt:
        interrupted = True
        print("stopped; the same command goes on from the last epoch")
    if not (run.folder / BEST).is_file():
        print("nothing to export yet: no epoch has been finished")
    elif not options.no_export:
        from face2face.graph.freeze import freeze
        from face2face.graph.reduce import reduce

        reduce(run.folder, run.folder)
        print(f"exported {freeze(run.folder)}")
        print("next: python run_webcam.py --source 0")
    return 130 if interrupted else 0
