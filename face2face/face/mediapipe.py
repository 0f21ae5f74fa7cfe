"""MediaPipe's networks: face detector, face mesh and iris, run by OpenVINO.

The networks are those of BlazeFace (Bazarevsky et al. 2019), of *Real-time facial surface geometry
from monocular video* (Kartynnik et al. 2019) and of MediaPipe Iris (Ablavatski et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face2face.face.network_files import load_network, locate
from face2face.face.region import Region, reduce_to
from face2face.image import LANDMARK_COUNT, Image
from face2face.landmarks import EYE_CORNERS, IRISES, gaze

#: Network file -> width of the picture it takes, and its anchors: cells along a side, and boxes in
#: each cell. The first finds near faces, the second smaller ones.
_FINDERS = {
    "face_detection_short_range.tflite": (128, ((16, 2), (8, 6))),
    "face_detection_full_range_sparse.tflite": (192, ((48, 1),)),
}
#: Network files of the mesh and of the iris.
_MESH, _IRIS = "face_landmark.tflite", "iris_landmark.tflite"
#: Longer side of the picture in which faces are searched, in pixels. Larger photos are reduced:
#: blurring them for the networks takes long.
_MAX_SEARCH_SIDE = 2048
#: Least logit of a box that holds a face: a probability of one half.
_MIN_LOGIT = 0.0
#: Boxes that overlap by more than this share of their union show one face.
_MAX_OVERLAP = 0.3
#: Side of the region that is cut out for the mesh, over the side of the found box.
_BOX_MARGIN = 1.5
#: Width of the picture that the mesh network takes, in pixels.
_MESH_SIZE = 192
#: Number of points of the mesh.
DENSE_COUNT = 468
#: Width of the picture that the iris network takes, in pixels.
_EYE_SIZE = 64
#: Width of the region that is cut out for it, over the distance of the eye's corners.
_EYE_MARGIN = 2.3
#: Number of points on the eye's outline: the lower lid from the outer corner, then the upper lid.
OUTLINE_COUNT = 16
#: Its points at the corners of the eye.
OUTER_CORNER, INNER_CORNER = 0, 8


class MediaPipe:
    """MediaPipe's networks, for one thread.

    They are compiled in the background, while the rest of the program starts.

    Args:
        eyes_only: Compile the iris network alone; the others follow when they are needed.

    Raises:
        FaceError: The networks aren't installed, or are damaged.

    >>> from skimage.data import astronaut
    >>> networks = MediaPipe()
    >>> (face,) = networks.find_faces(astronaut())
    >>> ((points, score),) = networks.meshes(astronaut(), [(face, False)])
    >>> points.shape, round(score)
    ((468, 3), 1)
    """

    def __init__(self, eyes_only: bool = False) -> None:
        self._requests: dict[str, list[Any]] = {}
        for name in (*_FINDERS, _MESH, _IRIS):
            locate(name)
        # The second face finder is rarely needed.
        for name in (_IRIS,) if eyes_only else (next(iter(_FINDERS)), _MESH, _IRIS):
            load_network(name)

    def find_faces(self, photo: Image) -> list[Region]:
        """Return the region of each face in a picture, the largest first.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.

        """
        reduced = reduce_to(photo, _MAX_SEARCH_SIDE)
        scale = photo.shape[1] / reduced.shape[1]
        for name, (size, grids) in _FINDERS.items():
            if faces := self._find(reduced, name, size, grids):
                largest_first = sorted(faces, key=lambda face: face.side, reverse=True)
                return [each.scaled(scale) for each in largest_first]
        return []

    def meshes(
        self, photo: Image, views: Sequence[tuple[Region, bool]]
    ) -> list[tuple[NDArray[np.float64], float]]:
        """Return the mesh of the face in each view, and how certain it is.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            views: Where the face is, and whether to show the network the mirror image.

        Returns:
            For each, ``(468, 3)`` in pixels of the picture, depth growing away from the camera; and
            the probability that the region shows a face, 0 to 1.
        """
        cuts = [region.cut(photo, _MESH_SIZE, mirrored) for region, mirrored in views]
        found = []
        for (region, mirrored), answers in zip(views, self._run(_MESH, cuts), strict=True):
            points, logit = answers[3 * DENSE_COUNT].reshape(-1, 3), float(answers[1][0])
            to_picture = region.to_picture(_MESH_SIZE, mirrored)
            flat = points[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
            depth = points[:, 2:] * region.side / _MESH_SIZE
            found.append((np.concatenate([flat, depth], axis=1), 1 / (1 + float(np.exp(-logit)))))
        return found

    def eyes(
        self, photo: Image, corners: Sequence[tuple[NDArray[Any], NDArray[Any]]]
    ) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return the iris centres and the outlines of a face's eyes.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB.
            corners: The outer and the inner corner of each eye, ``(2,)`` each in pixels: first the
                person's right eye, then the left one; more pairs may follow.

        Returns:
            For each, ``(2,)`` and ``(16, 2)`` in pixels: the lower lid from the outer to the inner
            corner (9 points), then the upper lid between them (7). The iris of a hidden eye is a
            guess, no farther from the eye's middle than the corners.
        """
        # The network knows right eyes.
        views = [
            (_eye_region(outer, inner, number % 2 == 1), number % 2 == 1)
            for number, (outer, inner) in enumerate(corners)
        ]
        cuts = [region.cut(photo, _EYE_SIZE, mirrored) for region, mirrored in views]
        found = []
        for (region, mirrored), answers in zip(views, self._run(_IRIS, cuts), strict=True):
            to_picture = region.to_picture(_EYE_SIZE, mirrored)
            points = np.concatenate([answers[15].reshape(-1, 3), answers[213].reshape(-1, 3)])
            points = points[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
            outline = points[5 : 5 + OUTLINE_COUNT]
            found.append((_within(outline, points[:5].mean(0)), outline))
        return found

    def gaze(self, photo: Image, landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where the eyes look, ``(2, 2)``: see :func:`face2face.landmarks.gaze`.

        The corners of the eyes are those that the iris network finds: it sees them larger.

        Args:
            photo: ``(h, w, 3)`` uint8 RGB, or ``(h, w)`` uint8 grey.
            landmarks: ``(n, 2)``, of which the corners of the eyes are used.
        """
        found = np.zeros((LANDMARK_COUNT, 2))
        eyes = self.eyes(
            photo, [(landmarks[outer], landmarks[inner]) for outer, inner in EYE_CORNERS]
        )
        for (outer, inner), iris, (centre, outline) in zip(EYE_CORNERS, IRISES, eyes, strict=True):
            found[iris] = centre
            found[outer], found[inner] = outline[OUTER_CORNER], outline[INNER_CORNER]
        return gaze(found)

    def _find(
        self, photo: Image, name: str, size: int, grids: tuple[tuple[int, int], ...]
    ) -> list[Region]:
        """Return the regions of the faces that one of the detectors finds."""
        height, width = photo.shape[:2]
        whole = Region((width - 1) / 2, (height - 1) / 2, max(height, width), 0.0)
        scale = size / whole.side
        # Blur first: reading every fourth pixel of a large picture would miss a face.
        blurred = cv2.GaussianBlur(photo, (0, 0), 0.4 / scale) if scale < 0.5 else photo
        (answers,) = self._run(name, [2 * whole.cut(blurred, size) - 1])
        anchors = _anchors(grids)
        logits = answers[len(anchors)]
        boxes: NDArray[Any] = answers[16 * len(anchors)].reshape(-1, 8, 2)
        found = np.flatnonzero(logits >= _MIN_LOGIT)
        # Rows of a box: centre, size, right eye, left eye, nose, mouth, ears; all but the size are
        # relative to the anchor.
        boxes = boxes[found] / size
        boxes[:, [0, *range(2, 8)]] += anchors[found][:, None]
        corners = np.concatenate([boxes[:, 0] - boxes[:, 1] / 2, boxes[:, 1]], axis=1)
        kept = cv2.dnn.NMSBoxes(corners.tolist(), logits[found].tolist(), _MIN_LOGIT, _MAX_OVERLAP)
        to_picture = whole.to_picture(size, False)
        regions = []
        for index in np.asarray(kept, int).ravel():
            box = boxes[index]
            (x, y), right, left = (box[[0, 2, 3]] * size) @ to_picture[:, :2].T + to_picture[:, 2]
            angle = float(np.arctan2(*(left - right)[::-1]))
            regions.append(
                Region(float(x), float(y), float(_BOX_MARGIN * box[1].max() * whole.side), angle)
            )
        return regions

    def _run(
        self, name: str, pictures: list[NDArray[np.float32]]
    ) -> list[dict[int, NDArray[np.float32]]]:
        """Return a network's answers for some pictures, by their number of values, each ``(n,)``.

        The pictures are shown to it at the same time.
        """
        requests = self._requests.setdefault(name, [])
        while len(requests) < len(pictures):
            requests.append(load_network(name).result().create_infer_request())
        running = requests[: len(pictures)]
        for request, picture in zip(running, pictures, strict=True):
            request.start_async(picture)
        for request in running:
            request.wait()
        return [
            {value.size: np.ravel(value).copy() for value in request.results.values()}
            for request in running
        ]


@cache
def _anchors(grids: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    """Return the centre of each box that a detector answers, ``(n, 2)`` from 0 to 1."""
    centres = []
    for cells, boxes in grids:
        middles = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
        centres.append(grid.repeat(boxes, axis=0))
    return np.concatenate(centres)


def _eye_region(outer: NDArray[Any], inner: NDArray[Any], mirrored: bool) -> Region:
    """Return the region that the iris network is shown for an eye with these corners."""
    along = (outer - inner if mirrored else inner - outer).astype(np.float64)
    x, y = (outer + inner) / 2
    side = _EYE_MARGIN * max(float(np.hypot(*along)), 1.0)
    return Region(float(x), float(y), side, float(np.arctan2(along[1], along[0])))


def _within(outline: NDArray[np.float64], iris: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an iris moved towards the middle of its eye, until it is as near as the corners."""
    outer, inner = outline[OUTER_CORNER], outline[INNER_CORNER]
    middle, reach = (outer + inner) / 2, np.linalg.norm(outer - inner) / 2
    away = iris - middle
    return np.asarray(middle + away * min(1.0, float(reach / max(np.linalg.norm(away), 1e-9))))
