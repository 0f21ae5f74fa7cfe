"""Choose the precision of a frozen graph: fewer bits where they are faster and keep the picture.

>>> slow, fast = PrecisionResult("f32", 0.0, 10.0), PrecisionResult("int8", 0.4, 5.0)
>>> fewest_bits_worth_it([slow, fast]).precision
'int8'
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from face2face import modes
from face2face.card import ModelCard
from face2face.data.pairs import TRAIN, list_strips, read_card, read_strip
from face2face.errors import ModelError, OptionError
from face2face.files import atomic_write
from face2face.image import Image, Landmarks, Scene
from face2face.inference.engine import (
    OpenVinoEngine,
    capabilities,
    engine_inputs,
    output_shapes,
)
from face2face.inference.names import GRAPH, QUANTISED
from face2face.modes.reenact import Reenact
from face2face.openvino_core import core
from face2face.sample import evenly_spaced

#: The choice "whichever is fastest here and keeps the picture".
AUTO = "auto"
#: The precisions, most bits first.
PRECISIONS = ("f32", "bf16", "int8")
#: Largest mean difference from the float32 pictures, in grey levels. Nobody sees 2 of 255.
TOLERANCE = 2.0
#: Number of pictures on which precisions are compared. More do not change the choice.
COMPARED_PICTURES = 20
#: Number of timing rounds. Precisions take turns, so that a busy moment slows all of them.
_TIMING_ROUNDS = 5
#: Largest share of the time with more bits at which fewer bits are chosen.
_MAX_TIME_SHARE = 0.9


@dataclass(frozen=True)
class PrecisionResult:
    """Error and speed of one precision on this machine.

    Attributes:
        precision: One of :data:`PRECISIONS`.
        difference: Mean absolute difference from the float32 pictures, in grey levels.
        milliseconds: Median time of one picture; 0 where no picture was given.
    """

    precision: str
    difference: float
    milliseconds: float


def choose_precision(folder: Path, wanted: str, pictures: Sequence[list[Image]]) -> PrecisionResult:
    """Choose the precision of a frozen model and note it in the model's card.

    A kept int8 graph lies next to the float32 one. Where bf16 is chosen, int8 is kept too if it
    pays on processors without bf16. A precision that is tried and not kept leaves no file.

    Args:
        folder: Folder of the graph and its card.
        wanted: ``f32``, ``bf16``, ``int8`` (quantised by NNCF) or ``auto``, see
            :func:`fewest_bits_worth_it`. ``auto`` tries only what this processor and the installed
            packages can run.
        pictures: Panels to compare and calibrate on, see :func:`examples`. With none, ``auto``
            is float32.

    Returns:
        The chosen precision with its error and speed.

    Raises:
        ModelError: The model is missing or damaged, or its pictures change too much.
        OptionError: ``int8`` is wanted and NNCF is not installed.
    """
    card = ModelCard.load(folder)
    compared = evenly_spaced(pictures, COMPARED_PICTURES)
    if wanted == "int8":
        _check_int8(folder, bool(compared))
    if wanted == AUTO:
        runs_here = {"f32": True, "bf16": "BF16" in capabilities(), "int8": has_nncf()}
        names = [name for name in PRECISIONS if compared and runs_here[name]] or ["f32"]
    else:
        names = list(dict.fromkeys(["f32", wanted]))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as trial:
        quantised = Path(trial) / QUANTISED
        if "int8" in names:
            _quantise(folder / GRAPH, quantised, card.panels, pictures)
        results = _compare(folder / GRAPH, quantised, card, names, compared)
        best = fewest_bits_worth_it(results) if wanted == AUTO else results[-1]
        if best.difference > TOLERANCE:
            raise ModelError(
                f"{best.precision} changes pictures by {best.difference:.1f} grey levels, "
                f"more than {TOLERANCE:g}.",
                hint="Use --precision auto.",
            )
        without_bf16 = fewest_bits_worth_it([each for each in results if each.precision != "bf16"])
        keeps_int8 = "int8" in (best.precision, without_bf16.precision)
        _install(quantised, folder / QUANTISED, keeps_int8)
    replace(card, precision=best.precision).save(folder)
    return best


def fewest_bits_worth_it(results: Sequence[PrecisionResult]) -> PrecisionResult:
    """Return the best of some results.

    Fewer bits must keep the picture and save a tenth of the time.

    Args:
        results: At least one, that of float32 first, fewest bits last.
    """
    best = results[0]
    for result in results[1:]:
        faster = result.milliseconds < _MAX_TIME_SHARE * best.milliseconds
        if result.difference <= TOLERANCE and faster:
            best = result
    return best


def has_nncf() -> bool:
    """Return whether the package that quantises models is installed."""
    return find_spec("nncf") is not None


def examples(folder: Path, strips: Path | None = None, count: int = 100) -> list[list[Image]]:
    """Return panels such as a model's network sees in training.

    They come from the model's keyframes, or else from the extremes of its target's statistics, or
    else from training strips.

    Args:
        folder: Folder of the model: its card, and its keyframe bank if it has one.
        strips: Folder of strips for a model that has neither keyframes nor statistics.
        count: Largest number of examples; they are evenly spaced.

    Returns:
        For each example the panels, ``(size, size, 3)`` uint8 RGB each. Empty where there is
        nothing to take them from.

    Raises:
        ModelError: The model is missing or damaged.
    """
    card = ModelCard.load(folder)
    mode = modes.load(card, folder)
    poses: list[tuple[Landmarks, float | None]]
    if isinstance(mode, Reenact) and mode.bank is not None:
        poses = list(zip(mode.bank.landmarks, map(float, mode.bank.seconds), strict=True))
    elif isinstance(mode, Reenact) and mode.shape is not None:
        poses = [(each, None) for each in (mode.shape.neutral, mode.shape.low, mode.shape.high)]
    else:
        poses = []
    blank = np.zeros((mode.size, mode.size, 3), np.uint8)
    if poses or strips is None:
        return [mode.condition(Scene(blank, *pose)) for pose in evenly_spaced(poses, count)]
    names, files = read_card(strips).panels, evenly_spaced(list_strips(strips, TRAIN), count)
    shown = (dict(zip(names, read_strip(each, len(names) + 1), strict=False)) for each in files)
    return [[panels[name] for name in card.panels] for panels in shown]


def _check_int8(folder: Path, has_pictures: bool) -> None:
    """Raise where a model can't be quantised: without NNCF or without pictures to calibrate on."""
    if not has_nncf():
        raise OptionError(
            "int8 needs the package nncf, which is not installed.",
            hint="Run pip install face2face[int8], or use --precision auto.",
        )
    if not has_pictures:
        raise ModelError(
            f"{folder} has no keyframes to calibrate int8 on.",
            hint="Name the training strips with --input_dir, or use --precision auto.",
        )


