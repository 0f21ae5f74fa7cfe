"""Options that several commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.commands.console import positive
from face2face.errors import FaceError
from face2face.face.back_ends import BACK_ENDS, DEFAULT, DLIB

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


def add_people_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--people``, for tools that compare a person's photos with one another."""
    parser.add_argument(
        "--people",
        metavar="DIR",
        type=Path,
        nargs="+",
        required=True,
        help="folders of photos, as for make_feature_data.py",
    )


def add_painter_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--models``, the folder of the networks that paint mouth and eyes."""
    parser.add_argument(
        "--models",
        metavar="DIR",
        type=Path,
        help="folder with models mouth and eyes (default: the pretrained ones)",
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


def add_landmarks_argument(parser: argparse.ArgumentParser, fallback: str = "") -> None:
    """Add ``--landmarks``, which chooses the back end.

    Args:
        parser: The command's.
        fallback: The choice without the option, for the help text; it is then None. Empty for the
            default back end.
    """
    parser.add_argument(
        "--landmarks",
        choices=BACK_ENDS,
        default=None if fallback else DEFAULT,
        help="back end that finds faces and their landmarks"
        + (f" (default: {fallback})" if fallback else ""),
    )


def add_landmark_arguments(parser: argparse.ArgumentParser, default: str = DEFAULT) -> None:
    """Add ``--landmarks`` and ``--landmark-model``, a file that needs dlib.

    Args:
        parser: The command's.
        default: The back end where neither is given, for the help text.
    """
    add_landmarks_argument(parser, f"{default}; {DLIB} with --landmark-model")
    parser.add_argument(
        "--landmark-model",
        type=Path,
        help=f"{DLIB} shape predictor of 68 points (default: the bundled one)",
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
        if not faces:
            raise FaceError(
                f"{photo} shows no face.", hint="Use a photo in which a face looks at the camera."
            )
        found = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
        raise FaceError(
            f"{photo} shows only {found}, so that there is no face {number}.",
            hint="Name another --face.",
        )
    return faces[number - 1]
