"""Training for a few steps, through the command line; networks are kept tiny."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.dataset import PanelAugmentation, PanelLayout, StripDataset, to_bytes, to_signed
from face2face.data.pairs import list_strips, read_strip, write_strip
from face2face.errors import ModelError
from face2face.learn import history
from face2face.learn.callbacks import Limits, Progress, interrupt_between_steps
from face2face.learn.checkpoint import CHECKPOINT, Run
from face2face.learn.inpainting import Inpainting
from face2face.learn.manipulation import Manipulation
from face2face.learn.networks import GENERATORS
from face2face.learn.objectives import OBJECTIVES
from face2face.learn.patchgan import patchgan
from face2face.learn.pix2pix import Pix2Pix
from face2face.learn.residual_refiner import scale_residual
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


@pytest.fixture
def run(one_epoch: Path, in_folder: Path) -> Path:
    """A run of one epoch in the folder where the next command finds it."""
    return Path(shutil.copytree(one_epoch, in_folder / "face2face-model"))


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


@pytest.mark.slow
def test_a_killed_run_goes_on_from_its_last_epoch(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    arguments = [str(each) for each in (*TRAIN, combined, "--max_epochs", 500)]
    program = [
        sys.executable,
        "-c",
        f"from face2face.commands.console import main; main({arguments!r})",
    ]
    process = subprocess.Popen(
        program, cwd=in_folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    folder = in_folder / "face2face-model"
    deadline = time.monotonic() + 120
    while not (folder / CHECKPOINT).is_file() or len(history.read(folder)) < 3:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    seen = len(history.read(folder))
    assert face2face(*TRAIN, combined, "--max_epochs", seen + 2)[0] == 0
    lines = history.read(folder)
    assert [line.epoch for line in lines] == list(range(1, seen + 3))
    assert [line.steps for line in lines] == [3 * line.epoch for line in lines]


@pytest.mark.usefixtures("eagerly")
def test_a_history_ahead_of_its_checkpoint_is_cut_back(
    run: Path, combined: Path, face2face: Command
) -> None:
    ahead = history.Epoch(2, 6, 99.0, 0, 0, 0, 0)  # killed between history and checkpoint
    history.write(run, [*history.read(run), ahead])
    assert face2face(*TRAIN, combined, "--max_epochs", 2)[0] == 0
    assert history.read(run)[1].val_l1 > 0


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as a terminal does")
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_keeps_what_was_learnt(
    name: str, combined: Path, in_folder: Path, face2face: Command
) -> None:
    folder, over = in_folder / "face2face-model", threading.Event()

    def interrupt() -> None:
        while not (folder / CHECKPOINT).is_file():
            if over.wait(0.02):
                return
        os.kill(os.getpid(), getattr(signal, name))

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        status, out, err = face2face(*TRAIN, combined, "--max_epochs", 500)
    finally:
        over.set()
        thread.join()
    assert status == 130
    assert "goes on from here" in out
    assert "Traceback" not in err
    assert 1 <= len(history.read(folder)) < 500


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as a terminal does")
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    ("step", "lines"),
    [
        (1, []),  # within the first step nothing is learnt yet
        pytest.param(2, [2], marks=pytest.mark.slow),
        (3, [3]),
        (4, [3, 4]),
        pytest.param(5, [3, 5], marks=pytest.mark.slow),
    ],
)
def test_a_signal_keeps_the_running_epoch(
    step: int, lines: list[int], combined: Path, in_folder: Path, face2face: Command
) -> None:
    """An epoch has three steps. An epoch cut short doesn't count as a whole one."""
    train = (*TRAIN, combined, "--max_epochs", 2)
    with signal_after(step):
        assert face2face(*train)[0] == 130
    folder = in_folder / "face2face-model"
    assert [line.steps for line in history.read(folder)] == lines
    assert all(line.val_l1 > 0 for line in history.read(folder))
    status, _, err = face2face(*train)
    assert status == 0, err
    ran = history.read(folder)
    assert [line.steps for line in ran][: len(lines)] == lines, "nothing is trained twice"
    assert ran[-1].steps == 6
    assert [line.epoch for line in ran] == list(range(1, len(ran) + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as a terminal does")
@pytest.mark.usefixtures("eagerly")
def test_a_second_signal_ends_a_run_at_once(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    with signal_after(2, count=2):
        status, _, err = face2face(*TRAIN, combined, "--max_epochs", 2)
    assert (status, "Traceback" in err) == (130, False)
    assert history.read(in_folder / "face2face-model") == []


@contextmanager
def signal_after(step: int, count: int = 1) -> Iterator[None]:
    """Send this process some signals, as Ctrl-C does, after a step of a training."""
    original = Progress.on_train_batch_end

    def on_train_batch_end(self: Progress, batch: int, logs: Any = None) -> None:
        original(self, batch, logs)
        if int(self.model.optimizer.iterations) == step:
            for _ in range(count):
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Progress, "on_train_batch_end", on_train_batch_end)
        yield


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as a terminal does")
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("batch", [0, 1, 3])
def test_without_its_epoch_an_interrupted_training_repeats_it(batch: int, tmp_path: Path) -> None:
    """The parser's training counts whole epochs only."""

    def finished(interrupted_epoch: int | None) -> list[int]:
        epochs: list[int] = []

        def on_train_batch_end(number: int, logs: Any = None) -> None:
            if len(epochs) == interrupted_epoch and number == batch:
                os.kill(os.getpid(), signal.SIGINT)

        watching = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: epochs.append(epoch),
            on_train_batch_end=on_train_batch_end,
        )
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(str(tmp_path))
        with interrupt_between_steps(keep_epoch=False) as stop:
            callbacks = [backup, watching, stop]
            model.fit(np.ones((8, 1)), np.ones(8), 2, epochs=3, verbose=0, callbacks=callbacks)
        return epochs

    with pytest.raises(KeyboardInterrupt):
        finished(1)
    assert finished(None) == [1, 2]


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


def test_jitter_crops_all_panels_alike_and_mirrors_half_of_them() -> None:
    rng = np.random.default_rng(0)
    panel = rng.integers(0, 256, (64, 64, 3), np.uint8)
    enlarged = cv2.resize(panel, (80, 80), interpolation=cv2.INTER_CUBIC)
    crops = np.lib.stride_tricks.sliding_window_view(enlarged, (64, 64, 3)).reshape(-1, 64, 64, 3)
    mirrored = 0
    for _ in range(40):
        first, second = PanelAugmentation(80, flip=True)([panel, panel], rng)
        assert (first == second).all()
        straight = (crops == first).all((1, 2, 3)).any()
        assert straight != (crops == first[:, ::-1]).all((1, 2, 3)).any()
        mirrored += not straight
    assert 10 < mirrored < 30


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


@pytest.mark.parametrize("name", sorted(GENERATORS))
@pytest.mark.parametrize("size", [256, 512])
def test_generators_answer_with_pictures(name: str, size: int) -> None:
    what = PanelLayout(3, (0, 1), 2, size)
    generator = GENERATORS[name](what, 2)
    assert generator.output_shape == (None, size, size, 3)
    assert patchgan(size, 2, 2).output_shape == (None, size // 8 - 2, size // 8 - 2, 1)


def test_the_reference_is_the_papers_size() -> None:
    assert GENERATORS["unet"](PanelLayout(2, (0,), 1, 256), 64).count_params() == pytest.approx(
        54.4e6, rel=0.01
    )


def test_a_patch_is_seventy_pixels_wide() -> None:
    width = 1
    for layer in reversed(
        [each for each in patchgan(256, 1, 4).layers if isinstance(each, keras.layers.Conv2D)]
    ):
        width = (width - 1) * layer.strides[0] + layer.kernel_size[0]
    assert width == 70


def test_the_losses_do_not_mix() -> None:
    """Neither network changes for the sake of the other's loss."""
    what = PanelLayout(3, (0, 1), 2, 256, base=1)
    generator, judge = GENERATORS["light"](what, 2), patchgan(256, 1, 2)
    model = Pix2Pix(generator, judge, what, l1_weight=0.0, gan_weight=0.0)
    model.compile(keras.optimizers.SGD(1.0), jit_compile=False, run_eagerly=True)
    rng = np.random.default_rng(0)
    batch = (
        rng.uniform(-1, 1, (1, 256, 256, 6)).astype(np.float32),
        rng.uniform(-1, 1, (1, 256, 256, 3)).astype(np.float32),
    )
    before = [
        [np.array(each) for each in network.trainable_variables] for network in (generator, judge)
    ]
    model.train_on_batch(*batch)
    assert all(
        (a == np.array(b)).all()
        for a, b in zip(before[0], generator.trainable_variables, strict=True)
    )
    assert any(
        (a != np.array(b)).any() for a, b in zip(before[1], judge.trainable_variables, strict=True)
    )


def test_light_begins_with_its_base_and_never_leaves_its_mask() -> None:
    generator = GENERATORS["light"](PanelLayout(4, (0, 1, 2), 3, 256, base=1, mask=2), 4)
    sketch, base, mask = (
        np.random.default_rng(0).uniform(-1, 1, (3, 1, 256, 256, 3)).astype(np.float32)
    )
    mask[:] = -1
    mask[:, 100:150, 100:150] = 1
    assert np.allclose(generator([sketch, base, mask]), base, atol=1e-6)
    generator.set_weights([each + 0.1 for each in generator.get_weights()])
    changed = np.abs(np.asarray(generator([sketch, base, mask])) - base)[0].max(-1) > 1e-3
    assert changed[100:150, 100:150].mean() > 0.9
    changed[100:150, 100:150] = False
    assert not changed.any()


@pytest.mark.parametrize("size", [128, 256, 512])
def test_light_departs_from_its_base_by_what_it_thinks_at_64_pixels_enlarged(size: int) -> None:
    generator = GENERATORS["light"](PanelLayout(3, (0, 1), 2, size, base=1), 2)
    rng = np.random.default_rng(0)
    generator.set_weights([rng.normal(0, 0.1, each.shape) ** 2 for each in generator.get_weights()])
    panels = list(rng.uniform(-1, 1, (2, 1, size, size, 3)).astype(np.float32))
    coarse = np.asarray(
        keras.Model(generator.inputs, generator.get_layer("residual").output)(panels)
    )[0]
    assert coarse.shape == (64, 64, 3)
    assert np.ptp(coarse) > 0.01
    assert np.asarray(generator(panels))[0] - panels[1][0] == pytest.approx(
        2 * cv2.resize(coarse, (size, size)), abs=1e-5
    )


def test_a_generator_may_be_held_back_towards_its_base() -> None:
    generator = GENERATORS["light"](PanelLayout(3, (0, 1), 2, 64, base=1), 2)
    rng = np.random.default_rng(0)
    generator.set_weights([rng.normal(0, 0.1, each.shape) ** 2 for each in generator.get_weights()])
    sketch, base = rng.uniform(-1, 1, (2, 1, 64, 64, 3)).astype(np.float32)
    whole, half = (
        np.asarray(each([sketch, base])) - base
        for each in (generator, scale_residual(generator, 0.5))
    )
    assert np.abs(whole).max() > 0.01
    assert half == pytest.approx(whole / 2, abs=1e-5)
    reference = GENERATORS["unet"](PanelLayout(2, (0,), 1, 64), 2)
    assert scale_residual(reference, 0.5) is reference, "it has no base"


def test_validation_tells_how_much_of_the_departure_would_have_been_best() -> None:
    """Where the generator departs twice as far as the truth lies, half would have been best."""
    layout = PanelLayout(3, (0, 1), 2, 64, base=1)
    shown = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 64, 64, 6)).astype(np.float32)
    panels = [keras.Input((64, 64, 3)) for _ in range(2)]
    model = Pix2Pix(keras.Model(panels, panels[1] + 0.4), None, layout)
    model.compile(keras.optimizers.Adam())
    figures = model.evaluate(shown, shown[..., 3:] + 0.2, verbose=0, return_dict=True)
    assert figures["agreement"] / figures["extent"] == pytest.approx(0.5, rel=1e-4)


