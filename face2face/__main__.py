"""``python -m face2face VERB ...``."""

from face2face.commands.console import program

if __name__ == "__main__":
    program()
