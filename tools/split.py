"""The command ``split``; see face2face/commands/split.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands import split as program
from face2face.commands.console import run_program

if __name__ == "__main__":
    sys.exit(run_program(program))
