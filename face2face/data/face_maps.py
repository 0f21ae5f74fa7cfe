"""Faces of photos with their label maps, and the photos that have none that can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from face2face.data.annotations import SkipReason, SkipReport
from face2face.errors import MediaError
from face2face.image import Image, Landmarks
from face2face.media.stills import read_image
from face2face.segmentation.features import FaceMap
from face2face.segmentation.labels import Labels

#: A photo that is damaged or in an unknown format.
UNREADABLE = SkipReason("photo can't be read", "photos can't be read")
#: A photo in which no face is found.
NO_FACE = SkipReason("photo shows no face", "photos show no face")


class FacePhoto(NamedTuple):
    """A photo's file, its picture, ``(h, w, 3)`` uint8 RGB, and its largest face."""

    path: Path
    photo: Image
    face: FaceMap


def face_maps(
    photos: Iterable[Path],
    detect: Callable[[Image], list[Landmarks]],
    parse: Callable[[Image, Landmarks | None], Labels],
    skipped: SkipReport,
) -> Iterator[FacePhoto]:
    """Yield each photo with its largest face.

    Args:
        photos: The photos' files.
        detect: Function from a photo to the landmarks of its faces, the largest first.
        parse: Function from a photo and landmarks to its label map.
        skipped: Report to which photos without a usable face are added.
    """
    for path in photos:
        try:
            photo = read_image(path)
        except MediaError:
            skipped.add(UNREADABLE, path)
            continue
        faces = detect(photo)
        if not faces:
            skipped.add(NO_FACE, path)
            continue
        yield FacePhoto(path, photo, FaceMap.of(photo, faces[0], parse))
