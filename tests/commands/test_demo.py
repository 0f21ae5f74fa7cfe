"""The first command of a newcomer: the pretrained targets, driven by the script."""

import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.face.detector import Detector
from face2face.image import Image
from face2face.inference.models import TARGETS, find_models, pretrained
from face2face.media.stills import read_image
from face2face.synthetic.motion import PERFORMANCE_SECONDS
from face2face.synthetic.performance import ScriptedDriver

Command = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_writes_a_clip_in_which_both_targets_do_what_the_script_does(
    demo: Path, detector: Detector
) -> None:
    """Mouth and turn of each generated face go with the driver's."""
    out = (demo / "printed.txt").read_text(encoding="utf-8")
    assert "demo.mp4\n" in out
    assert "demo.png\n" in out
    assert "frames a second" in out
    with av.open(str(demo / "demo.mp4")) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    count = round(30 * PERFORMANCE_SECONDS)
    assert len(pictures) == len(TARGETS) * count
    for first in range(0, len(pictures), count):
        _check_follows(range(first, first + count, 8), pictures, detector)


def _check_follows(numbers: range, pictures: list[Image], detector: Detector) -> None:
    """Compare mouth and turn of the driver and the target in some pictures."""
    wanted, got = [], []
    for number in numbers:
        driver = ScriptedDriver().scene(number / 30).landmarks
        found = detector(pictures[number][:, pictures[number].shape[1] // 2 :])
        if len(found) != 1:
            continue
        for face, track in ((driver, wanted), (found[0], got)):
            assert face is not None
            width = np.ptp(face[:17, 0])
            mouth = np.linalg.norm(face[62] - face[66]) / width
            track.append((mouth, (face[30, 0] - face[:17, 0].mean()) / width))
    assert len(got) >= 0.95 * len(numbers)
    for which in (0, 1):
        assert np.corrcoef(np.array(wanted)[:, which], np.array(got)[:, which])[0, 1] > 0.8


def test_the_demo_writes_a_sheet(demo: Path) -> None:
    assert read_image(demo / "demo.png").shape == (768, 7 * 256, 3)


@pytest.mark.parametrize(
    ("name", "licence"), [("astronaut", "public domain"), ("nobody", "mit")], ids=str
)
def test_each_pretrained_target_has_a_full_card(name: str, licence: str) -> None:
    folder = pretrained(name)
    card = ModelCard.load(folder)
    assert licence in card.licence.lower()
    assert card.consent != "not stated"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10e6


def test_every_pretrained_target_is_in_the_demo() -> None:
    assert {each.name for each in find_models(pretrained().parent)} == set(TARGETS)


def test_the_sketch_beside_the_result(video: Path, in_folder: Path, face2face: Command) -> None:
    live = ("--no-window", "--output", "out.mp4", "--show", 1)
    assert face2face("run_webcam", "--source", video, *live)[0] == 0
    with av.open("out.mp4") as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert first.shape == (256, 512, 3)
    assert (first[:, :256] < 30).mean() > 0.9


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("[!s]*.py")), *sorted((ROOT / "tools").glob("*.py"))], ids=str
)
def test_every_script_has_help(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(path), run_name="__main__")
    assert stopped.value.code in (0, None)
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: {path.name}")
    assert "--" in shown


def test_a_missing_system_library_is_named(capsys) -> None:  # type: ignore[no-untyped-def]
    from face2face.commands.console import report_errors

    def fail() -> int:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    assert report_errors(fail) == 2
    assert "sudo apt-get install libgl1" in capsys.readouterr().err
