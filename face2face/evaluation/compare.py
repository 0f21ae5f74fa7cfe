"""Ways of training, side by side: the same pairs, the same minutes, the same held-out frames."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt

from face2face.card import BEST, FILE_NAME, ModelCard
from face2face.errors import DataError, OptionError
from face2face.evaluation.reenactment import (
    Evaluator,
    FrameResult,
    self_reenactment,
    sheet,
    summary,
)
from face2face.files import atomic_write, ensure_writable_dir
from face2face.image import Image, Scene
from face2face.inference.names import GRAPH
from face2face.keyframes import bank
from face2face.live.model import ReenactmentModel
from face2face.media.stills import write_image
from face2face.modes.reenact import Reenact

#: The contestant that isn't trained: it answers with the warped keyframes.
WARP = "warp"
#: Contestant -> its options of ``train``.
CONTESTANTS: dict[str, tuple[str, ...]] = {
    WARP: (),
    "light": ("--generator", "light"),
    "unet": ("--generator", "unet", "--condition", "sketch"),
}
#: Points of the curve, at most, and every how many held-out frames they are taken from.
_POINTS, _STRIDE = 6, 8
#: Seconds between looks at a training.
_LOOK = 2.0


@dataclass(frozen=True)
class Result:
    """One contestant's outcome.

    Attributes:
        name: The contestant's.
        figures: Metric -> figure, see :func:`face2face.evaluation.reenactment.summary`; and of the training ``minutes``, ``images_a_second``,
            ``peak_mib`` and ``model_mib``, where there was one.
        curve: Minutes -> SSIM and LPIPS (0 where it isn't installed) of the best weights by then.
        moments: The evaluation's.
    """

    name: str
    figures: dict[str, float]
    curve: list[tuple[float, float, float]]
    moments: list[FrameResult]


class Untrained:
    """An engine that answers with one of its panels.

    Args:
        place: The panel's.
    """

    name = "no network"

    def __init__(self, place: int) -> None:
        self._place = place

    def __call__(self, panels: list[Image]) -> Image:
        """See :class:`face2face.inference.engine.Engine`."""
        return panels[self._place]


def variant(text: str) -> tuple[str, tuple[str, ...]]:
    """A contestant's name and its options of ``train``: a known one, or ``name=options``.

    Raises:
        OptionError: Neither.
    """
    name, given, options = text.partition("=")
    if given and name:
        return name, tuple(options.split())
    if text not in CONTESTANTS:
        raise OptionError(
            f"a contestant is one of {', '.join(CONTESTANTS)}, or name=options of train", text
        )
    return text, CONTESTANTS[text]


def holds_figures(path: Path) -> bool:
    """Whether a file is the ``comparison.json`` of a comparison."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return bool(stored) and all({"figures", "curve"} <= set(each) for each in stored.values())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def train_variant(
    name: str,
    options: tuple[str, ...],
    pairs: Path,
    minutes: float,
    folder: Path,
    frames: list[Scene],
    judge: Evaluator,
) -> Result:
    """Trains one contestant in a process of its own, and evaluates it.

    Args:
        name: The contestant's.
        options: Of ``train``.
        pairs: A folder of strips.
        minutes: Of training.
        folder: Where the run goes; one that is there already and as long goes on, or is only evaluated.
        frames: What was held out, in order.
        judge: What looks at the pictures.

    Raises:
        DataError: The training failed.
    """
    if name == WARP:
        card = ModelCard.load(pairs)
        puppet = ReenactmentModel(
            Reenact.load(card, pairs), Untrained(card.panels.index(card.base)), WARP
        )
        moments = list(self_reenactment(puppet, frames, judge))
        return Result(name, summary(moments), [], moments)
    snapshots = _train([*options, "--minutes", str(minutes)], pairs, minutes, folder)
    moments = list(self_reenactment(ReenactmentModel.load(folder), frames, judge))
    training = ModelCard.load(folder).training
    taken = float(training["minutes"])
    cost = {
        "minutes": taken,
        "images_a_second": training["steps"] * training["batch_size"] / max(taken * 60, 1e-9),
        "peak_mib": float(training["peak_mib"]),
        "model_mib": (folder / GRAPH).stat().st_size / 2**20,
    }
    return Result(
        name, summary(moments) | cost, [_point(each, frames, judge) for each in snapshots], moments
    )


def _train(options: list[str], pairs: Path, minutes: float, folder: Path) -> list[Path]:
    """Runs a training; folders with the best weights at some moments of it, the last ones among them."""
    command = [
        sys.executable,
        "-m",
        "face2face",
        "train",
        "--input_dir",
        str(pairs),
        "--output_dir",
        str(folder),
        *options,
    ]
    snapshots = folder / "snapshots"
    kept = sorted(snapshots.iterdir()) if snapshots.is_dir() else []
    seen = ModelCard.load(kept[-1]).training["steps"] if kept else -1
    due = 0.0
    with subprocess.Popen(command) as training:
        while training.poll() is None:
            time.sleep(_LOOK)
            best, card = folder / BEST, folder / FILE_NAME
            if (
                time.monotonic() >= due
                and best.is_file()
                and card.is_file()
                and ModelCard.load(folder).training["steps"] != seen
            ):
                kept.append(_snapshot(folder, snapshots / f"{len(kept):03d}"))
                seen = ModelCard.load(kept[-1]).training["steps"]
                due = time.monotonic() + 60 * minutes / _POINTS
    if training.returncode:
        raise DataError(
            "each contestant can be trained",
            f"{' '.join(command)}: status {training.returncode}",
            "see what it said above",
        )
    if not kept or ModelCard.load(folder).training["steps"] != seen:
        kept.append(_snapshot(folder, snapshots / f"{len(kept):03d}"))
    return kept


def _snapshot(folder: Path, to: Path) -> Path:
    ensure_writable_dir(to)
    for name in (BEST, FILE_NAME, bank.FILE_NAME):
        if (folder / name).is_file():
            with atomic_write(to / name) as aside:
                shutil.copyfile(folder / name, aside)
    return to


def _point(folder: Path, frames: list[Scene], judge: Evaluator) -> tuple[float, float, float]:
    """Minutes, SSIM and LPIPS of a snapshot."""
    if not (folder / GRAPH).is_file():
        from face2face.export.freeze import freeze
        from face2face.export.reduce import strip_for_inference

        strip_for_inference(folder, folder)
        freeze(folder)
    figures = summary(list(self_reenactment(ReenactmentModel.load(folder), frames, judge, _STRIDE)))
    return (
        float(ModelCard.load(folder).training["minutes"]),
        figures["ssim"],
        figures.get("lpips", 0.0),
    )


#: Figure -> its column's head in the table, and its format.
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
    """The figures as a Markdown table, a row a contestant."""
    lines = [
        "| | " + " | ".join(head for head, _ in COLUMNS.values()) + " |",
        "|---" * (len(COLUMNS) + 1) + "|",
    ]
    for result in results:
        cells = [
            format(result.figures[name], how) if name in result.figures else ""
            for name, (_, how) in COLUMNS.items()
        ]
        lines.append(f"| {result.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(results: list[Result], path: Path) -> None:
    """SSIM and LPIPS against minutes; contestants that weren't trained are a level line."""
    matplotlib.use("Agg")
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, name, place in zip(axes, ("ssim", "lpips"), (1, 2), strict=True):
        for result in results:
            if result.curve:
                axis.plot(
                    [point[0] for point in result.curve],
                    [point[place] for point in result.curve],
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
    """A contact sheet a contestant."""
    for result in results:
        write_image(folder / f"{result.name}.png", sheet(result.moments))
