"""Pairs, runs and models of an earlier version: none is used, and each says what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.data.pairs import list_strips
from face2face.media.stills import read_image, write_image
from tests.conftest import TINY

Command = Callable[..., tuple[int, str, str]]


def change(path: Path, **fields: object) -> None:
    """Set fields of a JSON file; leave out those that are None."""
    values = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({key: each for key, each in values.items() if each is not None}))


@pytest.fixture
def old_pairs(tmp_path: Path, dataset: Path) -> Path:
    """The folders of a data set as an earlier version left them."""
    folder = Path(shutil.copytree(dataset, tmp_path / "data"))
    change(folder / "combined" / "card.json", format=1)
    change(folder / "original" / "source.json", format=None)
    return folder


@pytest.fixture
def old_run(tmp_path: Path, one_epoch: Path) -> Path:
    """A run of an earlier version."""
    folder = Path(shutil.copytree(one_epoch, tmp_path / "run"))
    change(folder / "card.json", format=1)
    change(folder / "settings.json", format=None)
    return folder


def refused_with_commands(result: tuple[int, str, str]) -> bool:
    status, _, err = result
    lines = err.strip().splitlines()
    return (
        status == 2
        and len(lines) == 1
        and "face2face prepare --file VIDEO" in err
        and "face2face train --input_dir combined" in err
    )


def test_pairs_are_not_trained_on(old_pairs: Path, face2face: Command) -> None:
    assert refused_with_commands(face2face("train", "--input_dir", old_pairs / "combined"))


def test_pairs_are_made_again_by_the_same_command(
    old_pairs: Path, video: Path, face2face: Command
) -> None:
    strips = list_strips(old_pairs / "combined", "train")
    before = read_image(strips[3])
    write_image(strips[3], np.zeros_like(before))
    arguments = ("--num", 20, "--output_dir", old_pairs, "--consent", "NASA portrait")
    status, _, err = face2face("prepare", "--file", video, *arguments)
    assert status == 0, err
    assert list_strips(old_pairs / "combined", "train") == strips
    assert (read_image(strips[3]) == before).all()
    assert json.loads((old_pairs / "combined" / "card.json").read_text())["format"] == 2


def test_a_run_is_not_continued(old_run: Path, combined: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "train", "--input_dir", combined, "--output_dir", old_run, "--max_epochs", 2, *TINY
    )
    assert status == 2
    assert "format 1, not 2" in err
    assert "another --output_dir" in err


def test_a_run_is_not_exported(old_run: Path, face2face: Command) -> None:
    assert refused_with_commands(face2face("export", "--model", old_run))


def test_a_model_is_not_run(tmp_path: Path, trained: Path, face2face: Command) -> None:
    model = shutil.copytree(trained, tmp_path / "model")
    change(model / "card.json", format=1)
    options = ("--source", "demo", "--no-window", "--output", tmp_path / "out.mp4")
    assert refused_with_commands(face2face("run", "--tf-model", model, *options))


def test_a_model_can_be_forgotten(in_folder: Path, trained: Path, face2face: Command) -> None:
    model = shutil.copytree(trained, in_folder / "mine")
    change(model / "card.json", format=1)
    status, out, _ = face2face("forget", "mine", "--yes")
    assert status == 0
    assert "mine" in out
    assert not model.exists()
