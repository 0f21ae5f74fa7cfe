"""Find models: those in a folder, the newest that face2face made, and the pretrained ones."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from face2face.card import FILE_NAME, ModelCard
from face2face.errors import ModelError
from face2face.inference.models import TARGETS, default_models, find_models, mode_name, pretrained
from face2face.inference.names import GRAPH
from face2face.live.model import ReenactmentModel

Command = Callable[..., tuple[int, str, str]]


def folder_of(name: str, card: dict[str, Any] | str | None) -> Path:
    """A model's folder here, with a graph, and with a card of these values or this text."""
    folder = Path(name).absolute()
    folder.mkdir()
    (folder / GRAPH).write_bytes(b"\x00")
    if card is not None:
        (folder / FILE_NAME).write_text(card if isinstance(card, str) else json.dumps(card))
    return folder


def values(**changed: Any) -> dict[str, Any]:
    """The pretrained model's card, changed."""
    return json.loads((pretrained() / FILE_NAME).read_text()) | changed


def test_the_newest_model_made_here_is_driven(in_folder: Path) -> None:
    assert default_models() == [pretrained(name) for name in TARGETS]
    for number, name in enumerate(("first", "third", "second")):
        folder = folder_of(name, None)
        ModelCard("reenact", 256, ("sketch",)).save(folder)
        os.utime(folder / GRAPH, (number, number))
    assert default_models() == [in_folder / "second"]
    assert default_models("inpaint") == [pretrained("inpaint")]


def test_every_pretrained_model_names_its_program() -> None:
    assert all(
        ModelCard.load(path.parent).is_own for path in pretrained().parent.glob(f"*/{FILE_NAME}")
    )


@pytest.mark.parametrize(
    "card",
    [
        None,
        "",
        "[1]",
        "[" * 100_000,
        '"\xff',
        values(made_by=""),
        values(made_by="somebody 2.0"),
        values(made_by="face2faces 0.1.0"),
        values(made_by=["face2face 0.1.0"]),
        values(mode=["reenact"]),
        values(mode="edit"),
        values(size="large"),
        values(format=99),
        values(surprise=1),
    ],
    ids=lambda card: str(card)[-24:],
)
def test_a_strange_or_broken_folder_is_not_driven(
    card: dict[str, Any] | str | None, in_folder: Path
) -> None:
    folder_of("stranger", card)
    assert default_models() == [pretrained(name) for name in TARGETS]
    own = folder_of("own", values())
    os.utime(own / GRAPH, (0, 0))
    assert default_models() == [own]


def test_files_that_are_folders_are_not_driven(in_folder: Path) -> None:
    (in_folder / "a" / FILE_NAME).mkdir(parents=True)
    (in_folder / "b" / GRAPH).mkdir(parents=True)
    ModelCard("reenact", 256, ("sketch",)).save(in_folder / "b")
    Path("c").mkdir()
    ModelCard("reenact", 256, ("sketch",)).save(in_folder / "c")
    assert default_models() == [pretrained(name) for name in TARGETS]


def test_without_a_name_no_stranger_is_driven(
    video: Path, in_folder: Path, face2face: Command
) -> None:
    folder_of("stranger", None)
    status, out, err = face2face(
        "run_webcam", "--source", video, "--no-window", "--output", "out.mp4"
    )
    assert status == 0, err
    assert "astronaut on OpenVINO" in out


def test_a_model_without_the_mark_is_driven_where_it_is_named(in_folder: Path) -> None:
    named = in_folder / "models" / "old"
    shutil.copytree(pretrained(), named)
    unmarked = values()
    del unmarked["made_by"]
    (named / FILE_NAME).write_text(json.dumps(unmarked))
    assert not ModelCard.load(named).is_own
    assert find_models(in_folder / "models") == [named]
    assert ReenactmentModel.load(named).engine.name.startswith("OpenVINO")


def test_a_pretrained_model_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ModelError, match="no pretrained model stranger"):
        pretrained("stranger")


def test_a_path_names_one_model_or_those_in_a_folder_that_a_driver_moves(in_folder: Path) -> None:
    models = in_folder / "models"
    models.mkdir()
    for name in ("b", "a"):
        shutil.copytree(pretrained(), models / name)
    shutil.copytree(pretrained("edit"), models / "edit")
    assert find_models(models) == [models / "a", models / "b"]
    assert find_models(models / "a") == [models / "a"]
    with pytest.raises(ModelError, match="no model in"):
        find_models(in_folder)


def test_a_graph_without_a_card_is_one_of_the_predecessors(in_folder: Path) -> None:
    assert mode_name(folder_of("old", None)) == "reenact"
    assert mode_name(pretrained("inpaint")) == "inpaint"
    with pytest.raises(ModelError, match=GRAPH):
        mode_name(in_folder)


@pytest.mark.usefixtures("in_folder")
def test_a_pretrained_model_is_found_by_its_name_unless_a_folder_has_it() -> None:
    assert find_models(Path("astronaut")) == [pretrained("astronaut")]
    Path("astronaut").mkdir()
    with pytest.raises(ModelError, match="no model in astronaut"):
        find_models(Path("astronaut"))
