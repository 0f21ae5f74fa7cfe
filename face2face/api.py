"""Work on photos and make models from Python, in one call each.

The networks are loaded at the first call, once for each thread. The functions
that drive a target stand in :mod:`face2face.live`.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.commands.console import run_verb
from face2face.data.build_pairs import BuildResult
from face2face.data.build_pairs import build_pairs as _build_pairs
from face2face.data.folders import DatasetConfig
from face2face.edit.editor import Editor
from face2face.edit.parse_edit import parse_edit
from face2face.errors import FaceError
from face2face.face.back_ends import FaceDetector, make_detector
from face2face.image import Image, Landmarks
from face2face.imaging.retoucher import Retoucher
from face2face.inference.pretrained import load_edit, load_parser, load_retoucher
from face2face.landmarks import interocular
from face2face.media import stills
from face2face.modes.reenact import Reenact
from face2face.segmentation.blemishes import crease_lines, detect_blemishes, skin_mask
from face2face.segmentation.labels import Labels
from face2face.segmentation.parser import Parser, is_misdetection


class _Loaded(threading.local):
    """The detector and the networks of one thread: neither can be shared by threads."""

    @cached_property
    def detector(self) -> FaceDetector:
        return make_detector()

    @cached_property
    def parser(self) -> Parser:
        return load_parser()

    @cached_property
    def editor(self) -> Editor:
        return Editor(self.parser, *load_edit())

    @cached_property
    def retoucher(self) -> Retoucher:
        return load_retoucher()


_loaded = _Loaded()


def detect(photo: Image) -> list[Landmarks]:
    """Return the landmarks of every face in a photo.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.

    Returns:
        ``(70, 2)`` float32 for each face, x and y in pixels, the largest face first; an empty list
        where there is none.

    Raises:
        FaceError: The detector's networks are not installed.

    >>> from skimage.data import astronaut
    >>> [landmarks] = detect(astronaut())
    >>> landmarks.shape
    (70, 2)
    """
    return _loaded.detector(photo)


def parse(photo: Image) -> Labels:
    """Return the label map of the largest face in a photo.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB. Without a face it is parsed as a whole.

    Returns:
        ``(h, w)`` uint8: the class of each pixel, an index into
        :data:`face2face.segmentation.labels.CLASSES`.

    Raises:
        ModelError: The pretrained parser is missing or damaged.

    >>> from skimage.data import astronaut
    >>> labels = parse(astronaut())
    >>> from face2face.segmentation.labels import CLASSES
    >>> CLASSES[labels[150, 225]]
    'lower_lip'
    """
    faces = detect(photo)
    return _loaded.parser(photo, faces[0] if faces else None)


def edit_photo(photo: Image, *changes: str) -> Image:
    """Return a copy of a photo with changes made to its largest face, one after another.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        changes: Such as ``glasses=none``, ``mouth=smile`` or ``hair=#552200``.

    Returns:
        ``(h, w, 3)`` uint8 RGB; far from the changes it is the photo to the bit.

    Raises:
        FaceError: There is no face in the photo, or its features were not found.
        ModelError: A pretrained model is missing or damaged.
        OptionError: A change is unknown, or its class is not in the photo.

    >>> from skimage.data import astronaut
    >>> edited = edit_photo(astronaut(), "hair=#552200")
    >>> edited.shape
    (512, 512, 3)
    """
    landmarks = _first_face(photo)
    labels = _loaded.parser(photo, landmarks)
    if is_misdetection(landmarks, labels):
        raise FaceError(
            "The face's features were not found.",
            hint="Use a photo that shows the face from ahead.",
        )
    for text in changes:
        change = parse_edit(text, labels, landmarks)
        photo, labels = _loaded.editor(photo, landmarks, change), change.labels
    return photo


def find_blemishes(photo: Image, strength: float = 1.0) -> NDArray[np.uint8]:
    """Return a mask of the blemishes in the skin of the largest face in a photo.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        strength: 0 finds nothing, 1 clear blemishes, 2 faint ones too.

    Returns:
        ``(h, w)`` uint8, 255 at blemishes and 0 elsewhere.

    Raises:
        FaceError: There is no face in the photo.
        ModelError: The pretrained parser is missing or damaged.

    >>> from skimage.data import astronaut
    >>> find_blemishes(astronaut()).shape
    (512, 512)
    """
    landmarks = _first_face(photo)
    skin = skin_mask(_loaded.parser(photo, landmarks), landmarks)
    creases = crease_lines(landmarks)
    return detect_blemishes(photo, skin, interocular(landmarks), strength, creases)


def retouch(photo: Image, mask: NDArray[np.uint8]) -> Image:
    """Return a copy of a photo whose masked pixels are painted over to match their surroundings.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        mask: ``(h, w)`` uint8, above 127 where the photo is painted over; see
            :func:`find_blemishes`.

    Returns:
        ``(h, w, 3)`` uint8 RGB; outside the mask it is the photo to the bit.

    Raises:
        ModelError: The pretrained inpainting model is missing or damaged.
        OptionError: All of the photo is masked.

    >>> from skimage.data import astronaut
    >>> photo = astronaut()
    >>> mask = np.zeros(photo.shape[:2], np.uint8)
    >>> mask[140:146, 220:226] = 255
    >>> bool((retouch(photo, mask)[mask == 0] == photo[mask == 0]).all())
    True
    """
    return _loaded.retoucher(photo, mask)


def read_image(path: str | Path) -> Image:
    """Return a picture file as ``(h, w, 3)`` uint8 RGB, upright; white where it is transparent.

    Raises:
        MediaError: The file is missing or is no picture.

    >>> write_image("grey.png", np.full((4, 6, 3), 128, np.uint8))
    >>> read_image("grey.png").shape
    (4, 6, 3)
    """
    return stills.read_image(Path(path))


def write_image(path: str | Path, image: Image) -> None:
    """Write a picture, ``(h, w, 3)`` uint8 RGB; the suffix names the format.

    Raises:
        MediaError: The file can't be written.

    >>> write_image("black.png", np.zeros((4, 6, 3), np.uint8))
    """
    stills.write_image(Path(path), image)


def build_pairs(
    file: str | Path,
    output_dir: str | Path,
    num: int = DatasetConfig.num,
    size: int = DatasetConfig.size,
    keyframes: int = DatasetConfig.keyframes,
    neutral_at: float | None = None,
) -> BuildResult:
    """Make training pairs of one person, for the mode ``reenact``.

    A run that was interrupted goes on where it stopped.

    Args:
        file: A video, a photo, or a folder of photos.
        output_dir: Folder for ``original/``, ``landmarks/`` and ``combined/``; train on the last.
        num: Number of frames, spread over the whole video; of a photo, poses made of it.
        size: Width and height of a panel, 256 or 512 pixels.
        keyframes: Number of keyframes to keep, at most.
        neutral_at: Time in the video at which the face is neutral, in seconds; None to find out.

    Returns:
        The numbers of training pairs, of held-out pairs, and of skipped frames.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames show exactly one face.
        MediaError: The file can't be read, or the folder can't be written to.
        OptionError: ``neutral_at`` names no time in a video.

    >>> from skimage.data import astronaut
    >>> write_image("me.png", astronaut())
    >>> build_pairs("me.png", "my-face", num=10).train
    8
    """
    config = DatasetConfig(Path(file), num, size, keyframes, neutral_at=neutral_at)
    return _build_pairs(config, Path(output_dir), Reenact.fit, load_parser())


def train(
    pairs: str | Path,
    output_dir: str | Path,
    minutes: float = 10.0,
    max_steps: int | None = None,
    generator: str | None = None,
) -> Path:
    """Train a model on pairs and export it; needs the packages of training (TensorFlow).

    The same call again continues the training.

    Args:
        pairs: The folder ``combined/`` of :func:`build_pairs`.
        output_dir: Folder for the model.
        minutes: Stop after this many minutes.
        max_steps: Stop after this many steps; None for no such limit.
        generator: ``light``, ``paint`` or ``unet``; None for the mode's own.

    Returns:
        The folder of the model, for :func:`face2face.load_model`.

    Raises:
        DataError: There are no pairs, or they don't fit the model in the folder.
        KeyboardInterrupt: A person stopped the training; the model so far is exported.
        OptionError: A value is out of range.

    ``examples/train_a_face.py`` shows the way from a video to a driven face.
    """
    arguments = ["--input_dir", str(pairs), "--output_dir", str(output_dir)]
    arguments += ["--minutes", str(minutes)]
    if max_steps is not None:
        arguments += ["--max_steps", str(max_steps)]
    if generator is not None:
        arguments += ["--generator", generator]
    if run_verb("train", arguments, "face2face.train"):
        raise KeyboardInterrupt
    return Path(output_dir)


def _first_face(photo: Image) -> Landmarks:
    faces = detect(photo)
    if not faces:
        raise FaceError(
            "There is no face in the photo.",
            hint="Use a photo in which a face looks at the camera.",
        )
    return faces[0]
