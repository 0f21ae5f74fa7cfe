import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from face2face.errors import MediaError
from face2face.files import (
    WriteError,
    atomic_dir,
    atomic_write,
    ensure_writable_dir,
    visible_files,
)

#: A program that begins to write a file, and is then killed or waits.
BEGIN = """
import os, sys, time
from pathlib import Path
from face2face.files import atomic_write
with atomic_write(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    print("begun", flush=True)
    time.sleep(60)
"""


def begin(path: Path) -> "subprocess.Popen[str]":
    """Start a process that has half written a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a.txt") as aside:
        aside.write_text("new")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(WriteError, match="No space left"),
        atomic_write(tmp_path / "a.txt") as aside,
    ):
        aside.write_text("half")
        raise OSError(28, "No space left on device")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_folder_under_a_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="writable"):
        ensure_writable_dir(tmp_path / "file" / "folder")


@pytest.mark.parametrize("name", ["a.txt", "card.json", "weights.weights.h5", "ä" * 120 + ".png"])
def test_a_killed_process_leaves_nothing_for_the_next(tmp_path: Path, name: str) -> None:
    kill(begin(tmp_path / name))
    assert len(names(tmp_path)) == 1
    assert visible_files(tmp_path) == []
    with atomic_write(tmp_path / "other") as aside:
        aside.touch()
    assert names(tmp_path) == ["other"]


def test_leftovers_of_older_versions_are_removed(tmp_path: Path) -> None:
    process = begin(tmp_path / "x")
    kill(process)
    (tmp_path / f".aside.{process.pid}.000001.png").touch()
    (tmp_path / f".aside.{os.getpid()}.000002.png").touch()  # the number is given again
    ensure_writable_dir(tmp_path)
    assert names(tmp_path) == []


def test_files_of_a_running_process_stay(tmp_path: Path) -> None:
    process = begin(tmp_path / "x")
    try:
        with atomic_write(tmp_path / "mine") as aside:
            aside.touch()
            ensure_writable_dir(tmp_path)
            assert len(names(tmp_path)) == 2
    finally:
        kill(process)


def test_files_of_another_machine_stay_for_a_day(tmp_path: Path) -> None:
    new, old, foreign = (
        tmp_path / name
        for name in (".aside.1.00000000.0.a", ".aside.1.00000000.1.b", ".aside.notes")
    )
    for path in (new, old, foreign):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(foreign, (0, 0))
    ensure_writable_dir(tmp_path)
    assert sorted(tmp_path.iterdir()) == [new, foreign]


def test_two_threads_write_one_file_whole(tmp_path: Path) -> None:
    def write(text: str) -> None:
        for _ in range(50):
            with atomic_write(tmp_path / "a.txt") as aside:
                aside.write_text(text)

    threads = [threading.Thread(target=write, args=(text * 1000,)) for text in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a.txt").read_text() in ("a" * 1000, "b" * 1000)
    assert names(tmp_path) == ["a.txt"]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    longest = "n" * 251 + ".png"
    with atomic_write(tmp_path / longest) as aside:
        assert aside.suffix == ".png"
        aside.touch()
    assert names(tmp_path) == [longest]


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes or sockets among files")
def test_only_files_of_a_person_are_visible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ["a.png", "sub/b.webp", "sub/dangling.png"]
    left_out = [
        "._a.png",
        ".aside.99999999.c.png",
        ".thumbnails/d.png",
        "__MACOSX/e.png",
        "@eaDir/f.png",
        "model/previews/g.png",
        "model/card.json",
        "out/h.png",
    ]
    for name in [*kept[:2], *left_out]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / kept[2]).symlink_to("nothing")
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.png")
    (tmp_path / "link").symlink_to("out")
    found = visible_files(tmp_path, [Path("link")])
    assert [str(path.relative_to(tmp_path)) for path in found] == kept
    assert visible_files(tmp_path / "out", [tmp_path / "out"]) == [tmp_path / "out" / "h.png"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="none can't be read"):
        visible_files(tmp_path / "none")


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with atomic_dir(tmp_path / "new") as temporary:
        (temporary / "a.txt").write_text("whole")
        assert not (tmp_path / "new").exists()
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new" / "a.txt").read_text() == "whole"


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="disk space"), atomic_dir(tmp_path / "new") as temporary:
        (temporary / "a.txt").write_text("half")
        raise OSError(28, "No space left on device")
    assert names(tmp_path) == []


def test_of_two_processes_the_first_folder_stays(tmp_path: Path) -> None:
    with atomic_dir(tmp_path / "new") as slow:
        (slow / "a.txt").write_text("second")
        with atomic_dir(tmp_path / "new") as fast:
            (fast / "a.txt").write_text("first")
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new" / "a.txt").read_text() == "first"


def test_a_folder_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    remains = tmp_path / ".aside.999999999.new"
    remains.mkdir()
    (remains / "a.txt").write_text("half")
    ensure_writable_dir(tmp_path)
    assert names(tmp_path) == []
