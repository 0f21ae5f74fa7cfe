"""The command line to type next fits the way in which the program was started."""

from pathlib import Path

import pytest

from face2face.commands.next_command import next_command


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("generate_train_data.py", "python train.py --input_dir 'a b'"),
        ("bin/face2face", "face2face train --input_dir 'a b'"),
    ],
)
def test_a_script_names_the_script_next_to_it(
    script: str, expected: str, in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("train.py").touch()
    monkeypatch.setattr("sys.argv", [script])
    assert next_command("train", "--input_dir", Path("a b")) == expected
