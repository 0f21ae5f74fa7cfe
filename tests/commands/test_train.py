"""What train says, and the folders that it accepts."""

from collections.abc import Callable
from pathlib import Path

from face2face.card import ModelCard
from face2face.commands.train import advice
from face2face.learn.callbacks import Limits
from face2face.learn.history import Epoch

Command = Callable[..., tuple[int, str, str]]
TINY = ("--ngf", 2, "--ndf", 2, "--batch_size", 2, "--no-export")


def test_a_reached_limit_and_a_lack_of_improvement_are_reported() -> None:
    epochs = [Epoch(1, 10, 30.0, 0.1, 0, 0, 0.1), Epoch(2, 20, 60.0, 0.1, 0, 0, 0.2)]
    assert advice(epochs, Limits(minutes=1, patience=11), continued=True) == ""
    reached = advice(epochs, Limits(minutes=1, patience=11), continued=False)
    assert "after 2 epochs and 1.0 minutes" in reached
    assert "--minutes" in reached
    for continued in (True, False):
        said = advice(epochs, Limits(minutes=9, patience=10), continued)
        assert said.startswith("10 steps brought no improvement")


def test_the_folder_train_itself_is_accepted_and_the_same_limit_again_is_no_riddle(
    combined: Path, in_folder: Path, face2face: Command
) -> None:
    arguments = ("train", "--input_dir", combined / "train", "--max_epochs", 1, *TINY)
    status, out, err = face2face(*arguments)
    assert status == 0, err
    assert f"using {combined}" in out
    assert "nothing was trained" not in out
    card = ModelCard.load(in_folder / "face2face-model")
    assert card.training["steps"] == 3
    status, out, _ = face2face(*arguments)
    assert status == 0
    assert "nothing was trained" in out
    assert ModelCard.load(in_folder / "face2face-model") == card
