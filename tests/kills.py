"""Kill commands with ``kill -9`` at random moments, run them again, and compare the results.

As a program::

    python -m tests.kills --moments 20 --folder /tmp/kills [NAME ...]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import h5py
import numpy as np
from skimage.data import astronaut

from face2face.face.crop import head_box
from face2face.face.detector import Detector
from face2face.media.recording import Recording
from face2face.media.stills import write_image
from face2face.synthetic.animate import animate
from face2face.synthetic.motion import scripted_expression

ROOT = Path(__file__).resolve().parents[1]
#: One thread for each library, so that sums have one order and results are equal to the bit.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "TF_DETERMINISTIC_OPS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}
#: Seconds between two looks at a command's folder.
_POLL_SECONDS = 0.02
#: Seconds within which the helpers of a killed command end by themselves.
_END_SECONDS = 30.0
#: Fields of a card that say how long a training took, and how much memory.
_MEASURED = ("minutes", "peak_mib")


@dataclass(frozen=True)
class Case:
    """A command that writes into ``out``.

    Attributes:
        arguments: Verb or program, and its options. Inputs lie in ``inputs/`` next to ``out``.
        begin: Folder of the inputs that ``out`` is a copy of before the command runs; None for
            no folder.
        again: Further options of the second run, such as ``--overwrite`` for a file.
    """

    arguments: tuple[str, ...]
    begin: str | None = None
    again: tuple[str, ...] = ()


_LIVE = ("run", "--no-window", "--source", "inputs/me.mp4")
_PHOTOS = ("--photo", "inputs/photos")
_TRAIN = ("train", "--input_dir", "inputs/pairs/combined", "--max_epochs", "2", "--ngf", "4")
CASES = {
    "prepare": Case(("prepare", "--file", "inputs/me.mp4", "--num", "20", "--output_dir", "out")),
    "prepare photos": Case(
        ("prepare", "--file", "inputs/photos", "--num", "40", "--output_dir", "out")
    ),
    "train": Case((*_TRAIN, "--no-export", "--output_dir", "out")),
    "export": Case(("export", "--model", "out", "--precision", "f32"), begin="model"),
    "retouch": Case(
        ("retouch", "--photo", "inputs/photos", "--mask", "inputs/mask.png", "--output", "out")
    ),
    "parse": Case(
        ("parse", "--landmarks-only", "--photo", "inputs/photos", "--output", "out"),
        again=("--overwrite",),
    ),
    "process": Case(
        ("process", "--operation", "edges", "--input_dir", "inputs/photos", "--output_dir", "out")
    ),
    "make_semantic_data": Case(
        ("make_semantic_data", *_PHOTOS, "--labels", "inputs/labels", "--output", "out")
    ),
    "make_inpaint_data": Case(
        ("make_inpaint_data", "--photos", "inputs/photos", "--output", "out")
    ),
    "recording": Case((*_LIVE, "--output", "out/clip.mp4"), again=("--overwrite",)),
    "performance": Case(
        (*_LIVE, "--output", "out/clip.mp4", "--save-performance", "out/me.npz"),
        again=("--overwrite",),
    ),
}


def make_inputs(folder: Path) -> None:
    """Make a clip, photos, a mask and label maps of a public-domain portrait; pairs and a model."""
    photo = astronaut()
    (landmarks,) = Detector()(photo)
    box = head_box(landmarks[None], *photo.shape[:2])
    still = cv2.resize(box.cut(photo), (256, 256), interpolation=cv2.INTER_AREA)
    neutral = box.to_panel(landmarks, 256)
    for name in ("photos", "labels"):
        (folder / name).mkdir(parents=True)
    with Recording(folder / "me.mp4", 12) as clip:
        for number in range(24):
            posed = scripted_expression(number / 12).applied_to(neutral)
            picture = animate(still, neutral, posed)
            clip.write(picture, number / 12)
            if number < 8:
                write_image(folder / "photos" / f"{number:02d}.png", picture)
    mask = np.zeros((256, 256, 3), np.uint8)
    mask[40:60, 100:140] = 255
    write_image(folder / "mask.png", mask)
    inputs = ("--landmarks-only", "--photo", "inputs/photos", "--output", "inputs/labels")
    for arguments in (
        ("parse", *inputs),
        ("prepare", "--file", "inputs/me.mp4", "--num", "20", "--output_dir", "inputs/pairs"),
        (*_TRAIN, "--no-export", "--output_dir", "inputs/model"),
    ):
        _finish(arguments, folder.parent)


def undisturbed(case: Case, folder: Path) -> tuple[dict[str, Any], float, float]:
    """Run a command in a folder.

    Returns:
        The content of ``out``, and the seconds from the start to its first change and to the end.
    """
    _begin(case, folder)
    before, start, first = _names(folder), time.monotonic(), 0.0
    process = _start(case.arguments, folder)
    while process.poll() is None:
        if not first and _names(folder) != before:
            first = time.monotonic() - start
        time.sleep(_POLL_SECONDS)
    end = time.monotonic() - start
    _, err = process.communicate()
    assert process.returncode == 0, err
    return content(folder / "out"), first or end / 2, end


def interrupted(case: Case, folder: Path, seconds: float) -> tuple[dict[str, Any], bool]:
    """Run a command in a folder, kill it after some seconds, and run it again.

    Returns:
        The content of ``out``, and whether the first run was still going on when it was killed.
    """
    _begin(case, folder)
    process = _start(case.arguments, folder)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    _await_end(process.pid)
    _finish((*case.arguments, *case.again), folder)
    return content(folder / "out"), process.returncode != 0


def _await_end(group: int) -> None:
    """Wait until all processes of a killed command have ended.

    Raises:
        AssertionError: One goes on.
    """
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"a process of group {group} goes on after its command was killed")


def content(folder: Path) -> dict[str, Any]:
    """Return path -> what is compared of each file in a folder, hidden ones included."""
    return {
        str(path.relative_to(folder)): _compared(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the paths that are in one of two contents only, or that differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def _compared(path: Path) -> Any:
    """Return a file's content, without times and measurements."""
    data = path.read_bytes()
    if path.suffix == ".keras":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _weights(archive.read("model.weights.h5"))
    if path.suffix == ".h5":
        return _weights(data)
    if path.name == "history.csv":
        rows = csv.DictReader(io.StringIO(data.decode()))
        return [{**row, "seconds": ""} for row in rows]
    if path.name == "history.png":
        return "a plot against the time"
    if path.name == "card.json":
        card = json.loads(data)
        for name in _MEASURED:
            card["training"].pop(name, None)
        return card
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return [hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures]
    return hashlib.sha256(data).hexdigest()


