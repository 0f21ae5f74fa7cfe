"""Scores of repainted features, against a true photo of the same person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from face2face.data.feature_pairs import FeaturePair
from face2face.evaluation.metrics import ssim
from face2face.image import Image, side_by_side
from face2face.imaging.text import draw_note
from face2face.modes.feature import FeatureMode

#: The pictures that are compared with the true one: the photo's region, its warp, and the answer.
PICTURES = ("unchanged", "warp", "refined")


@dataclass(frozen=True)
class FeatureScore:
    """The score of one pair.

    Attributes:
        name: Name of the pair.
        ssim: Of each of :data:`PICTURES` in the region, see
            :func:`face2face.evaluation.metrics.ssim`.
        lpips: The same, see :func:`face2face.evaluation.metrics.lpips`; NaN without its package.
        row: The pictures and the true one, for the contact sheet.
    """

    name: str
    ssim: tuple[float, ...]
    lpips: tuple[float, ...]
    row: Image


def feature_score(
    name: str,
    pair: FeaturePair,
    mode: FeatureMode,
    engine: Callable[[list[Image]], Image],
    perceived: Callable[[Image, Image], float] | None,
) -> FeatureScore | None:
    """Repaint a feature of a pair's picture as in the truth, and return the score.

    Args:
        name: Name of the pair.
        pair: The pair.
        mode: Mode of the model.
        engine: Returns the model's answer to the mode's panels.
        perceived: LPIPS; None where it isn't installed.

    Returns:
        The score; None where the two pictures don't fit together.
    """
    panels = pair.panels(mode)
    if panels is None:
        return None
    *shown, truth = panels
    pictures = (shown[3], shown[0], engine(shown))
    return FeatureScore(
        name,
        ssim=tuple(ssim(each, truth) for each in pictures),
        lpips=tuple(perceived(each, truth) if perceived else np.nan for each in pictures),
        row=side_by_side([*pictures, truth]),
    )


def table_row(scores: Sequence[FeatureScore]) -> str:
    """Return the mean scores as cells of a Markdown table.

    The cells are the number of pairs, LPIPS and SSIM of each of :data:`PICTURES`, and the number of
    pairs whose LPIPS is lower refined than warped alone.
    """
    lpips, similarity = (
        np.array([getattr(each, metric) for each in scores]) for metric in ("lpips", "ssim")
    )
    better = int((lpips[:, 2] < lpips[:, 1]).sum())
    means = [f"{figure:.3f}" for figure in (*lpips.mean(0), *similarity.mean(0))]
    return " | ".join([str(len(scores)), *means, str(better)])


def worst_first(scores: Sequence[FeatureScore], rows: int) -> Image:
    """Return a contact sheet of the scores with the largest LPIPS of the refined picture.

    Args:
        scores: At least one.
        rows: Greatest number of rows.
    """
    ordered = sorted(scores, key=lambda each: -each.lpips[2])[:rows]
    return np.concatenate(
        [
            draw_note(each.row, f"{each.name}  {each.lpips[1]:.3f} {each.lpips[2]:.3f}")
            for each in ordered
        ]
    )
