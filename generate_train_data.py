"""The command ``generate_train_data.py`` of datitran/face2face-demo: ``face2face prepare``."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("prepare"))
