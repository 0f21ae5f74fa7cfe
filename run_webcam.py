"""The command ``run_webcam``; see face2face/commands/run_webcam.py."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("run_webcam"))
