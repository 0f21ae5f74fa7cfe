"""How steady the shipped model is when its driver is."""

from itertools import pairwise

import numpy as np

from face2face.commands.run_webcam import shipped_model
from face2face.evaluation import metrics
from face2face.face.detector import Detector
from face2face.face.tracker import Tracker
from face2face.image import Scene
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks


def test_a_driver_who_sits_still_leaves_the_picture_as_still(
    astronaut: Scene, detector: Detector
) -> None:
    """The generated picture changes no more from frame to frame than the noise of the driver's own camera does."""
    puppet = ReenactmentModel.load(shipped_model())
    track, drive = Tracker(detector), MotionTransfer(puppet.mode.shape, puppet.mode.size)
    rng = np.random.default_rng(0)
    seen, shown = [], []
    for number in range(40):
        noisy = np.clip(astronaut.photo + rng.normal(0, 3, astronaut.photo.shape), 0, 255).astype(
            np.uint8
        )
        posed = drive(with_landmarks(Scene(noisy, seconds=number / 30), track))
        assert posed.target is not None
        seen.append(noisy)
        shown.append(puppet.answer(posed.target, puppet.condition(posed.target)))
    camera, generated = (
        np.mean([metrics.change(*pair) for pair in pairwise(clip[10:])]) for clip in (seen, shown)
    )
    assert 0 < generated < camera
