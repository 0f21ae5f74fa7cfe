"""The command ``run_webcam.py`` of datitran/face2face-demo: ``face2face run``."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("run"))
