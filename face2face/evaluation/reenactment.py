"""Evaluation: a model driven with frames that it never saw, by the target or by somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.card import ModelCard
from face2face.data.build_pairs import HELD_OUT
from face2face.data.process import resize
from face2face.errors import FaceError, OptionError
from face2face.evaluation import metrics
from face2face.face.crop import head_box
from face2face.face.detector import Detector, live_ensemble_size, mean_landmarks
from face2face.face.identity import Identity
from face2face.face.retarget import Retargeter
from face2face.face.tracker import Tracker
from face2face.image import Box, Image, Landmarks, Scene, centre_box, side_by_side
from face2face.keyframes.pose_selectors import PoseSelectors
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks
from face2face.media.stills import SUFFIXES, read_image
from face2face.media.video import DEFAULT_FPS, VideoFile
from face2face.sample import evenly_spaced

#: Movements of a driver that are looked for in the result, and proportions in which the result is compared to the target.
MOVEMENTS = ("mouth", "right_eye", "left_eye", "yaw", "roll")
PROPORTIONS = ("width_to_height", "eyes_to_width")
_KEPT = tuple(f"kept_{name}" for name in PROPORTIONS)
#: Of the target's frames that were held out, one in so many makes it known where somebody else drives.
_KNOWN_EVERY = 5
#: How much the difference is brightened on a contact sheet.
_BRIGHTENED = 3


@dataclass(frozen=True)
class FrameResult:
    """One frame of an evaluation.

    Attributes:
        condition: The first panel shown to the network, ``(size, size, 3)`` uint8.
        generated: What it answered, ``(size, size, 3)`` uint8.
        true: The target's own frame where the target drives, else the driver's head, ``(size, size, 3)`` uint8.
        seconds: Its time in the video.
        figures: Metric -> value, of this frame alone.
    """

    condition: Image
    generated: Image
    true: Image
    seconds: float
    figures: dict[str, float]

    def row(self, differing: bool) -> Image:
        """Condition, generated, true, and where ``differing`` their difference, brightened."""
        panels = [self.condition, self.generated, self.true]
        if differing:
            panels.append(
                cv2.convertScaleAbs(cv2.absdiff(self.generated, self.true), alpha=_BRIGHTENED)
            )
        return side_by_side(panels)


@dataclass(frozen=True)
class FaceObservation:
    """A face as it is seen, or wanted.

    Attributes:
        landmarks: ``(68, 2)`` in the picture's pixels.
        identity: ``(128,)``, see :class:`face2face.face.identity.Identity`.
    """

    landmarks: Landmarks
    identity: NDArray[np.floating]


@dataclass(frozen=True)
class TargetProfile:
    """What somebody looks like, on average.

    Attributes:
        identity: ``(128,)``.
        proportions: See :func:`face2face.evaluation.metrics.proportions`.
    """

    identity: NDArray[np.floating]
    proportions: tuple[float, float]


class Evaluator:
    """What looks at pictures; loaded once, used for many."""

    def __init__(self) -> None:
        self.detect, self.identify, self.lpips = Detector(), Identity(), metrics.lpips()
        #: What finds the driver, as it does live before a usual camera.
        self.detect_live = Detector(ensemble_size=live_ensemble_size(DEFAULT_FPS))

    def observe(self, picture: Image) -> FaceObservation | None:
        """The one face in a picture; None where there isn't exactly one."""
        found = self.detect(picture)
        return (
            FaceObservation(found[0], self.identify(picture, found[0])) if len(found) == 1 else None
        )


def held_out(card: ModelCard, file: Path) -> Iterator[Scene]:
    """The frames of the target's video that training didn't see, cropped as it was for training, at the model's size.

    Raises:
        MediaError: The file is no video.
        OptionError: It ends before that part begins.
    """
    with VideoFile(file) as video:
        count = video.count()
        since = card.data.get("trained_until", (count - 1) * (1 - HELD_OUT) / video.fps)
        video.rewind()
        wanted = [number for number in range(count) if number / video.fps > since]
        if len(wanted) < 2:
            rule = f"the video goes on after what was trained on, {since:.1f} seconds"
            raise OptionError(
                rule,
                f"{count / video.fps:.1f} seconds in {file}",
                "name the video that the model was trained on",
            )
        for _, scene in video.select(wanted):
            yield Scene(_cropped(scene.photo, card), seconds=scene.seconds)


