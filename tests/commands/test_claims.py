"""Two runs never write one output at the same time."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from face2face.commands.claims import claimed
from face2face.errors import OptionError

Command = Callable[..., tuple[int, str, str]]

#: A run that claims an output until a line or the end of its standard input.
HOLD = """
import sys
from pathlib import Path
from face2face.commands.claims import claimed
with claimed(map(Path, sys.argv[1:])):
    print("claimed", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def _here(in_folder: Path) -> None:
    """Each test in an empty folder."""


def hold(*paths: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    return process


@pytest.mark.parametrize(
    "arguments",
    [
        ("edit", "--photo", "me.png", "--set", "mouth=smile", "--output", "out"),
        ("edit", "--photo", "me.png", "--save-map", "sub/../out"),
        ("express", "--photo", "photos", "--gaze", "left", "--output", "link/out"),
        ("retouch", "--photo", "photos", "--auto", "--output", "link/out"),
        ("parse", "--photo", "photos", "--output", "out"),
        ("prepare", "--file", "me.mp4", "--output_dir", "out"),
        ("train", "--input_dir", "combined", "--output_dir", "out"),
        ("export", "--model", "m", "--output", "out"),
        ("run", "--source", "demo", "--no-window", "--output", "out"),
        ("run", "--source", "demo", "--no-window", "--save-performance", "out"),
        ("demo", "--output_dir", "out"),
        ("benchmark", "--json", "out"),
        ("evaluate", "--model", "m", "--file", "me.mp4", "--output", "out"),
        ("process", "--operation", "blank", "--input_dir", "photos", "--output_dir", "out"),
        ("make_semantic_data", "--photos", "photos", "--output", "out"),
        ("make_inpaint_data", "--photos", "photos", "--output", "out"),
    ],
    ids=lambda arguments: arguments[0],
)
@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)], ids=["", "overwrite"])
def test_the_second_run_is_told_before_it_works(
    arguments: tuple[str, ...], overwrite: tuple[str, ...], face2face: Command
) -> None:
    Path("photos").mkdir()
    Path("sub").mkdir()
    Path("link").symlink_to(".", target_is_directory=True)
    with claimed([Path("out")]):
        status, _, err = face2face(*arguments, *overwrite)
    assert (status, err.count("\n")) == (2, 1), err
    assert "out is being written by another run" in err
    assert not Path("out").exists()


def test_a_claim_of_another_process_ends_with_it() -> None:
    for end in ("ended", "killed"):
        process = hold("out.png", "folder")
        for name in ("out.png", "folder", f"../{Path.cwd().name}/out.png"):
            with pytest.raises(OptionError, match="another run"), claimed([Path(name)]):
                pass
        with claimed([Path("other.png"), Path("folder/out.png")]):
            pass
        if end == "killed":
            process.kill()
        process.communicate("end\n" if end == "ended" else None)
        with claimed([Path("out.png"), Path("folder")]):
            pass
    assert list(Path().iterdir()) == []


def test_a_refused_claim_holds_nothing() -> None:
    process = hold("b")
    with pytest.raises(OptionError, match="b is being"), claimed([Path("a"), Path("b")]):
        pass
    hold("a").communicate("end\n")
    process.communicate("end\n")


def test_of_two_runs_one_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "face2face", "demo", "--output_dir", "out"]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ends = [(*run.communicate(), run.returncode) for run in runs]
    assert sorted(status for _, _, status in ends) == [0, 2]
    (refused,) = (err for _, err, status in ends if status == 2)
    assert refused.count("\n") == 1
    assert sorted(path.name for path in Path("out").iterdir()) == ["demo.mp4", "demo.png"]


def test_without_a_folder_for_locks_commands_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("face2face.commands.claims._lock_file", lambda: None)
    with claimed([Path("a")]), claimed([Path("b")]):
        pass
    with claimed([Path("a")]):
        pass
