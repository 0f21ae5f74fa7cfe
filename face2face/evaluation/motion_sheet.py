"""The sheet of a pair: the driver's most extreme frames above, the results below."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from face2face.data.process import resize
from face2face.evaluation.motion import FEATURES, MotionSeries
from face2face.evaluation.motion_pairs import MeasuredDriver, clip_frames
from face2face.face.crop import head_box
from face2face.image import Image, side_by_side
from face2face.imaging.text import draw_note
from face2face.media.video import VideoFile

#: Extreme -> its feature and its direction; 0 for both, whichever is farther from the median.
EXTREMES = {
    "widest mouth": ("mouth_width", 1),
    "most raised brows": ("brows_up", 1),
    "farthest gaze right": ("gaze_across", 1),
    "farthest gaze left": ("gaze_across", -1),
    "largest turn": ("yaw", 0),
}


def extreme_frames(series: MotionSeries) -> dict[str, int]:
    """Return extreme -> the frame in which the driver goes farthest; without a face, empty."""
    driver, _ = series.centred()
    known = np.flatnonzero(np.isfinite(driver).all(1))
    if not len(known):
        return {}
    found = {}
    for name, (feature, direction) in EXTREMES.items():
        values = driver[known, list(FEATURES).index(feature)]
        far = np.abs(values) if direction == 0 else direction * values
        found[name] = int(known[far.argmax()])
    return found


def sheet(driver: MeasuredDriver, clip: Path, series: MotionSeries) -> Image:
    """Return the driver's most extreme frames above, and what the clip shows then below.

    Args:
        driver: The driver.
        clip: The target alone, driven by it.
        series: The motion, see :func:`face2face.evaluation.motion_pairs.score_clip`.

    Returns:
        ``(2 * size, 5 * size, 3)`` uint8 RGB; size is the clip's height. Black where the driver has
        no face.
    """
    chosen = extreme_frames(series)
    with VideoFile(clip) as video:
        slots = clip_frames(driver.seconds, driver.fps, video.count(), clip)
        # A frame that the recording left out is shown by the one before it.
        shown = {each: slots[max(one for one in slots if one <= each)] for each in chosen.values()}
        wanted = sorted(set(shown.values()))
        results = {number: scene.photo for number, scene in video.select(wanted)}
        size = next(iter(results.values())).shape[0] if results else 256
    with VideoFile(driver.path) as video:
        photos = {
            number: scene.photo for number, scene in video.select(sorted(set(chosen.values())))
        }
    columns = []
    for name, number in chosen.items():
        photo, face = photos[number], driver.measured[number]
        assert face is not None, "extremes are frames with a face"
        head = head_box(face[None], *photo.shape[:2]).cut(photo)
        columns.append(
            np.concatenate([draw_note(resize(head, size), name), results[shown[number]]])
        )
    nothing = np.zeros((2 * size, size, 3), np.uint8)
    return side_by_side(columns or [nothing] * len(EXTREMES))