def _quantise(
    graph: Path, quantised: Path, names: tuple[str, ...], pictures: Sequence[list[Image]]
) -> None:
    """Write a graph with 8-bit weights and activations, in OpenVINO's format."""
    import nncf
    from openvino import save_model
    from openvino.passes import ConstantFolding, Manager

    nncf.set_log_level(logging.ERROR)
    model = core().read_model(graph)
    # A quantised graph is only read if its sizes are constants.
    folding = Manager()
    folding.register_pass(ConstantFolding())
    folding.run_passes(model)
    dataset = nncf.Dataset([engine_inputs(names, panels) for panels in pictures])
    # Sums and products of whole pictures stay in floats. Converting them there and back takes
    # longer than it saves, and causes most of the error.
    result = nncf.quantize(
        model,
        dataset,
        subset_size=len(pictures),
        ignored_scope=nncf.IgnoredScope(types=["Add", "Multiply"], validate=False),
    )
    save_model(result, quantised)


def _install(quantised: Path, destination: Path, keep: bool) -> None:
    """Copy a quantised graph (``.xml`` and ``.bin``) to a model, or remove an older one there."""
    for suffix in (".bin", ".xml"):
        path = destination.with_suffix(suffix)
        if keep:
            with atomic_write(path) as aside:
                shutil.copyfile(quantised.with_suffix(suffix), aside)
        else:
            path.unlink(missing_ok=True)


def _compare(
    graph: Path, quantised: Path, card: ModelCard, names: list[str], pictures: list[list[Image]]
) -> list[PrecisionResult]:
    """Run the pictures in each precision, float32 first, and return errors and times."""
    engines = [
        OpenVinoEngine(
            quantised.with_name(GRAPH) if name == "int8" else graph,
            card.size,
            card.panels,
            name,
            output_shapes(card),
        )
        for name in names
    ]
    answers = [[engine(panels) for panels in pictures] for engine in engines]
    seconds: list[list[float]] = [[] for _ in engines]
    for _ in range(_TIMING_ROUNDS):
        for engine, times in zip(engines, seconds, strict=True):
            for panels in pictures:
                start = time.perf_counter()
                engine(panels)
                times.append(time.perf_counter() - start)
    if not pictures:
        return [PrecisionResult(name, 0.0, 0.0) for name in names]
    exact = np.array(answers[0], np.int16)
    return [
        PrecisionResult(
            name,
            float(np.abs(np.array(each, np.int16) - exact).mean()),
            1000 * float(np.median(times)),
        )
        for name, each, times in zip(names, answers, seconds, strict=True)
    ]
