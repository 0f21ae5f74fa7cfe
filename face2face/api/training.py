"""Make training pairs and models from Python, in one call each."""

from __future__ import annotations

from pathlib import Path

from face2face.commands.console import run_verb
from face2face.data.build_pairs import BuildResult
from face2face.data.build_pairs import build_pairs as _build_pairs
from face2face.data.folders import DatasetConfig
from face2face.edit.face_painter import FacePainter
from face2face.inference.pretrained import load_parser
from face2face.modes.reenact import Reenact


def build_pairs(
    file: str | Path,
    output_dir: str | Path,
    num: int = DatasetConfig.num,
    size: int = DatasetConfig.size,
    keyframes: int = DatasetConfig.keyframes,
    neutral_at: float | None = None,
) -> BuildResult:
    """Make training pairs of one person, for the mode ``reenact``.

    A run that was interrupted goes on where it stopped.

    Args:
        file: A video, a photo, or a folder of photos.
        output_dir: Folder for ``original/``, ``landmarks/`` and ``combined/``; train on the last.
        num: Number of frames, spread over the whole video; of a photo, poses made of it.
        size: Width and height of a panel, 256 or 512 pixels.
        keyframes: Number of keyframes to keep, at most.
        neutral_at: Time in the video at which the face is neutral, in seconds; None to find out.

    Returns:
        The numbers of training pairs, of held-out pairs, and of skipped frames.

    Raises:
        DataError: The folder holds another run's data.
        FaceError: Too few frames show exactly one face.
        MediaError: The file can't be read, or the folder can't be written to.
        OptionError: ``neutral_at`` names no time in a video.

    >>> from skimage.data import astronaut
    >>> from face2face import write_image
    >>> write_image("me.png", astronaut())
    >>> build_pairs("me.png", "my-face", num=10).train
    8
    """
    config = DatasetConfig(Path(file), num, size, keyframes, neutral_at=neutral_at)
    return _build_pairs(config, Path(output_dir), Reenact.fit, load_parser(), FacePainter())


def train(
    pairs: str | Path,
    output_dir: str | Path,
    minutes: float = 10.0,
    max_steps: int | None = None,
    generator: str | None = None,
) -> Path:
    """Train a model on pairs and export it; needs the packages of training (TensorFlow).

    The same call again continues the training.

    Args:
        pairs: The folder ``combined/`` of :func:`build_pairs`.
        output_dir: Folder for the model.
        minutes: Stop after this many minutes.
        max_steps: Stop after this many steps; None for no such limit.
        generator: ``light``, ``paint`` or ``unet``; None for the mode's own.

    Returns:
        The folder of the model, for :func:`face2face.load_model`.

    Raises:
        DataError: There are no pairs, or they don't fit the model in the folder.
        KeyboardInterrupt: A person stopped the training; the model so far is exported.
        OptionError: A value is out of range.

    ``examples/train_a_face.py`` shows the way from a video to a driven face.
    """
    arguments = ["--input_dir", str(pairs), "--output_dir", str(output_dir)]
    arguments += ["--minutes", str(minutes)]
    if max_steps is not None:
        arguments += ["--max_steps", str(max_steps)]
    if generator is not None:
        arguments += ["--generator", generator]
    if run_verb("train", arguments, "face2face.train"):
        raise KeyboardInterrupt
    return Path(output_dir)
