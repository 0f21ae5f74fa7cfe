"""MeshDetector: faces and their landmarks by MediaPipe's networks."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from face2face.face.ensemble import mean_landmarks
from face2face.face.expression import AVERAGE_FACE
from face2face.face.head_pose import HeadPose, split_poses
from face2face.face.mediapipe import MediaPipe
from face2face.face.region import Region, reduce_to
from face2face.image import LANDMARK_COUNT, Image, Landmarks
from face2face.landmarks import EYE_CORNERS, IRISES, MIRRORED, Similarity

#: Points of the mesh that are the 68 landmarks, in their order.
# fmt: off
_LANDMARKS = np.array(
    [
        162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,  # jaw
        71, 63, 105, 66, 107, 336, 296, 334, 293, 301,  # brows
        168, 197, 5, 4, 75, 97, 2, 326, 305,  # nose
        33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,  # eyes
        61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,  # outer lips
        78, 82, 13, 312, 308, 317, 14, 87,  # inner lips
    ]
)
# fmt: on
#: Landmark of an eye -> its point on the outline that the iris network gives: right, then left.
_EYES = (
    {36: 0, 37: 10, 38: 13, 39: 8, 40: 5, 41: 3},
    {42: 8, 43: 13, 44: 10, 45: 0, 46: 3, 47: 5},
)
#: Landmarks of the brows.
_BROWS = slice(17, 27)
#: The mesh's brows lie too deep by this, in interocular distances: a nod would raise or lower them.
#: Least squares over four clips in which dlib's landmarks give the true depth.
_BROW_DEPTH = 0.17
#: Centre of the region that the mesh network is shown, below the eyes in interocular distances.
_REGION_CENTRE = np.array([[0.0, 0.45]])
#: Its side, in the same unit: the face with a quarter of its size around it.
_REGION_SIDE = 3.75
#: Motion of the region in an ensemble, as a share of its side: the networks answer differently.
_ENSEMBLE_SHIFT = 0.02
#: Regions in an ensemble: four leave half of one region's jitter.
_ENSEMBLE_SIZE = 4
#: Regions in an ensemble of a live camera's frame, if there is time: two jitter less than dlib's
#: eight boxes, more cost more than they steady.
_LIVE_ENSEMBLE_SIZE = 2
#: Most frames a second for that: both regions then take an eighth of the time between two frames.
_MAX_ENSEMBLE_FPS = 30.0
#: Least probability of a face.
_MIN_SCORE = 0.5
#: Longer side of the picture in which the way up is seen, in pixels: the clearest face is large.
_UPRIGHT_SIDE = 1024
#: Largest angle of an upright face, in radians: half of a quarter turn.
_MAX_TILT = np.pi / 4


class MeshDetector:
    """Finds faces and their landmarks by MediaPipe's face detector, mesh and iris network.

    The landmarks are 68 points of the mesh. Those of the lids come from the iris network, which
    sees them larger.

    Args:
        ensemble_size: Regions from which each face's landmarks are predicted: 1, or an even number,
            half of them in the mirror image. Each takes two milliseconds.

    Raises:
        FaceError: The networks aren't installed.

    >>> from skimage.data import astronaut
    >>> [face.shape for face in MeshDetector()(astronaut())]
    [(70, 2)]
    """

    def __init__(self, ensemble_size: int = _ENSEMBLE_SIZE) -> None:
        self._networks = MediaPipe()
        self._ensemble_size = ensemble_size
        self._refined: tuple[Image, Landmarks, float] | None = None  # the last, with their score

    def for_video(self, fps: float) -> MeshDetector:
        """Return this detector with the ensemble that a live camera's frame rate allows.

        Both share their networks: don't use them in two threads at a time.
        """
        other = copy(self)
        other._ensemble_size = _LIVE_ENSEMBLE_SIZE if fps <= _MAX_ENSEMBLE_FPS else 1
        return other

    def __call__(self, photo: Image) -> list[Landmarks]:
        """Return the landmarks of every face in a picture.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.

        Returns:
            Arrays of ``(70, 2)`` float32 in pixels, the largest face first.
        """
        return [mean_landmarks(ensemble) for ensemble in self.detect_ensemble(photo)]

    def detect_ensemble(self, photo: Image) -> list[NDArray[np.float64]]:
        """Return the landmarks of every face once for each region of the ensemble.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.

        Returns:
            Arrays of ``(ensemble_size, 70, 2)`` float64 in pixels, the largest face first. The
            second half of each is predicted in the mirror image.
        """
        found = []
        for region in self._networks.find_faces(photo):
            (rough,), (score,) = self._predict(photo, [(region, False)])
            if score >= _MIN_SCORE:
                found.append(self._ensemble(photo, _region_of(rough))[0])
        return found

    def quarter_turns(self, photo: Image) -> int:
        """Return by how many quarter turns to the left a picture's clearest face is upright.

        A photo is as for :meth:`__call__`. Without a face, it is upright.
        """
        best, reduced = [0.0] * 4, reduce_to(photo, _UPRIGHT_SIDE)
        for turns in range(4):
            turned = np.ascontiguousarray(np.rot90(reduced, turns))
            for region in self._networks.find_faces(turned):
                if abs(region.angle) < _MAX_TILT:
                    ((_, score),) = self._networks.meshes(turned, [(region, False)])
                    best[turns] = max(best[turns], score)
        return int(np.argmax(best)) if max(best) >= _MIN_SCORE else 0

    def refine(self, photo: Image, landmarks: Landmarks) -> Landmarks:
        """Return the landmarks of a face that moved a little since the last frame.

        It doesn't check that a face is there: see :meth:`verify`.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            landmarks: ``(70, 2)``, of the last frame.

        Returns:
            ``(70, 2)`` float32.
        """
        ensemble, score = self._ensemble(photo, _region_of(landmarks))
        refined = mean_landmarks(ensemble)
        self._refined = photo, refined, score
        return refined

    def verify(self, photo: Image, landmarks: Landmarks) -> bool:
        """Return whether a face is where ``(70, 2)`` landmarks lie.

        That of landmarks which :meth:`refine` has just returned takes no time.
        """
        if self._refined and photo is self._refined[0] and landmarks is self._refined[1]:
            score = self._refined[2]
        else:
            ((_, score),) = self._networks.meshes(photo, [(_region_of(landmarks), False)])
        return score >= _MIN_SCORE

    def _ensemble(self, photo: Image, region: Region) -> tuple[NDArray[np.float64], float]:
        """Return the landmarks, ``(ensemble_size, 70, 2)``, of the face in a region, and a score.

        The score is the mean probability of a face.
        """
        regions = _ensemble_regions(region, max(1, self._ensemble_size // 2))
        flips = (False, True) if self._ensemble_size > 1 else (False,)
        faces, scores = self._predict(photo, [(each, flip) for flip in flips for each in regions])
        return faces, float(np.mean(scores))

    def _predict(
        self, photo: Image, views: list[tuple[Region, bool]]
    ) -> tuple[NDArray[np.float64], list[float]]:
        """Return the landmarks, ``(n, 70, 2)``, of the face in each view, and their scores.

        A view is a region, and whether the networks are shown its mirror image.
        """
        meshes = self._networks.meshes(photo, views)
        faces = np.zeros((len(views), LANDMARK_COUNT, 2))
        for face, (mesh, _), (_, mirrored) in zip(faces, meshes, views, strict=True):
            face[: len(_LANDMARKS)] = mesh[_LANDMARKS, :2]
            if mirrored:
                face[:] = face[MIRRORED]  # the network named the right eye left
        corners = [(face[outer], face[inner]) for face in faces for outer, inner in EYE_CORNERS]
        eyes = iter(self._networks.eyes(photo, corners))
        for face in faces:
            for lids, iris in zip(_EYES, IRISES, strict=True):
                face[iris], outline = next(eyes)
                face[list(lids)] = outline[list(lids.values())]
        for face, vector, shape in zip(faces, *split_poses(faces, AVERAGE_FACE), strict=True):
            face[_BROWS] += _BROW_DEPTH * HeadPose(vector, shape).depth_axis
        return faces, [score for _, score in meshes]


def _region_of(landmarks: NDArray[np.floating]) -> Region:
    """Return the region that the mesh network is shown for a face with these landmarks."""
    fit = Similarity.between(AVERAGE_FACE, landmarks)
    ((x, y),) = fit(_REGION_CENTRE)
    return Region(float(x), float(y), _REGION_SIDE * fit.scale, fit.angle)


def _ensemble_regions(region: Region, count: int) -> list[Region]:
    """Return regions around the same face; the region itself for one."""
    if count == 1:
        return [region]
    shift = _ENSEMBLE_SHIFT * region.side
    angles = 2 * np.pi * np.arange(count) / count
    return [
        Region(
            region.x + shift * float(np.cos(angle)),
            region.y + shift * float(np.sin(angle)),
            region.side * (1 + _ENSEMBLE_SHIFT * (-1) ** number),
            region.angle,
        )
        for number, angle in enumerate(angles)
    ]
