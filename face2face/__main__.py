"""``python -m face2face VERB ...``."""

import sys

from face2face.commands.console import main

if __name__ == "__main__":
    sys.exit(main())