def test_beyond_the_mask_the_target_is_the_base(tmp_path: Path) -> None:
    panels = list(np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3), np.uint8))
    mask = np.repeat(np.uint8([[0, 0, 255, 255]] * 4)[..., None], 3, axis=-1)
    write_strip(tmp_path / "a.png", [panels[0], panels[1], mask, panels[2]])
    _, wanted = StripDataset([tmp_path / "a.png"], PanelLayout(4, (0, 1, 2), 3, 4, base=1, mask=2))[
        0
    ]
    assert (to_bytes(wanted[0])[:, :2] == panels[1][:, :2]).all()
    assert (to_bytes(wanted[0])[:, 2:] == panels[2][:, 2:]).all()


def test_batches_are_what_the_strips_say(combined: Path) -> None:
    paths = list_strips(combined, "train")
    batches = StripDataset(paths, PanelLayout(2, (0,), 1, 256), batch_size=2)
    shown, wanted = batches[1]
    a, b = read_strip(paths[2], 2)
    assert shown.shape == (2, 256, 256, 3)
    assert (to_bytes(shown[0]) == a).all()
    assert (to_bytes(wanted[0]) == b).all()
    assert (to_bytes(to_signed(np.arange(256, dtype=np.uint8))) == np.arange(256)).all()


def test_shuffled_epochs_differ_and_repeat_with_the_seed(combined: Path) -> None:
    def epoch(number: int) -> np.ndarray:
        batches = StripDataset(
            list_strips(combined, "train"),
            PanelLayout(2, (0,), 1, 256),
            6,
            PanelAugmentation(286, True),
            seed=5,
        )
        batches.epoch = number
        return batches[0][1]

    assert (epoch(1) == epoch(1)).all()
    assert (epoch(1) != epoch(2)).any()


