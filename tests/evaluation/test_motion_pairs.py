"""Pairs scored on clips: frames are matched exactly, and the table says what it should."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.errors import DataError
from face2face.evaluation.motion import FEATURES, Following, MotionSeries
from face2face.evaluation.motion_pairs import PairScore, clip_frames
from face2face.evaluation.motion_sheet import EXTREMES, extreme_frames
from face2face.evaluation.motion_table import agreement_table, table
from face2face.image import Image
from face2face.inference.models import pretrained
from face2face.media.recording import Recording
from face2face.media.stills import read_image
from face2face.media.video import VideoFile

Command = Callable[..., tuple[int, str, str]]


def numbered(number: int) -> Image:
    """A picture whose four quarters spell a number below 256, two bits each."""
    picture = np.zeros((64, 64, 3), np.uint8)
    for place in range(4):
        row, column = divmod(place, 2)
        level = 40 + 60 * (number >> (2 * place) & 3)
        picture[32 * row : 32 * row + 32, 32 * column : 32 * column + 32] = level
    return picture


def number_of(picture: Image) -> int:
    quarters = [picture[16 + 32 * (p // 2), 16 + 32 * (p % 2)].mean() for p in range(4)]
    return sum(
        round((float(level) - 40) / 60) << (2 * place) for place, level in enumerate(quarters)
    )


@pytest.mark.parametrize(
    "steps",
    [[1 / 30] * 60, [1 / 15, 1 / 60, 1 / 60, 1 / 90, 1 / 10] * 12],
    ids=["constant", "variable"],
)
def test_every_frame_of_a_driver_is_found_in_its_recording(
    steps: list[float], tmp_path: Path
) -> None:
    seconds = [0.0, *np.cumsum(steps).tolist()]
    clip = tmp_path / "clip.mp4"
    with Recording(clip, 30.0) as recording:
        for number, time in enumerate(seconds):
            recording.write(numbered(number), time)
    with VideoFile(clip) as video:
        found = clip_frames(seconds, 30.0, video.count(), clip)
        shown = {slot: number_of(scene.photo) for slot, scene in video.select(list(found.values()))}
    assert {number: shown[slot] for number, slot in found.items()} == {each: each for each in found}
    assert len(found) > len(seconds) // 2


@given(
    st.lists(st.floats(0.001, 0.2), min_size=1, max_size=50),
    st.sampled_from([25.0, 30.0, 24000 / 1001, 30000 / 1001]),
)
def test_slots_ascend_and_lie_at_their_times(steps: list[float], fps: float) -> None:
    seconds = [0.0, *np.cumsum(steps).tolist()]
    last = max(round(time * Fraction(fps).limit_denominator(1001)) for time in seconds)
    found = clip_frames(seconds, fps, last + 1, Path("clip.mp4"))
    slots = list(found.values())
    assert slots == sorted(set(slots))
    assert all(
        abs(slot / fps - seconds[number]) <= 0.5 / fps + 1e-6 for number, slot in found.items()
    )


def test_a_clip_of_another_driver_is_refused() -> None:
    with pytest.raises(DataError, match=r"old\.mp4 has 9 frames; its driver makes 10"):
        clip_frames([each / 10 for each in range(10)], 10.0, 9, Path("old.mp4"))


def score(
    driver: str, target: str, correlation: float, gain: float, moves: bool = True
) -> PairScore:
    features = {name: Following(correlation, gain, 0.75, 0.1, True) for name in FEATURES}
    features["roll"] = Following(correlation, gain, 0.75, 0.001, moves)
    return PairScore(driver, target, 10, 0.0, 0.25, 1.0, 0.9, 0.1, features)


def cells(text: str, row: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {row} ")]
    return [each.strip() for each in line.strip("|").split("|")]


def test_the_table_has_means_and_the_worst_of_what_moves() -> None:
    text = table([score("a", "x", 0.9, 1.2), score("b", "x", 0.5, 0.6, moves=False)])
    assert cells(text, "a")[2] == "0.90, 1.20"
    assert cells(text, "b")[11] == "(0.50, 0.60)"
    assert cells(text, "**mean**")[2] == "0.70, 0.90"
    assert cells(text, "**worst**")[2] == "0.50, 0.60"
    # Only the first driver rolls the head.
    assert cells(text, "**mean**")[11] == cells(text, "**worst**")[11] == "0.90, 1.20"
    assert cells(text, "**mean**")[12:] == ["0.250", "100.0%", "0.0%", "90.0%", "10.0%"]


def test_a_feature_that_no_driver_moves_has_no_mean() -> None:
    text = table([score("a", "x", 0.9, 1.2, moves=False)])
    assert cells(text, "**mean**")[11] == cells(text, "**worst**")[11] == ""


def test_the_agreement_of_the_back_ends_is_said_once_a_driver() -> None:
    text = agreement_table([score("a", "x", 1, 1), score("a", "y", 1, 1), score("b", "x", 1, 1)])
    assert [line.split("|")[1].strip() for line in text.splitlines()] == ["driver", "---", "a", "b"]
    assert cells(text, "a")[1] == "0.75"


def test_extremes_are_the_drivers_farthest_frames() -> None:
    driver = np.zeros((8, 10))
    names = list(FEATURES)
    driver[1, names.index("mouth_width")] = 1
    driver[2, names.index("brows_up")] = 1
    driver[3, names.index("gaze_across")] = 1
    driver[4, names.index("gaze_across")] = -1
    driver[5, names.index("yaw")] = -1
    driver[6, names.index("yaw")] = 0.5
    driver[7] = np.nan
    series = MotionSeries(driver, driver, driver)
    assert extreme_frames(series) == dict(zip(EXTREMES, range(1, 6), strict=True))
    assert extreme_frames(MotionSeries(*np.full((3, 2, 10), np.nan))) == {}


def test_pairs_are_measured_now_and_before_and_the_run_goes_on(
    video: Path, in_folder: Path, face2face: Command
) -> None:
    name = video.stem
    arguments = ("--drivers", video, "--models", f"me={pretrained('astronaut')}", "--every", 3)
    status, out, err = face2face("evaluate_motion", *arguments, "--output", "out")
    assert status == 0, err
    assert f"| {name} | me |" in out
    clip = Path(f"out/clips/{name}-me.mp4")
    with av.open(str(clip)) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 24
    assert read_image(Path(f"out/now/{name}-me.png")).shape == (512, 5 * 256, 3)
    (now,) = json.loads(Path("out/motion.json").read_text())["now"]
    assert now["frames"] == 8
    assert now["no_face"] == 0
    assert now["features"]["eyes_open"]["correlation"] > 0.7

    Path("old").mkdir()
    clip.rename(f"old/{name}-me.mp4")
    status, out, err = face2face("evaluate_motion", *arguments, "--output", "out", "--clips", "old")
    assert status == 0, err
    assert not clip.exists(), "the pair of the first run was only read"
    figures = json.loads(Path("out/motion.json").read_text())
    assert figures["now"] == [now]
    # The same clip has the same figures; fades aren't known of a clip.
    assert figures["before"] == [now | {"fades": None}]


def test_models_of_one_name_are_refused(video: Path, in_folder: Path, face2face: Command) -> None:
    model = pretrained("astronaut")
    status, _, err = face2face("evaluate_motion", "--drivers", video, "--models", model, model)
    assert status == 2
    assert "Two models are called astronaut" in err
