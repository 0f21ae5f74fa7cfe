"""Ways of training compared: the same pairs, the same minutes, the same held-out frames."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from face2face.card import BEST, FILE_NAME, ModelCard
from face2face.config import read_json
from face2face.errors import DataError, OptionError
from face2face.evaluation.evaluator import Evaluator
from face2face.evaluation.reenactment import FrameResult, self_reenactment
from face2face.evaluation.summary import summary
from face2face.files import atomic_write, ensure_writable_dir
from face2face.image import Scene
from face2face.inference.names import GRAPH
from face2face.keyframes import bank
from face2face.live.model import ReenactmentModel

#: The variant without a network: it answers with the warped keyframes.
WARP = "warp"
#: Variant -> its options of ``train``.
VARIANTS: dict[str, tuple[str, ...]] = {
    WARP: (),
    "light": ("--generator", "light"),
    "unet": ("--generator", "unet", "--condition", "sketch"),
}
#: Points of a variant's curve at most: each costs an evaluation.
_POINTS = 6
#: Every how many held-out frames one is evaluated for a point of the curve.
_STRIDE = 8
#: Seconds between two looks at the files of a training.
_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Result:
    """The outcome of one variant.

    Attributes:
        name: Name of the variant.
        figures: Metric -> figure, see :func:`face2face.evaluation.summary.summary`. A trained
            variant also has ``minutes``, ``images_a_second``, ``peak_mib`` and ``model_mib``.
        curve: Minutes, SSIM and LPIPS (0 where it isn't installed) of the best weights by then.
        results: The evaluated frames.
    """

    name: str
    figures: dict[str, float]
    curve: list[tuple[float, float, float]]
    results: list[FrameResult]


def variant(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of a variant and its options of ``train``.

    Args:
        text: A key of :data:`VARIANTS`, or ``name=options``.

    Raises:
        OptionError: The text is neither.

    >>> variant("wide=--ngf 48")
    ('wide', ('--ngf', '48'))
    """
    name, equals, options = text.partition("=")
    if equals and name:
        return name, tuple(options.split())
    if text not in VARIANTS:
        raise OptionError(
            f"{text} is no variant.",
            hint=f"Name one of {', '.join(VARIANTS)}, or name='options of train'.",
        )
    return text, VARIANTS[text]


def holds_figures(path: Path) -> bool:
    """Return whether a file is the ``comparison.json`` of a comparison."""
    try:
        stored = read_json(path, DataError)
    except DataError:
        return False
    results = list(stored.values()) if isinstance(stored, dict) else []
    return bool(results) and all(
        isinstance(each, dict) and {"figures", "curve"} <= each.keys() for each in results
    )


def train_variant(
    name: str,
    options: tuple[str, ...],
    pairs: Path,
    minutes: float,
    folder: Path,
    frames: list[Scene],
    evaluator: Evaluator,
) -> Result:
    """Train one variant in its own process, and evaluate it.

    Args:
        name: Name of the variant.
        options: Its options of ``train``.
        pairs: Folder of training pairs.
        minutes: Training time.
        folder: Folder of the run. An earlier run there continues; a complete one is only evaluated.
        frames: Held-out frames in order.
        evaluator: Observes the pictures.

    Raises:
        DataError: The training failed.
    """
    if name == WARP:
        model = ReenactmentModel.load(pairs)
        results = list(self_reenactment(model, frames, evaluator))
        return Result(name, summary(results), [], results)
    snapshots = _train([*options, "--minutes", str(minutes)], pairs, minutes, folder)
    results = list(self_reenactment(ReenactmentModel.load(folder), frames, evaluator))
    training = ModelCard.load(folder).training
    trained = float(training["minutes"])
    cost = {
        "minutes": trained,
        "images_a_second": training["steps"] * training["batch_size"] / max(trained * 60, 1e-9),
        "peak_mib": float(training["peak_mib"]),
        "model_mib": (folder / GRAPH).stat().st_size / 2**20,
    }
    curve = [_point(each, frames, evaluator) for each in snapshots]
    return Result(name, summary(results) | cost, curve, results)


def _train(options: list[str], pairs: Path, minutes: float, folder: Path) -> list[Path]:
    """Run a training; return folders with its best weights at several times, the last included."""
    command = [sys.executable, "-m", "face2face", "train", "--input_dir", str(pairs)]
    command += ["--output_dir", str(folder), *options]
    snapshots = folder / "snapshots"
    taken = sorted(snapshots.iterdir()) if snapshots.is_dir() else []
    steps = _steps(taken[-1]) if taken else -1
    due = 0.0
    with subprocess.Popen(command) as training:
        while training.poll() is None:
            time.sleep(_POLL_SECONDS)
            complete = (folder / BEST).is_file() and (folder / FILE_NAME).is_file()
            if time.monotonic() >= due and complete and _steps(folder) != steps:
                taken.append(_snapshot(folder, snapshots / f"{len(taken):03d}"))
                steps = _steps(taken[-1])
                due = time.monotonic() + 60 * minutes / _POINTS
    if training.returncode:
        raise DataError(
            f"{' '.join(command)} failed with status {training.returncode}.",
            hint="See its message above.",
        )
    if not taken or _steps(folder) != steps:
        taken.append(_snapshot(folder, snapshots / f"{len(taken):03d}"))
    return taken


def _steps(folder: Path) -> int:
    return int(ModelCard.load(folder).training["steps"])


def _snapshot(folder: Path, to: Path) -> Path:
    """Copy the best weights of a run, and return the copy's folder."""
    ensure_writable_dir(to)
    for name in (BEST, FILE_NAME, bank.FILE_NAME):
        if (folder / name).is_file():
            with atomic_write(to / name) as aside:
                shutil.copyfile(folder / name, aside)
    return to


def _point(folder: Path, frames: list[Scene], evaluator: Evaluator) -> tuple[float, float, float]:
    """Return minutes, SSIM and LPIPS of a snapshot."""
    if not (folder / GRAPH).is_file():
        from face2face.export.freeze import freeze
        from face2face.export.reduce import strip_for_inference

        strip_for_inference(folder, folder)
        freeze(folder)
    model = ReenactmentModel.load(folder)
    figures = summary(list(self_reenactment(model, frames, evaluator, _STRIDE)))
    minutes = float(ModelCard.load(folder).training["minutes"])
    return minutes, figures["ssim"], figures.get("lpips", 0.0)
