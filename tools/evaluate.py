"""The command ``face2face evaluate``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("evaluate"))
