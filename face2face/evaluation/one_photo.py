"""A target made of one photo, evaluated: the rest of a video drives it and is the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from face2face.card import ModelCard
from face2face.data.target import make_target
from face2face.edit.face_painter import FacePainter
from face2face.errors import FaceError, MediaError
from face2face.evaluation import metrics
from face2face.evaluation.evaluator import Evaluator
from face2face.evaluation.footage import cropped
from face2face.evaluation.reenactment import FrameResult, self_reenactment
from face2face.face.features import FEATURES
from face2face.face.neutral import lip_gap
from face2face.face.region import cut_smooth
from face2face.image import Image, Landmarks, Scene
from face2face.live.model import ReenactmentModel
from face2face.live.targets import live_dataset, parse
from face2face.media.source import holds_photos
from face2face.media.stills import write_image
from face2face.media.video import VideoFile
from face2face.modes.reenact import Reenact

#: Gap of the inner lips from which a mouth is open, in interocular distances.
_OPEN_MOUTH = 0.15
#: Width of the mouth's region that is compared, in pixels: about that in a panel.
_MOUTH_SIZE = 128


def photo_reenactment(
    file: Path, back_end: str, evaluator: Evaluator, every: int = 1
) -> Iterator[FrameResult]:
    """Yield results of a target that is made of a video's first frame with a face.

    The target is made as for a live run without training. The later frames drive it without
    retargeting, so that each generated picture has a true one. Frames in which not exactly one face
    is found inside the photo's crop are skipped.

    Args:
        file: A video of one person.
        back_end: Name of the landmark back end that drives.
        evaluator: Observes the pictures; made for that back end.
        every: Evaluate every n-th frame; the target follows all of them.

    Yields:
        Besides the figures of :func:`face2face.evaluation.reenactment.self_reenactment`,
        ``measured_akd``, the landmark error by the back end that isn't driving, and, in frames
        whose true mouth is open, ``mouth_lpips``, LPIPS of the mouth's region.

    Raises:
        FaceError: No frame shows exactly one face, the first face can't become a target, or none
            follows.
        MediaError: The file is no video, or it has one frame.
    """
    if holds_photos(file):
        raise MediaError(f"{file} is no video.", hint="Name a video: its first frame is the photo.")
    with VideoFile(file) as video, TemporaryDirectory() as work:
        scenes = iter(video)
        folder = Path(work)
        _make_target(_first_photo(scenes, file, evaluator), file, back_end, folder)
        model, card = ReenactmentModel.load(folder), ModelCard.load(folder)
        rest = (replace(scene, photo=cropped(scene.photo, card)) for scene in scenes)
        result = None
        for result in self_reenactment(model, rest, evaluator, every):
            yield replace(result, figures=result.figures | _extra_figures(result, evaluator))
    if result is None:
        raise FaceError(
            f"{file} shows no face after the frame that is the photo.",
            hint="Name a longer video, or evaluate more of its frames.",
        )


def _first_photo(scenes: Iterator[Scene], file: Path, evaluator: Evaluator) -> Image:
    """Return the first frame with exactly one face; take it and those before from the scenes.

    Raises:
        FaceError: There is none.
    """
    for scene in scenes:
        if len(evaluator.detect(scene.photo)) == 1:
            return scene.photo
    raise FaceError(
        f"No frame of {file} shows exactly one face.", hint="Name a video of one person."
    )


def _make_target(photo: Image, file: Path, back_end: str, folder: Path) -> None:
    """Write the keyframe bank and the card of a photo.

    Raises:
        FaceError: The face can't become a target.
    """
    path = folder / "photo.png"
    write_image(path, photo)
    try:
        make_target(live_dataset(path, back_end), folder, Reenact.fit, parse, FacePainter())
    except FaceError as error:
        problem = error.problem.replace(str(path), f"the first frame of {file} with a face")
        raise FaceError(
            problem[0].upper() + problem[1:],
            hint="Cut the video so that it begins with a frontal face near the camera.",
        ) from error


def _extra_figures(result: FrameResult, evaluator: Evaluator) -> dict[str, float]:
    """Return the figures by the back end that measures; none where it finds no face."""
    true = evaluator.measure(result.true)
    if len(true) != 1:
        return {}
    figures = {}
    generated = evaluator.measure(result.generated)
    if len(generated) == 1:
        width = result.true.shape[1]
        figures["measured_akd"] = metrics.akd(generated[0], true[0], width)
    if evaluator.lpips is not None and lip_gap(true[0]) > _OPEN_MOUTH:
        mouths = (_mouth(each, true[0]) for each in (result.generated, result.true))
        figures["mouth_lpips"] = evaluator.lpips(*mouths)
    return figures


def _mouth(picture: Image, landmarks: Landmarks) -> Image:
    """Return the mouth's region, ``(128, 128, 3)`` uint8 RGB.

    Args:
        picture: ``(h, w, 3)`` uint8 RGB.
        landmarks: ``(70, 2)`` of the true face, in its pixels.
    """
    region = FEATURES["mouth"].region(landmarks, landmarks)
    return cut_smooth(picture, region.to_picture(_MOUTH_SIZE, False), _MOUTH_SIZE)