def test_progress_is_the_nearest_limit() -> None:
    assert Limits(10, 100, 1.0).progress(1, 50, 6) == 0.5
    assert Limits(minutes=1.0).progress(0, 0, 90) == 1
    assert Limits().progress(5, 5, 5) == 0


def test_a_run_without_settings_is_none(tmp_path: Path) -> None:
    assert Run(tmp_path).settings() is None


def epochs_with(*errors: float) -> list[history.Epoch]:
    return [
        history.Epoch(number, number, 60.0 * number, 0, 0, 0, error)
        for number, error in enumerate(errors, 1)
    ]


def test_the_forecast_goes_on_as_the_history_went() -> None:
    falling = epochs_with(*(0.02 + 0.04 / minute for minute in range(1, 9)))
    assert history.forecast(falling, 20 * 60) == pytest.approx(0.022, abs=1e-4)
    assert history.forecast(falling[:3], 20 * 60) is None
    stuck = epochs_with(0.05, 0.03, 0.04, 0.05, 0.06)
    assert history.forecast(stuck, 20 * 60) == pytest.approx(0.03)


def test_patience_ends_after_steps_that_were_no_better() -> None:
    limits = Limits(patience=2)
    assert not limits.exhausted(epochs_with())
    assert not limits.exhausted(epochs_with(0.3, 0.2, 0.25))
    assert limits.exhausted(epochs_with(0.3, 0.2, 0.25, 0.2))
    assert not Limits().exhausted(epochs_with(0.1, 0.2, 0.3, 0.4))


