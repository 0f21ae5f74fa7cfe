"""The live loop with doubles: no camera, no screen, no waiting."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from face2face.face.motion import AVERAGE_FACE, Expression
from face2face.face.performance import Performance
from face2face.face.retarget import Retargeter, TargetShape
from face2face.face.sketch import SketchSpec
from face2face.image import Image, Landmarks, Scene
from face2face.live.driver import Driver
from face2face.live.loop import INPUT, SKETCH, STALLED, Show, View, dimmed, run, write_line
from face2face.live.puppet import Puppet
from face2face.modes.reenact import Reenact

TARGET: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)
MODE = Reenact(256, SketchSpec(), TargetShape.of(TARGET[None]), None)


class Negative:
    """An engine that answers with the negative of its first panel."""

    name = "double"

    def __call__(self, panels: list[Image]) -> Image:
        return 255 - panels[0]


class Collector:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.pictures: list[Image] = []
        self.times: list[float] = []

    def write(self, image: Image, seconds: float) -> None:
        self.pictures.append(image)
        self.times.append(seconds)

    def __enter__(self) -> "Collector":
        return self

    def __exit__(self, *error: object) -> None:
        pass


def blind(photo: Image) -> list[Landmarks]:
    return []


def driver() -> Driver:
    return Driver(blind, Retargeter(TargetShape.of(TARGET[None])), MODE.size)


def show() -> Show:
    return Show(Puppet(MODE, Negative(), "double"))


class Stage:
    """All steps, one after another."""

    def __init__(self) -> None:
        self._driver, self._show = driver(), show()

    def __call__(self, scene: Scene) -> View:
        return self._show.view(self._show.condition(self._driver(scene)))


def test_a_performance_drives_the_target() -> None:
    sink = Collector()
    summary = run(Performance(), driver(), show(), [sink])
    assert (summary.frames, summary.found) == (360, 360)
    assert sink.pictures[0].shape == (256, 512, 3)
    assert sink.times == pytest.approx([number / 30 for number in range(360)])
    left, right = sink.pictures[100][:, :256], sink.pictures[100][:, 256:]
    assert left.mean() < 50
    assert right.mean() > 200


def test_the_sketch_can_be_shown_instead_of_the_input() -> None:
    scene = Performance(size=512).scene(0.0)
    view = Stage()(scene)
    assert (view.picture(SKETCH)[:, :256] == view.sketch).all()
    assert (view.sketch == MODE.sketch.draw(TARGET, 256)).mean() > 0.99, "a driver at rest shows the target at rest"
    assert (view.picture(INPUT)[:, :256] == view.driver).all()


def test_a_wide_driver_keeps_its_proportions() -> None:
    view = Stage()(Scene(np.zeros((480, 640, 3), np.uint8), (AVERAGE_FACE * 50 + 200).astype(np.float32), 0.0))
    assert view.driver.shape == (256, 341, 3)


def test_without_a_face_the_last_picture_stays_dimmed_and_says_so() -> None:
    stage = Stage()
    scene = Performance().scene(0.0)
    before = stage(scene)
    after = stage(Scene(scene.photo, None, 0.1))
    assert not after.found
    assert after.sketch.max() == 0
    top = slice(0, 200)  # above the line of text
    assert np.abs(after.target[top].astype(int) - 0.35 * before.target[top]).max() <= 1
    assert (after.target[200:] == 255).any(), "it says so"
    assert stage(Scene(scene.photo, scene.landmarks, 0.2)).found


def test_a_driver_without_a_face_from_the_start_is_black() -> None:
    view = Stage()(Scene(np.zeros((48, 64, 3), np.uint8), None, 0.0))
    assert view.target[:200].max() == 0


def test_the_largest_face_drives() -> None:
    small, large = (AVERAGE_FACE * 20 + 100).astype(np.float32), (AVERAGE_FACE * 60 + 250).astype(np.float32)
    posed = Driver(lambda photo: [large, small], None, 256)(Scene(np.zeros((512, 512, 3), np.uint8), None, 0.0))
    assert posed.target is not None
    assert posed.target.landmarks == pytest.approx((large + 0.5) / 2 - 0.5), "without a shape, as it lies in the picture"


def test_an_error_in_the_source_reaches_the_caller_after_the_sinks_were_fed() -> None:
    def scenes() -> Iterator[Scene]:
        yield Performance().scene(0.0)
        raise RuntimeError("unplugged")

    sink = Collector()
    with pytest.raises(RuntimeError, match="unplugged"):
        run(scenes(), driver(), show(), [sink])
    assert len(sink.pictures) == 1


def test_the_rate_is_taken_from_the_clock() -> None:
    ticks = iter(np.arange(0, 1000, 0.05))
    summary = run((Performance().scene(n / 30) for n in range(11)), driver(), show(), [], clock=lambda: float(next(ticks)))
    assert summary.fps == pytest.approx(20)


class FakeWindow:
    """A window that is closed at the third picture."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def write(self, image: Image, seconds: float) -> None:
        pass

    def closed(self, wait: float = 0.0) -> bool:
        self.waits.append(wait)
        return len(self.waits) == 3


def test_photos_stay_until_the_window_is_closed() -> None:
    window = FakeWindow()
    summary = run([Performance().scene(0.0)], driver(), show(), [], window, hold=True, clock=lambda: 0.0)  # type: ignore[arg-type]
    assert summary.frames == 1
    assert len(window.waits) == 3


def test_closing_the_window_ends_it_and_a_recorded_driver_keeps_his_pace() -> None:
    window = FakeWindow()
    summary = run(Performance(), driver(), show(), [], window, paced=True, clock=lambda: 0.0)  # type: ignore[arg-type]
    assert summary.frames == 3
    assert window.waits == pytest.approx([0, 1 / 30, 2 / 30])


class Watched(FakeWindow):
    """A window that keeps what it shows and is closed when it has said that no picture comes."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[Image] = []

    def write(self, image: Image, seconds: float) -> None:
        self.pictures.append(image)

    def closed(self, wait: float = 0.0) -> bool:
        return len(self.pictures) == 2


def test_a_source_that_stalls_is_told_and_the_window_can_be_closed() -> None:
    unplugged, now = threading.Event(), iter(range(0, 1000, 3))

    def stalling() -> Iterator[Scene]:
        yield Performance().scene(0.0)
        unplugged.wait(30)

    window = Watched()
    summary = run(stalling(), driver(), show(), [], window, live=True, clock=lambda: float(next(now)))  # type: ignore[arg-type]
    unplugged.set()
    assert summary.frames == 1
    expected = write_line(dimmed(window.pictures[0]), STALLED)
    assert (window.pictures[1] == expected).all()


def test_a_driver_who_asks_for_more_than_the_target_ever_did_is_told_by_the_edge() -> None:
    stage = Stage()
    scenes = [Performance().scene(0.0), Performance().scene(0.1)]
    far = replace(scenes[1], landmarks=Expression(open=1.0).applied_to(scenes[1].landmarks))
    assert not stage(scenes[0]).beyond
    assert stage(far).beyond
