"""Evaluation through the command line, on a real clip of an animated photograph."""

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from skimage.data import astronaut

from face2face.evaluation.compare import VARIANTS, variant
from face2face.evaluation.motion import MeasuredFaces
from face2face.evaluation.reenactment import FrameResult
from face2face.evaluation.summary import sheet, summary
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.inference.models import pretrained
from face2face.media.stills import read_image, write_image
from tests.conftest import write_video

Command = Callable[..., tuple[int, str, str]]


def moment(seconds: float, **figures: float) -> FrameResult:
    grey = np.full((8, 8, 3), 10, np.uint8)
    return FrameResult(grey, grey, grey, seconds, figures)


def test_a_summary_is_means_and_ratios() -> None:
    first = moment(0, l1=0.1, akd=1.0, sharpness=2, true_sharpness=4)
    second = moment(1, l1=0.3, akd=2.0, sharpness=4, true_sharpness=4, change=3, true_change=2)
    figures = summary(
        [first, second, moment(2, l1=0.2, sharpness=3, true_sharpness=4, change=1, true_change=2)]
    )
    assert figures["l1"] == pytest.approx(0.2)
    assert figures["akd"] == pytest.approx(1.5)
    assert figures["sharpness"] == pytest.approx(0.75)
    assert figures["flicker"] == pytest.approx(1.0)
    assert figures["lost"] == 1
    assert figures["frames"] == 3


def test_a_summary_tells_whom_the_face_looks_like() -> None:
    nearer, farther = (
        moment(0, akd=1, identity=0.3, driver_distance=0.8),
        moment(1, akd=1, identity=0.7, driver_distance=0.5),
    )
    assert summary([nearer, farther])["target_recognised"] == 0.5


def test_a_summary_tells_what_follows_and_leaves_out_what_the_driver_does_not_move() -> None:
    grey = np.full((8, 8, 3), 10, np.uint8)
    results = []
    for number, amount in enumerate((0.0, 0.1, 0.3, 0.0)):
        driver = 100 * Expression(open=amount).applied_to(AVERAGE_FACE)
        shown = 100 * Expression(open=amount / 2).applied_to(AVERAGE_FACE)
        faces = MeasuredFaces(driver, driver, shown)
        results.append(FrameResult(grey, grey, grey, number, {"fade": number % 2}, faces))
    figures = summary(results)
    assert figures["mouth_open_correlation"] == pytest.approx(1)
    assert figures["mouth_open_gain"] == pytest.approx(0.5, abs=0.05)
    assert figures["mouth_open_agreement"] == pytest.approx(1)
    assert figures["fade"] == 0.5
    assert "roll_gain" not in figures


@pytest.mark.parametrize("count", [1, 5, 12, 40])
def test_a_sheet_has_two_columns_of_at_most_twelve_moments(count: int) -> None:
    picture = sheet([moment(each, l1=0.0) for each in range(count)])
    rows = (min(count, 12) + 1) // 2
    assert picture.shape == (8 * rows, 2 * 4 * 8, 3)


def test_a_model_is_evaluated_on_what_was_held_out(
    trained: Path, video: Path, in_folder: Path, face2face: Command
) -> None:
    status, out, err = face2face(
        "evaluate", "--model", trained, "--file", video, "--output", "seen"
    )
    assert status == 0, err
    assert "SSIM, higher" in out
    figures = json.loads(Path("seen/evaluation.json").read_text())
    assert 0 < figures["l1"] < 0.2
    assert 0.7 < figures["ssim"] <= 1
    assert figures["lost"] == 0
    assert figures["identity"] < 0.6
    assert 0 <= figures["gaze_error"] < 0.2
    with av.open("seen/evaluation.mp4") as clip:
        shapes = [(frame.width, frame.height) for frame in clip.decode(video=0)]
    assert shapes == [(4 * 256, 256)] * int(figures["frames"])
    assert read_image(Path("seen/evaluation.png")).shape[1] == 2 * 4 * 256


