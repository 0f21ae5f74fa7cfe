"""The command ``generate_train_data``; see face2face/commands/generate_train_data.py."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("generate_train_data"))
