"""Precision: fewer bits a number, where the machine is faster with them and the picture stays."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from face2face import modes
from face2face.card import ModelCard
from face2face.data.pairs import TRAIN, list_strips, read_card, read_strip
from face2face.errors import ModelError, OptionError
from face2face.image import Image, Landmarks, Scene
from face2face.inference.engine import OpenVinoEngine, capabilities, engine_inputs
from face2face.inference.names import GRAPH, QUANTISED
from face2face.sample import evenly_spaced

AUTO, PRECISIONS = "auto", ("f32", "bf16", "int8")
#: How far a picture may be from float32's on average, in grey levels.
TOLERANCE = 2.0
#: Pictures on which that is seen, and turns in which the time is taken.
SEEN, _TURNS = 20, 5
#: Of the time with more bits, what fewer may take at most to be worth it.
_WORTH = 0.9


@dataclass(frozen=True)
class Outcome:
    """How a precision does on this machine.

    Attributes:
        precision: One of :data:`PRECISIONS`.
        difference: Mean distance from float32's pictures, in grey levels.
        milliseconds: A picture's time, the median of many.
    """

    precision: str
    difference: float
    milliseconds: float


def choose_precision(folder: Path, wanted: str, shown: Sequence[list[Image]]) -> Outcome:
    """Says in the card of a frozen model in which precision it runs, and writes what that needs beside the graph.

    Args:
        folder: Holds the graph and its card.
        wanted: ``f32``; ``bf16``, for processors that know it; ``int8``, quantised by NNCF; or ``auto``: of those that can be had here,
            see :func:`fewest_bits_worth_it`. Where that is bf16, int8 is kept beside it, if it is worth it for processors without.
        shown: Panels on which the pictures are compared and quantising is calibrated, see :func:`examples`; where there are none,
            ``auto`` is float32.

    Returns:
        What was chosen.

    Raises:
        ModelError: The model is missing or damaged, or its pictures change too much.
        OptionError: NNCF isn't installed, and is wanted.
    """
    card = ModelCard.load(folder)
    if wanted == "int8" and not has_nncf():
        raise OptionError(
            "int8 needs the package nncf",
            "none",
            "pip install face2face[int8], or --precision auto",
        )
    seen = evenly_spaced(shown, SEEN)
    if wanted == "int8" and not seen:
        rule = "int8 is calibrated on a model's own keyframes or strips"
        raise ModelError(
            rule, f"none in {folder}", "name the strips with --input_dir, or use --precision auto"
        )
    here = {"f32": True, "bf16": "BF16" in capabilities(), "int8": has_nncf()}
    tried = (
        [name for name in PRECISIONS if seen and here[name]] if wanted == AUTO else ["f32", wanted]
    )
    if "int8" in tried:
        _quantise(folder, card.panels, shown)
    outcomes = _compare(folder, card, list(dict.fromkeys(tried or ["f32"])), seen)
    best = fewest_bits_worth_it(outcomes) if wanted == AUTO else outcomes[-1]
    if best.difference > TOLERANCE:
        rule = f"a precision keeps the picture within {TOLERANCE} grey levels of float32's"
        raise ModelError(
            rule, f"{best.difference:.1f} with {best.precision}", "use --precision auto"
        )
    elsewhere = fewest_bits_worth_it([each for each in outcomes if each.precision != "bf16"])
    if "int8" not in (best.precision, elsewhere.precision):
        for suffix in (".xml", ".bin"):
            (folder / QUANTISED).with_suffix(suffix).unlink(missing_ok=True)
    replace(card, precision=best.precision).save(folder)
    return best


def fewest_bits_worth_it(outcomes: Sequence[Outcome]) -> Outcome:
    """The best of outcomes, float32's first and the fewest bits last: fewer must keep the picture and save a tenth of the time."""
    best = outcomes[0]
    for outcome in outcomes[1:]:
        if outcome.difference <= TOLERANCE and outcome.milliseconds < _WORTH * best.milliseconds:
            best = outcome
    return best


def has_nncf() -> bool:
    """Whether models can be quantised here."""
    from importlib.util import find_spec

    return find_spec("nncf") is not None


def examples(folder: Path, strips: Path | None = None, count: int = 100) -> list[list[Image]]:
    """What a model's network is shown, as in training: of its own keyframes, or of its shape's extremes, or of some strips.

    Args:
        folder: Holds its card and what lies beside it.
        strips: The folder of those that it was trained on, for a model that has neither; without, nothing is shown.
        count: How many pictures at most, evenly chosen.

    Raises:
        ModelError: The model is missing or damaged.
    """
    card = ModelCard.load(folder)
    mode = modes.load(card, folder)
    poses: list[tuple[Landmarks, float | None]]
    if mode.bank is not None:
        poses = list(zip(mode.bank.landmarks, map(float, mode.bank.seconds), strict=True))
    elif mode.shape is not None:
        poses = [(each, None) for each in (mode.shape.neutral, mode.shape.low, mode.shape.high)]
    else:
        poses = []
    blank = np.zeros((mode.size, mode.size, 3), np.uint8)
    if poses or strips is None:
        return [mode.condition(Scene(blank, *pose)) for pose in evenly_spaced(poses, count)]
    names, files = read_card(strips).panels, evenly_spaced(list_strips(strips, TRAIN), count)
    shown = (dict(zip(names, read_strip(each, len(names) + 1), strict=False)) for each in files)
    return [[panels[name] for name in card.panels] for panels in shown]


def _quantise(folder: Path, names: tuple[str, ...], shown: Sequence[list[Image]]) -> None:
    """Writes the graph in 8-bit whole numbers, in OpenVINO's own format."""
    import logging

    import nncf
    import openvino as ov

    nncf.set_log_level(logging.ERROR)
    model = ov.Core().read_model(folder / GRAPH)
    pictures = nncf.Dataset([engine_inputs(names, panels) for panels in shown])
    # Sums and products of pictures stay as they are: turned into whole numbers and back they take longer, and lose more than all else.
    quantised = nncf.quantize(
        model,
        pictures,
        subset_size=len(shown),
        ignored_scope=nncf.IgnoredScope(types=["Add", "Multiply"], validate=False),
    )
    ov.save_model(quantised, folder / QUANTISED)


def _compare(
    folder: Path, card: ModelCard, names: list[str], shown: list[list[Image]]
) -> list[Outcome]:
    engines = [OpenVinoEngine(folder / GRAPH, card.size, card.panels, name) for name in names]
    answers = [[engine(panels) for panels in shown] for engine in engines]
    taken: list[list[float]] = [[] for _ in engines]
    for _ in range(_TURNS):
        for engine, times in zip(engines, taken, strict=True):
            for panels in shown:
                began = time.perf_counter()
                engine(panels)
                times.append(time.perf_counter() - began)
    exact = np.array(answers[0], np.int16)
    differences = [
        float(np.abs(np.array(each, np.int16) - exact).mean()) if shown else 0.0 for each in answers
    ]
    return [
        Outcome(name, difference, 1000 * float(np.median(times)) if times else 0.0)
        for name, difference, times in zip(names, differences, taken, strict=True)
    ]
