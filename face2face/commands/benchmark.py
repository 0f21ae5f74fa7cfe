"""``benchmark``: how fast it is on this machine."""

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

if TYPE_CHECKING:
    from face2face.image import Image

#: Of a portrait that is retouched.
_BLEMISHES = 8

DESCRIPTION = """Times the live program on a driver of 640x480 pixels: each step alone, from end to end with the steps overlapping, and
the start, at 256 and at 512 pixels; in the same run, by turns, the ancestors' way of doing it. Nothing else should run meanwhile."""
READS, WRITES = ("model", "driver"), ("json",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--model",
        type=Path,
        nargs="+",
        help="models' folders (default: the shipped one, and its twin at 512 pixels)",
    )
    parser.add_argument(
        "--driver", type=Path, help="a video of the driver (default: a portrait moved by a script)"
    )
    parser.add_argument("--frames", type=positive, default=900, help="frames a round")
    parser.add_argument(
        "--rounds", type=positive, default=3, help="rounds; the medians over them are told"
    )
    parser.add_argument(
        "--endure",
        type=positive,
        metavar="MINUTES",
        help="instead: is each as fast and as small after so many minutes?",
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")


def run(options: argparse.Namespace) -> None:
    """Times by turns, and prints the ratios first."""
    import numpy as np

    with quiet():
        from face2face.evaluation import baselines as untrained
        from face2face.evaluation import benchmark
    from face2face.card import ModelCard
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.inference.models import pretrained
    from face2face.inference.names import GRAPH
    from face2face.keyframes.bank import FILE_NAME

    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = options.model or [pretrained()]
        if options.model is None:
            models.append(untrained.enlarged(models[0], folder / "512"))
        modes = {model: ModelCard.load(model).mode for model in models}
        clips = {
            mode: _frames(options.driver, options.frames, mode) for mode in set(modes.values())
        }
        drivers = {model: clips[mode] for model, mode in modes.items()}
        if options.endure:
            for model, frames in drivers.items():
                print(f"{model.name}, minute by minute:")
                for stretch in benchmark.soak_test(
                    model, frames, 60 * options.endure, options.endure
                ):
                    print(
                        f"{stretch.frame.median:.1f} ms a frame, 99th percentile {stretch.frame.slow:.1f}; {stretch.held_mib} MiB held"
                    )
            return
        with quiet():
            ancestor = untrained.LegacyBaseline(folder / "ancestor")
        ancestors: list[benchmark.Timing] = []
        flows: dict[Path, list[benchmark.Throughput]] = {model: [] for model in models}
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", flush=True)
            # An ancestor's frame takes some twenty times as long as ours; its rounds have fewer.
            ancestors.append(
                benchmark.one_after_another(
                    ancestor, drivers[models[0]][: max(20, options.frames // 8)]
                )
            )
            for model, frames in drivers.items():
                flows[model].append(benchmark.end_to_end(model, frames))
        theirs = float(np.median([each.median for each in ancestors]))
        report: dict[str, Any] = {
            "machine": machine(),
            "ancestors": {"frame_ms": theirs, "fps": 1000 / theirs},
            "models": {},
        }
        for model, frames in drivers.items():
            frame, slow, latency = (
                float(np.median(each))
                for each in zip(
                    *(
                        (flow.frame.median, flow.frame.slow, flow.latency.median)
                        for flow in flows[model]
                    ),
                    strict=True,
                )
            )
            begun = [benchmark.start(model, frames[:60], folder) for _ in range(options.rounds)]
            files = (*model.glob(f"{Path(GRAPH).stem}.*"), model / FILE_NAME)
            report["models"][model.name] = {
                "size": ModelCard.load(model).size,
                "times_the_ancestors": theirs / frame,
                "frame_ms": frame,
                "frame_ms_99": slow,
                "fps": 1000 / frame,
                "latency_ms": latency,
                "first_picture_s": float(np.median([each.first_picture for each in begun])),
                "peak_mib": max(each.peak_mib for each in begun),
                "tensorflow_imported": any(each.tensorflow for each in begun),
                "model_mib": sum(each.stat().st_size for each in files if each.is_file()) / 2**20,
                "steps_ms": {
                    name: asdict(timing) for name, timing in benchmark.stages(model, frames).items()
                },
            }
    print(told(report))
    if options.json:
        ensure_writable_dir(options.json.parent)
        with atomic_write(options.json) as aside:
            aside.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(f"written: {options.json}")


def machine() -> str:
    """What it was measured on."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def told(report: dict[str, Any]) -> str:
    """The figures in Markdown."""
    models = report["models"]
    rows = {
        "times the ancestors' frames a second": ("times_the_ancestors", ".1f"),
        "milliseconds a frame, median": ("frame_ms", ".1f"),
        "milliseconds a frame, 99th percentile": ("frame_ms_99", ".1f"),
        "frames a second": ("fps", ".0f"),
        "milliseconds from capture to picture": ("latency_ms", ".1f"),
        "seconds to the first picture": ("first_picture_s", ".2f"),
        "peak memory, MiB": ("peak_mib", ".0f"),
        "graph and bank, MiB": ("model_mib", ".1f"),
    }
    lines = [
        "| | "
        + " | ".join(f"{name}, {figures['size']} pixels" for name, figures in models.items())
        + " | ancestors |"
    ]
    lines.append("|---" * (len(models) + 2) + "|")
    for head, (name, how) in rows.items():
        ours = [format(figures[name], how) for figures in models.values()]
        lines.append(
            f"| {head} | "
            + " | ".join(ours)
            + f" | {format(report['ancestors'][name], how) if name in report['ancestors'] else ''} |"
        )
    taken = [figures["steps_ms"] for figures in models.values()]
    for step in dict.fromkeys(step for steps in taken for step in steps):
        ours = [
            f"{steps[step]['median']:.1f} ({steps[step]['slow']:.1f})" if step in steps else ""
            for steps in taken
        ]
        lines.append(
            f"| step alone: {step}, median (99th percentile) | " + " | ".join(ours) + " | |"
        )
    return "\n".join([report["machine"], "", *lines])


def _frames(driver: Path | None, count: int, mode: str) -> list[Image]:
    """A driver's frames at 640x480, repeated where there are fewer; the portrait gets blemishes where these are to be painted over."""
    import cv2
    import numpy as np

    from face2face.evaluation import benchmark
    from face2face.media.video import VideoFile

    if driver is None:
        return benchmark.portrait_clip(count, _BLEMISHES if mode == "inpaint" else 0)
    with VideoFile(driver) as video:
        frames = [
            np.asarray(cv2.resize(scene.photo, (benchmark.WIDTH, benchmark.HEIGHT)), np.uint8)
            for scene in video
        ]
    # Forth and back, so that nothing jumps.
    cycle = [*frames, *frames[-2:0:-1]]
    return [cycle[number % len(cycle)] for number in range(count)]
