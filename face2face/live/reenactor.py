"""Drive a target from Python, frame by frame, in the calling process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from face2face.face.back_ends import choose_back_end
from face2face.image import Image, Scene
from face2face.live.detection import detection_for, make_tracker
from face2face.live.driver import open_driver
from face2face.live.frame import RenderedFrame
from face2face.live.model import ReenactmentModel, load_model
from face2face.live.motion_transfer import with_landmarks
from face2face.live.options import SIDE, MotionOptions
from face2face.live.pipeline import LivePipeline
from face2face.media.recording import Recording

#: Frames a second of pictures without times, and of written videos.
_DEFAULT_FPS = 30.0


class Reenactor:
    """Moves a target as a driver moves, one picture after another.

    It keeps the state of one run: the face's last place, the neutral pose, the keyframes. Make a
    new one for another driver. The first two seconds should show a neutral face.

    Args:
        model: The target; a name or a folder is loaded, see
            :func:`face2face.live.model.load_model`.
        motion: How the motion is transferred.
        fps: Frames a second that the driver is expected to have, above 0.
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.
        landmarks: The landmark back end, ``dlib`` or ``mesh``; None for the target's own.

    Raises:
        ModelError: The model is missing or damaged.
        FaceError: The back end's networks or the landmark model are unusable.
        OptionError: The back end is unknown, or takes no landmark model.

    >>> from skimage.data import astronaut
    >>> reenactor = Reenactor("astronaut")
    >>> frame = reenactor(astronaut(), seconds=0.0)
    >>> frame.found, frame.image.shape
    (True, (256, 256, 3))
    """

    def __init__(
        self,
        model: ReenactmentModel | str | Path,
        motion: MotionOptions = MotionOptions(),
        fps: float = _DEFAULT_FPS,
        landmark_model: Path | None = None,
        landmarks: str | None = None,
    ) -> None:
        loaded = model if isinstance(model, ReenactmentModel) else load_model(model)
        self._pipeline = LivePipeline.of(loaded, motion)
        back_end = choose_back_end(landmarks, landmark_model, loaded.landmarks)
        self._track = make_tracker(fps, back_end, landmark_model)

    def __call__(self, photo: Image, seconds: float) -> RenderedFrame:
        """Return the target in the pose of the driver's next picture.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            seconds: The picture's time, later than the last one's.
        """
        return self._pipeline(with_landmarks(Scene(photo, seconds=seconds), self._track))


def drive(
    model: ReenactmentModel | str | Path,
    driver: str | Path | int | Iterable[Image],
    motion: MotionOptions = MotionOptions(),
    fps: float = _DEFAULT_FPS,
    landmarks: str | None = None,
) -> Iterator[RenderedFrame]:
    """Yield the target in the pose of each of a driver's frames.

    Args:
        model: The target; a name or a folder is loaded, see
            :func:`face2face.live.model.load_model`.
        driver: A video, a photo or a folder of photos, recorded landmarks (``.npz``), a stream's
            URL, a camera's number, or ``demo`` for the scripted driver. Or pictures,
            ``(h, w, 3)`` uint8 RGB each.
        motion: How the motion is transferred.
        fps: Frames a second of pictures, above 0; files and cameras know their own.
        landmarks: The landmark back end, ``dlib`` or ``mesh``; None for the target's own.

    Raises:
        MediaError: The driver can't be opened or breaks off.
        ModelError: The model is missing or damaged.

    >>> frame = next(drive("astronaut", "demo"))
    >>> frame.compose("side").shape
    (256, 512, 3)
    """
    loaded = model if isinstance(model, ReenactmentModel) else load_model(model)
    if not isinstance(driver, str | Path | int):
        reenactor = Reenactor(loaded, motion, fps, landmarks=landmarks)
        for number, photo in enumerate(driver):
            yield reenactor(photo, number / fps)
        return
    pipeline = LivePipeline.of(loaded, motion)
    with open_driver(str(driver)) as source:
        detect = detection_for(source, choose_back_end(landmarks, None, loaded.landmarks))
        for scene in source:
            yield pipeline(with_landmarks(scene, detect))


def write_video(
    path: str | Path,
    frames: Iterable[RenderedFrame],
    composition: str = SIDE,
    fps: float = _DEFAULT_FPS,
) -> None:
    """Write rendered frames as an MP4 file, each at its own time.

    The file's metadata say that it is synthetic.

    Args:
        path: The file; its name ends with ``.mp4``.
        frames: From :func:`drive`.
        composition: ``side`` for the driver and the target side by side, ``target`` for the target
            alone, ``driver`` for the target's face in the driver's picture.
        fps: Frames a second of the file, above 0; frames are repeated or left out to reach it.

    Raises:
        MediaError: The file can't be written, or its name has another suffix.

    >>> from itertools import islice
    >>> write_video("three.mp4", islice(drive("astronaut", "demo"), 3))
    """
    with Recording(Path(path), fps) as recording:
        for frame in frames:
            recording.write(frame.compose(composition), frame.seconds)
