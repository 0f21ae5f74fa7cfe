"""The command ``train``; see face2face/commands/train.py."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("train"))
