"""Odd machines: closed streams, other encodings, a full disk, little memory, no home folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from face2face.inference.models import pretrained
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="starts commands from a shell")
#: Without this setting output waits in a buffer, as on most machines.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
#: Runs the command that follows without root's right to ignore permissions.
PLAIN_USER = (
    'if [ "$(id -u)" != 0 ]; then "$@"; '
    'else setpriv --bounding-set -dac_override,-dac_read_search "$@"; fi'
)


def shell(
    line: str, *arguments: object, folder: Path = Path(), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``"$@"`` is ``face2face`` with some arguments."""
    program = ["bash", "-c", line, "face2face", sys.executable, "-m", "face2face"]
    return subprocess.run(
        [*program, *map(str, arguments)],
        env=ENVIRONMENT | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )


@pytest.fixture
def live(in_folder: Path) -> tuple[str, ...]:
    """A short live run that records ``out.mp4``."""
    take, script = LandmarkRecording(480, 480), ScriptedDriver()
    for number in range(90):
        landmarks = script.scene(0.7 * number).landmarks
        assert landmarks is not None
        take.add(landmarks, number / 30)
    take.save(Path("take.npz"))
    model = ("--tf-model", str(pretrained()))
    return ("run", "--source", "take.npz", *model, "--no-window", "--output", "out.mp4")


@pytest.mark.parametrize("command", [("list",), ("--version",), ("run", "--help")], ids=" ".join)
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(
    command: tuple[str, ...], closed: str, in_folder: Path
) -> None:
    done = shell(f'"$@" {closed}', *command)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_never_takes_the_place_of_a_closed_stream(live: tuple[str, ...]) -> None:
    assert shell('"$@" <&- >&- 2>&-', *live).returncode == 0
    first, *_ = Path("out.mp4").read_bytes()[4:8].split(b" ")
    assert first == b"ftyp", "nothing is written into the recording but the recording"


@pytest.mark.parametrize("command", [("list",), ("--version",), ("run", "--help")], ids=" ".join)
def test_a_full_output_is_one_line_and_status_2(command: tuple[str, ...], in_folder: Path) -> None:
    done = shell('"$@" > /dev/full', *command)
    assert done.returncode == 2
    assert done.stderr == (
        "error: Reading or writing failed: No space left on device. "
        "Free some disk space, or choose another folder.\n"
    )


@pytest.mark.parametrize("command", [("list",), ("--version",), ("run", "--help")], ids=" ".join)
def test_an_output_that_nobody_reads_is_no_error(command: tuple[str, ...], in_folder: Path) -> None:
    done = shell('set -o pipefail; (sleep 0.05; "$@") | true', *command)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_recording_is_finished_though_nobody_reads_the_output(live: tuple[str, ...]) -> None:
    done = shell('set -o pipefail; "$@" 2>&1 | true', *live)
    assert done.returncode == 0
    assert Path("out.mp4").stat().st_size > 2000


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["Zoë", "彼女", "😀"])
def test_text_that_a_terminal_cannot_show_is_no_error(
    name: str, environment: dict[str, str], in_folder: Path
) -> None:
    Path(name).mkdir()
    without_targets = {"XDG_CACHE_HOME": str(in_folder / "cache"), **environment}
    listed = shell('"$@"', "list", folder=in_folder / name, **without_targets)
    assert listed.returncode == 0, listed.stderr
    assert "no model and no training data in" in listed.stdout
    refused = shell('"$@"', "run", "--source", f"{name}.mp4", "--no-window", "--output", "o.mp4")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1


def test_a_full_disk_is_one_line(live: tuple[str, ...]) -> None:
    # A limit of file sizes is the same to a program as a full disk.
    done = shell('ulimit -f 20; "$@"', *live)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Free some disk space" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_little_memory_is_one_line(live: tuple[str, ...]) -> None:
    done = shell('ulimit -v 300000; "$@"', *live)
    assert done.returncode == 2
    assert done.stderr.startswith("error: There is not enough memory."), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="gives up root's rights as Linux does")
@pytest.mark.parametrize(
    "command",
    [
        ("demo",),
        ("run", "--source", "demo", "--no-window", "--output", "out.mp4"),
        ("run", "--source", "demo", "--no-window", "--save-performance", "me.npz"),
        ("prepare", "--file", "me.png"),
    ],
    ids=" ".join,
)
def test_a_folder_that_cannot_be_written_to_is_one_line(
    command: tuple[str, ...], in_folder: Path
) -> None:
    Path("me.png").touch()
    in_folder.chmod(0o555)
    done = shell(PLAIN_USER, *command, HOME="/proc/nobody")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert [path.name for path in in_folder.iterdir()] == ["me.png"]


@pytest.mark.parametrize("home", ["", "/proc/nobody", "/dev/null"])
def test_no_home_folder_is_no_error(home: str, in_folder: Path) -> None:
    unset = "unset HOME; " if not home else ""
    done = shell(f'{unset}"$@"', "demo", HOME=home)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert sorted(path.name for path in in_folder.iterdir()) == ["demo.mp4", "demo.png"]
