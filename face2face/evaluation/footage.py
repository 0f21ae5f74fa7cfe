"""Footage of the target for evaluation: the part of its video that training did not use."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from face2face.card import ModelCard
from face2face.data.build_pairs import HELD_OUT
from face2face.data.process import resize
from face2face.errors import OptionError
from face2face.image import Box, Image, Scene, centre_box
from face2face.media.stills import SUFFIXES, read_image
from face2face.media.video import VideoFile

#: Every how many held-out frames one contributes to the target's profile: neighbours are alike.
_PORTRAIT_STRIDE = 5


def held_out(card: ModelCard, file: Path) -> Iterator[Scene]:
    """Yield the frames of a video by which nothing was trained or chosen.

    Args:
        card: Of the model; it knows the crop, and the time in seconds of the last frame that was
            trained on, and of the last by which the checkpoint and its scale were chosen.
        file: The target's video.

    Yields:
        Scenes cropped as for training, ``(size, size, 3)`` uint8 RGB at the model's size.

    Raises:
        MediaError: The file is no video.
        OptionError: The video ends before that part begins.
    """
    with VideoFile(file) as video:
        times = video.times()
        trained_until = card.data.get("trained_until", times[-1] * (1 - HELD_OUT))
        start = card.data.get("chosen_until", trained_until)
        video.rewind()
        numbers = [number for number, seconds in enumerate(times) if seconds > start]
        if not numbers:
            raise OptionError(
                f"{file} lasts {times[-1] + 1 / video.fps:.1f} seconds; "
                f"the part for evaluation begins after {start:.1f} seconds.",
                hint="Name the video that the model was trained on.",
            )
        for _, scene in video.select(numbers):
            yield Scene(cropped(scene.photo, card), seconds=scene.seconds)


def portraits(card: ModelCard, file: Path) -> Iterator[Scene]:
    """Yield pictures of the target: some held-out frames, or the photo that the model is made of.

    Raises:
        MediaError, OptionError: See :func:`held_out`.
    """
    if file.suffix.lower() in SUFFIXES:
        yield Scene(cropped(read_image(file), card))
    else:
        yield from islice(held_out(card, file), 0, None, _PORTRAIT_STRIDE)


def cropped(photo: Image, card: ModelCard) -> Image:
    """Return a picture cropped as for training, ``(size, size, 3)`` uint8 RGB.

    Args:
        photo: ``(h, w, 3)`` uint8 RGB.
        card: Of the model; it knows the crop and the size.
    """
    box = Box(*card.data["crop"]) if "crop" in card.data else centre_box(*photo.shape[:2])
    return resize(box.cut(photo), card.size)
