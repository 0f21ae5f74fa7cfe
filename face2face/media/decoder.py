"""Decode video with FFmpeg, through PyAV, into upright RGB pictures with their own times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EIO
from itertools import chain
from typing import Any, Protocol

import av
from av.container.core import Flags
from av.stream import Disposition

from face2face.errors import MediaError
from face2face.image import Image
from face2face.media.convert import Converter
from face2face.media.deinterlace import deinterlaced
from face2face.media.geometry import display_size, orientation, upright

#: Frame rate of sources that don't give a credible one, in frames a second.
DEFAULT_FPS = 25.0
#: Least and largest credible frame rate, in frames a second.
_FPS_RANGE = (1, 1000)
#: Largest rate that FFmpeg guesses well; above, it may return a clock's ticks.
_LARGEST_GUESS = 240
#: Longest credible time from one frame to the next, in seconds; beyond, the clock was set anew.
_LONGEST_GAP = 60.0
#: Largest frame that is decoded, in pixels: four times 4K.
MAX_PIXELS = 4 * 4096 * 2160
#: Least width and height of a video, in pixels: no face can be found in fewer.
_MIN_SIDE = 16
#: Decoders of transparent WebM files, by the name of the format.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
#: Decoders that draw the letters of any text file.
_TEXT_DECODERS = frozenset({"ansi", "bintext", "idf", "xbin"})
#: Containers that list other files: their own size says nothing about their length.
_PLAYLISTS = frozenset({"hls", "dash"})


@dataclass(frozen=True)
class Access:
    """How a container may be opened.

    Attributes:
        protocols: FFmpeg's protocols that it and all it refers to may use, between commas.
        timeout: Longest time for one reading, in seconds; None without end.
        hint: What to check where it can't be opened.
    """

    protocols: str = "file"
    timeout: float | None = None
    hint: str = "Check the path."


class LazyFrame(Protocol):
    """A decoded frame that is converted to RGB only on request."""

    @property
    def seconds(self) -> float:
        """Time since the first frame; it rises from frame to frame."""

    def image(self) -> Image:
        """Return the frame as ``(h, w, 3)`` uint8 RGB."""


@dataclass(frozen=True)
class _DecodedFrame:
    """A frame of a :class:`Decoder`."""

    seconds: float
    raw: av.VideoFrame
    decoder: Decoder

    def image(self) -> Image:
        return self.decoder.convert(self.raw)


class Decoder:
    """The best video stream of a container. Iterate over :meth:`frames` once.

    Pictures are turned upright, have square pixels, are not interlaced, and all have the first
    one's size.

    Args:
        address: A file's absolute path, or a URL.
        name: What messages call it.
        access: What may be opened, and how long a reading may take.
        times_only: Whether only the times of frames are wanted. Decoding is quicker then, and
            pictures are rougher.

    Raises:
        MediaError: It can't be opened, or holds no video that can be decoded.
    """

    def __init__(
        self, address: str, name: str, access: Access = Access(), times_only: bool = False
    ) -> None:
        self._name, self._times_only, self._timeout = name, times_only, access.timeout
        try:
            self._container = av.open(
                address,
                options={"protocol_whitelist": access.protocols},
                metadata_errors="replace",
                timeout=access.timeout,
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise _open_error(name, error, access) from error
        # Made-up times are wrong for frames out of order, as in AVI files.
        made_up: Any = Flags.gen_pts
        self._container.flags &= ~made_up.value
        try:
            self._stream = _video_stream(self._container, name)
            self._codec = _codec(self._stream, times_only)
        except MediaError:
            self._container.close()
            raise
        self.fps = frame_rate(self._stream)

    @property
    def finite(self) -> bool:
        """Whether the container is a whole clip, not a stream that goes on."""
        if self._container.duration:
            return True
        return self._container.format.name not in _PLAYLISTS and self._container.size > 0

    def frames(self) -> Iterator[LazyFrame]:
        """Yield the frames in order. Damaged ones are left out; where the file breaks off, it ends.

        Raises:
            MediaError: No frame can be decoded, or reading fails.
        """
        clock = _Clock(self.fps)
        for raw in self._decoded() if self._times_only else deinterlaced(self._decoded()):
            if clock.last is None:
                ratio = self._stream.sample_aspect_ratio
                size = display_size(raw.width, raw.height, ratio)
                if min(size) < _MIN_SIDE:
                    raise MediaError(
                        f"{self._name} has {size[0]}x{size[1]} pixels, too few for a face.",
                        hint="Choose a larger video.",
                    )
                self._converter = Converter(size)
                self._turn = orientation(raw)
            yield _DecodedFrame(clock(_time(raw)), raw, self)
        if clock.last is None:
            codec = self._stream.codec_context.name
            raise MediaError(
                f"No frame of {self._name} can be decoded ({codec}).",
                hint="Convert it to MP4, or copy it again.",
            )

    def _decoded(self) -> Iterator[av.VideoFrame]:
        for packet in chain(self._packets(), [None]):  # None: what the decoder still holds
            try:
                frames = self._codec.decode(packet)
            except (av.FFmpegError, ValueError):  # a damaged frame; the next may be whole
                continue
            for frame in frames:
                frame.time_base = frame.time_base or self._stream.time_base
                yield frame

    def _packets(self) -> Iterator[av.Packet]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.size:  # an empty one would end the decoding
                    yield packet
        except av.InvalidDataError:  # the file breaks off
            return
        except (av.FFmpegError, OSError) as error:
            # FFmpeg reports the end of data whose length a server didn't say as this error.
            if isinstance(error, OSError) and error.errno == EIO and self._container.size < 0:
                return
            raise MediaError(
                f"{self._name} can't be read further: {_reason(error, self._timeout)}.",
                hint="Check its disk or network, or copy it again.",
            ) from error

    def convert(self, raw: av.VideoFrame) -> Image:
        """Return a decoded frame as ``(h, w, 3)`` uint8 RGB, upright, with square pixels."""
        try:
            return upright(self._converter(raw), self._turn)
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(
                f"{self._name} can't be converted from {raw.format.name}: {_reason(error)}.",
                hint="Convert it to MP4.",
            ) from error

    def close(self) -> None:
        """Close the container."""
        self._container.close()


class _Clock:
    """Gives each frame a time since the first one, later than that of the frame before.

    Args:
        fps: Nominal frame rate, for frames without a credible time of their own.

    >>> clock = _Clock(10.0)
    >>> [round(clock(time), 3) for time in (1.4, 1.5, None, 1.5, 1e6, 1e6 + 0.5)]
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.9]
    """

    def __init__(self, fps: float) -> None:
        self._step = 1 / fps
        self._origin = 0.0
        self.last: float | None = None

    def __call__(self, time: float | None) -> float:
        """Return the time of the next frame.

        Args:
            time: Its time in the container, in seconds; None if it has none.
        """
        known = time is not None and math.isfinite(time)
        seconds = time - self._origin if known and time is not None else None
        if self.last is None:
            self._origin, seconds = (time or 0.0) if known else 0.0, 0.0
        elif seconds is None or not self.last < seconds <= self.last + _LONGEST_GAP:
            following = self.last + self._step
            if seconds is not None and abs(seconds - self.last) > _LONGEST_GAP:
                self._origin += seconds - following
            seconds = following
        self.last = seconds
        return seconds


def _video_stream(container: Any, name: str) -> av.VideoStream:
    """Return the stream to decode.

    Raises:
        MediaError: There is none, or it has an unknown format or too many pixels.
    """
    stream = container.streams.best("video")
    # A song's cover counts as a stream of one picture.
    if stream is None or stream.disposition & Disposition.attached_pic:
        raise MediaError(f"{name} holds no video.", hint="Choose a file with pictures.")
    if stream.codec_context is None:
        raise MediaError(
            f"{name} holds a video in a format that isn't installed.", hint="Convert it to MP4."
        )
    if stream.codec_context.name in _TEXT_DECODERS:
        raise MediaError(f"{name} is not a video but a text.", hint="Choose a video file.")
    if stream.width * stream.height > MAX_PIXELS:
        raise MediaError(
            f"{name} has {stream.width}x{stream.height} pixels; at most {MAX_PIXELS // 10**6} "
            "million can be decoded.",
            hint="Scale it down.",
        )
    return stream


def _codec(stream: av.VideoStream, times_only: bool) -> Any:
    """Return the decoder of a stream."""
    codec: Any = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and codec.name in _ALPHA_DECODERS:
        # FFmpeg's own decoder leaves the transparency of WebM files out.
        codec = av.CodecContext.create(_ALPHA_DECODERS[codec.name], "r")
    codec.options = {"max_pixels": str(MAX_PIXELS)}
    if times_only:
        codec.options |= {"skip_loop_filter": "all"}
    codec.thread_type = "AUTO"
    return codec


def _time(frame: av.VideoFrame) -> float | None:
    """Return when a frame is shown, in the container's seconds; None where it isn't known."""
    ticks = frame.pts if frame.pts is not None else frame.dts
    return None if ticks is None or frame.time_base is None else float(ticks * frame.time_base)


def frame_rate(stream: av.VideoStream) -> float:
    """Return the nominal frame rate of a stream, or the default where none is credible."""
    guessed, average = (float(rate or 0) for rate in (stream.guessed_rate, stream.average_rate))
    lowest, highest = _FPS_RANGE
    if lowest <= guessed <= _LARGEST_GUESS:
        return guessed
    return average if lowest <= average <= highest else DEFAULT_FPS


def _reason(error: Exception, timeout: float | None = None) -> str:
    """Return an error's reason in a few words."""
    if isinstance(error, av.ExitError) and timeout is not None:
        return f"nothing came within {timeout:.0f} s"
    return str(getattr(error, "strerror", None) or error)


def _open_error(name: str, error: Exception, access: Access) -> MediaError:
    if isinstance(error, OSError | av.ExitError):
        reason = _reason(error, access.timeout)
        return MediaError(f"Can't open {name}: {reason}.", hint=access.hint)
    return MediaError(
        f"{name} is not a video that FFmpeg can read ({_reason(error)}).",
        hint="Convert it to MP4, or copy it again.",
    )
