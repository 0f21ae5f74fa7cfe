"""The summary of an evaluation: one figure per metric, and a contact sheet."""

from __future__ import annotations

import numpy as np

from face2face.evaluation.motion import MotionSeries
from face2face.evaluation.reenactment import KEPT_PROPORTIONS, PROPORTIONS, FrameResult
from face2face.image import Image, side_by_side
from face2face.imaging.text import draw_note
from face2face.sample import evenly_spaced

#: Metrics that are averaged over all frames.
_AVERAGED = (
    *("l1", "psnr", "ssim", "lpips", "mouth_lpips", "akd", "measured_akd", "csim", "identity"),
    *("gaze_error", "fade"),
)


def summary(results: list[FrameResult]) -> dict[str, float]:
    """Return metric -> figure over an evaluation.

    Averages, ratios to the true pictures, the motion that follows the driver's, and the number of
    frames in which no face was found.

    Args:
        results: At least one frame.

    >>> import numpy as np
    >>> grey = np.zeros((8, 8, 3), np.uint8)
    >>> summary([FrameResult(grey, grey, grey, 0.0, {"l1": 0.25, "akd": 1.0})])
    {'l1': 0.25, 'akd': 1.0, 'lost': 0.0, 'frames': 1.0}
    """
    columns: dict[str, list[float]] = {}
    for result in results:
        for name, value in result.figures.items():
            columns.setdefault(name, []).append(value)
    mean = {name: float(np.mean(values)) for name, values in columns.items()}
    figures = {name: mean[name] for name in _AVERAGED if name in mean}
    if "driver_distance" in columns:
        recognised = np.less(columns["identity"], columns["driver_distance"])
        figures |= {
            "driver_distance": mean["driver_distance"],
            "target_recognised": float(recognised.mean()),
        }
    if "mouth_lpips" in columns:
        figures["open_mouths"] = float(len(columns["mouth_lpips"]))
    figures |= _motion(results)
    figures |= {name: abs(mean[name]) for name in (*PROPORTIONS, *KEPT_PROPORTIONS) if name in mean}
    for name, figure in (("sharpness", "sharpness"), ("change", "flicker")):
        if name in mean:
            figures[figure] = mean[name] / max(mean[f"true_{name}"], 1e-9)
    return figures | {
        "lost": float(sum("akd" not in result.figures for result in results)),
        "frames": float(len(results)),
    }


def series(results: list[FrameResult]) -> MotionSeries:
    """Return the motion of the frames that another person drove."""
    return MotionSeries.of([each.faces for each in results if each.faces is not None])


def _motion(results: list[FrameResult]) -> dict[str, float]:
    """Return correlation, gain and agreement of each feature that the driver moves.

    Also the share of frames in which the lips agree; nothing for a target that drives itself.
    """
    motion = series(results)
    if not len(motion.driver):
        return {}
    return {"lips_agree": motion.lips_agree()} | {
        f"{name}_{figure}": getattr(each, figure)
        for name, each in motion.follow().items()
        if each.moves
        for figure in ("correlation", "gain", "agreement")
    }


def sheet(results: list[FrameResult], count: int = 12) -> Image:
    """Return a contact sheet of frames spread over an evaluation, in two columns.

    Args:
        results: At least one frame.
        count: The number of frames at most.

    Returns:
        ``(h, w, 3)`` uint8 RGB: condition, generated, true and, with a truth, their difference.
    """
    rows = [
        result.row(difference="l1" in result.figures) for result in evenly_spaced(results, count)
    ]
    half = (len(rows) + 1) // 2
    rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
    return side_by_side([np.concatenate(rows[:half]), np.concatenate(rows[half:])])


def worst_sheet(results: list[FrameResult], count: int = 8) -> Image:
    """Return the frames that are farthest from the truth, each below its truth.

    The distance is LPIPS; without its package L1. Neighbours look alike: the evaluation is divided
    into equal parts, and each gives its worst frame.

    Args:
        results: At least one frame with a truth.
        count: The number of frames at most.

    Returns:
        ``(2 * size, n * size, 3)`` uint8 RGB. The time in seconds stands on the truth.
    """
    metric = "lpips" if "lpips" in results[0].figures else "l1"
    parts = np.array_split(np.arange(len(results)), min(count, len(results)))
    numbers = [max(part, key=lambda each: results[each].figures[metric]) for part in parts]
    return side_by_side(
        [
            np.concatenate([draw_note(each.true, f"{each.seconds:.1f} s"), each.generated])
            for each in (results[number] for number in numbers)
        ]
    )
