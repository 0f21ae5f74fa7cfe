"""Trainings that are interrupted or killed, and go on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from face2face.learn import history
from face2face.learn.callbacks import Progress, interrupt_between_steps
from face2face.learn.checkpoint import CHECKPOINT
from tests.conftest import TINY

Command = Callable[..., tuple[int, str, str]]
TRAIN = ("train", *TINY, "--input_dir")


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
