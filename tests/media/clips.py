"""Small videos that tests make themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from face2face.image import Image
from face2face.media.video import VideoFile

#: The colours of the quarters of :func:`quarters`, row by row.
COLOURS = ((200, 30, 30), (30, 160, 30), (40, 40, 200), (220, 220, 220))


def quarters(height: int = 64, width: int = 96) -> Image:
    """A picture of four quarters, each of another colour."""
    image = np.zeros((height, width, 3), np.uint8)
    for number, colour in enumerate(COLOURS):
        rows = slice(0, height // 2) if number < 2 else slice(height // 2, height)
        columns = slice(width // 2, width) if number % 2 else slice(0, width // 2)
        image[rows, columns] = colour
    return image


def seen_quarters(image: Image) -> list[int]:
    """The numbers of the colours that the quarters of a picture have."""
    height, width = image.shape[:2]
    return [
        int(np.argmin(np.abs(np.array(COLOURS) - image[y, x].astype(int)).sum(1)))
        for y in (height // 4, 3 * height // 4)
        for x in (width // 4, 3 * width // 4)
    ]


def grey(level: int, height: int = 64, width: int = 96) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def write_clip(
    path: Path,
    pictures: Iterable[Image],
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times: Iterable[float] | None = None,
    rate: int = 10,
    setup: Callable[[Any], object] = lambda stream: None,
    **options: str,
) -> Path:
    """Write a video.

    Args:
        path: Its suffix sets the container.
        pictures: ``(h, w, 3)`` or ``(h, w, 4)`` uint8.
        codec: FFmpeg's encoder.
        pix_fmt: FFmpeg's pixel format.
        times: When each picture is shown, in seconds; None for the rate.
        rate: Nominal frames a second.
        setup: Called with the stream before the first picture.
        options: Of the encoder.
    """
    pictures = list(pictures)
    seconds = list(times) if times is not None else [n / rate for n in range(len(pictures))]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if times is not None:
            stream.time_base = Fraction(1, 1000)
            stream.codec_context.time_base = Fraction(1, 1000)
        setup(stream)
        for picture, second in zip(pictures, seconds, strict=True):
            form = "rgba" if picture.shape[2] == 4 else "rgb24"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=form)
            frame.time_base = Fraction(1, 1000) if times is not None else Fraction(1, rate)
            frame.pts = round(second / frame.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read(path: Path) -> list[Image]:
    with VideoFile(path) as video:
        return [scene.photo for scene in video]


def times(path: Path) -> list[float]:
    with VideoFile(path) as video:
        return [scene.seconds or 0.0 for scene in video]
