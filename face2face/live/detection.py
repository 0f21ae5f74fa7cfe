"""The detection of the driver's face: its back end, its start, and the process that it runs in.

dlib holds Python's lock while it searches, so that it runs in a process of its own. MediaPipe's
networks leave the lock alone and run in this one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.card import FILE_NAME, ModelCard
from face2face.errors import ModelError
from face2face.face.back_ends import BACK_ENDS, DEFAULT, DLIB, choose_back_end, make_detector
from face2face.inference.models import default_models, find_folder, find_models
from face2face.live.options import EXPRESSION_MODE, LiveOptions
from face2face.live.worker import WorkerProcess

if TYPE_CHECKING:
    from face2face.face.back_ends import FaceDetector
    from face2face.face.tracker import Tracker
    from face2face.image import Image, Landmarks
    from face2face.media.source import Source

    #: Returns the landmarks of the faces in a driver's picture, ``(h, w, 3)`` uint8 RGB.
    Detect = Callable[[Image], list[Landmarks]]


def models_of(options: LiveOptions) -> list[Path]:
    """Return the models of a live run without targets, of which the first one is shown first.

    Raises:
        ModelError: There is none.
    """
    return find_models(options.model) if options.model else default_models(options.mode)


def back_end_of(options: LiveOptions) -> str:
    """Return the landmark back end of a live run.

    Where none is named, it is the first model's, or the default one where there is no model yet.

    Raises:
        ModelError: There is no model, its card is damaged or names an unknown back end.
    """
    needs_none = options.targets or options.mode == EXPRESSION_MODE
    if options.landmarks or options.landmark_model or needs_none:
        return choose_back_end(options.landmarks, options.landmark_model)
    return back_end_of_model(models_of(options)[0])


def back_end_of_model(path: Path) -> str:
    """Return the landmark back end that a model was made with; dlib's without a card.

    Args:
        path: The model's folder, or its graph.

    Raises:
        ModelError: The graph is missing, or the card is damaged or names an unknown back end.
    """
    folder = find_folder(path)
    if not (folder / FILE_NAME).is_file():
        return DLIB
    name = ModelCard.load(folder).landmarks
    if name not in BACK_ENDS:
        raise ModelError(
            f"The card in {folder} names the landmark back end {name!r}.",
            hint=f"Update face2face, or add --landmarks {DEFAULT}.",
        )
    return name


def start_detection(options: LiveOptions) -> AbstractContextManager[WorkerProcess | None]:
    """Start the detection of the driver's face, which takes longest to load.

    Start it before NumPy and OpenCV are imported: a process then loads at the same time.

    Args:
        options: Of the run. A driver that brings its landmarks needs no detection.

    Returns:
        The process in which to detect; None to detect in this one.

    Raises:
        FaceError: The back end's networks aren't installed.
        ModelError: See :func:`back_end_of`.
    """
    if options.has_landmarks:
        return nullcontext()
    back_end = back_end_of(options)
    if back_end == DLIB:
        return WorkerProcess(partial(load_worker, back_end, options.landmark_model))
    # The networks compile in threads, while the rest of the program is imported.
    loaded_detector(back_end, options.landmark_model)
    return nullcontext()


def load_worker(back_end: str, landmark_model: Path | None) -> None:
    """Load a detector's weights in the worker process.

    Args:
        back_end: Name of the landmark back end.
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.

    Raises:
        FaceError: The weights are missing or damaged.
    """
    import cv2

    # The other cores belong to the main process.
    cv2.setNumThreads(1)
    loaded_detector(back_end, landmark_model)


@lru_cache(maxsize=1)
def loaded_detector(back_end: str, landmark_model: Path | None) -> FaceDetector:
    """Return the detector of all faces in unrelated pictures; it is made once.

    Args:
        back_end: See :func:`load_worker`.
        landmark_model: See :func:`load_worker`.
    """
    return make_detector(back_end, landmark_model)


def make_tracker(fps: float, back_end: str, landmark_model: Path | None = None) -> Tracker:
    """Return a tracker of one face, whose search fits the time between two frames.

    Args:
        fps: Frames a second.
        back_end: See :func:`load_worker`.
        landmark_model: See :func:`load_worker`.
    """
    from face2face.face.tracker import Tracker

    return Tracker(loaded_detector(back_end, landmark_model).for_video(fps), fps)


def detection_for(
    source: Source,
    back_end: str,
    landmark_model: Path | None = None,
    worker: WorkerProcess | None = None,
) -> Detect:
    """Return the detection of a driver's face.

    Photos have nothing to do with each other: in each the largest face is found. In all other
    sources one face is tracked.

    Args:
        source: The driver.
        back_end: See :func:`load_worker`.
        landmark_model: See :func:`load_worker`.
        worker: The process in which to detect; None to detect in this one.
    """
    from face2face.face.tracker import to_grey
    from face2face.media.source import Stills

    make: Callable[[], Detect] = partial(make_tracker, source.fps, back_end, landmark_model)
    if isinstance(source, Stills):
        make = partial(loaded_detector, back_end, landmark_model)
    if worker is None:
        return make()
    detect = worker.bind(make)
    return lambda photo: detect(to_grey(photo))  # a third of the bytes to send
