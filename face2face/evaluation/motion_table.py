"""The table of many pairs: correlation and gain of each feature, their means and the worst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from face2face.evaluation.motion import FEATURES, Following
from face2face.evaluation.motion_pairs import PairScore

#: Figures of a pair besides its features: field -> head of its column.
_FIGURES = {
    "identity": "identity ↓",
    "nearer": "nearer to the target ↑",
    "no_face": "no face ↓",
    "lips": "lips agree ↑",
    "fades": "fades ↓",
}


def table(scores: Sequence[PairScore]) -> str:
    """Return the pairs as a Markdown table, with means and worst figures below.

    A cell holds correlation and gain. It is in brackets where the driver doesn't move the feature;
    these are left out of means and worst figures.

    Args:
        scores: At least one.
    """
    heads = ["driver", "target", *FEATURES.values(), *_FIGURES.values()]
    lines = [_row(heads), "|---" * len(heads) + "|"]
    lines += [
        _row([each.driver, each.target, *map(_cell, each.features.values()), *_figures(each)])
        for each in scores
    ]
    lines.append(_row(["**mean**", "", *_means(scores)]))
    lines.append(_row(["**worst**", "", *_worst(scores)]))
    return "\n".join(lines)


def agreement_table(scores: Sequence[PairScore]) -> str:
    """Return how far both back ends agree on each driver, as a Markdown table."""
    drivers = {each.driver: each.features.values() for each in scores}
    heads = ["driver", *FEATURES.values()]
    lines = [_row(heads), "|---" * len(heads) + "|"]
    for name, features in drivers.items():
        cells = [
            f"{each.agreement:.2f}" if each.moves else f"({each.agreement:.2f})"
            for each in features
        ]
        lines.append(_row([name, *cells]))
    return "\n".join(lines)


def moving(scores: Sequence[PairScore], name: str) -> list[Following]:
    """Return a feature's figures in the pairs whose driver moves it."""
    return [each.features[name] for each in scores if each.features[name].moves]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(followed: Following) -> str:
    text = f"{followed.correlation:.2f}, {followed.gain:.2f}"
    return text if followed.moves else f"({text})"


def _figures(score: PairScore) -> list[str]:
    fades = "" if score.fades is None else f"{score.fades:.1%}"
    return [
        f"{score.identity:.3f}",
        f"{score.nearer:.1%}",
        f"{score.no_face:.1%}",
        f"{score.lips:.1%}",
        fades,
    ]


def _means(scores: Sequence[PairScore]) -> list[str]:
    """Return the mean of each column; empty where no driver moves the feature."""
    cells = []
    for name in FEATURES:
        found = moving(scores, name)
        correlation, gain = (
            [getattr(each, figure) for each in found] for figure in ("correlation", "gain")
        )
        cells.append(f"{np.mean(correlation):.2f}, {np.mean(gain):.2f}" if found else "")
    for field in _FIGURES:
        values = [value for each in scores if (value := getattr(each, field)) is not None]
        mean = float(np.mean(values)) if values else 0.0
        cells.append((f"{mean:.3f}" if field == "identity" else f"{mean:.1%}") if values else "")
    return cells


def _worst(scores: Sequence[PairScore]) -> list[str]:
    """Return of each column the lowest correlation and the gain farthest from 1."""
    cells = []
    for name in FEATURES:
        found = moving(scores, name)
        if not found:
            cells.append("")
            continue
        gain = max((each.gain for each in found), key=lambda each: abs(each - 1))
        cells.append(f"{min(each.correlation for each in found):.2f}, {gain:.2f}")
    fades = [each.fades for each in scores if each.fades is not None]
    return [
        *cells,
        f"{max(each.identity for each in scores):.3f}",
        f"{min(each.nearer for each in scores):.1%}",
        f"{max(each.no_face for each in scores):.1%}",
        f"{min(each.lips for each in scores):.1%}",
        f"{max(fades):.1%}" if fades else "",
    ]
