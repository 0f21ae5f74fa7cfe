"""Training for a few steps, through the command line; networks are kept tiny."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.pairs import list_strips, read_strip
from face2face.errors import ModelError
from face2face.learn import history
from face2face.learn.checkpoint import CHECKPOINT, Run
from face2face.learn.inpainting import Inpainting
from face2face.learn.manipulation import Manipulation
from face2face.learn.objectives import OBJECTIVES
from face2face.learn.pix2pix import Pix2Pix
from face2face.media.stills import list_images, read_image
from tests.conftest import TINY, run_verb

Command = Callable[..., tuple[int, str, str]]
TRAIN = ("train", *TINY, "--input_dir")


@pytest.fixture(scope="module")
def two_epochs(
    combined: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A run of two epochs on compiled graphs, with logs for TensorBoard, and what it printed."""
    folder = tmp_path_factory.mktemp("two_epochs")
    options = ("--output_dir", folder, "--max_epochs", 2, "--tensorboard")
    yield folder, run_verb(*TRAIN, combined, *options)


def test_a_run_leaves_history_previews_and_a_generator(two_epochs: tuple[Path, str]) -> None:
    folder, out = two_epochs
    assert "2 epochs" in out
    lines = history.read(folder)
    assert [(line.epoch, line.steps) for line in lines] == [(1, 3), (2, 6)]
    assert read_image(folder / "previews" / "epoch_0002.png").shape == (2 * 256, 3 * 256, 3)
    assert (folder / "history.png").is_file()
    best = keras.models.load_model(folder / "best.keras", compile=False)
    assert [tuple(each.shape) for each in best.inputs] == [(None, 256, 256, 3)]


def test_a_run_says_how_long_it_will_take_and_logs_for_tensorboard(
    two_epochs: tuple[Path, str],
) -> None:
    folder, out = two_epochs
    assert "minutes to go" in out
    assert "strips a second on cpu:0" in out
    assert list((folder / "logs").rglob("events.out.*"))


@pytest.mark.usefixtures("eagerly")
def test_the_same_command_goes_on_and_another_setting_is_refused(
    run: Path, combined: Path, face2face: Command
) -> None:
    assert face2face(*TRAIN, combined, "--max_epochs", 3)[0] == 0
    lines = history.read(run)
    assert [line.steps for line in lines] == [3, 6, 9]
    assert lines[0].seconds < lines[1].seconds < lines[2].seconds
    before = (run / CHECKPOINT).stat().st_mtime_ns
    status, _, err = face2face(*TRAIN, combined, "--max_epochs", 4, "--lr", 0.1)
    assert status == 2
    assert "lr 0.0004, not 0.1" in err
    assert (run / CHECKPOINT).stat().st_mtime_ns == before
    status, out, _ = face2face(*TRAIN, combined, "--max_epochs", 3)
    assert status == 0
    assert "3 epochs" in out, "nothing left to do"


@pytest.mark.usefixtures("eagerly")
def test_going_on_is_the_same_as_not_having_stopped(
    run: Path, combined: Path, two_epochs: tuple[Path, str], face2face: Command
) -> None:
    # The rate falls with the limit, so the epoch is compared by its error, not by the weights.
    face2face(*TRAIN, combined, "--max_epochs", 2)
    whole, parts = (history.read(each) for each in (two_epochs[0], run))
    assert parts[1].l1 == pytest.approx(whole[1].l1, rel=0.2)


@pytest.mark.usefixtures("eagerly")
def test_steps_end_a_run_in_the_middle_of_an_epoch(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    often = ("--display_freq", 2, "--save_freq", 2)
    face2face(*TRAIN, combined, "--max_steps", 4, *often)
    folder = in_folder / "face2face-model"
    assert [line.steps for line in history.read(folder)] == [3, 4]
    assert [path.name for path in list_images(folder / "previews") if "step" in path.name] == [
        "step_0000002.png",
        "step_0000004.png",
    ]


@pytest.mark.usefixtures("eagerly")
def test_a_run_begins_from_an_earlier_ones_generator_whatever_judged_it(
    one_epoch: Path, combined: Path, in_folder: Path, face2face: Command
) -> None:
    options = ("--checkpoint", one_epoch, "--max_steps", 1, "--discriminator", "multiscale")
    assert face2face(*TRAIN, combined, *options, "--gan_weight", 1, "--lr", 0)[0] == 0
    before, after = (
        keras.models.load_model(each / "best.keras", compile=False).get_weights()
        for each in (one_epoch, in_folder / "face2face-model")
    )
    assert np.abs(before[0]).max() > 0
    assert (before[0] == after[0]).all(), "at a rate of 0 they stay"
    unet = ("--output_dir", "third", "--generator", "unet")
    status, _, err = face2face(*TRAIN, combined, *options, *unet)
    assert status == 2
    assert "generator light, not unet" in err
    assert not (in_folder / "third" / CHECKPOINT).exists()


@pytest.mark.usefixtures("eagerly")
def test_from_b_to_a_the_second_panel_is_shown_and_the_first_is_the_answer(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    options = ("--which_direction", "BtoA", "--scale_size", 286, "--flip", "--max_steps", 1)
    assert face2face(*TRAIN, combined, *options)[0] == 0
    run = Run(in_folder / "face2face-model")
    a, b = read_strip(list_strips(combined, "val")[0], 2)
    preview = read_image(run.previews / "epoch_0001.png")
    assert (preview[:256, :256] == b).all()
    assert (preview[:256, -256:] == a).all()
    settings = run.settings()
    assert settings is not None
    assert (settings.scale_size, settings.flip) == (286, True)


@pytest.mark.parametrize(
    ("mode", "objective"),
    [("reenact", Pix2Pix), ("inpaint", Inpainting), ("manipulate", Manipulation)],
)
def test_a_card_that_names_no_objective_gets_its_modes(mode: str, objective: type[Pix2Pix]) -> None:
    assert OBJECTIVES[ModelCard(mode, 256, ("sketch",)).objective] is objective


def test_settings_of_an_older_version_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"generator": "light", "sway": 1.0}')
    with pytest.raises(ModelError, match=r"settings\.json is not valid.*--output_dir") as caught:
        Run(tmp_path).settings()
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("eagerly")
def test_a_run_that_learns_nothing_stops_by_itself_and_says_why(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    options = ("--max_epochs", 50, "--patience", 2, "--lr", 0)
    status, out, err = face2face(*TRAIN, combined, *options)
    assert status == 0
    assert "No improvement on held-out strips in 2 steps" in out + err
    assert len(history.read(in_folder / "face2face-model")) < 10
