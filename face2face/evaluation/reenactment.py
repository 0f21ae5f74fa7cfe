"""Reenactment, evaluated frame by frame: driven by the target itself or by another person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.data.process import resize
from face2face.errors import FaceError
from face2face.evaluation import metrics
from face2face.evaluation.evaluator import Evaluator, FaceObservation, TargetProfile
from face2face.face.crop import head_box
from face2face.face.detector import mean_landmarks
from face2face.face.retarget import Retargeter
from face2face.face.tracker import Tracker
from face2face.image import Box, Image, Landmarks, Scene, side_by_side
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks
from face2face.media.video import VideoFile

#: Movements of the driver that are compared with those of the result.
MOVEMENTS = ("mouth", "right_eye", "left_eye", "yaw", "roll")
#: Proportions in which the result is compared with the target.
PROPORTIONS = ("width_to_height", "eyes_to_width")
#: The same proportions, less the change that the driver's own expression makes to them.
KEPT_PROPORTIONS = tuple(f"kept_{name}" for name in PROPORTIONS)
#: Factor that makes the difference visible on a contact sheet.
_DIFFERENCE_GAIN = 3


@dataclass(frozen=True)
class FrameResult:
    """One evaluated frame. Pictures are ``(size, size, 3)`` uint8 RGB.

    Attributes:
        condition: The first panel shown to the network.
        generated: The network's answer.
        true: The target's own frame if it drives itself, else the driver's head.
        seconds: Time in the video.
        figures: Metric -> value of this frame.
    """

    condition: Image
    generated: Image
    true: Image
    seconds: float
    figures: dict[str, float]

    def row(self, difference: bool) -> Image:
        """Return condition, generated and true, and if requested their amplified difference."""
        panels = [self.condition, self.generated, self.true]
        if difference:
            away = cv2.absdiff(self.generated, self.true)
            panels.append(cv2.convertScaleAbs(away, alpha=_DIFFERENCE_GAIN))
        return side_by_side(panels)


def self_reenactment(
    model: ReenactmentModel, scenes: Iterable[Scene], evaluator: Evaluator, every: int = 1
) -> Iterator[FrameResult]:
    """Yield results of a target that drives itself, without retargeting.

    Frames in which no face, or more than one, is found are skipped.

    Args:
        model: The model.
        scenes: From :func:`face2face.evaluation.footage.held_out`.
        evaluator: Observes the pictures.
        every: Evaluate every n-th frame; the model follows all of them.
    """
    track = Tracker(evaluator.detect_live)
    transfer, selectors = MotionTransfer(None, model.mode.size), PoseSelectors()
    last: FrameResult | None = None
    for number, scene in enumerate(scenes):
        posed = transfer(with_landmarks(scene, track))
        if posed.landmarks is None:
            last = None
            continue
        panels = model.mode.condition_live(posed.landmarks, selectors)
        true = evaluator.observe(scene.photo) if number % every == 0 else None
        if true is None:
            last = None
            continue
        generated = model.engine(panels)
        figures = _picture_figures(generated, scene.photo, evaluator)
        figures |= _face_figures(evaluator.observe(generated), true, model.mode.size)
        figures |= _changes(last, generated, scene.photo)
        last = FrameResult(panels[0], generated, scene.photo, scene.seconds or 0.0, figures)
        yield last


def cross_reenactment(
    model: ReenactmentModel, driver: Path, target: TargetProfile, evaluator: Evaluator
) -> Iterator[FrameResult]:
    """Yield results of a model that another person drives.

    Args:
        model: The model.
        driver: A video of that person.
        target: The target's profile.
        evaluator: Observes the pictures.

    Raises:
        FaceError: No frame of the video shows a face.
        MediaError: The file is no video.
    """
    track = Tracker(evaluator.detect_live)
    transfer, selectors = MotionTransfer(model.mode.shape, model.mode.size), PoseSelectors()
    last: FrameResult | None = None
    box: Box | None = None
    with VideoFile(driver) as video:
        for scene in video:
            faces = evaluator.detect.detect_ensemble(scene.photo)
            if not faces:
                last = None
                continue
            ensemble = faces[0]
            box = box or head_box(mean_landmarks(ensemble)[None], *scene.photo.shape[:2])
            posed = transfer(with_landmarks(scene, track))
            assert posed.landmarks is not None
            panels = model.mode.condition_live(posed.landmarks, selectors)
            generated = model.engine(panels)
            wanted = posed.landmarks
            figures = _cross_figures(
                generated, wanted, scene.photo, ensemble, target, transfer, evaluator
            )
            head = resize(box.cut(scene.photo), model.mode.size)
            figures |= _changes(last, generated, head)
            last = FrameResult(panels[0], generated, head, scene.seconds or 0.0, figures)
            yield last
    if box is None:
        raise FaceError(f"There is no face in {driver}.", hint="Name another video.")


def _cross_figures(
    generated: Image,
    wanted: Landmarks,
    photo: Image,
    ensemble: NDArray[np.float64],
    target: TargetProfile,
    transfer: MotionTransfer,
    evaluator: Evaluator,
) -> dict[str, float]:
    """Return the figures of a picture that another person drives.

    Args:
        generated: ``(size, size, 3)`` uint8 RGB.
        wanted: ``(70, 2)`` landmarks that the network was shown.
        photo: The driver's frame.
        ensemble: ``(n, 70, 2)`` landmarks of the driver in it.
        target: The target's profile.
        transfer: The motion transfer that posed the target.
        evaluator: Observes the pictures.
    """
    face = evaluator.observe(generated)
    figures = _face_figures(face, FaceObservation(wanted, target.identity), generated.shape[1])
    if face is None:
        return figures
    driver = mean_landmarks(ensemble)
    figures |= _movement_figures(face, ensemble)
    figures |= _proportion_figures(face, driver, target, transfer.retargeter)
    figures["driver_distance"] = metrics.identity_distance(
        face.identity, evaluator.identify(photo, driver)
    )
    return figures


def _picture_figures(generated: Image, true: Image, evaluator: Evaluator) -> dict[str, float]:
    """Return the metrics that compare two pictures."""
    figures = {
        "l1": metrics.l1(generated, true),
        "psnr": metrics.psnr(generated, true),
        "ssim": metrics.ssim(generated, true),
        "sharpness": metrics.sharpness(generated),
        "true_sharpness": metrics.sharpness(true),
    }
    if evaluator.lpips is not None:
        figures["lpips"] = evaluator.lpips(generated, true)
    return figures


def _face_figures(
    generated: FaceObservation | None, wanted: FaceObservation, width: int
) -> dict[str, float]:
    """Return the metrics that compare two faces; none where no face was generated."""
    if generated is None:
        return {}
    return {
        "akd": metrics.akd(generated.landmarks, wanted.landmarks, width),
        "csim": metrics.csim(generated.identity, wanted.identity),
        "identity": metrics.identity_distance(generated.identity, wanted.identity),
    }


def _movement_figures(face: FaceObservation, ensemble: NDArray[np.float64]) -> dict[str, float]:
    """Return the movements of the generated face and of the driver.

    Also those by each half of the driver's ensemble: the frame and its mirror image. Their
    agreement is the reliability of the measurement.

    Args:
        face: The generated face.
        ensemble: ``(n, 70, 2)`` landmarks of the driver.
    """
    once, again = np.split(ensemble, 2)
    observed = {
        "shown": face.landmarks,
        "driven": mean_landmarks(ensemble),
        "once": mean_landmarks(once),
        "again": mean_landmarks(again),
    }
    return {
        f"{prefix}_{name}": value
        for prefix, landmarks in observed.items()
        for name, value in metrics.movement(landmarks).items()
    }


def _proportion_figures(
    face: FaceObservation,
    driver: Landmarks,
    target: TargetProfile,
    retarget: Retargeter | None,
) -> dict[str, float]:
    """Return the relative errors of the generated face's proportions.

    With a retargeter also relative to the target's neutral face, less the change that the
    driver's own expression makes.
    """
    shown = metrics.proportions(face.landmarks)
    figures = {name: ratio - 1 for name, ratio in _ratios(shown, target.proportions).items()}
    if retarget is None:
        return figures
    driven = _ratios(metrics.proportions(driver), metrics.proportions(retarget.neutral))
    ratios = _ratios(shown, metrics.proportions(retarget.target.neutral))
    return figures | {
        kept: ratios[name] / driven[name] - 1
        for kept, name in zip(KEPT_PROPORTIONS, PROPORTIONS, strict=True)
    }


def _ratios(proportions: tuple[float, float], others: tuple[float, float]) -> dict[str, float]:
    return {
        name: one / other for name, one, other in zip(PROPORTIONS, proportions, others, strict=True)
    }


def _changes(last: FrameResult | None, generated: Image, true: Image) -> dict[str, float]:
    """Return the change of both pictures since the previous frame; none after a skipped one."""
    if last is None:
        return {}
    return {
        "change": metrics.change(last.generated, generated),
        "true_change": metrics.change(last.true, true),
    }
