"""The options of ``train``.

Options of affinelayer/pix2pix-tensorflow keep their underscores; newer ones have hyphens.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.commands.console import number, positive, whole

#: Training time in minutes where no limit is given: enough for one person's video on a laptop.
DEFAULT_MINUTES = 20.0
#: Default of ``--patience``: steps without improvement.
DEFAULT_PATIENCE = 5000
#: Weight of a missing pixel in the L1 loss of mode inpaint; a known pixel has weight 1.
HOLE_WEIGHT = 20.0
#: Generator of each mode; any other mode has ``light``.
GENERATOR_OF = {
    "edit": "paint",
    "reconstruct": "paint",
    "manipulate": "paint",
    "inpaint": "paint",
    "feature": "paint",
    "expression": "resnet",
}
#: Field, option, type and help of the settings whose default depends on the generator.
GENERATOR_OPTIONS = (
    ("batch_size", "--batch_size", positive, "pairs per step"),
    ("ngf", "--ngf", positive, "channels of the generator's first layer"),
    ("ndf", "--ndf", positive, "channels of the discriminator's first layer"),
    ("lr", "--lr", number, "learning rate of Adam"),
    ("l1_weight", "--l1_weight", number, "weight of the L1 loss"),
    ("ssim_weight", "--ssim-weight", number, "weight of the SSIM loss"),
    (
        "gan_weight",
        "--gan_weight",
        number,
        "weight of the adversarial loss; 0 trains without a discriminator",
    ),
    (
        "affine_jitter",
        "--affine-jitter",
        number,
        "random rotation, scale and shift of all panels, 0 to 1; use 0 for one photo",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--input_dir",
        type=Path,
        required=True,
        help="folder that holds train/ and val/",
    )
    parser.add_argument(
        "--output_dir", type=Path, default=Path("face2face-model"), help="folder for the model"
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of weights, order and jitter")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="earlier run to take the generator from; a run in --output_dir continues by itself",
    )
    parser.add_argument("--no-export", action="store_true", help="do not write a frozen graph")
    _add_limits(parser.add_argument_group("when it ends"))
    _add_networks(parser.add_argument_group("networks and losses"))
    _add_pictures(parser.add_argument_group("pictures"))
    _add_hardware(parser.add_argument_group("devices and logs"))


def _add_limits(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--minutes",
        type=number,
        help="stop after this many minutes of training, earlier sittings included "
        f"(default: {DEFAULT_MINUTES:.0f} where no limit is given)",
    )
    group.add_argument("--max_epochs", type=positive, help="stop after this many epochs")
    group.add_argument("--max_steps", type=positive, help="stop after this many steps")
    group.add_argument(
        "--patience",
        type=positive,
        default=DEFAULT_PATIENCE,
        help="stop after this many steps without improvement",
    )


def _add_networks(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--mode",
        choices=("reenact", *GENERATOR_OF),
        help="mode to train; --input_dir may hold a folder for each (default: that of the pairs)",
    )
    group.add_argument(
        "--generator",
        choices=("light", "paint", "unet", "resnet"),
        help="light refines the warp, paint fills regions, unet is pix2pix's own, resnet is "
        "CycleGAN's (default: the mode's)",
    )
    group.add_argument(
        "--discriminator",
        choices=("patch", "multiscale", "semantic"),
        default="patch",
        help="multiscale judges three sizes of the picture; semantic also predicts the colours of "
        "a face's parts",
    )
    group.add_argument(
        "--condition",
        choices=("warp", "maps", "sketch", "labels", "holed"),
        default="warp",
        help="panels for the network: warp shows all of them, maps all but the warped photo of "
        "mode manipulate, the others one alone",
    )
    for field, option, kind, words in GENERATOR_OPTIONS:
        group.add_argument(
            option, dest=field, type=kind, help=f"{words} (default: the generator's own)"
        )
    group.add_argument("--beta1", type=number, default=0.5, help="momentum of Adam")
    group.add_argument(
        "--hole-weight",
        type=number,
        default=HOLE_WEIGHT,
        help="mode inpaint: weight of a missing pixel in the L1 loss; a known one has 1",
    )
    group.add_argument(
        "--feature-weight",
        type=number,
        default=0.0,
        help="weight of the perceptual loss, LPIPS; needs face2face[metrics]",
    )


def _add_pictures(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--which_direction",
        choices=("AtoB", "BtoA"),
        default="AtoB",
        help="BtoA exchanges the panels of pairs with two panels",
    )
    group.add_argument(
        "--scale_size",
        type=positive,
        help="enlarge panels to this width in pixels and crop at random (default: their own)",
    )
    group.add_argument(
        "--flip",
        action=argparse.BooleanOptionalAction,
        help="mirror at random (default: the generator's own)",
    )


def _add_hardware(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--device", default="auto", help="cpu:0, gpu:0 and so on; auto lets the backend choose"
    )
    group.add_argument(
        "--distribute",
        action="store_true",
        help="share each batch among all devices; needs KERAS_BACKEND=jax",
    )
    group.add_argument(
        "--save_freq",
        type=whole,
        default=0,
        help="also save a checkpoint after this many steps; 0 saves after each epoch only",
    )
    group.add_argument(
        "--display_freq",
        type=whole,
        default=0,
        help="also write a preview after this many steps; 0 writes after each epoch only",
    )
    group.add_argument(
        "--tensorboard", action="store_true", help="also log for TensorBoard, in logs/ of the model"
    )
