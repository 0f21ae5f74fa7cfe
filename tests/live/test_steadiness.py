"""The pretrained target is steady while its driver is."""

from itertools import pairwise

import numpy as np

from face2face.evaluation import metrics
from face2face.face.detector import Detector
from face2face.face.tracker import Tracker
from face2face.image import Scene
from face2face.inference.models import pretrained
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks


def test_a_driver_who_sits_still_keeps_the_target_still(
    astronaut: Scene, detector: Detector
) -> None:
    """From frame to frame, the target changes less than the noise of the driver's camera."""
    model = ReenactmentModel.load(pretrained())
    track, drive = Tracker(detector), MotionTransfer(model.mode.shape, model.mode.size)
    selectors = PoseSelectors()
    rng = np.random.default_rng(0)
    seen, shown = [], []
    for number in range(40):
        noisy = np.clip(astronaut.photo + rng.normal(0, 3, astronaut.photo.shape), 0, 255).astype(
            np.uint8
        )
        posed = drive(with_landmarks(Scene(noisy, seconds=number / 30), track))
        assert posed.landmarks is not None
        seen.append(noisy)
        shown.append(model.engine(model.mode.condition_live(posed.landmarks, selectors)))
    camera, generated = (
        np.mean([metrics.change(*pair) for pair in pairwise(clip[10:])]) for clip in (seen, shown)
    )
    assert 0 < generated < camera
