"""The live loop with doubles: no camera, no screen, no waiting."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.retarget import TargetStatistics
from face2face.face.sketch import SketchSpec
from face2face.image import Image, Landmarks, Scene
from face2face.imaging.text import draw_mark, draw_note
from face2face.live.frame import FrameRenderer, RenderedFrame, dimmed
from face2face.live.keybindings import KEYBINDINGS
from face2face.live.loop import STALLED, run
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks
from face2face.live.session import DisplayOptions, LivePipeline, Session
from face2face.media.sink import Sink
from face2face.media.window import QUIT
from face2face.modes.reenact import Reenact
from face2face.synthetic.performance import ScriptedDriver

TARGET: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)
MODE = Reenact(
    256, SketchSpec(), TargetStatistics.of(TARGET[None], np.zeros((1, 68), np.float32)), None
)


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


def driver() -> MotionTransfer:
    return MotionTransfer(MODE.shape, MODE.size)


def show() -> FrameRenderer:
    return FrameRenderer(ReenactmentModel(MODE, Negative(), "double"))


class Stage:
    """All steps, one after another."""

    def __init__(self) -> None:
        self._driver, self._show = driver(), show()

    def __call__(self, scene: Scene) -> RenderedFrame:
        return self._show(self._driver(scene))


def session(
    window: object = None,
    sinks: Iterable[Sink] = (),
    clock: Callable[[], float] = time.perf_counter,
    **parts: Any,
) -> Session:
    return Session(
        [lambda: LivePipeline(driver(), show())], sinks=sinks, window=window, clock=clock, **parts
    )  # type: ignore[arg-type]


def test_a_performance_drives_the_target() -> None:
    sink = Collector()
    summary = run(session(sinks=[sink]), ScriptedDriver())
    assert (summary.frames, summary.found) == (360, 360)
    assert sink.pictures[0].shape == (256, 512, 3)
    assert sink.times == pytest.approx([number / 30 for number in range(360)])
    left, right = sink.pictures[100][:, :256], sink.pictures[100][:, 256:]
    assert left.mean() < 50
    assert right.mean() > 200


def test_the_sketch_can_be_shown_instead_of_the_input() -> None:
    scene = ScriptedDriver(size=512).scene(0.0)
    view = Stage()(scene)
    assert (view.composed("side", sketch=True)[:, :256] == view.sketch).all()
    assert (view.sketch == MODE.sketch.draw(TARGET, 256)).mean() > 0.99, (
        "a driver at rest shows the target at rest"
    )
    assert (view.composed("side")[:, :256] == view.beside()).all()
    assert (view.composed("target") == view.target).all()


def test_a_wide_driver_keeps_its_proportions() -> None:
    view = Stage()(
        Scene(np.zeros((480, 640, 3), np.uint8), (AVERAGE_FACE * 50 + 200).astype(np.float32), 0.0)
    )
    assert view.beside().shape == (256, 341, 3)


def test_without_a_face_the_last_picture_stays_dimmed_and_says_so() -> None:
    stage = Stage()
    scene = ScriptedDriver().scene(0.0)
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
    small, large = (
        (AVERAGE_FACE * 20 + 100).astype(np.float32),
        (AVERAGE_FACE * 60 + 250).astype(np.float32),
    )
    scene = with_landmarks(
        Scene(np.zeros((512, 512, 3), np.uint8), None, 0.0), lambda photo: [large, small]
    )
    posed = MotionTransfer(None, 256)(scene)
    assert posed.target is not None
    assert posed.target.landmarks == pytest.approx((large + 0.5) / 2 - 0.5), (
        "without a shape, as it lies in the picture"
    )


def test_an_error_in_the_source_reaches_the_caller_after_the_sinks_were_fed() -> None:
    def scenes() -> Iterator[Scene]:
        yield ScriptedDriver().scene(0.0)
        raise RuntimeError("unplugged")

    sink = Collector()
    with pytest.raises(RuntimeError, match="unplugged"):
        run(session(sinks=[sink]), scenes())
    assert len(sink.pictures) == 1


def test_the_rate_is_taken_from_the_clock() -> None:
    ticks = iter(np.arange(0, 1000, 0.05))
    summary = run(
        session(clock=lambda: float(next(ticks))),
        (ScriptedDriver().scene(n / 30) for n in range(11)),
    )
    assert summary.fps == pytest.approx(20)


class FakeWindow:
    """A window that is closed at the third picture."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def write(self, image: Image, seconds: float) -> None:
        pass

    def key(self, wait: float = 0.0) -> str:
        self.waits.append(wait)
        return QUIT if len(self.waits) == 3 else ""


def test_photos_stay_until_the_window_is_closed() -> None:
    window = FakeWindow()
    summary = run(session(window, clock=lambda: 0.0), [ScriptedDriver().scene(0.0)], hold=True)
    assert summary.frames == 1
    assert len(window.waits) == 3