@pytest.mark.usefixtures("eagerly")
def test_a_run_that_learns_nothing_stops_by_itself_and_says_why(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    options = ("--max_epochs", 50, "--patience", 2, "--lr", 0)
    status, out, err = face2face(*TRAIN, combined, *options)
    assert status == 0
    assert "No improvement on held-out strips in 2 steps" in out + err
    assert len(history.read(in_folder / "face2face-model")) < 10


def test_a_device_that_is_not_there_is_refused(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--max_steps", 1, "--device", "gpu:7", *TINY
    )
    assert status == 2
    assert "auto or one of cpu:0" in err


def test_an_epoch_is_at_most_so_many_batches(combined: Path) -> None:
    batches = StripDataset(
        list_strips(combined, "train"), PanelLayout(2, (0,), 1, 256), batch_size=1, max_batches=4
    )
    assert len(batches) == 4


def test_swaying_moves_all_panels_alike_and_the_base_a_little_besides() -> None:
    rng = np.random.default_rng(0)
    dots = np.zeros((64, 64, 3), np.uint8)
    dots[20:24, 30:34] = 255

    def centre(panel: np.ndarray) -> np.ndarray:
        rows, columns = np.nonzero(panel[..., 0] > 60)
        return np.array([rows.mean(), columns.mean()])

    moved = [
        PanelAugmentation(64, affine_jitter=1.0)([dots, dots, dots], rng, base=1) for _ in range(20)
    ]
    assert all((first == last).all() for first, _, last in moved)
    assert np.std([centre(first)[0] for first, _, _ in moved]) > 1
    astray = [np.abs(centre(first) - centre(base)).max() for first, base, _ in moved]
    assert 0 < max(astray) < 3
    assert (PanelAugmentation(64)([dots], rng)[0] == dots).all()


def on_backend(
    backend: str, combined: Path, *options: object, **variables: str
) -> subprocess.CompletedProcess[str]:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    command = [
        sys.executable,
        "-m",
        "face2face",
        "train",
        "--input_dir",
        str(combined),
        "--max_steps",
        "2",
        *map(str, TINY),
        *map(str, options),
    ]
    return subprocess.run(
        command,
        env=os.environ | {"KERAS_BACKEND": backend} | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_train_and_export(backend: str, combined: Path, in_folder: Path) -> None:
    done = on_backend(backend, combined, "--gan_weight", 1)
    assert done.returncode == 0, done.stderr
    assert ModelCard.load(in_folder / "face2face-model").training["backend"] == backend
    assert keras.models.load_model(
        in_folder / "face2face-model" / "best.keras", compile=False
    ).output_shape == (None, 256, 256, 3)


@pytest.mark.slow
def test_a_batch_is_shared_among_two_devices(combined: Path, in_folder: Path) -> None:
    done = on_backend(
        "jax", combined, "--distribute", XLA_FLAGS="--xla_force_host_platform_device_count=2"
    )
    assert done.returncode == 0, done.stderr
    assert "on cpu:0, cpu:1" in done.stdout


def test_sharing_needs_jax(combined: Path, in_folder: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--max_steps", 1, "--distribute", *TINY
    )
    assert status == 2
    assert "KERAS_BACKEND=jax" in err