def portraits(card: ModelCard, file: Path) -> Iterator[Scene]:
    """Pictures by which the target is known: some of those of :func:`held_out`, or the photo that the model was made of.

    Raises:
        MediaError, OptionError: See there.
    """
    if file.suffix.lower() in SUFFIXES:
        yield Scene(_cropped(read_image(file), card))
    else:
        yield from islice(held_out(card, file), 0, None, _KNOWN_EVERY)


def _cropped(photo: Image, card: ModelCard) -> Image:
    """A picture of the target's as it was cropped for training, at the model's size."""
    box = Box(*card.data["crop"]) if "crop" in card.data else centre_box(*photo.shape[:2])
    return resize(box.cut(photo), card.size)


def self_reenactment(
    puppet: ReenactmentModel, scenes: Iterable[Scene], judge: Evaluator, every: int = 1
) -> Iterator[FrameResult]:
    """The target drives itself, as live but without retargeting; frames in which it has no face are passed over.

    Args:
        puppet: The model.
        scenes: From :func:`held_out`.
        judge: What looks at the pictures.
        every: Judge one frame in so many; the model follows them all.
    """
    track, drive = Tracker(judge.detect_live), MotionTransfer(None, puppet.mode.size)
    selectors = PoseSelectors()
    last: FrameResult | None = None
    for number, scene in enumerate(scenes):
        posed = drive(with_landmarks(scene, track))
        if posed.landmarks is None:
            last = None
            continue
        panels = puppet.mode.condition_live(posed.landmarks, selectors)
        true = judge.observe(scene.photo) if number % every == 0 else None
        if true is None:
            last = None
            continue
        generated = puppet.engine(panels)
        pair = (generated, scene.photo)
        figures = {
            "l1": metrics.l1(*pair),
            "psnr": metrics.psnr(*pair),
            "ssim": metrics.ssim(*pair),
        }
        if judge.lpips is not None:
            figures["lpips"] = judge.lpips(*pair)
        figures |= _face_figures(judge.observe(generated), true, puppet.mode.size)
        figures |= {
            "sharpness": metrics.sharpness(generated),
            "true_sharpness": metrics.sharpness(scene.photo),
        }
        moment = FrameResult(
            panels[0], generated, scene.photo, scene.seconds or 0.0, figures | _changes(last, *pair)
        )
        yield moment
        last = moment


def cross_reenactment(
    puppet: ReenactmentModel, driver: Path, target: TargetProfile, judge: Evaluator
) -> Iterator[FrameResult]:
    """Somebody else drives.

    Args:
        puppet: The model.
        driver: A video.
        target: What the target looks like.
        judge: What looks at the pictures.

    Raises:
        FaceError: Nobody is seen in the video.
        MediaError: The file is no video.
    """
    track, drive = Tracker(judge.detect_live), MotionTransfer(puppet.mode.shape, puppet.mode.size)
    selectors = PoseSelectors()
    last: FrameResult | None = None
    box: Box | None = None
    with VideoFile(driver) as video:
        for scene in video:
            faces = judge.detect.detect_ensemble(scene.photo)
            if not faces:
                last = None
                continue
            looks = faces[0]
            found = mean_landmarks(looks)
            box = box or head_box(found[None], *scene.photo.shape[:2])
            posed = drive(with_landmarks(scene, track))
            assert posed.landmarks is not None
            panels = puppet.mode.condition_live(posed.landmarks, selectors)
            generated = puppet.engine(panels)
            look = judge.observe(generated)
            figures = _face_figures(
                look, FaceObservation(posed.landmarks, target.identity), puppet.mode.size
            )
            if look is not None:
                figures |= {
                    f"shown_{name}": value
                    for name, value in metrics.movement(look.landmarks).items()
                }
                figures |= {
                    f"driven_{name}": value for name, value in metrics.movement(found).items()
                }
                figures |= _halves(looks)
                shown = metrics.proportions(look.landmarks)
                figures |= {
                    name: ratio - 1 for name, ratio in _ratios(shown, target.proportions).items()
                }
                if drive.retargeter is not None:
                    figures |= _kept(shown, found, drive.retargeter)
                figures["driver_distance"] = metrics.identity_distance(
                    look.identity, judge.identify(scene.photo, found)
                )
            seen = resize(box.cut(scene.photo), puppet.mode.size)
            moment = FrameResult(
                panels[0],
                generated,
                seen,
                scene.seconds or 0.0,
                figures | _changes(last, generated, seen),
            )
            yield moment
            last = moment
    if box is None:
        raise FaceError("--driver shows somebody", f"no face in {driver}", "name another video")


