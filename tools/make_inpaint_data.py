"""The command ``make_inpaint_data``; see face2face/commands/make_inpaint_data.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands import make_inpaint_data as program
from face2face.commands.console import run_program

if __name__ == "__main__":
    sys.exit(run_program(program))
