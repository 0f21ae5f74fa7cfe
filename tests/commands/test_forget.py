"""What lies here is listed by person, and deleted by person."""

from collections.abc import Callable
from pathlib import Path

import pytest

from face2face.card import ModelCard
from face2face.data.folders import DatasetConfig, DatasetDirs

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _two_people(in_folder: Path) -> None:
    """A model of each of two people, and the data of one; a file of the user's in each folder."""
    for name in ("her", "him"):
        Path(f"{name}-model").mkdir()
        card = ModelCard("reenact", 256, ("sketch",), data={"file": f"{name}.mp4"})
        card.save(Path(f"{name}-model"))
        Path(f"{name}-model/best.keras").write_bytes(b"weights")
        Path(f"{name}.mp4").write_bytes(b"video")
    DatasetDirs(Path()).claim(
        DatasetConfig(Path("her.mp4")).fingerprint([Path("her.mp4")]), overwrite=False
    )
    for folder in ("original", "landmarks", "combined/train", "combined/val"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, "000000.png").write_bytes(b"picture")
    Path("landmarks/notes.txt").write_text("mine")


def test_the_list_names_models_and_data_with_their_source(face2face: Command) -> None:
    status, out, _ = face2face("list")
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["model", "model"]
    assert "her-model" in lines[0]
    assert "of her.mp4" in lines[0]
    assert lines[2].startswith("training data")
    assert "of her.mp4" in lines[2]


@pytest.mark.parametrize("name", ["her", "her.mp4", "her-model"])
def test_one_person_is_forgotten_and_nothing_else(name: str, face2face: Command) -> None:
    status, out, err = face2face("forget", name, "--yes")
    assert status == 0, err
    assert "her-model" in out
    left = sorted(str(path) for path in Path().rglob("*") if path.is_file())
    assert left == [
        "her.mp4",
        "him-model/best.keras",
        "him-model/card.json",
        "him.mp4",
        "landmarks/notes.txt",
    ]
    assert not Path("combined").exists()


def test_nothing_is_deleted_without_a_yes(
    face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(Path().rglob("*"))
    monkeypatch.setattr("builtins.input", lambda prompt: "")
    assert face2face("forget", "her")[0] == 1
    assert sorted(Path().rglob("*")) == before


def test_an_unknown_name_is_refused(face2face: Command) -> None:
    status, _, err = face2face("forget", "somebody", "--yes")
    assert status == 2
    assert "no training data of somebody" in err
