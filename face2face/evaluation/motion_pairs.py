"""Motion of many pairs: each driver on each target, scored on clips of the target alone.

A clip has a picture for each frame of its driver, as ``run_webcam.py --compose target`` records it.
So clips of any version of the program can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.errors import DataError
from face2face.evaluation import metrics
from face2face.evaluation.evaluator import Evaluator
from face2face.evaluation.motion import Following, MeasuredFaces, MotionSeries
from face2face.evaluation.reenactment import driven_frames
from face2face.face.tracker import Tracker
from face2face.image import Landmarks
from face2face.keyframes.bank import KeyframeBank
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer
from face2face.media.recording import Recording
from face2face.media.video import VideoFile
from face2face.sample import evenly_spaced

#: Every how many measured frames the identity is compared: neighbours are alike.
_IDENTITY_STRIDE = 5
#: Keyframes that make the target's mean identity.
_IDENTITY_KEYFRAMES = 40


@dataclass(frozen=True)
class PairScore:
    """The figures of one driver on one target.

    Attributes:
        driver: Name of the driver.
        target: Name of the target.
        frames: Number of measured frames in which the driver has a face.
        no_face: Share of them in which the result has none.
        identity: Mean identity distance from the target.
        nearer: Share of the compared frames that are nearer to the target than to the driver.
        lips: Share of frames in which both have shut lips, or both have them apart.
        fades: Share of frames with two outlines; None for a clip that was made elsewhere.
        features: Feature -> how it follows, see :class:`face2face.evaluation.motion.Following`.
    """

    driver: str
    target: str
    frames: int
    no_face: float
    identity: float
    nearer: float
    lips: float
    fades: float | None
    features: dict[str, Following]


@dataclass(frozen=True)
class MeasuredDriver:
    """A driver's video, measured once for all targets.

    Attributes:
        path: The video.
        fps: Its frame rate.
        seconds: Time of each frame.
        measured: ``(70, 2)`` of each measured frame by the back end that measures; None without a
            face.
        driving: ``(70, 2)`` of each frame by the back end that drives; None without a face.
        identities: Frame -> descriptor of the face, for some frames.
    """

    path: Path
    fps: float
    seconds: list[float]
    measured: list[Landmarks | None]
    driving: list[Landmarks | None]
    identities: Mapping[int, NDArray[np.floating]]

    @classmethod
    def of(cls, path: Path, evaluator: Evaluator, every: int = 1) -> MeasuredDriver:
        """Return a driver after reading its video.

        Args:
            path: The video.
            evaluator: Measures the frames.
            every: Measure every n-th frame; the others count as frames without a face.

        Raises:
            MediaError: The file is no video.
        """
        measured: list[Landmarks | None] = []
        driving: list[Landmarks | None] = []
        seconds, identities = [], {}
        with VideoFile(path) as video:
            track = Tracker(evaluator.detect, video.fps)
            for number, scene in enumerate(video):
                tracked = track(scene.photo)
                faces = evaluator.measure(scene.photo) if number % every == 0 else []
                measured.append(faces[0] if faces else None)
                driving.append(tracked[0] if tracked else None)
                seconds.append(scene.seconds or 0.0)
                if faces and number % (every * _IDENTITY_STRIDE) == 0:
                    identities[number] = evaluator.identify(scene.photo, faces[0])
            return cls(path, video.fps, seconds, measured, driving, identities)


def target_identity(bank: KeyframeBank, evaluator: Evaluator) -> NDArray[np.floating]:
    """Return the mean identity descriptor of a target's keyframes, ``(128,)``."""
    chosen = evenly_spaced(range(len(bank)), _IDENTITY_KEYFRAMES)
    photos = (np.ascontiguousarray(bank.rgba(index)[..., :3]) for index in chosen)
    found = [
        evaluator.identify(photo, bank.landmarks[index])
        for index, photo in zip(chosen, photos, strict=True)
    ]
    return np.asarray(np.mean(found, axis=0))


def drive_clip(model: ReenactmentModel, driver: Path, path: Path, evaluator: Evaluator) -> float:
    """Record a driven target, one picture for each frame of the driver.

    Args:
        model: The target.
        driver: The driver's video.
        path: The clip to write, ``.mp4``.
        evaluator: Its detector finds the driver's face.

    Returns:
        The share of frames in which two outlines show at once.
    """
    transfer = MotionTransfer(model.mode.shape, model.mode.size)
    fades = []
    with VideoFile(driver) as video, Recording(path, video.fps) as clip:
        for frame in driven_frames(model, video, transfer, evaluator):
            clip.write(frame.generated, frame.scene.seconds or 0.0)
            fades.append(frame.fade)
    return float(np.mean(fades))


def clip_frames(seconds: Sequence[float], fps: float, count: int, clip: Path) -> dict[int, int]:
    """Return which frame of a clip shows which frame of its driver: number -> the clip's number.

    A recording has a constant frame rate: it repeats pictures and leaves some out. A driver's frame
    that was left out has no number.

    Args:
        seconds: Time of each frame of the driver, ascending.
        fps: The driver's frame rate, which is the clip's.
        count: Number of frames in the clip.
        clip: Its path, for the error.

    Raises:
        DataError: The clip has another number of frames.

    >>> clip_frames([0.0, 0.01, 0.1, 0.3], 10.0, 4, Path("clip.mp4"))
    {0: 0, 2: 1, 3: 3}
    """
    rate, found, last = Fraction(fps).limit_denominator(1001), {}, -1
    for number, time in enumerate(seconds):
        slot = round(time * rate)
        if slot > last:
            found[number] = last = slot
    if count != last + 1:
        raise DataError(
            f"{clip} has {count} frames; its driver makes {last + 1}.",
            hint="Record it with: run_webcam.py --compose target --no-window --no-mark",
        )
    return found


def score_clip(
    clip: Path,
    driver: MeasuredDriver,
    target: str,
    identity: NDArray[np.floating],
    fades: float | None,
    evaluator: Evaluator,
) -> tuple[PairScore, MotionSeries]:
    """Return the figures of a clip, and the motion in each frame of the driver.

    Args:
        clip: The target alone, driven by the driver.
        driver: The driver.
        target: Name of the target.
        identity: ``(128,)``, see :func:`target_identity`.
        fades: Share of fades; None where it isn't known.
        evaluator: Measures the pictures.

    Raises:
        DataError: The clip has another number of frames than the driver makes.
        MediaError: The file is no video.
    """
    shown: list[Landmarks | None] = [None] * len(driver.seconds)
    own: list[float] = []
    others: list[float] = []
    with VideoFile(clip) as video:
        slots = clip_frames(driver.seconds, driver.fps, video.count(), clip)
        wanted = {slot: each for each, slot in slots.items() if driver.measured[each] is not None}
        for slot, scene in video.select(sorted(wanted)):
            number, faces = wanted[slot], evaluator.measure(scene.photo)
            shown[number] = faces[0] if faces else None
            if faces and number in driver.identities:
                found = evaluator.identify(scene.photo, faces[0])
                own.append(metrics.identity_distance(found, identity))
                others.append(metrics.identity_distance(found, driver.identities[number]))
    faces_of = map(MeasuredFaces, driver.measured, driver.driving, shown)
    series = MotionSeries.of(list(faces_of))
    lost = sum(shown[number] is None for number in wanted.values())
    score = PairScore(
        driver.path.stem,
        target,
        len(wanted),
        lost / max(len(wanted), 1),
        float(np.mean(own)) if own else 0.0,
        float(np.less(own, others).mean()) if own else 0.0,
        series.lips_agree(),
        fades,
        series.follow(),
    )
    return score, series
