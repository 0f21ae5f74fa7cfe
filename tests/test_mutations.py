"""Loaders and mutated files: each is read and used, or refused in one line, within limits.

``.ci/run`` tries ten thousand inputs for each loader. A quick sample runs with the other tests.
"""

import io
import json
import random
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from face2face import modes
from face2face.card import ModelCard
from face2face.config import load_json, to_json
from face2face.data.annotations import read_annotations
from face2face.data.folders import DatasetConfig, Fingerprint
from face2face.data.label_maps import read_labels
from face2face.data.semantic import SemanticSample
from face2face.errors import DataError, Face2FaceError
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Scene
from face2face.inference.limits import check_graph
from face2face.inference.models import pretrained
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import KeyframeBank
from face2face.keyframes.pose_metric import POSE_METRICS
from face2face.media.photo import read_photo
from face2face.media.video import VideoFile
from face2face.synthetic.performance import LandmarkRecording

resource = pytest.importorskip("resource", reason="this system has no limits of memory")

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
    b"9" * 400,
    b"\\ud800",
    b"\xff\xfe",
    b"[" * 2000,
    b"\x00\x00\xc0\x7f",  # a float32 that is not a number
    b"(1, 70, 2)",
    b"'<f8'",
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
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old:
            members = {name: old.read(name) for name in old.namelist()}
        chosen = rng.choice(list(members))
    except Exception:  # It is damaged already.
        return mutated(content, rng)
    result = io.BytesIO()
    with zipfile.ZipFile(
        result, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as new:
        for name, data in members.items():
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

    def play(path: Path) -> None:
        played = LandmarkRecording.load(path)
        assert 0 < played.fps <= 1000
        next(iter(played))

    return "a.npz", (folder / "a.npz").read_bytes(), play


def bank(folder: Path) -> Loader:
    photo = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    scenes = [Scene(photo, 10 * AVERAGE_FACE + np.float32(32), float(n)) for n in range(3)]
    made = KeyframeBank.of(
        scenes,
        np.zeros((3, len(AVERAGE_FACE)), np.float32),
        10 * AVERAGE_FACE + np.float32(32),
        BackgroundModel.of(photo[None]),
    )
    made.save(folder)

    def choose(path: Path) -> None:
        read = KeyframeBank.load(path.parent)
        pose = read.pose_descriptor(read.landmarks[0])
        for metric in POSE_METRICS:
            read.rgba(read.nearest(pose, metric))
        read.rgba(len(read) - 1)

    return "bank.npz", (folder / "bank.npz").read_bytes(), choose


def study(folder: Path) -> Loader:
    sample = SemanticSample(
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((32, 32), np.uint8),
        np.zeros((32, 32, 7), np.uint8),
        np.zeros((7, 3), np.uint8),
        np.zeros(128, np.float32),
    )
    sample.save(folder / "a.npz")
    return (
        "a.npz",
        (folder / "a.npz").read_bytes(),
        lambda path: SemanticSample.load(path).colour_map,
    )


def card(folder: Path) -> Loader:
    ModelCard.load(pretrained()).with_panels(("sketch",)).save(folder)

    def draw(path: Path) -> None:
        read = ModelCard.load(path.parent)
        mode = modes.load(read, path.parent)
        if read.mode == "reenact":
            mode.condition(Scene(np.zeros((read.size, read.size, 3), np.uint8), 60 * AVERAGE_FACE))

    return "card.json", (folder / "card.json").read_bytes(), draw


def settings(folder: Path) -> Loader:
    content = to_json(DatasetConfig(file=Path("me.mp4")).fingerprint([])).encode()
    return "source.json", content, lambda path: load_json(Fingerprint, path, DataError)


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
    return "a.jpg", described("JPEG"), read_photo


def tiff(folder: Path) -> Loader:
    return "a.tif", described("TIFF"), read_photo


def described(kind: str) -> bytes:
    """A photo with a colour profile, EXIF data and a resolution."""
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010E] = 6, "a face"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = io.BytesIO()
    picture = Pillow.new("RGB", (32, 24), (90, 80, 70))
    picture.save(result, kind, exif=exif, icc_profile=profile, dpi=(72, 72))
    return result.getvalue()


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


LOADERS = (
    *(performance, bank, study, card, settings, annotations),
    *(photo, jpeg, tiff, label_map, graph, video),
)


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


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("make", LOADERS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutated_files_are_read_or_refused(
    make: Callable[[Path], Loader], count: int, tmp_path: Path
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert max(attempts(make, tmp_path, count)) < HANG
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    shutil.rmtree(tmp_path)
