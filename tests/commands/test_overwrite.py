"""No command writes over an input, or over a foreign file without --overwrite."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.commands.console import VERBS, CommandParser
from face2face.commands.demo import TITLE
from face2face.commands.outputs import Outputs, check
from face2face.errors import OptionError
from face2face.image import Image
from face2face.media.recording import SYNTHETIC_NOTICE, Recording, recording_title
from face2face.media.stills import picture_title, read_image, write_image
from face2face.synthetic.performance import LandmarkRecording
from tests.conftest import PROGRAMS, TINY, command_module, eager, write_video

Command = Callable[..., tuple[int, str, str]]
LIVE = ("run_webcam", "--no-window")
GREY = np.full((32, 32, 3), 90, np.uint8)
COLOURED = np.full((32, 32, 3), (200, 90, 10), np.uint8)


@pytest.fixture(autouse=True)
def _here(in_folder: Path) -> None:
    """Each test in an empty folder."""


def contents() -> dict[str, bytes]:
    """All files here, and what they hold."""
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def refused(result: tuple[int, str, str], before: dict[str, bytes], *said: str) -> None:
    """One line on stderr that says these things, status 2, and every file as it was."""
    status, _, err = result
    assert status == 2, err
    assert err.count("\n") == 1, err
    for each in said:
        assert each in err
    assert contents() == before


# --- what is read ---


@pytest.mark.parametrize("extra", [(), ("--overwrite",)])
@pytest.mark.parametrize(
    "name",
    ["drive.mp4", "hard.mp4", "soft.mp4", "sub/../drive.mp4", "sub/soft.mp4", "linked/drive.mp4"],
)
def test_a_recording_never_takes_the_place_of_its_driver(
    name: str, extra: tuple[str, ...], frames: list[Image], face2face: Command
) -> None:
    write_video(Path("drive.mp4"), frames[:3])
    Path("sub").mkdir()
    os.link("drive.mp4", "hard.mp4")
    Path("soft.mp4").symlink_to("drive.mp4")
    Path("sub/soft.mp4").symlink_to("../hard.mp4")
    Path("linked").symlink_to(".", target_is_directory=True)
    refused(
        face2face(*LIVE, "--source", "drive.mp4", "--output", name, *extra),
        contents(),
        f"{name} is read",
    )
    refused(
        face2face(
            *LIVE, "--source", Path("drive.mp4").resolve().as_uri(), "--output", name, *extra
        ),
        contents(),
        f"{name} is read",
    )


@pytest.mark.parametrize("extra", [(), ("--overwrite",)])
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((*LIVE, "--source", "take.npz", "--save-performance", "./take.npz"), "take.npz"),
        (
            (
                *LIVE,
                "--source",
                "demo",
                "--landmark-model",
                "weights.npz",
                "--save-performance",
                "weights.npz",
            ),
            "weights.npz",
        ),
        (
            (
                *LIVE,
                "--source",
                "demo",
                "--tf-model",
                "model",
                "--save-performance",
                "model/bank.npz",
            ),
            "model/bank.npz",
        ),
        (("benchmark", "--driver", "take.npz", "--json", "take.npz"), "take.npz"),
        (("train", "--input_dir", "strips", "--output_dir", "strips"), "strips/card.json"),
        (
            ("evaluate", "--model", "model", "--file", "d/evaluation.mp4", "--output", "d"),
            "d/evaluation.mp4",
        ),
        (
            ("generate_train_data", "--file", "d/original", "--output_dir", "d"),
            "d/original/000001.png",
        ),
    ],
)
def test_what_is_read_while_it_is_written_is_never_replaced(
    options: tuple[str, ...], name: str, extra: tuple[str, ...], face2face: Command
) -> None:
    for folder in ("model", "strips/train", "d/original"):
        Path(folder).mkdir(parents=True)
    for file in (
        "take.npz",
        "weights.npz",
        "model/card.json",
        "model/bank.npz",
        "strips/card.json",
        "d/evaluation.mp4",
    ):
        Path(file).write_text(file)
    write_image(Path("d/original/000001.png"), GREY)
    refused(face2face(*options, *extra), contents(), f"{name} is read")


@pytest.mark.parametrize(
    "options",
    [
        ("parse", "--photo", "me.png", "--output", "."),
        ("parse", "--photo", "album", "--output", "linked"),
        ("edit", "--photo", "me.png", "--set", "hair=#552200", "--output", "soft.png"),
        ("edit", "--photo", "me.webp", "--save-map", "album/../me.webp"),
        ("edit", "--photo", "me.png", "--changes", "mask.png", "--output", "mask.png"),
        ("express", "--photo", "me.png", "--gaze", "left", "--output", "soft.png"),
        ("express", "--photo", "album", "--gaze", "left", "--output", "linked"),
        ("retouch", "--photo", "me.webp", "--mask", "mask.png", "--output", "me.webp"),
        ("retouch", "--photo", "album", "--mask", "mask.png", "--output", "album"),
        ("retouch", "--photo", "album", "--mask", "mask.png", "--output", "linked"),
        ("process", "--operation", "grayscale", "--input_dir", "album", "--output_dir", "album"),
    ],
)
def test_photos_are_kept_from_their_own_results(
    options: tuple[str, ...], face2face: Command
) -> None:
    Path("album").mkdir()
    for name in ("me.png", "me.webp", "mask.png", "album/a.png", "album/b.png"):
        write_image(Path(name), COLOURED)
    os.link("me.png", "hard.png")
    Path("soft.png").symlink_to("hard.png")
    Path("linked").symlink_to("album", target_is_directory=True)
    refused(face2face(*options), contents(), "is read", "--overwrite")


def test_a_photo_is_replaced_where_that_is_allowed(face2face: Command) -> None:
    Path("album").mkdir()
    write_image(Path("album/a.png"), COLOURED)
    status, _, err = face2face(
        "process",
        "--operation",
        "grayscale",
        "--input_dir",
        "album",
        "--output_dir",
        "album",
        "--overwrite",
    )
    assert status == 0, err
    assert np.ptp(read_image(Path("album/a.png"))[0, 0]) == 0
    mask = np.zeros_like(COLOURED)
    mask[10:14, 10:14] = 255
    write_image(Path("mask.png"), mask)
    Path("photo.png").write_bytes(Path("album/a.png").read_bytes())
    write_image(Path("album/a.png"), np.where(mask > 0, 255, COLOURED).astype(np.uint8))
    before = Path("album/a.png").read_bytes()
    status, _, err = face2face(
        "retouch", "--photo", "album", "--mask", "mask.png", "--output", "album", "--overwrite"
    )
    assert status == 0, err
    assert Path("album/a.png").read_bytes() != before


# --- what is there ---


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((*LIVE, "--source", "demo", "--output", "old.mp4"), "old.mp4"),
        (
            (*LIVE, "--source", "demo", "--output", "new.mp4", "--save-performance", "old.npz"),
            "old.npz",
        ),
        (("benchmark", "--json", "old.json"), "old.json"),
        (("steadiness", "--plot", "old.png"), "old.png"),
        (("demo",), "demo.png"),
        (("demo", "--output_dir", "d"), "d/demo.mp4"),
        (("edit", "--photo", "me.jpg", "--save-map", "old.png"), "old.png"),
        (("edit", "--photo", "me.jpg", "--set", "mouth=smile", "--output", "old.webp"), "old.webp"),
        (("express", "--photo", "me.jpg", "--gaze", "up", "--output", "old.webp"), "old.webp"),
        (("retouch", "--photo", "me.jpg", "--auto", "--output", "old.webp"), "old.webp"),
        (("parse", "--photo", "me.jpg", "--output", "d"), "d/me.png"),
        (("evaluate", "--model", "m", "--file", "me.mp4"), "m/evaluation/evaluation.json"),
        (("evaluate_blemishes", "--photos", "p", "--output", "d"), "d/blemishes.png"),
        (("evaluate_edit", "--photos", "p", "--output", "d"), "d/edits.json"),
        (("evaluate_erased", "--photos", "p", "--output", "d"), "d/nose.png"),
        (("make_gallery", "--photos", "p"), "gallery.html"),
        (
            ("evaluate_motion", "--drivers", "a.mp4", "--models", "m", "--output", "d"),
            "d/clips/a-m.mp4",
        ),
        (("evaluate_parser", "--sheet-of", "p", "--output", "d"), "d/sheet_0.png"),
        (("evaluate_rebuild", "--studies", "p", "--output", "d"), "d/manipulated.png"),
        (("evaluate_retouch", "--output", "d"), "d/mended.json"),
        (
            ("compare_training", "--file", "me.mp4", "--output", "d", "--variants", "warp"),
            "d/comparison.md",
        ),
        (
            (
                "compare_training",
                "--file",
                "me.mp4",
                "--output",
                "d",
                "--variants",
                "mine=--ngf 2",
            ),
            "d/mine/best.keras",
        ),
        (("generate_train_data", "--file", "me.mp4", "--output_dir", "d"), "d/combined/bank.npz"),
        (
            ("generate_train_data", "--file", "me.mp4", "--output_dir", "d2"),
            "d2/original/source.json",
        ),
        (("make_inpaint_data", "--photos", "p", "--output", "d"), "d/card.json"),
        (("make_semantic_data", "--photos", "p", "--output", "d"), "d/reconstruct/card.json"),
        (("train", "--input_dir", "p", "--output_dir", "m"), "m/frozen_model.pb"),
        (("train_parser", "--photos", "p", "--labels", "p", "--output_dir", "d"), "d/held_out.txt"),
        (("reduce_model", "--model-input", "p", "--model-output", "m"), "m/generator.keras"),
        (("reduce_model", "--model-input", "p", "--model-output", "d"), "d/card.json"),
        (("freeze_model", "--model-folder", "m"), "m/frozen_model.pb"),
    ],
)
def test_a_file_that_is_there_stays(
    options: tuple[str, ...], name: str, face2face: Command
) -> None:
    """Whatever else is missing or wrong, that is said before any work begins."""
    Path("p").mkdir()
    for file in ("me.jpg", "me.mp4", "p/best.keras", "p/card.json", name):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text("mine")
    refused(face2face(*options), contents(), f"{name} exists", "--overwrite")


def test_what_is_there_is_replaced_where_that_is_allowed(face2face: Command) -> None:
    Path("old.png").write_text("mine")
    assert face2face("steadiness", "--strengths", 1, "--plot", "old.png", "--overwrite")[0] == 0
    assert read_image(Path("old.png")).size
    Path("out").mkdir()
    for name in ("in/a.png", "in/b.png"):
        Path(name).parent.mkdir(exist_ok=True)
        write_image(Path(name), COLOURED)
    Path("out/a.png").write_text("mine")
    arguments = ("process", "--operation", "grayscale", "--input_dir", "in", "--output_dir", "out")
    assert face2face(*arguments)[0] == 0
    assert Path("out/a.png").read_text() == "mine", "those that are there stay"
    assert face2face(*arguments, "--overwrite")[0] == 0
    assert (read_image(Path("out/a.png")) == read_image(Path("out/b.png"))).all()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (
            (
                "edit",
                "--photo",
                "a.png",
                "--set",
                "mouth=open",
                "--output",
                "x.png",
                "--save-map",
                "./d/../x.png",
            ),
            "x.png",
        ),
        (("parse", "--photo", "d", "--output", "labels"), "d/more/a.jpg"),
        ((*LIVE, "--output", "x.mp4", "--save-performance", "link/x.mp4"), "link/x.mp4"),
    ],
)
def test_two_results_never_share_a_file(
    options: tuple[str, ...], name: str, face2face: Command
) -> None:
    Path("d/more").mkdir(parents=True)
    Path("link").symlink_to(".", target_is_directory=True)
    for file in ("a.png", "d/a.png", "d/more/a.jpg"):
        write_image(Path(file), COLOURED)
    refused(face2face(*options), contents(), name, "written twice")


def test_a_folder_is_no_file(face2face: Command) -> None:
    Path("here.png").mkdir()
    for options in (
        ("steadiness", "--plot", "here.png"),
        ("edit", "--photo", "a.jpg", "--save-map", "here.png"),
        (*LIVE, "--output", "here.png"),
    ):
        refused(face2face(*options, "--overwrite"), {}, "here.png is a folder")


def test_an_output_folder_inside_an_input_folder_is_not_read() -> None:
    """As in ``evaluate --model m``, which writes to ``m/evaluation``."""
    Path("m/evaluation").mkdir(parents=True)
    for name in ("m/card.json", "m/evaluation/evaluation.json"):
        Path(name).touch()
    inside = Outputs([Path("m/evaluation/evaluation.json")])
    check(inside, lambda: [Path("m")], [Path("m/evaluation")], overwrite=True)
    with pytest.raises(OptionError, match="is read"):
        check(Outputs([Path("m/card.json")]), lambda: [Path("m")], [Path("m")], overwrite=True)
    with pytest.raises(OptionError, match="exists"):
        check(inside, lambda: [Path("m")], [Path("m/evaluation")], overwrite=False)


# --- what the same command made ---


def test_a_demo_takes_the_place_of_a_demo_and_of_nothing_else(
    demo: Path, face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("demo.mp4", "demo.png"):
        shutil.copy(demo / name, name)
    assert (recording_title(Path("demo.mp4")), picture_title(Path("demo.png"))) == (TITLE, TITLE)
    monkeypatch.setattr("face2face.synthetic.motion.PERFORMANCE_SECONDS", 0.5)
    assert face2face("demo")[0] == 0
    assert Path("demo.mp4").stat().st_size < (demo / "demo.mp4").stat().st_size
    with Recording(Path("demo.mp4"), 10) as mine:  # synthetic too, but no demo
        mine.write(COLOURED, 0)
    refused(face2face("demo"), contents(), "demo.mp4 exists")
    assert SYNTHETIC_NOTICE.encode() in Path("demo.mp4").read_bytes()


def test_training_data_goes_on_but_only_its_own(video: Path, face2face: Command) -> None:
    arguments = ("generate_train_data", "--file", video, "--num", 12)
    assert face2face(*arguments)[0] == 0
    before = contents()
    assert face2face(*arguments)[0] == 0
    assert contents() == before
    claim = json.loads(Path("original/source.json").read_text())
    Path("original/source.json").write_text(json.dumps({"mine": claim}))
    refused(face2face(*arguments), contents(), "source.json exists")
    assert face2face(*arguments, "--overwrite")[0] == 0
    assert contents() == before


def test_a_run_goes_on_is_reduced_and_frozen_again(
    combined: Path, one_epoch: Path, face2face: Command
) -> None:
    for part in ("train", "val"):
        Path(part).symlink_to(combined / part, target_is_directory=True)
    shutil.copytree(one_epoch, "run")
    train = ("train", "--input_dir", ".", "--output_dir", "run", *TINY)
    with eager():
        assert face2face(*train, "--max_epochs", 2)[0] == 0
    for _ in range(2):
        assert face2face("reduce_model", "--model-input", "run", "--model-output", "run")[0] == 0
        assert face2face("reduce_model", "--model-input", "run", "--model-output", "small")[0] == 0
        assert face2face("freeze_model", "--model-folder", "small", "--precision", "f32")[0] == 0
    ModelCard("reenact", 256, ("sketch",)).save(Path("small"))
    refused(
        face2face("reduce_model", "--model-input", "run", "--model-output", "small"),
        contents(),
        "small/generator.keras exists",
    )


@pytest.mark.parametrize("held", ["mine", "[1, 2]", '{"name": "mine"}'])
def test_settings_that_are_no_runs_stay(held: str, combined: Path, face2face: Command) -> None:
    Path("run").mkdir()
    Path("run/settings.json").write_text(held)
    for extra in ((), ("--overwrite",)):
        refused(
            face2face("train", "--input_dir", combined, "--output_dir", "run", *extra),
            contents(),
            "settings.json",
        )


# --- every command ---


@pytest.mark.parametrize("name", [*VERBS, *PROGRAMS])
def test_every_path_is_declared_as_an_input_or_an_output(name: str) -> None:
    module = command_module(name)
    parser = CommandParser(name)
    module.add_arguments(parser)
    options = {action.dest: action for action in parser._actions}
    paths = {name for name, action in options.items() if action.type is Path}
    assert paths <= {*module.READS, *module.WRITES}
    assert {*module.READS, *module.WRITES} <= set(options)
    assert not set(module.READS) & set(module.WRITES)
    assert "overwrite" not in options, "one place adds it"


def test_a_take_is_written_over_by_no_other(face2face: Command) -> None:
    take = LandmarkRecording(64, 64)
    for number in range(3):
        take.add(np.full((70, 2), number, np.float32), number / 30)
    take.save(Path("take.npz"))
    refused(
        face2face(*LIVE, "--source", "demo", "--save-performance", "take.npz"),
        contents(),
        "take.npz exists",
    )
