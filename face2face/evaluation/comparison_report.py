"""The report of a comparison: a table, a plot, and a contact sheet of each variant."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt

from face2face.evaluation.compare import Result
from face2face.evaluation.summary import sheet
from face2face.files import atomic_write
from face2face.media.stills import write_image

#: Figure -> the head of its column, and its format.
COLUMNS = {
    "l1": ("L1 ↓", ".4f"),
    "psnr": ("PSNR ↑", ".2f"),
    "ssim": ("SSIM ↑", ".4f"),
    "lpips": ("LPIPS ↓", ".4f"),
    "akd": ("AKD ↓", ".2f"),
    "csim": ("CSIM ↑", ".4f"),
    "identity": ("identity ↓", ".3f"),
    "sharpness": ("sharpness → 1", ".2f"),
    "flicker": ("flicker → 1", ".2f"),
    "lost": ("no face", ".0f"),
    "images_a_second": ("images/s", ".1f"),
    "peak_mib": ("peak MiB", ".0f"),
    "model_mib": ("model MiB", ".1f"),
}


def table(results: list[Result]) -> str:
    """Return the figures as a Markdown table, one row per variant."""
    lines = [
        "| | " + " | ".join(head for head, _ in COLUMNS.values()) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for result in results:
        cells = [
            format(result.figures[name], form) if name in result.figures else ""
            for name, (_, form) in COLUMNS.items()
        ]
        lines.append(f"| {result.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(results: list[Result], path: Path) -> None:
    """Draw SSIM and LPIPS against minutes; an untrained variant is a horizontal line.

    Args:
        results: One per variant.
        path: A PNG file.
    """
    matplotlib.use("Agg")
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, name, column in zip(axes, ("ssim", "lpips"), (1, 2), strict=True):
        for result in results:
            if result.curve:
                axis.plot(
                    [point[0] for point in result.curve],
                    [point[column] for point in result.curve],
                    marker="o",
                    label=result.name,
                )
            elif name in result.figures:
                axis.axhline(result.figures[name], linestyle="--", color="grey", label=result.name)
        axis.set(xlabel="minutes", ylabel=COLUMNS[name][0])
        axis.legend()
    with atomic_write(path) as aside:
        figure.savefig(aside, format="png", dpi=100)
    plt.close(figure)


def write_sheets(results: list[Result], folder: Path) -> None:
    """Write a contact sheet of each variant into a folder."""
    for result in results:
        write_image(folder / f"{result.name}.png", sheet(result.results))