def profile_of(scenes: Iterable[Scene], judge: Evaluator) -> TargetProfile:
    """What somebody looks like in some scenes.

    Raises:
        FaceError: There is none.
    """
    looks = [look for scene in scenes if (look := judge.observe(scene.photo)) is not None]
    if not looks:
        raise FaceError(
            "the target's own video shows the target",
            "no face in what was held out",
            "name the video it was trained on",
        )
    width, eyes = np.mean([metrics.proportions(look.landmarks) for look in looks], axis=0)
    return TargetProfile(
        np.mean([look.identity for look in looks], axis=0), (float(width), float(eyes))
    )


def summary(moments: list[FrameResult]) -> dict[str, float]:
    """Metric -> figure over an evaluation: means, ratios to the true pictures', correlations with the driver's movements, how
    certain those are, and how often no face was found.

    Args:
        moments: At least one.
    """
    columns: dict[str, list[float]] = {}
    for moment in moments:
        for name, value in moment.figures.items():
            columns.setdefault(name, []).append(value)
    mean = {name: float(np.mean(values)) for name, values in columns.items()}
    figures: dict[str, float] = {
        name: mean[name]
        for name in ("l1", "psnr", "ssim", "lpips", "akd", "csim", "identity")
        if name in mean
    }
    if "driver_distance" in columns:
        sure = np.less(columns["identity"], columns["driver_distance"])
        figures |= {
            "driver_distance": mean["driver_distance"],
            "target_recognised": float(sure.mean()),
        }
    for name in MOVEMENTS:
        if f"shown_{name}" in columns:
            figures[name] = metrics.correlation(columns[f"driven_{name}"], columns[f"shown_{name}"])
        if f"again_{name}" in columns:
            figures[f"certain_{name}"] = metrics.split_half_reliability(
                columns[f"once_{name}"], columns[f"again_{name}"]
            )
    figures |= {name: abs(mean[name]) for name in (*PROPORTIONS, *_KEPT) if name in mean}
    for name, figure in (("sharpness", "sharpness"), ("change", "flicker")):
        if name in mean:
            figures[figure] = mean[name] / max(mean[f"true_{name}"], 1e-9)
    return figures | {
        "lost": float(sum("akd" not in moment.figures for moment in moments)),
        "frames": float(len(moments)),
    }


def sheet(moments: list[FrameResult], count: int = 12) -> Image:
    """``count`` moments spread over an evaluation, in two columns: condition, generated, true, and perhaps their difference."""
    rows = [
        moment.row(differing="l1" in moment.figures) for moment in evenly_spaced(moments, count)
    ]
    half = (len(rows) + 1) // 2
    rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
    return side_by_side([np.concatenate(rows[:half]), np.concatenate(rows[half:])])


def _face_figures(
    generated: FaceObservation | None, wanted: FaceObservation, width: int
) -> dict[str, float]:
    if generated is None:
        return {}
    return {
        "akd": metrics.akd(generated.landmarks, wanted.landmarks, width),
        "csim": metrics.csim(generated.identity, wanted.identity),
        "identity": metrics.identity_distance(generated.identity, wanted.identity),
    }


def _halves(looks: NDArray[np.floating]) -> dict[str, float]:
    """A driver's movement as half of the looks at a frame show it, and once more as those at its mirror image do."""
    halves = zip(("once", "again"), np.split(looks, 2), strict=True)
    return {
        f"{half}_{name}": value
        for half, seen in halves
        for name, value in metrics.movement(mean_landmarks(seen)).items()
    }


def _ratios(proportions: tuple[float, float], others: tuple[float, float]) -> dict[str, float]:
    return {
        name: one / other for name, one, other in zip(PROPORTIONS, proportions, others, strict=True)
    }


def _kept(shown: tuple[float, float], driven: Landmarks, retarget: Retargeter) -> dict[str, float]:
    """How much more the shown proportions differ from the target's at rest than the driver's do from its own."""
    moved = _ratios(metrics.proportions(driven), metrics.proportions(retarget.neutral))
    ratios = _ratios(shown, metrics.proportions(retarget.target.neutral))
    return {
        kept: ratios[name] / moved[name] - 1 for kept, name in zip(_KEPT, PROPORTIONS, strict=True)
    }


def _changes(last: FrameResult | None, generated: Image, true: Image) -> dict[str, float]:
    """How much both changed since the frame before; nothing where there is none."""
    if last is None:
        return {}
    return {
        "change": metrics.change(last.generated, generated),
        "true_change": metrics.change(last.true, true),
    }