def _weights(data: bytes) -> dict[str, str]:
    """Return name -> hash of each array of a file of weights."""
    found: dict[str, str] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = hashlib.sha256(np.asarray(item).tobytes()).hexdigest()

    with h5py.File(io.BytesIO(data)) as file:
        file.visititems(visit)
    return found


def _begin(case: Case, folder: Path) -> None:
    shutil.rmtree(folder / "out", ignore_errors=True)
    if case.begin:
        shutil.copytree(folder / "inputs" / case.begin, folder / "out")


def _names(folder: Path) -> set[tuple[str, int]]:
    """Return the files in ``out``, with the times of their last change."""
    found = set()
    for path in (folder / "out").rglob("*"):
        try:
            found.add((str(path), path.stat().st_mtime_ns))
        except OSError:  # It has been renamed.
            continue
    return found


def _start(arguments: tuple[str, ...], folder: Path) -> subprocess.Popen[str]:
    script = ROOT / "tools" / f"{arguments[0]}.py"
    is_tool = script.is_file() and arguments[0].startswith(("make_", "process"))
    command = [str(script), *arguments[1:]] if is_tool else ["-m", "face2face", *arguments]
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | _ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _finish(arguments: tuple[str, ...], folder: Path) -> None:
    process = _start(arguments, folder)
    out, err = process.communicate()
    assert process.returncode == 0, out + err


def check(
    name: str, folder: Path, moments: int, seed: int = 0, log: Callable[[str], object] = print
) -> int:
    """Kill one command at random moments of its writing; return how often a result differed."""
    case, failures, hits, tries = CASES[name], 0, 0, 0
    truth, first, end = undisturbed(case, folder)
    draw = random.Random(f"{seed} {name}")
    # A command that ended before it was killed doesn't count.
    while hits < moments and tries < 4 * moments:
        tries += 1
        seconds = draw.uniform(0.9 * first, end)
        result, hit = interrupted(case, folder, seconds)
        hits += hit
        if different := differences(truth, result):
            failures += 1
            log(f"{name}, killed after {seconds:.2f} s: {', '.join(different)}")
    log(f"{name}: killed {hits} times between {first:.1f} and {end:.1f} s, {failures} differed")
    return failures


def main() -> int:
    """Kill the named commands, or all; return 1 if a result differed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", default=list(CASES))
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    if not (options.folder / "inputs" / "model").is_dir():
        make_inputs(options.folder / "inputs")
    failures = [
        check(name, options.folder, options.moments, options.seed) for name in options.names
    ]
    return 1 if any(failures) else 0


if __name__ == "__main__":
    sys.exit(main())
