"""Reenactment, evaluated frame by frame: driven by the target itself or by another person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from face2face.data.process import resize
from face2face.errors import FaceError
from face2face.evaluation import metrics
from face2face.evaluation.evaluator import Evaluator, FaceObservation, TargetProfile
from face2face.evaluation.fades import ObservedSelectors, is_fade
from face2face.evaluation.motion import MeasuredFaces
from face2face.face.crop import head_box
from face2face.face.retarget import Retargeter
from face2face.face.tracker import Tracker
from face2face.image import Box, Image, Landmarks, Scene, side_by_side
from face2face.keyframes.pose_metric import HEAD
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer
from face2face.media.video import VideoFile

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
        faces: The faces whose motion is compared; None if the target drives itself.
    """

    condition: Image
    generated: Image
    true: Image
    seconds: float
    figures: dict[str, float]
    faces: MeasuredFaces | None = None

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
    track = Tracker(evaluator.detect)
    transfer, selectors = MotionTransfer(None, model.mode.size), PoseSelectors()
    last: FrameResult | None = None
    for number, scene in enumerate(scenes):
        posed = transfer(_detected(scene, track))
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
        face = evaluator.observe(generated)
        figures |= _face_figures(face, true, model.mode.size)
        if face is not None:
            figures["gaze_error"] = metrics.gaze_error(face.landmarks, true.landmarks)
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
    transfer = MotionTransfer(model.mode.shape, model.mode.size)
    last: FrameResult | None = None
    box: Box | None = None
    with VideoFile(driver) as video:
        for frame in driven_frames(model, video, transfer, evaluator):
            photo = frame.scene.photo
            faces = evaluator.measure(photo)
            if frame.landmarks is None or not faces:
                last = None
                continue
            box = box or head_box(faces[0][None], *photo.shape[:2])
            shown = evaluator.measure(frame.generated)
            measured = MeasuredFaces(faces[0], frame.scene.landmarks, shown[0] if shown else None)
            figures = _cross_figures(frame, target, transfer.retargeter, evaluator)
            head = resize(box.cut(photo), model.mode.size)
            figures |= _changes(last, frame.generated, head)
            seconds = frame.scene.seconds or 0.0
            last = FrameResult(frame.condition, frame.generated, head, seconds, figures, measured)
            yield last
    if box is None:
        raise FaceError(f"There is no face in {driver}.", hint="Name another video.")


@dataclass(frozen=True)
class DrivenFrame:
    """A frame of a driver, and the target's picture for it.

    Attributes:
        scene: The driver's frame, with its landmarks where it has a face.
        landmarks: ``(70, 2)`` float32, the target's, in panel pixels; None where there is no face.
        condition: The first panel shown to the network; where there is no face the last one.
        generated: ``(size, size, 3)`` uint8 RGB; where there is no face the last one.
        fade: Whether the outlines of two keyframes show at once.
    """

    scene: Scene
    landmarks: Landmarks | None
    condition: Image
    generated: Image
    fade: bool = False


def driven_frames(
    model: ReenactmentModel, video: VideoFile, transfer: MotionTransfer, evaluator: Evaluator
) -> Iterator[DrivenFrame]:
    """Yield the target's picture for each frame of a driver's video.

    Args:
        model: The model.
        video: The driver.
        transfer: The motion transfer from this driver to the model, new.
        evaluator: Its detector finds the driver's face.
    """
    track, selectors = Tracker(evaluator.detect, video.fps), ObservedSelectors()
    condition = generated = np.zeros((model.mode.size, model.mode.size, 3), np.uint8)
    for scene in video:
        detected = _detected(scene, track)
        wanted = transfer(detected).landmarks
        if wanted is None:
            yield DrivenFrame(detected, None, condition, generated)
            continue
        condition, *others = model.mode.condition_live(wanted, selectors)
        generated = model.engine([condition, *others])
        fade = bool(others) and is_fade(model.mode, wanted, selectors.chosen[HEAD])
        yield DrivenFrame(detected, wanted, condition, generated, fade)


def _detected(scene: Scene, track: Tracker) -> Scene:
    """Return a frame of the driver with the landmarks of its face, if it has one."""
    faces = track(scene.photo)
    return replace(scene, landmarks=faces[0] if faces else None)


def _cross_figures(
    frame: DrivenFrame, target: TargetProfile, retarget: Retargeter | None, evaluator: Evaluator
) -> dict[str, float]:
    """Return the figures of a picture that another person drives.

    Args:
        frame: The frame; it has a face.
        target: The target's profile.
        retarget: The retargeter that posed the target.
        evaluator: Observes the pictures.
    """
    driver, wanted = frame.scene.landmarks, frame.landmarks
    assert driver is not None and wanted is not None
    face, width = evaluator.observe(frame.generated), frame.generated.shape[1]
    figures = {"fade": float(frame.fade)}
    figures |= _face_figures(face, FaceObservation(wanted, target.identity), width)
    if face is None:
        return figures
    figures |= _proportion_figures(face, driver, target, retarget)
    figures["driver_distance"] = metrics.identity_distance(
        face.identity, evaluator.identify(frame.scene.photo, driver)
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
