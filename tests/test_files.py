from pathlib import Path

import pytest

from face2face.errors import MediaError
from face2face.files import atomic_write, ensure_writable_dir


def test_a_file_appears_whole(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a.txt") as aside:
        aside.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(MediaError, match="No space left"),
        atomic_write(tmp_path / "a.txt") as aside,
    ):
        aside.write_text("half")
        raise OSError(28, "No space left on device")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_folder_under_a_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MediaError, match="writable"):
        ensure_writable_dir(tmp_path / "file" / "folder")
