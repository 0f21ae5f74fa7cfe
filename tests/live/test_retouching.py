"""The driver's own picture, retouched by OpenCV's method."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.image import Image, Scene
from face2face.imaging.retoucher import Retoucher
from face2face.inference.models import pretrained
from face2face.live.motion_transfer import DrivenPose
from face2face.live.retouching import LiveRetoucher


def telea(scene: Scene) -> Image:
    """Complete a photo with OpenCV's own method."""
    assert scene.mask is not None
    holes = np.asarray(np.where(scene.mask[..., None] > 127, 255, scene.photo), np.uint8)
    return np.asarray(cv2.inpaint(holes, scene.mask, 3, cv2.INPAINT_TELEA), np.uint8)


def retoucher() -> LiveRetoucher:
    return LiveRetoucher(Retoucher(256, telea))


@pytest.fixture
def spotted(astronaut: Scene) -> tuple[Scene, tuple[int, int]]:
    """The astronaut in a camera's picture with a clear spot on a cheek, and the spot's place."""
    photo = np.full((480, 640, 3), 60, np.uint8)
    photo[40:440, 120:520] = cv2.resize(astronaut.photo, (400, 400), interpolation=cv2.INTER_CUBIC)
    assert astronaut.landmarks is not None
    landmarks = (astronaut.landmarks * 400 / 256 + (120, 40)).astype(np.float32)
    x, y = (0.5 * (landmarks[41] + landmarks[48])).round().astype(int).tolist()
    cv2.circle(photo, (x, y), 3, (110, 40, 30), -1, cv2.LINE_AA)
    return Scene(photo, landmarks, 0.0), (x, y)


def test_a_spot_is_removed_after_some_frames_and_pixels_outside_the_mask_stay(
    spotted: tuple[Scene, tuple[int, int]],
) -> None:
    scene, (x, y) = spotted
    retouch = retoucher()
    frames = [retouch(DrivenPose(scene, scene.landmarks)) for _ in range(8)]
    spot = np.s_[y - 1 : y + 2, x - 1 : x + 2]
    assert (frames[0].image == scene.photo).all(), "one frame might be noise"
    cheek = scene.photo[y - 12 : y - 6, x - 12 : x - 6].mean()
    assert abs(frames[-1].image[spot].mean() - cheek) < 0.4 * abs(scene.photo[spot].mean() - cheek)
    kept = frames[-1].conditioning[..., 0] == 0
    assert (frames[-1].image[kept] == scene.photo[kept]).all()
    assert frames[-1].found
    assert frames[-1].image.shape == (480, 640, 3)


def test_the_evidence_moves_with_the_face(spotted: tuple[Scene, tuple[int, int]]) -> None:
    scene, (x, y) = spotted
    retouch = retoucher()
    for _ in range(8):
        retouch(DrivenPose(scene, scene.landmarks))
    assert scene.landmarks is not None
    moved = Scene(np.roll(scene.photo, 40, axis=1), scene.landmarks + np.float32((40, 0)), 0.1)
    mask = retouch(DrivenPose(moved, moved.landmarks)).conditioning
    assert mask[y, x + 40].any()
    assert not mask[y - 30 : y + 30, x - 3 : x + 3].any()


def test_without_a_face_the_frame_is_the_drivers_picture_with_a_note(
    spotted: tuple[Scene, tuple[int, int]],
) -> None:
    scene, _ = spotted
    view = retoucher()(DrivenPose(Scene(scene.photo), None))
    assert not view.found
    assert (view.image[:300] == scene.photo[:300]).all()
    assert (view.image != scene.photo).any()
    assert view.compose("driver").shape == scene.photo.shape
    assert view.compose("side").shape == (480, 1280, 3)


def test_a_model_of_another_mode_is_refused(tmp_path: Path, face2face, video: Path) -> None:  # type: ignore[no-untyped-def]
    options = (
        "--source",
        video,
        "--no-window",
        "--output",
        tmp_path / "out.mp4",
        "--mode",
        "inpaint",
        "--tf-model",
        pretrained(),
    )
    status, _, err = face2face("run_webcam", *options)
    assert status == 2
    assert "is of mode reenact, not inpaint" in err
