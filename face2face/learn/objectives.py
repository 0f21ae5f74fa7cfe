"""The objectives by the names that model cards use."""

from __future__ import annotations

from face2face.learn.cyclegan import CycleGan
from face2face.learn.inpainting import Inpainting
from face2face.learn.manipulation import Manipulation
from face2face.learn.pix2pix import Pix2Pix

#: Name in :attr:`face2face.card.ModelCard.objective` -> class.
OBJECTIVES: dict[str, type[Pix2Pix]] = {
    "pix2pix": Pix2Pix,
    "cyclegan": CycleGan,
    "inpainting": Inpainting,
    "manipulation": Manipulation,
}
