"""Commands run by a checkout of face2face: this one, or one of an earlier release."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from face2face.errors import OptionError

#: Program that runs commands one after another in one process: libraries are imported once. It
#: calls ``python -m face2face``, which every release has.
_RUNNER = """
import json, runpy, sys
for words in json.load(sys.stdin):
    sys.argv = ["face2face", *words]
    try:
        runpy.run_module("face2face", run_name="__main__")
    except SystemExit:
        pass
"""


def check_checkout(root: Path) -> None:
    """Raise an OptionError unless a folder is a checkout of face2face.

    Args:
        root: The folder.
    """
    if not (root / "face2face/__main__.py").is_file():
        raise OptionError(
            f"{root} is no checkout of face2face.",
            hint="Make one with git worktree add, and name its folder.",
        )


def run_commands(root: Path, commands: Sequence[Sequence[str]]) -> None:
    """Run commands of a checkout one after another. One that fails prints its error.

    Args:
        root: Folder of the checkout.
        commands: The words of each command, a verb first. Paths in them are absolute.
    """
    subprocess.run(
        [sys.executable, "-c", _RUNNER],
        input=json.dumps([list(each) for each in commands]),
        text=True,
        cwd=root,  # Python imports from the folder that it is started in before all others.
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
