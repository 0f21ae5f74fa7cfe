"""The landmark back ends: dlib, and MediaPipe's mesh.

Nothing here imports NumPy, and dlib is imported only where it is chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from face2face.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from face2face.image import Image, Landmarks

#: Names of the back ends: dlib's 68 points, and those of MediaPipe's mesh.
BACK_ENDS = DLIB, MESH = ("dlib", "mesh")
#: The back end where none is named.
DEFAULT = MESH
#: The back end that shows best how far a face has moved: dlib's brows and corners of the mouth
#: move two to four times as far as the mesh's where people frown.
EXPRESSIVE = DLIB


class FaceDetector(Protocol):
    """Finds faces and their landmarks. A back end is such a class; use one in each thread.

    A picture is ``(h, w, 3)`` uint8 RGB.
    """

    def __call__(self, photo: Image) -> list[Landmarks]:
        """Return the landmarks of every face, ``(70, 2)`` float32 in pixels, the largest first."""

    def detect_ensemble(self, photo: Image) -> list[NDArray[np.float64]]:
        """Return the same several times for each face, ``(n, 70, 2)``, from regions that differ.

        A network predicts all points in any picture. Where it misreads a face, the estimates
        differ: see :func:`face2face.face.ensemble.landmark_uncertainty`.
        """

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """Return the landmarks of a face that had these in the last frame.

        It doesn't check that a face is there: see :meth:`verify`.
        """

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Return whether a face is where these landmarks lie."""

    def quarter_turns(self, photo: Image) -> int:
        """Return by how many quarter turns to the left a picture's clearest face is upright.

        Without a face, it is upright.
        """

    def for_video(self, fps: float) -> FaceDetector:
        """Return this detector with the ensemble that a live camera's frame rate allows.

        Both share their networks: don't use them in two threads at a time.
        """


def choose_back_end(
    name: str | None, landmark_model: Path | None = None, default: str = DEFAULT
) -> str:
    """Return the back end that options choose.

    Args:
        name: Its name; None where none is named.
        landmark_model: A dlib shape predictor, which needs dlib; None for the bundled one.
        default: The back end where neither is named.

    Raises:
        OptionError: The name is unknown, or the shape predictor is for another back end.

    >>> choose_back_end(None), choose_back_end(None, Path("points.dat"))
    ('mesh', 'dlib')
    """
    if name not in (None, *BACK_ENDS):
        raise OptionError(
            f"There is no landmark back end {name!r}.", hint=f"Choose {' or '.join(BACK_ENDS)}."
        )
    if landmark_model is None:
        return name or default
    if name not in (None, DLIB):
        raise OptionError(
            f"--landmark-model names a shape predictor of dlib, and the back end is {name}.",
            hint=f"Add --landmarks {DLIB}, or leave --landmark-model out.",
        )
    return DLIB


def make_detector(
    name: str | None = None,
    landmark_model: Path | None = None,
    ensemble_size: int | None = None,
) -> FaceDetector:
    """Return a detector of a back end.

    Args:
        name: See :func:`choose_back_end`.
        landmark_model: See :func:`choose_back_end`.
        ensemble_size: Regions from which each face's landmarks are predicted: 1, or an even
            number, half of them in the mirror image. None for the back end's own.

    Raises:
        FaceError: The back end's networks are missing or damaged.
        OptionError: See :func:`choose_back_end`.

    >>> from skimage.data import astronaut
    >>> [face.shape for face in make_detector("mesh")(astronaut())]
    [(70, 2)]
    """
    size: dict[str, Any] = {} if ensemble_size is None else {"ensemble_size": ensemble_size}
    if choose_back_end(name, landmark_model) == DLIB:
        from face2face.face.detector import Detector

        return Detector(landmark_model, **size)
    from face2face.face.mesh_detector import MeshDetector

    return MeshDetector(**size)
