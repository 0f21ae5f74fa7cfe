"""What the tests of training share."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def run(one_epoch: Path, in_folder: Path) -> Path:
    """A run of one epoch in the folder where the next command finds it."""
    return Path(shutil.copytree(one_epoch, in_folder / "face2face-model"))
