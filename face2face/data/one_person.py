"""A check that photos to train on show one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face2face.errors import FaceError, MediaError
from face2face.image import Image, Landmarks
from face2face.media.stills import read_image
from face2face.sample import evenly_spaced

#: Distance of dlib's descriptors from which two faces count as different people, by its authors.
_STRANGER_DISTANCE = 0.6
#: Number of photos compared: enough to tell one person from many in about two seconds.
_SAMPLE = 12
#: Largest share of strangers in the photos of one person: extreme poses reach 1 in 12.
_MAX_STRANGERS = 1 / 3


def stranger_count(descriptors: NDArray[np.floating]) -> int:
    """Return how many faces differ from the most typical one, which is nearest to all others.

    Args:
        descriptors: ``(n, 128)``, a face each; see :class:`face2face.face.identity.Identity`.

    >>> stranger_count(np.array([[0.0], [0.1], [0.2], [2.0]]))
    1
    """
    distances = np.linalg.norm(descriptors[:, None] - descriptors[None], axis=-1)
    typical = np.median(distances, axis=1).argmin()
    return int((distances[typical] > _STRANGER_DISTANCE).sum())


def check_one_person(
    photos: Sequence[Path],
    detect: Callable[[Image], list[Landmarks]],
    describe: Callable[[Image, Landmarks], NDArray[np.floating]],
) -> None:
    """Raise an error if photos show different people.

    A dozen photos are compared, evenly spaced. Those without exactly one face, and those that can't
    be read, are left out.

    Args:
        photos: The photos' paths, at least one.
        detect: Returns the landmarks of all faces in a photo, ``(70, 2)`` each.
        describe: Returns a face's descriptor, ``(128,)``.

    Raises:
        FaceError: More than a third of the photos differ from the most typical one.
    """
    descriptors = []
    for path in evenly_spaced(photos, _SAMPLE):
        with suppress(MediaError):
            photo = read_image(path)
            faces = detect(photo)
            if len(faces) == 1:
                descriptors.append(describe(photo, faces[0]))
    if not descriptors:
        return
    strangers = stranger_count(np.array(descriptors))
    if strangers > _MAX_STRANGERS * len(descriptors):
        raise FaceError(
            f"{photos[0].parent} shows different people: {strangers} of {len(descriptors)} photos "
            "differ from the most typical one.",
            hint="Keep the photos of one person in it.",
        )
