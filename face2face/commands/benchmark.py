"""``benchmark``: time the live program on this machine."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from face2face.commands.console import positive, quiet
from face2face.commands.options import add_landmarks_argument

if TYPE_CHECKING:
    from face2face.evaluation.benchmark import Throughput
    from face2face.evaluation.timing import Timing
    from face2face.image import Image

DESCRIPTION = """Time the live program on a driver of 640x480 pixels: each step alone, whole frames
with overlapping steps, and the start, at 256 and at 512 pixels. By turns, time the predecessors'
program. Nothing else should run meanwhile."""
#: Blemishes in the portrait that a model of mode inpaint retouches.
_BLEMISHES = 8
#: Frames with which the start is timed.
_START_FRAMES = 60
#: Frames with which latency and load with a camera are measured: ten seconds.
_CAMERA_FRAMES = 300
#: Figure -> the head of its row in the table, and its format.
ROWS = {
    "times_predecessors": ("frames a second, times the predecessors'", ".1f"),
    "frame_ms": ("milliseconds a frame, median", ".1f"),
    "frame_ms_99": ("milliseconds a frame, 99th percentile", ".1f"),
    "fps": ("frames a second", ".0f"),
    "latency_ms": ("milliseconds from capture to picture", ".1f"),
    "camera_latency_ms": ("the same with a camera of 30 frames a second", ".1f"),
    "camera_load": ("processor cores that it keeps busy then", ".2f"),
    "first_picture_s": ("seconds to the first picture", ".2f"),
    "peak_mib": ("peak memory, MiB", ".0f"),
    "model_mib": ("graph and keyframes, MiB", ".1f"),
}
READS, WRITES = ("model", "driver"), ("json",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--model",
        type=Path,
        nargs="+",
        help="folders of models (default: the pretrained one, and its twin at 512 pixels)",
    )
    parser.add_argument(
        "--driver", type=Path, help="video of the driver (default: a portrait moved by a script)"
    )
    parser.add_argument("--frames", type=positive, default=900, help="frames in each round")
    parser.add_argument(
        "--rounds", type=positive, default=3, help="number of rounds; medians are shown"
    )
    parser.add_argument(
        "--endure",
        type=positive,
        metavar="MINUTES",
        help="instead run for this many minutes, and show speed and memory of each",
    )
    add_landmarks_argument(parser, "the model's own")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")


def run(options: argparse.Namespace) -> None:
    """Measure, and print a table."""
    with quiet():
        from face2face.evaluation import baselines, benchmark
    from face2face.card import ModelCard
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.models import pretrained

    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = options.model or [pretrained()]
        if options.model is None:
            models.append(baselines.make_twin(models[0], folder / "512"))
        modes = {model: ModelCard.load(model).mode for model in models}
        clips = {
            mode: _frames(options.driver, options.frames, mode) for mode in set(modes.values())
        }
        drivers = {model: clips[mode] for model, mode in modes.items()}
        if options.endure:
            for model, frames in drivers.items():
                print(f"{model.name}, minute by minute:")
                for each in benchmark.soak_test(model, frames, 60 * options.endure, options.endure):
                    print(
                        f"{each.frame.median:.1f} ms a frame, "
                        f"99th percentile {each.frame.p99:.1f}; {each.held_mib} MiB held"
                    )
            return
        report = _measure(drivers, options, folder)
    print(table(report))
    if options.json:
        ensure_writable_dir(options.json.parent)
        with atomic_write(options.json) as aside:
            aside.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(f"written: {options.json}")


def _measure(
    drivers: dict[Path, list[Image]], options: argparse.Namespace, folder: Path
) -> dict[str, Any]:
    """Time the predecessors' program and the models by turns, and return the report."""
    import numpy as np

    with quiet():
        from face2face.evaluation import baselines, benchmark
        from face2face.evaluation.timing import time_calls

        legacy = baselines.LegacyBaseline(folder / "legacy")
    # A frame of the predecessors' takes about twenty times as long; fewer of them are timed.
    legacy_frames = next(iter(drivers.values()))[: max(20, options.frames // 8)]
    legacy_rounds: list[Timing] = []
    rounds: dict[Path, list[Throughput]] = {model: [] for model in drivers}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", flush=True)
        legacy_rounds.append(time_calls(legacy, legacy_frames))
        for model, frames in drivers.items():
            rounds[model].append(benchmark.end_to_end(model, frames, options.landmarks))
    legacy_ms = float(np.median([each.median for each in legacy_rounds]))
    return {
        "machine": machine(),
        "predecessors": {"frame_ms": legacy_ms, "fps": 1000 / legacy_ms},
        "models": {
            model.name: _figures(model, frames, rounds[model], legacy_ms, folder, options.landmarks)
            for model, frames in drivers.items()
        },
    }


def _figures(
    model: Path,
    frames: list[Image],
    rounds: list[Throughput],
    legacy_ms: float,
    folder: Path,
    landmarks: str | None,
) -> dict[str, Any]:
    """Return the figures of one model: medians over the rounds, its start, its steps."""
    import numpy as np

    from face2face.card import ModelCard
    from face2face.evaluation import benchmark
    from face2face.inference.names import GRAPH
    from face2face.keyframes.bank import FILE_NAME

    frame_ms = float(np.median([each.frame.median for each in rounds]))
    starts = [benchmark.start(model, frames[:_START_FRAMES], folder, landmarks) for _ in rounds]
    uses = [benchmark.with_camera(model, frames[:_CAMERA_FRAMES], landmarks) for _ in rounds]
    files = (*model.glob(f"{Path(GRAPH).stem}.*"), model / FILE_NAME)
    return {
        "size": ModelCard.load(model).size,
        "times_predecessors": legacy_ms / frame_ms,
        "frame_ms": frame_ms,
        "frame_ms_99": float(np.median([each.frame.p99 for each in rounds])),
        "fps": 1000 / frame_ms,
        "latency_ms": float(np.median([each.latency.median for each in rounds])),
        "camera_latency_ms": float(np.median([each.latency.median for each in uses])),
        "camera_load": float(np.median([each.processor_share for each in uses])),
        "first_picture_s": float(np.median([each.first_picture for each in starts])),
        "peak_mib": max(each.peak_mib for each in starts),
        "tensorflow_imported": any(each.tensorflow for each in starts),
        "model_mib": sum(each.stat().st_size for each in files if each.is_file()) / 2**20,
        "steps_ms": {
            name: asdict(timing)
            for name, timing in benchmark.stages(model, frames, landmarks).items()
        },
    }


def machine() -> str:
    """Return one line on this machine."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )


def table(report: dict[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    models, legacy = report["models"], report["predecessors"]
    heads = [f"{name}, {figures['size']} pixels" for name, figures in models.items()]
    lines = ["| | " + " | ".join(heads) + " | predecessors |", "|---" * (len(models) + 2) + "|"]
    for name, (head, form) in ROWS.items():
        cells = [format(figures[name], form) for figures in models.values()]
        cells.append(format(legacy[name], form) if name in legacy else "")
        lines.append(f"| {head} | {' | '.join(cells)} |")
    steps_of_models = [figures["steps_ms"] for figures in models.values()]
    for step in dict.fromkeys(step for steps in steps_of_models for step in steps):
        cells = [
            f"{steps[step]['median']:.1f} ({steps[step]['p99']:.1f})" if step in steps else ""
            for steps in steps_of_models
        ]
        lines.append(f"| step alone: {step}, median (99th percentile) | {' | '.join(cells)} | |")
    return "\n".join([report["machine"], "", *lines])


def _frames(driver: Path | None, count: int, mode: str) -> list[Image]:
    """Return a driver's frames at 640x480 pixels, a shorter video repeated."""
    import cv2
    import numpy as np

    from face2face.evaluation.timing import HEIGHT, WIDTH, portrait_clip
    from face2face.media.video import VideoFile

    if driver is None:
        return portrait_clip(count, _BLEMISHES if mode == "inpaint" else 0)
    with VideoFile(driver) as video:
        frames = [np.asarray(cv2.resize(scene.photo, (WIDTH, HEIGHT)), np.uint8) for scene in video]
    # Forwards and backwards, so that no frame jumps.
    cycle = [*frames, *frames[-2:0:-1]]
    return [cycle[number % len(cycle)] for number in range(count)]