def test_closing_the_window_ends_it_and_a_recorded_driver_keeps_his_pace() -> None:
    window = FakeWindow()
    summary = run(session(window, clock=lambda: 0.0), ScriptedDriver(), paced=True)
    assert summary.frames == 3
    assert window.waits == pytest.approx([0, 1 / 30, 2 / 30])


class Watched(FakeWindow):
    """A window that keeps what it shows and is closed when it has said that no picture comes."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[Image] = []

    def write(self, image: Image, seconds: float) -> None:
        self.pictures.append(image)

    def key(self, wait: float = 0.0) -> str:
        return QUIT if len(self.pictures) == 2 else ""


def test_a_source_that_stalls_is_told_and_the_window_can_be_closed() -> None:
    unplugged, now = threading.Event(), iter(range(0, 1000, 3))

    def stalling() -> Iterator[Scene]:
        yield ScriptedDriver().scene(0.0)
        unplugged.wait(30)

    window = Watched()
    summary = run(session(window, clock=lambda: float(next(now))), stalling(), live=True)
    unplugged.set()
    assert summary.frames == 1
    expected = draw_note(dimmed(window.pictures[0]), STALLED)
    assert (window.pictures[1] == expected).all()


def test_a_driver_who_asks_for_more_than_the_target_ever_did_is_told_by_the_edge() -> None:
    stage = Stage()
    scenes = [ScriptedDriver().scene(0.0), ScriptedDriver().scene(0.1)]
    far = replace(scenes[1], landmarks=Expression(open=1.0).applied_to(scenes[1].landmarks))
    assert not stage(scenes[0]).beyond
    assert stage(far).beyond


class Typist(FakeWindow):
    """A window at which keys are pressed, one a look; after the last it is closed."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.keys, self.full = iter(keys), False
        self.pictures: list[Image] = []

    def write(self, image: Image, seconds: float) -> None:
        self.pictures.append(image)

    def key(self, wait: float = 0.0) -> str:
        return next(self.keys, QUIT)

    def fill_screen(self, fill: bool) -> None:
        self.full = fill


def typed(keys: str, **parts: Any) -> tuple[Session, Typist]:
    window = Typist(keys)
    with session(window, clock=lambda: 0.0, **parts) as playing:
        run(playing, ScriptedDriver(loops=True))
    return playing, window


def test_keys_change_how_it_is_shown() -> None:
    playing, _ = typed("icm")
    assert playing.look == DisplayOptions(compose="target", sketch=True, mirror=True)
    assert typed("f")[1].full
    assert len({picture.shape for picture in typed("...ccc...")[1].pictures}) > 1


def test_keys_change_how_it_moves() -> None:
    driver = typed("eeTTTTSS")[0].cast.driver
    assert driver.retarget is not None
    assert (driver.retarget.expression, driver.retarget.head, driver.smooth.strength) == (
        0.8,
        1.4,
        1.2,
    )
    lowest = typed("t" * 30)[0].cast.driver.retarget
    assert lowest is not None
    assert lowest.head == 0


def test_pausing_shows_nothing_new() -> None:
    shown = typed(".. " + "." * 50 + " .")[1].pictures
    assert len({picture.tobytes() for picture in shown}) <= 8


def test_help_lists_every_key() -> None:
    plain, helped = typed(".")[1].pictures[0], typed("h..")[1].pictures[1]
    assert not (plain == helped).all()


def test_a_key_takes_a_snapshot_and_another_records(tmp_path: Path) -> None:
    sink = Collector()
    typed(
        "pr..r..",
        snapshot=lambda: tmp_path / "now.png",
        record=lambda: (sink, tmp_path / "now.mp4"),
    )
    assert (tmp_path / "now.png").is_file()
    assert len(sink.pictures) == 3
    assert sink.times[0] == 0


def test_what_is_recorded_says_that_it_is_synthetic_unless_told_not_to() -> None:
    plain, said = Collector(), Collector()
    run(session(sinks=[said]), [ScriptedDriver().scene(0.0)])
    run(session(sinks=[plain], look=DisplayOptions(mark=False)), [ScriptedDriver().scene(0.0)])
    assert (said.pictures[0] == draw_mark(plain.pictures[0])).all()
    assert (said.pictures[0] != plain.pictures[0]).any()


def test_the_next_model_is_called_by_a_key_and_after_the_last_comes_the_first() -> None:
    names = []

    def cast(name: str) -> LivePipeline:
        names.append(name)
        return LivePipeline(driver(), FrameRenderer(ReenactmentModel(MODE, Negative(), name)))

    window = Typist("n..n..n")
    playing = Session([lambda: cast("one"), lambda: cast("two")], window=window, clock=lambda: 0.0)  # type: ignore[arg-type]
    run(playing, ScriptedDriver(loops=True))
    assert names == ["one", "two", "one", "two"]
    assert playing.cast.show.puppet.name == "two"


@settings(max_examples=25, deadline=None)
@given(
    st.text(
        st.sampled_from([*(key for key in KEYBINDINGS if key not in "qpr"), "x", "\0"]), max_size=40
    )
)
def test_keys_hit_at_random_never_stop_it(keys: str) -> None:
    playing, _ = typed(keys)
    assert playing.over
