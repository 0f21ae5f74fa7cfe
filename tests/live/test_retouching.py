"""The driver's own picture, retouched, by a painter whose answers are known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.image import Image, Scene
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import DrivenPose
from face2face.live.retouching import LiveRetoucher
from face2face.modes.inpaint import Inpaint


class Telea:
    """An engine that knows one method."""

    name = "Telea"

    def __call__(self, panels: list[Image]) -> Image:
        """Mends the first panel where the second says."""
        return np.asarray(cv2.inpaint(panels[0], panels[1][..., 0], 3, cv2.INPAINT_TELEA), np.uint8)


@pytest.fixture
def spotted(astronaut: Scene) -> tuple[Scene, tuple[int, int]]:
    """The astronaut in a camera's picture with a clear spot on a cheek, and where."""
    photo = np.full((480, 640, 3), 60, np.uint8)
    photo[40:440, 120:520] = cv2.resize(astronaut.photo, (400, 400), interpolation=cv2.INTER_CUBIC)
    assert astronaut.landmarks is not None
    landmarks = (astronaut.landmarks * 400 / 256 + (120, 40)).astype(np.float32)
    x, y = (0.5 * (landmarks[41] + landmarks[48])).round().astype(int).tolist()
    cv2.circle(photo, (x, y), 3, (110, 40, 30), -1, cv2.LINE_AA)
    return Scene(photo, landmarks, 0.0), (x, y)


def test_a_spot_is_gone_after_some_frames_and_nothing_beyond_the_mask_is_touched(
    spotted: tuple[Scene, tuple[int, int]],
) -> None:
    scene, (x, y) = spotted
    groom = LiveRetoucher(ReenactmentModel(Inpaint(256), Telea(), "telea"))
    views = [groom(DrivenPose(scene, scene)) for _ in range(8)]
    spot = np.s_[y - 1 : y + 2, x - 1 : x + 2]
    assert (views[0].target == scene.photo).all(), "one frame might be noise"
    cheek = scene.photo[y - 12 : y - 6, x - 12 : x - 6].mean()
    assert abs(views[-1].target[spot].mean() - cheek) < 0.4 * abs(scene.photo[spot].mean() - cheek)
    kept = views[-1].sketch[..., 0] == 0
    assert (views[-1].target[kept] == scene.photo[kept]).all()
    assert views[-1].found
    assert views[-1].target.shape == (480, 640, 3)


def test_what_is_remembered_moves_with_the_face(spotted: tuple[Scene, tuple[int, int]]) -> None:
    scene, (x, y) = spotted
    groom = LiveRetoucher(ReenactmentModel(Inpaint(256), Telea(), "telea"))
    for _ in range(8):
        groom(DrivenPose(scene, scene))
    assert scene.landmarks is not None
    moved = Scene(np.roll(scene.photo, 40, axis=1), scene.landmarks + np.float32((40, 0)), 0.1)
    mask = groom(DrivenPose(moved, moved)).sketch
    assert mask[y, x + 40].any()
    assert not mask[y - 30 : y + 30, x - 3 : x + 3].any()


def test_without_a_face_it_is_the_drivers_picture_and_says_so(
    spotted: tuple[Scene, tuple[int, int]],
) -> None:
    scene, _ = spotted
    view = LiveRetoucher(ReenactmentModel(Inpaint(256), Telea(), "telea"))(
        DrivenPose(Scene(scene.photo), None)
    )
    assert not view.found
    assert (view.target[:300] == scene.photo[:300]).all()
    assert (view.target != scene.photo).any()
    assert view.composed("driver").shape == scene.photo.shape
    assert view.composed("side").shape == (480, 1280, 3)


def test_a_model_of_another_mode_is_refused(tmp_path: Path, face2face, video: Path) -> None:  # type: ignore[no-untyped-def]
    from face2face.commands.run_webcam import shipped_model

    options = (
        "--source",
        video,
        "--no-window",
        "--output",
        tmp_path / "out.mp4",
        "--mode",
        "inpaint",
        "--tf-model",
        shipped_model(),
    )
    status, _, err = face2face("run_webcam", *options)
    assert status == 2
    assert "reenact in" in err
