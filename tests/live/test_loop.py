"""The live loop with fakes: no camera, no screen, no waiting."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.sketch import SketchSpec
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Image, Landmarks, Scene
from face2face.imaging.text import draw_mark, draw_note
from face2face.live.controls import LiveControls
from face2face.live.frame import dimmed
from face2face.live.keybindings import KEYBINDINGS
from face2face.live.loop import STALLED, run
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer, with_landmarks
from face2face.live.options import DisplayOptions
from face2face.live.outputs import LiveOutputs
from face2face.live.pipeline import LivePipeline
from face2face.media.sink import Sink
from face2face.media.stills import picture_title
from face2face.media.window import QUIT
from face2face.modes.reenact import Reenact
from face2face.synthetic.performance import ScriptedDriver

TARGET: Landmarks = (AVERAGE_FACE * 50 + (128, 100)).astype(np.float32)
MODE = Reenact(
    256, SketchSpec(), TargetStatistics.of(TARGET[None], np.zeros((1, 70), np.float32)), None
)


class Negative:
    """An engine that returns the negative of its first panel."""

    name = "fake"

    def __call__(self, panels: list[Image]) -> Image:
        return 255 - panels[0]


class Collector:
    """A sink that keeps its pictures and their times."""

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


def pipeline(name: str = "fake") -> LivePipeline:
    return LivePipeline.of(ReenactmentModel(MODE, Negative(), name))


def controls(
    window: object = None,
    sinks: Iterable[Sink] = (),
    clock: Callable[[], float] = time.perf_counter,
    display: DisplayOptions = DisplayOptions(),
    **parts: Any,
) -> LiveControls:
    return LiveControls([pipeline], display, LiveOutputs(sinks, **parts), window, clock)  # type: ignore[arg-type]


def test_a_performance_drives_the_target() -> None:
    sink = Collector()
    summary = run(controls(sinks=[sink]), ScriptedDriver())
    assert (summary.frames, summary.found) == (360, 360)
    assert sink.pictures[0].shape == (256, 512, 3)
    assert sink.times == pytest.approx([number / 30 for number in range(360)])
    left, right = sink.pictures[100][:, :256], sink.pictures[100][:, 256:]
    assert left.mean() < 50
    assert right.mean() > 200


def test_opencv_keeps_to_the_threads_of_the_steps_during_a_run() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        during = []
        scenes = [ScriptedDriver().scene(0.0)]
        run(controls(), scenes, on_frame=lambda frame: during.append(cv2.getNumThreads()))
        assert during == [1]
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)


def test_the_sketch_can_be_shown_instead_of_the_driver() -> None:
    scene = ScriptedDriver(size=512).scene(0.0)
    frame = pipeline()(scene)
    assert (frame.compose("side", conditioning=True)[:, :256] == frame.conditioning).all()
    assert (frame.conditioning == MODE.sketch.draw(TARGET, 256)).mean() > 0.99, (
        "a driver at rest shows the target at rest"
    )
    assert (frame.compose("side")[:, :256] == frame.driver_view()).all()
    assert (frame.compose("target") == frame.image).all()


def test_a_wide_driver_keeps_its_proportions() -> None:
    frame = pipeline()(
        Scene(np.zeros((480, 640, 3), np.uint8), (AVERAGE_FACE * 50 + 200).astype(np.float32), 0.0)
    )
    assert frame.driver_view().shape == (256, 341, 3)


def test_without_a_face_the_last_picture_stays_dimmed_with_a_note() -> None:
    step = pipeline()
    scene = ScriptedDriver().scene(0.0)
    before = step(scene)
    after = step(Scene(scene.photo, None, 0.1))
    assert not after.found
    assert after.conditioning.max() == 0
    top = slice(0, 200)  # above the line of text
    assert np.abs(after.image[top].astype(int) - 0.35 * before.image[top]).max() <= 1
    assert (after.image[200:] == 255).any(), "the note"
    assert step(Scene(scene.photo, scene.landmarks, 0.2)).found


def test_a_driver_without_a_face_from_the_start_is_black() -> None:
    frame = pipeline()(Scene(np.zeros((48, 64, 3), np.uint8), None, 0.0))
    assert frame.image[:200].max() == 0


def test_the_largest_face_drives() -> None:
    small, large = (
        (AVERAGE_FACE * 20 + 100).astype(np.float32),
        (AVERAGE_FACE * 60 + 250).astype(np.float32),
    )
    scene = with_landmarks(
        Scene(np.zeros((512, 512, 3), np.uint8), None, 0.0), lambda photo: [large, small]
    )
    pose = MotionTransfer(None, 256)(scene)
    assert pose.landmarks == pytest.approx((large + 0.5) / 2 - 0.5), (
        "without a shape, as it lies in the picture"
    )


def test_an_error_in_the_source_reaches_the_caller_after_the_sinks_got_their_pictures() -> None:
    def scenes() -> Iterator[Scene]:
        yield ScriptedDriver().scene(0.0)
        raise RuntimeError("unplugged")

    sink = Collector()
    with pytest.raises(RuntimeError, match="unplugged"):
        run(controls(sinks=[sink]), scenes())
    assert len(sink.pictures) == 1


def test_the_rate_is_taken_from_the_clock() -> None:
    ticks = iter(np.arange(0, 1000, 0.05))
    summary = run(
        controls(clock=lambda: float(next(ticks))),
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
    summary = run(controls(window, clock=lambda: 0.0), [ScriptedDriver().scene(0.0)], hold=True)
    assert summary.frames == 1
    assert len(window.waits) == 3


def test_closing_the_window_ends_it_and_a_recorded_driver_keeps_his_pace() -> None:
    window = FakeWindow()
    summary = run(controls(window, clock=lambda: 0.0), ScriptedDriver(), paced=True)
    assert summary.frames == 3
    assert window.waits == pytest.approx([0, 1 / 30, 2 / 30])


class RecordingWindow(FakeWindow):
    """A window that keeps its pictures and is closed at the second."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[Image] = []

    def write(self, image: Image, seconds: float) -> None:
        self.pictures.append(image)

    def key(self, wait: float = 0.0) -> str:
        return QUIT if len(self.pictures) == 2 else ""


