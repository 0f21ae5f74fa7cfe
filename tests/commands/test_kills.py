"""A command that is killed at any moment, and run again, gives what it gives undisturbed.

``python -m tests.kills`` does the same with more moments.
"""

import sys
from pathlib import Path

import pytest

from tests.conftest import Once
from tests.kills import CASES, check, content, differences, make_inputs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="has no kill -9"),
]

#: Commands that take far longer than the others: they are killed once here.
_LONG = ("train", "export", "retouch", "make_semantic_data")


@pytest.fixture
def inputs(once: Once, tmp_path: Path) -> Path:
    """A folder with the commands' inputs."""
    made = once("kills", lambda folder: make_inputs(folder / "inputs"))
    (tmp_path / "inputs").symlink_to(made / "inputs")
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_a_killed_command_is_completed_by_the_next(name: str, inputs: Path) -> None:
    lines: list[str] = []
    moments = 1 if name in _LONG else 2
    assert check(name, inputs, moments, log=lines.append) == 0, "\n".join(lines)


def test_leftovers_and_changes_are_noticed(tmp_path: Path) -> None:
    for name in ("same", "changed", "hidden"):
        (tmp_path / "one").mkdir(exist_ok=True)
        (tmp_path / "one" / name).write_text(name)
    before = content(tmp_path / "one")
    (tmp_path / "one" / "changed").write_text("otherwise")
    (tmp_path / "one" / "hidden").rename(tmp_path / "one" / ".hidden")
    assert differences(before, content(tmp_path / "one")) == [".hidden", "changed", "hidden"]
