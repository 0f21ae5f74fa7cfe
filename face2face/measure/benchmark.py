"""How fast it is: a stage, from end to end, to the first picture; beside the ancestors' way of doing it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
from imutils import face_utils
from skimage.data import astronaut

from face2face.card import Card
from face2face.data.blemishes import blemished
from face2face.data.dataset import Layout
from face2face.data.process import resize
from face2face.face.animate import animate
from face2face.face.backdrop import Backdrop
from face2face.face.bank import Bank
from face2face.face.blemish import searched
from face2face.face.detect import Detector, bundled_weights
from face2face.face.landmarks import interocular
from face2face.face.motion import perform
from face2face.face.parse import drawn
from face2face.face.retarget import TargetShape
from face2face.face.sketch import ANCESTRAL
from face2face.graph.engine import TensorFlowEngine
from face2face.graph.names import GRAPH
from face2face.graph.precision import choose_precision, examples
from face2face.image import Image, Landmarks, Scene, centre_box
from face2face.live import loop
from face2face.live.apart import Apart
from face2face.live.driver import Driver
from face2face.live.groom import Groom
from face2face.live.puppet import Puppet
from face2face.live.seek import following, prepare
from face2face.live.session import Cast, Session
from face2face.live.view import Show, View
from face2face.media.sink import Recording
from face2face.memory import held_memory
from face2face.modes.inpaint import Inpaint

#: The driver: a camera's usual picture, and its rate.
WIDTH, HEIGHT, FPS = 640, 480, 30
#: How fast frames come that come as fast as they are taken: as from the fastest of cameras.
FASTEST = 120
#: Frames at the start of a round that aren't counted: caches fill, threads start.
_WARM = 30


def portrait_clip(length: int, blemishes: int = 0) -> list[Image]:
    """A driver without a camera: the portrait of scikit-image, moved by the script, ``(480, 640, 3)`` uint8 pictures.

    Args:
        length: How many.
        blemishes: How many are drawn into its skin.
    """
    photo = astronaut()
    (landmarks,) = Detector()(photo)
    skin = searched(drawn(landmarks, *photo.shape[:2]), landmarks)
    photo, _ = blemished(photo, skin, interocular(landmarks), np.random.default_rng(0), blemishes)
    pictures = []
    for number in range(length):
        moved = animate(photo, landmarks, perform(number / FPS).applied_to(landmarks))
        side = (WIDTH - photo.shape[1]) // 2
        pictures.append(cv2.copyMakeBorder(moved[:HEIGHT], 0, 0, side, side, cv2.BORDER_REPLICATE))
    return pictures


@dataclass(frozen=True)
class Timing:
    """Times of many frames, in milliseconds.

    Attributes:
        median: Half take less.
        slow: The 99th percentile.
    """

    median: float
    slow: float

    @classmethod
    def of(cls, seconds: list[float]) -> Timing:
        """The timing of frames that each took so long."""
        median, slow = np.percentile(np.array(seconds) * 1000, (50, 99))
        return cls(float(median), float(slow))


def stages(model: Path, frames: list[Image]) -> dict[str, Timing]:
    """How long each step takes when nothing else runs."""
    puppet = Puppet.load(model)
    track, driver = following(FASTEST, None), Driver(lambda photo: [], puppet.mode.shape, puppet.mode.size)
    show = _show(puppet)
    taken: dict[str, list[float]] = {}

    def timed(name: str, step: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        result = step(*arguments)
        taken.setdefault(name, []).append(time.perf_counter() - began)
        return result

    for number, photo in enumerate(frames):
        faces = timed("face", track, photo)
        posed = timed("pose", driver, Scene(photo, faces[0] if faces else None, number / FPS))
        if isinstance(puppet.mode, Inpaint):
            timed("compose", timed("retouch", show, posed).composed, "side")
        elif posed.target is not None:
            panels = timed("condition", puppet.condition, posed.target)
            answer = timed("generate", puppet.answer, posed.target, panels)
            timed("compose", View(posed, panels[0], answer).composed, "side")
    return {name: Timing.of(seconds[_WARM:]) for name, seconds in taken.items()}


@dataclass(frozen=True)
class Flow:
    """Frames through the whole program, its steps overlapping.

    Attributes:
        frame: From one picture to the next.
        latency: From a frame's capture to its picture.
    """

    frame: Timing
    latency: Timing


def end_to_end(model: Path, frames: list[Image]) -> Flow:
    """The live loop on frames that come as fast as they are taken."""
    came: dict[float, float] = {}
    shown: list[tuple[float, float]] = []

    def scenes() -> Iterator[Scene]:
        for number, photo in enumerate(frames):
            came[number / FPS] = time.perf_counter()
            yield Scene(photo, seconds=number / FPS)

    def watch(view: View) -> None:
        shown.append((view.seconds, time.perf_counter()))

    with _playing(model, watch) as session:
        loop.run(session, scenes())
    counted = shown[_WARM:]
    periods = [after[1] - before[1] for before, after in pairwise(counted)]
    return Flow(Timing.of(periods), Timing.of([done - came[seconds] for seconds, done in counted]))


@dataclass(frozen=True)
class Stretch:
    """A part of a long run.

    Attributes:
        frame: From one picture to the next.
        held_mib: The memory held at its end; 0 on systems that don't tell.
    """

    frame: Timing
    held_mib: int


def endure(model: Path, frames: Sequence[Image], seconds: float, stretches: int) -> list[Stretch]:
    """The live loop on a driver who goes round and round for so long, in parts of equal length."""
    shown: list[float] = []
    done: list[Stretch] = []
    until: float | None = None

    def scenes() -> Iterator[Scene]:
        for number in count():
            if len(done) == stretches:
                return
            yield Scene(frames[number % len(frames)], seconds=number / FPS)

    def watch(view: View) -> None:
        nonlocal until
        shown.append(time.perf_counter())
        until = until or shown[0] + seconds / stretches
        if shown[-1] > until:
            done.append(Stretch(Timing.of([after - before for before, after in pairwise(shown)]), held_memory()))
            shown.clear()
            until += seconds / stretches

    with _playing(model, watch) as session:
        loop.run(session, scenes())
    return done[:stretches]


@contextmanager
def _playing(model: Path, watch: Callable[[View], None]) -> Iterator[Session]:
    with Apart(partial(prepare, None)) as apart:
        detect = apart.does(partial(following, FASTEST, None))
        with Session([partial(_cast, model, detect)], sinks=[_Nowhere()], watch=watch) as session:
            yield session


def _cast(model: Path, detect: Callable[[Image], list[Landmarks]]) -> Cast:
    puppet = Puppet.load(model)
    return Cast(Driver(detect, puppet.mode.shape, puppet.mode.size), _show(puppet))


def _show(puppet: Puppet) -> Show | Groom:
    return Groom(puppet) if isinstance(puppet.mode, Inpaint) else Show(puppet)


class Ancestor:
    """The ancestors' way, written from its description: faces sought in every frame at a quarter of its size, a white sketch three pixels
    wide drawn at the camera's size, pix2pix's U-Net as a TensorFlow graph, one thing after another.

    Args:
        folder: Where its graph is, or is put; the weights aren't trained, which makes no difference to its speed.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / GRAPH).is_file():
            _freeze(folder, Card("reenact", 256, ("sketch",), generator="unet"))
        self._engine = TensorFlowEngine(folder / GRAPH, 256, ("sketch",))
        self._hog = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(bundled_weights("shape_predictor_68_face_landmarks.dat")))

    def __call__(self, photo: Image) -> Image:
        """The picture that it shows for a driver's."""
        small = cv2.resize(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), None, fx=0.25, fy=0.25)
        canvas = np.zeros_like(photo)
        for face in self._hog(small, 1):
            points = face_utils.shape_to_np(self._predictor(small, face)).astype(np.float32) * 4
            side = max(photo.shape[:2])
            canvas = np.maximum(canvas, ANCESTRAL.draw(points, side)[: photo.shape[0], : photo.shape[1]])
        box = centre_box(*photo.shape[:2])
        answer = self._engine([resize(box.cut(canvas), 256)])
        return np.concatenate([resize(box.cut(photo), 256), answer], axis=1)

    def timing(self, frames: list[Image]) -> Timing:
        """How long a frame takes."""
        taken = []
        for photo in frames:
            began = time.perf_counter()
            self(photo)
            taken.append(time.perf_counter() - began)
        return Timing.of(taken[min(_WARM, len(taken) // 4) :])


@dataclass(frozen=True)
class Start:
    """A program's beginning and size.

    Attributes:
        first_picture: Seconds from the command to the first picture.
        peak_mib: The most memory it held, in MiB; 0 on systems that don't tell.
        tensorflow: Whether TensorFlow was imported.
    """

    first_picture: float
    peak_mib: int
    tensorflow: bool


def start(model: Path, frames: list[Image], folder: Path) -> Start:
    """Starts the live program on a clip, as a person would."""
    clip, output = folder / "driver.mp4", folder / "first.mp4"
    with Recording(clip, FPS) as recording:
        for number, photo in enumerate(frames):
            recording.write(photo, number / FPS)
    output.unlink(missing_ok=True)
    code = (
        "import sys; from face2face.commands.console import main; main(sys.argv[1:]);"
        "from face2face.memory import peak_memory; print(peak_memory(), 'tensorflow' in sys.modules)"
    )
    options = ["run_webcam", "--source", str(clip), "--tf-model", str(model), "--no-window", "--output", str(output)]
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code, *options], stdout=subprocess.PIPE, text=True) as program:
        while not output.is_file() and program.poll() is None:
            time.sleep(0.002)
        first = time.perf_counter() - began
        assert program.stdout is not None
        *_, peak, tensorflow = program.stdout.read().split()
    return Start(first, int(peak), tensorflow == "True")


def enlarged(model: Path, folder: Path) -> Path:
    """A model's twin at 512 pixels: its bank enlarged, its network not trained, which makes no difference to its speed."""
    folder.mkdir(parents=True, exist_ok=True)
    card, bank = Card.load(model), Bank.load(model)
    factor = 512 // card.size
    scenes = (
        Scene(_larger(bank.layers(index)[..., :3], factor), bank.landmarks[index] * factor, float(bank.seconds[index]))
        for index in range(len(bank))
    )
    still = cv2.resize(bank.backdrop.still, None, fx=factor, fy=factor)[..., None]
    backdrop = Backdrop(_larger(bank.backdrop.photo, factor), still)
    Bank.of(scenes, bank.reference * factor, backdrop).save(folder)
    shape = TargetShape.from_json(card.shape)
    pose = np.array((factor, factor, 1, 1), np.float32)
    larger = TargetShape(**{name: each * (pose if name.startswith("pose") else factor) for name, each in vars(shape).items()})
    _freeze(folder, replace(card, size=512, shape=larger.to_json()))
    choose_precision(folder, card.precision, examples(folder))
    return folder


def _larger(photo: Image, factor: int) -> Image:
    return np.asarray(cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)


def _freeze(folder: Path, card: Card) -> None:
    """Writes a card and an untrained network of its kind."""
    from face2face.graph.freeze import freeze
    from face2face.graph.names import REDUCED
    from face2face.graph.reduce import without_training
    from face2face.learn.networks import DEFAULTS, GENERATORS

    base, mask = (card.panels.index(name) if name else None for name in (card.base, card.mask))
    layout = Layout(len(card.panels) + 1, tuple(range(len(card.panels))), len(card.panels), card.size, base, mask)
    folder.mkdir(parents=True, exist_ok=True)
    card.save(folder)
    without_training(GENERATORS[card.generator](layout, DEFAULTS[card.generator].ngf)).save(folder / REDUCED)
    freeze(folder)


class _Nowhere:
    """A sink that takes everything."""

    def write(self, image: Image, seconds: float) -> None:
        pass

    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *error: object) -> None:
        pass
