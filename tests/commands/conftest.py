"""Fixtures of the commands' tests."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from face2face.image import Image, Scene
from face2face.imaging.retoucher import Retoucher
from tests.screen import VirtualScreen, virtual_screen


@pytest.fixture
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualScreen]:
    with virtual_screen(tmp_path_factory.mktemp("screen")) as running:
        yield running


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that knows one method."""

    def paint(scene: Scene) -> Image:
        assert scene.mask is not None
        return np.asarray(cv2.inpaint(scene.photo, scene.mask, 3, cv2.INPAINT_TELEA), np.uint8)

    monkeypatch.setattr(
        "face2face.inference.pretrained.load_retoucher", lambda folder=None: Retoucher(256, paint)
    )