def test_the_window_says_that_the_source_stalls_and_can_be_closed() -> None:
    unplugged, now = threading.Event(), iter(range(0, 1000, 3))

    def stalling() -> Iterator[Scene]:
        yield ScriptedDriver().scene(0.0)
        unplugged.wait(30)

    window = RecordingWindow()
    summary = run(controls(window, clock=lambda: float(next(now))), stalling(), live=True)
    unplugged.set()
    assert summary.frames == 1
    expected = draw_note(dimmed(window.pictures[0]), STALLED)
    assert (window.pictures[1] == expected).all()


def test_a_pose_beyond_the_targets_range_is_reported() -> None:
    step = pipeline()
    scenes = [ScriptedDriver().scene(0.0), ScriptedDriver().scene(0.1)]
    far = replace(scenes[1], landmarks=Expression(open=1.0).applied_to(scenes[1].landmarks))
    assert not step(scenes[0]).exceeds_range
    assert step(far).exceeds_range


class Typist(FakeWindow):
    """A window with one key press at each look; after the last it is closed."""

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


def typed(keys: str, **parts: Any) -> tuple[LiveControls, Typist]:
    window = Typist(keys)
    state = controls(window, clock=lambda: 0.0, **parts)
    with state.outputs:
        run(state, ScriptedDriver(loops=True))
    return state, window


def test_keys_change_how_it_is_shown() -> None:
    state, _ = typed("icm")
    assert state.display == DisplayOptions(compose="target", conditioning=True, mirror=True)
    assert typed("f")[1].full
    assert len({picture.shape for picture in typed("...ccc...")[1].pictures}) > 1


def test_keys_change_how_it_moves() -> None:
    motion = typed("eeTTTTSSggg")[0].pipeline.motion
    assert motion.retargeter is not None
    retargeter = motion.retargeter
    strengths = (retargeter.expression, retargeter.head, retargeter.gaze, motion.filter.strength)
    assert strengths == (0.8, 1.4, 0.7, 1.2)
    eager = typed("GGgGG")[0].pipeline.motion.retargeter
    assert eager is not None
    assert eager.gaze == 1.3
    lowest = typed("t" * 30)[0].pipeline.motion.retargeter
    assert lowest is not None
    assert lowest.head == 0


def test_keys_add_an_expression_to_the_targets() -> None:
    added = typed("xxxxxAAAa")[0].pipeline.motion.added
    assert added is not None
    assert added.note == "eyes-wide 0.2"


def test_plus_and_minus_change_the_strength_that_was_used_last() -> None:
    motion = typed("xxxxx+++-ttg+s-")[0].pipeline.motion
    assert motion.added is not None and motion.retargeter is not None
    assert motion.added.note == "eyes-wide 0.2"
    strengths = (motion.retargeter.head, motion.retargeter.gaze, motion.filter.strength)
    assert np.allclose(strengths, (0.8, 1.0, 0.8))


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
        name_snapshot=lambda: tmp_path / "now.png",
        title="a title",
        open_recording=lambda: (sink, tmp_path / "now.mp4"),
    )
    assert picture_title(tmp_path / "now.png") == "a title"
    assert len(sink.pictures) == 3
    assert sink.times[0] == 0


def test_recorded_pictures_have_a_watermark_unless_it_is_switched_off() -> None:
    plain, marked = Collector(), Collector()
    run(controls(sinks=[marked]), [ScriptedDriver().scene(0.0)])
    run(controls(sinks=[plain], watermark=False), [ScriptedDriver().scene(0.0)])
    assert (marked.pictures[0] == draw_mark(plain.pictures[0])).all()
    assert (marked.pictures[0] != plain.pictures[0]).any()


def test_a_key_loads_the_next_model_and_after_the_last_the_first() -> None:
    names = []

    def load(name: str) -> LivePipeline:
        names.append(name)
        return pipeline(name)

    window = Typist("n..n..n")
    loaders = [lambda: load("one"), lambda: load("two")]
    state = LiveControls(loaders, window=window, clock=lambda: 0.0)  # type: ignore[arg-type]
    run(state, ScriptedDriver(loops=True))
    assert names == ["one", "two", "one", "two"]
    assert state.pipeline.model == "two"


@settings(max_examples=25, deadline=None)
@given(
    st.text(
        st.sampled_from([*(key for key in KEYBINDINGS if key not in "qpr"), "x", "\0"]), max_size=40
    )
)
def test_keys_hit_at_random_never_stop_it(keys: str) -> None:
    state, _ = typed(keys)
    assert state.closed
