"""The command line to type next, shown after a command's work."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from face2face.commands.console import VERBS


def next_command(verb: str, *arguments: object) -> str:
    """Return a command line that starts a verb in the way in which this program was started.

    Where that was a script, it is the verb's script in the same folder, else ``face2face``.

    >>> next_command("train", "--input_dir", Path("my data/combined"))
    "face2face train --input_dir 'my data/combined'"
    """
    script = Path(sys.argv[0]).with_name(f"{VERBS[verb].module}.py")
    program = ["python", str(script)] if script.is_file() else ["face2face", verb]
    return shlex.join([*program, *map(str, arguments)])