@pytest.mark.slow
def test_somebody_else_drives(
    trained: Path, video: Path, shared: Path, in_folder: Path, face2face: Command
) -> None:
    driver = shared / "video" / "driver_d0.mp4"
    status, _out, err = face2face(
        "evaluate", "--model", trained, "--file", video, "--driver", driver, "--output", "seen"
    )
    assert status == 0, err
    figures = json.loads(Path("seen/evaluation.json").read_text())
    assert figures["frames"] == 78
    assert figures["target_recognised"] == 1
    assert figures["identity"] < figures["driver_distance"]
    assert "ssim" not in figures, "there is no truth to compare with"


def test_the_target_of_a_model_made_of_a_photo_is_known_by_it(
    video: Path, in_folder: Path, face2face: Command
) -> None:
    photo = in_folder / "astronaut.png"
    write_image(photo, astronaut())
    model = pretrained("astronaut")
    status, out, err = face2face(
        "evaluate",
        *("--model", model, "--file", photo, "--driver", video),
        *("--output", "seen", "--report", "page.html"),
    )
    assert status == 0, err
    figures = json.loads(Path("seen/evaluation.json").read_text())
    assert figures["identity"] < 0.6
    assert figures["eyes_open_correlation"] > 0.9
    assert figures["eyes_open_agreement"] > 0.9
    assert 0 <= figures["fade"] <= 1
    assert "mouth open" in out
    assert Path("page.html").read_text().startswith("<!doctype html>")
    assert figures["width_to_height"] < 0.1
    assert figures["kept_width_to_height"] < 0.06
    assert figures["kept_eyes_to_width"] < 0.05


def test_a_report_needs_a_driver(trained: Path, video: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "evaluate", "--model", trained, "--file", video, "--report", "p.html"
    )
    assert status == 2
    assert "Add --driver" in err


def test_a_driver_without_a_face_is_refused(
    trained: Path, video: Path, in_folder: Path, face2face: Command
) -> None:
    empty = write_video(in_folder / "empty.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 5)
    status, _, err = face2face("evaluate", "--model", trained, "--file", video, "--driver", empty)
    assert status == 2
    assert "no face" in err


def test_a_video_that_ends_before_what_was_held_out_is_refused(
    trained: Path, in_folder: Path, face2face: Command
) -> None:
    short = write_video(in_folder / "short.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 5)
    status, _, err = face2face("evaluate", "--model", trained, "--file", short)
    assert status == 2
    assert "the video that the model was trained on" in err


@pytest.mark.slow
def test_variants_are_compared_and_the_comparison_goes_on(
    video: Path, in_folder: Path, face2face: Command
) -> None:
    arguments = ("--minutes", 0.02, "--num", 24, "--output", "out")
    small = "small=--generator light --ngf 4 --batch_size 1"
    status, _out, err = face2face(
        "compare_training", "--file", video, *arguments, "--variants", "warp", small
    )
    assert status == 0, err
    table = Path("out/comparison.md").read_text()
    assert [line.split("|")[1].strip() for line in table.splitlines()] == [
        "",
        "---",
        "warp",
        "small",
    ]
    outcome = json.loads(Path("out/comparison.json").read_text())
    assert outcome["small"]["figures"]["images_a_second"] > 0
    assert outcome["small"]["curve"][-1][1] == pytest.approx(
        outcome["warp"]["figures"]["ssim"], abs=0.1
    )
    for name in ("comparison.png", "warp.png", "small.png"):
        assert read_image(Path("out") / name).ndim == 3
    before = (
        Path("out/small/settings.json").stat().st_mtime_ns,
        Path("out/small/best.keras").stat().st_mtime_ns,
    )
    assert face2face("compare_training", "--file", video, *arguments, "--variants", small)[0] == 0
    assert before[1] == Path("out/small/best.keras").stat().st_mtime_ns


def test_an_unknown_variant_is_refused(video: Path, in_folder: Path, face2face: Command) -> None:
    status, _, err = face2face("compare_training", "--file", video, "--variants", "giant")
    assert status == 2
    assert "warp, light, unet" in err


def test_a_variant_may_bring_its_own_options() -> None:
    assert variant("wide=--generator light --ngf 64") == (
        "wide",
        ("--generator", "light", "--ngf", "64"),
    )
    assert variant("unet") == ("unet", VARIANTS["unet"])
