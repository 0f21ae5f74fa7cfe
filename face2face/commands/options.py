"""Options that several commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import positive
from face2face.errors import FaceError

if TYPE_CHECKING:
    from face2face.image import Landmarks


def add_face_argument(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Add ``--face`` to a command.

    Args:
        parser: The command's.
        purpose: Verb at the beginning of the help text.
    """
    parser.add_argument(
        "--face", type=positive, default=1, help=f"{purpose} this face, counted from the largest"
    )


def add_card_arguments(parser: argparse.ArgumentParser, material: str) -> None:
    """Add ``--licence`` and ``--consent``, which a model's card repeats.

    Args:
        parser: The command's.
        material: Noun for the licensed pictures, in the help text.
    """
    parser.add_argument(
        "--licence", default="not stated", help=f"licence of the {material}, for the model's card"
    )
    parser.add_argument(
        "--consent", default="not stated", help="consent of the people shown, for the model's card"
    )


def add_held_out_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--held-out`` to a program."""
    parser.add_argument(
        "--held-out",
        metavar="FILE",
        type=Path,
        help="text file with the names of photos that are never trained on; * stands for any "
        "characters (default: one photo in ten, by its name)",
    )


def pick_face(faces: Sequence[Landmarks], number: int, photo: Path) -> Landmarks:
    """Return the landmarks of one face of a photo.

    Args:
        faces: ``(70, 2)`` float32 each, the largest face first.
        number: From 1 for the largest.
        photo: The photo's path, for the error.

    Raises:
        FaceError: The photo shows fewer faces.

    >>> pick_face(["largest", "smaller"], 2, Path("me.png"))
    'smaller'
    """
    if number > len(faces):
        found = {0: "no face", 1: "only 1 face"}.get(len(faces), f"only {len(faces)} faces")
        raise FaceError(
            f"{photo} shows {found}, but face {number} is wanted.",
            hint="Name another --face, or a photo in which the face looks at the camera.",
        )
    return faces[number - 1]
