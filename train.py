"""Train on paired images, as affinelayer/pix2pix-tensorflow does: ``face2face train``."""

import sys

from face2face.commands.console import script

if __name__ == "__main__":
    sys.exit(script("train"))
