"""The networks by their names in options and cards, each with the options it trains best with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from face2face.data.dataset import PanelLayout
from face2face.learn.inpainting_unet import inpainting_unet
from face2face.learn.patchgan import multiscale_patchgan, patchgan, semantic_patchgan
from face2face.learn.residual_refiner import residual_refiner
from face2face.learn.resnet import resnet
from face2face.learn.unet import unet


@dataclass(frozen=True)
class Defaults:
    """Training options of a generator; see :class:`face2face.learn.checkpoint.Settings`."""

    batch_size: int
    ngf: int
    ndf: int
    lr: float
    l1_weight: float
    ssim_weight: float
    gan_weight: float
    flip: bool
    affine_jitter: float


#: Name -> function from a layout and ``ngf`` to the generator.
GENERATORS: dict[str, Callable[[PanelLayout, int], keras.Model]] = {
    "light": residual_refiner,
    "unet": unet,
    "paint": inpainting_unet,
    "resnet": resnet,
}
#: Name -> function from the size, the number of condition panels and ``ndf`` to the discriminator.
DISCRIMINATORS: dict[str, Callable[[int, int, int], keras.Model]] = {
    "patch": patchgan,
    "multiscale": multiscale_patchgan,
    "semantic": semantic_patchgan,
}
#: Name of a generator -> the options it is trained with where the user names none.
DEFAULTS = {
    "light": Defaults(
        batch_size=4,
        ngf=16,
        ndf=16,
        lr=4e-4,
        l1_weight=50.0,
        ssim_weight=30.0,
        gan_weight=0.0,
        flip=True,
        affine_jitter=1.0,
    ),
    "paint": Defaults(
        batch_size=8,
        ngf=32,
        ndf=16,
        lr=4e-4,
        l1_weight=30.0,
        ssim_weight=10.0,
        gan_weight=1.0,
        flip=True,
        affine_jitter=0.0,
    ),
    "unet": Defaults(
        batch_size=1,
        ngf=64,
        ndf=64,
        lr=2e-4,
        l1_weight=100.0,
        ssim_weight=0.0,
        gan_weight=1.0,
        flip=False,
        affine_jitter=0.0,
    ),
    "resnet": Defaults(
        batch_size=1,
        ngf=32,
        ndf=32,
        lr=2e-4,
        l1_weight=100.0,
        ssim_weight=0.0,
        gan_weight=1.0,
        flip=True,
        affine_jitter=0.5,
    ),
}
