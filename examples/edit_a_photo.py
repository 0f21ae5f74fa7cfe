"""Retouch a photo and change a face's expression.

python examples/edit_a_photo.py me.jpg
"""

import sys
from pathlib import Path

import face2face


def main(file: str, output_dir: str = ".") -> None:
    """Write two pictures made from a photo: ``clear.png`` and ``smile.png``.

    Args:
        file: The photo.
        output_dir: The folder for the pictures.
    """
    photo = face2face.read_image(file)
    for landmarks in face2face.detect(photo):
        left, top = landmarks.min(axis=0)
        print(f"a face at {left:.0f}, {top:.0f}")
    blemishes = face2face.find_blemishes(photo, strength=1.0)
    face2face.write_image(Path(output_dir, "clear.png"), face2face.retouch(photo, blemishes))
    face2face.write_image(Path(output_dir, "smile.png"), face2face.express(photo, "smile"))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except face2face.Face2FaceError as error:
        sys.exit(f"error: {error}")
