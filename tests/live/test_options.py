"""Options of the live program: their checks, and the ones that the console builds."""

import argparse
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from face2face.commands import run_webcam
from face2face.errors import OptionError
from face2face.face.facial_change import FacialChange
from face2face.live.options import DisplayOptions, LiveOptions, MotionOptions, OutputOptions


def typed(*arguments: str) -> LiveOptions:
    parser = argparse.ArgumentParser()
    run_webcam.add_arguments(parser)
    return run_webcam.live_options(parser.parse_args(arguments))


def test_the_consoles_defaults_are_the_classes_defaults() -> None:
    assert typed() == LiveOptions()


def test_the_console_fills_every_field() -> None:
    command = (
        "--source clip.mp4 --tf-model here --mode inpaint --landmarks dlib "
        "--landmark-model points.dat --strength 0.5 --retarget expression --expression 0.1 "
        "--head 0.2 --smoothing 0.3 --gaze 0.4 --stay-in-range --compose target --show 1 "
        "--mirror --no-window --output out.mp4 --virtual-camera --save-performance take.npz "
        "--no-mark"
    )
    assert typed(*command.split()) == LiveOptions(
        driver="clip.mp4",
        model=Path("here"),
        mode="inpaint",
        landmarks="dlib",
        landmark_model=Path("points.dat"),
        retouching=0.5,
        motion=MotionOptions("expression", 0.1, 0.2, 0.3, gaze=0.4, stay_in_range=True),
        display=DisplayOptions("target", conditioning=True, mirror=True),
        output=OutputOptions(
            window=False,
            recording=Path("out.mp4"),
            virtual_camera=True,
            landmarks=Path("take.npz"),
            watermark=False,
        ),
    )


def test_expressions_and_the_mouth_are_options_of_a_target() -> None:
    command = "--express smile=0.5 mouth-open --models mine --mouth driver"
    smile, shout = FacialChange("expression", "smile", 0.5), FacialChange("mouth", "open")
    assert typed(*command.split()) == LiveOptions(
        motion=MotionOptions(express=(smile, shout), models=Path("mine")), mouth="driver"
    )
    own = typed("--mode", "expression", "--express", "sad=-0.5")
    assert own.mode == "expression"
    assert own.motion.express[0].amount == -0.5


SMILES = MotionOptions(express=(FacialChange("expression", "smile"),))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: typed("--express", "grin"), "no expression 'grin'. Choose one of neutral, smile"),
        (
            lambda: typed("--express", "smile=2"),
            "2 is out of range for smile. Name a number",
        ),
        (lambda: typed("--express", "mouth-open=-1"), "a number from 0 to 1"),
        (lambda: typed("--express", "smile=much"), "smile=much names no number. Write smile=0.5"),
        (lambda: LiveOptions(mouth="both"), "target, driver"),
        (lambda: LiveOptions(mode="inpaint", motion=SMILES), "Leave --express out"),
        (lambda: LiveOptions(mode="expression", mouth="driver"), "Leave --mouth out"),
        (lambda: LiveOptions(mode="expression", model=Path("a")), "Leave --tf-model or --mode"),
        (lambda: LiveOptions(mode="expression", targets=(Path("a"),)), "Leave --target or --mode"),
        (lambda: LiveOptions("demo", mode="expression"), "demo has no picture of its face"),
        (lambda: LiveOptions("take.npz", mouth="driver"), "Name a camera or a video"),
        (lambda: MotionOptions(retarget="some"), "full, expression, none"),
        (lambda: MotionOptions(expression=2.1), "expression is 2.1"),
        (lambda: MotionOptions(smoothing=-1), "smoothing is -1"),
        (lambda: MotionOptions(head=float("nan")), "head is nan"),
        (lambda: MotionOptions(gaze=2.5), "gaze is 2.5"),
        (lambda: LiveOptions(landmarks="hog"), "Choose dlib or mesh"),
        (lambda: LiveOptions(landmarks="mesh", landmark_model=Path("p.dat")), "leave --landmark"),
        (lambda: DisplayOptions(compose="top"), "side, target, driver"),
        (lambda: LiveOptions(retouching=3), "retouching is 3"),
        (lambda: OutputOptions(window=False), "no window and no other output"),
        (lambda: OutputOptions(recording=Path("out.avi")), "out.avi doesn't end with .mp4"),
        (lambda: OutputOptions(recording=Path("out")), "out doesn't end with .mp4"),
        (lambda: OutputOptions(recording=Path("out.mp4.gif")), "doesn't end with .mp4"),
        (lambda: OutputOptions(landmarks=Path("take.json")), "take.json doesn't end with .npz"),
        (lambda: OutputOptions(landmarks=Path("take")), "take doesn't end with .npz"),
    ],
)
def test_wrong_values_are_refused(make: type, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make()


def test_options_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        LiveOptions().driver = "1"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("driver", "expected"), [("demo", True), ("take.npz", True), ("0", False), ("a.mp4", False)]
)
def test_some_drivers_bring_their_landmarks(driver: str, expected: bool) -> None:
    assert LiveOptions(driver).has_landmarks is expected
