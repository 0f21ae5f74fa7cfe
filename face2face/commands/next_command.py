"""The command line to type next, shown after a command's work."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path


def next_command(verb: str, *arguments: object) -> str:
    """Return a command line that starts a verb in the way in which this program was started.

    A script of the verb's name next to the running one is named; otherwise it is ``face2face``.

    >>> next_command("train", "--input_dir", Path("my data/combined"))
    "face2face train --input_dir 'my data/combined'"
    """
    script = Path(sys.argv[0]).with_name(f"{verb}.py")
    program = ["python", str(script)] if script.is_file() else ["face2face", verb]
    return shlex.join([*program, *map(str, arguments)])
