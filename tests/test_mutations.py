"""Loaders and mutated files: each is read or refused in one line, within limits.

``.ci/run`` tries ten thousand inputs for each loader. A quick sample runs with the other tests.
"""

import io
import json
import random
import resource
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.annotations import read_annotations
from face2face.data.label_maps import read_labels
from face2face.data.semantic import SemanticSample
from face2face.errors import Face2FaceError
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Scene
from face2face.inference.limits import check_graph
from face2face.inference.models import pretrained
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank
from face2face.media.photo import read_photo
from face2face.media.video import VideoFile
from face2face.synthetic.performance import LandmarkRecording

#: Seconds in which a loader must answer.
HANG = 5.0
#: Growth of the process's memory that no loader may exceed, in KiB.
MEMORY = 1_000_000
#: Bytes that often stand for sizes, signs, names and ends.
TOKENS = (
    b"\x00",
    b"\xff\xff\xff\xff",
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"[",
    b"{",
    b'"',
    b"9" * 30,
)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return content with some bytes changed, left out, doubled or put in."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        length = rng.choice((1, 2, 4, 16, 64))
        match rng.randrange(5):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at : at + length] = rng.choice(TOKENS)
            case _:
                del data[at:]
    return bytes(data)


def mutated_archive(content: bytes, rng: random.Random) -> bytes:
    """Return an archive in which one member is mutated, with a checksum that fits."""
    if rng.random() < 0.3:
        return mutated(content, rng)
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            data = old.read(name)
            # The header, where sizes and types stand, is mutated more often than the numbers.
            head = data[:128] if rng.random() < 0.7 else data
            new.writestr(name, mutated(head, rng) + data[len(head) :] if name == chosen else data)
    return result.getvalue()


Loader = tuple[str, bytes, Callable[[Path], object]]


def performance(folder: Path) -> Loader:
    recording = LandmarkRecording(64, 64)
    for second in range(4):
        recording.add(10 * AVERAGE_FACE + np.float32(32), float(second))
    recording.save(folder / "a.npz")
    return "a.npz", (folder / "a.npz").read_bytes(), LandmarkRecording.load


def bank(folder: Path) -> Loader:
    photo = np.zeros((64, 64, 3), np.uint8)
    scenes = [Scene(photo, 10 * AVERAGE_FACE + np.float32(32), float(n)) for n in range(3)]
    made = KeyframeBank.of(
        scenes,
        np.zeros((3, len(AVERAGE_FACE)), np.float32),
        10 * AVERAGE_FACE + np.float32(32),
        BackgroundModel.of(photo[None]),
    )
    made.save(folder)
    content = (folder / "bank.npz").read_bytes()
    return "bank.npz", content, lambda path: KeyframeBank.load(path.parent)


def study(folder: Path) -> Loader:
    sample = SemanticSample(
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((32, 32), np.uint8),
        np.zeros((32, 32, 7), np.uint8),
        np.zeros((7, 3), np.uint8),
        np.zeros(128, np.float32),
    )
    sample.save(folder / "a.npz")
    return "a.npz", (folder / "a.npz").read_bytes(), SemanticSample.load


def card(folder: Path) -> Loader:
    content = (pretrained() / "card.json").read_bytes()
    return "card.json", content, lambda path: ModelCard.load(path.parent)


def annotations(folder: Path) -> Loader:
    entry = {
        "content": "http://127.0.0.1/a.jpg",
        "annotation": [
            {
                "label": ["Face"],
                "points": [{"x": 0.1, "y": 0.2}, {"x": 0.5, "y": 0.6}],
                "imageWidth": 64,
                "imageHeight": 48,
            }
        ],
    }
    return "a.json", "\n".join([json.dumps(entry)] * 3).encode(), read_annotations


def photo(folder: Path) -> Loader:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    return "a.png", cv2.imencode(".png", pixels)[1].tobytes(), read_photo


def jpeg(folder: Path) -> Loader:
    pixels = np.full((24, 32, 3), 90, np.uint8)
    return "a.jpg", cv2.imencode(".jpg", pixels)[1].tobytes(), read_photo


def label_map(folder: Path) -> Loader:
    return "a.png", cv2.imencode(".png", np.eye(24, dtype=np.uint8))[1].tobytes(), read_labels


def graph(folder: Path) -> Loader:
    shapes = dict.fromkeys(("sketch", "warp", "mask"), (1, 256, 256, 3))
    content = (pretrained() / "frozen_model.pb").read_bytes()
    # Its weights are most of the file; the nodes stand at the start.
    return "a.pb", content[:60_000], lambda path: check_graph(path, shapes, ((1, 256, 256, 3),))


def video(folder: Path) -> Loader:
    from face2face.media.recording import Recording

    with Recording(folder / "a.mp4", 25.0) as recording:
        for number in range(3):
            recording.write(np.full((32, 32, 3), 80 * number, np.uint8), number / 25)

    def read(path: Path) -> None:
        with VideoFile(path) as source:
            for _ in source:
                pass

    return "a.mp4", (folder / "a.mp4").read_bytes(), read


LOADERS = (performance, bank, study, card, annotations, photo, jpeg, label_map, graph, video)


def attempts(make: Callable[[Path], Loader], folder: Path, count: int) -> Iterator[float]:
    """Load mutated files, and yield the seconds that each took."""
    name, content, load = make(folder)
    rng = random.Random(make.__name__)
    mutate = mutated_archive if name.endswith(".npz") else mutated
    path = folder / name
    for _ in range(count):
        path.write_bytes(mutate(content, rng))
        start = time.perf_counter()
        try:
            load(path)
        except Face2FaceError as error:
            assert "\n" not in str(error)
        yield time.perf_counter() - start


@pytest.mark.parametrize("make", LOADERS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutated_files_are_read_or_refused(
    make: Callable[[Path], Loader], count: int, tmp_path: Path
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert max(attempts(make, tmp_path, count)) < HANG
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    shutil.rmtree(tmp_path)
