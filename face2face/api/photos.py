"""Work on photos from Python, in one call each.

The networks are loaded at the first call, once for each thread.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.edit.editor import Editor
from face2face.edit.face_painter import FacePainter
from face2face.edit.word_edits import ParsedFace, edit_in_words
from face2face.errors import FaceError, OptionError
from face2face.face.back_ends import FaceDetector, make_detector
from face2face.face.facial_change import FacialChange, apply_changes
from face2face.face.photo_checks import check_faces_camera
from face2face.image import Image, Landmarks
from face2face.imaging.retoucher import Retoucher
from face2face.inference.pretrained import load_edit, load_parser, load_retoucher
from face2face.landmarks import interocular
from face2face.media import stills
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
    def face_painter(self) -> FacePainter:
        return FacePainter()

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
        changes: Such as ``nose=narrow``, ``lips=full``, ``hair=auburn`` or ``lips=#9c3b44``.

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
    face = ParsedFace(photo, landmarks, labels)
    for words in changes:
        face = edit_in_words(face, words, _loaded.editor, _loaded.face_painter)
    return face.photo


def express(
    photo: Image,
    to: str | None = None,
    strength: float = 1.0,
    *,
    eyes: str | tuple[str, float] | None = None,
    gaze: str | tuple[str, float] | None = None,
    mouth: str | tuple[str, float] | None = None,
) -> Image:
    """Return a copy of a photo in which the largest face has another expression.

    The expression comes first, then eyes, gaze and mouth. What the face does already stays as it
    is. A state goes all the way; give a number from 0 to 1 with it to go only so far.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        to: ``neutral``, ``smile``, ``sad``, ``angry`` or ``surprised``; None for the photo's own.
        strength: How far to go to the expression, -1 to 1.5: 0 not at all, 1 all the way, 1.5
            beyond it, -1 the other way.
        eyes: ``shut`` or ``wide``.
        gaze: ``left``, ``right``, ``up`` or ``down``; left and right are the picture's.
        mouth: ``open`` or ``closed``.

    Returns:
        ``(h, w, 3)`` uint8 RGB; outside the squares around eyes and mouth it is the photo to the
        bit.

    Raises:
        FaceError: There is no face in the photo, or it is turned too far to a side.
        ModelError: The pretrained model of mouth or eyes is missing or damaged.
        OptionError: No change is named, a state is unknown, or a number is out of range.

    >>> from skimage.data import astronaut
    >>> looking = express(astronaut(), gaze=("left", 0.5))
    >>> looking.shape
    (512, 512, 3)
    """
    changes = [FacialChange("expression", to, strength)] if to else []
    for part, state in (("eyes", eyes), ("gaze", gaze), ("mouth", mouth)):
        if state is not None:
            changes.append(FacialChange(part, *([state] if isinstance(state, str) else state)))
    if not changes:
        raise OptionError("No change is named.", hint="Name to, eyes, gaze or mouth.")
    landmarks = _first_face(photo)
    check_faces_camera(landmarks, "the photo")
    expressions = _loaded.face_painter.prepare(changes)
    wanted, _ = apply_changes(landmarks, changes, expressions)
    return _loaded.face_painter(photo, landmarks, wanted)


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


def _first_face(photo: Image) -> Landmarks:
    faces = detect(photo)
    if not faces:
        raise FaceError(
            "There is no face in the photo.",
            hint="Use a photo in which a face looks at the camera.",
        )
    return faces[0]
