"""SoundTrack: a file's sound, encoded again for a recording, each sample at its own time."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from face2face.errors import MediaError

#: Errors that PyAV raises for a damaged packet or a broken file.
_DAMAGES = (av.FFmpegError, OSError, ValueError)
#: Sample rate where AAC doesn't know the track's own, in Hz.
_DEFAULT_RATE = 48000
#: Largest error of a sample's time, in seconds. Containers round times to a millisecond or more.
_TOLERANCE = 0.01
#: Largest step back in time that is an overlap, in seconds; beyond, the file's clock was set anew.
_LARGEST_OVERLAP = 1.0
#: Time after the end that the container declares at which a sample is still credible, in seconds.
_END_MARGIN = 1.0
#: Most samples of silence in one piece.
_PIECE = 1024

#: Samples that FFmpeg's AAC encoder puts before the first one. The sound begins so much later, for
#: a fragmented MP4 file can't begin before zero: it would shift pictures and sound differently.
_PRIMING = 1024

#: Samples of sound, ``(channels, n)`` float32 from -1 to 1.
Samples = npt.NDArray[np.float32]


class SoundTrack:
    """A file's default sound track, encoded as AAC, mono or stereo.

    Time zero is the file's first picture. Gaps, damaged parts and the time after the end are
    silent.

    Args:
        path: A file with pictures.

    Raises:
        MediaError: The file has sound that can't be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._track = path, None
        self._packets: Iterator[av.Packet] = iter(())
        self._pending: av.Packet | None = None
        try:
            self._input = _opened(path)
        except _DAMAGES as error:
            raise _undecodable(path) from error
        try:
            self._track = _default_track(self._input)
        except MediaError:
            self._input.close()
            raise

    def begin(self, container: av.container.OutputContainer) -> None:
        """Add the track, if there is one, to a recording that has no picture yet."""
        if self._track is None:
            return
        codec = self._track.codec_context
        rates = av.Codec("aac", "w").audio_rates or []
        self._rate = codec.sample_rate if codec.sample_rate in rates else _DEFAULT_RATE
        self._layout = "mono" if codec.layout.nb_channels == 1 else "stereo"
        stream = container.add_stream("aac", rate=self._rate, layout=self._layout)
        self._packets = self._encode(stream)

    def until(self, seconds: float) -> Iterator[av.Packet]:
        """Yield the next packets, up to the first that begins at or after a time."""
        while True:
            if self._pending is None:
                self._pending = next(self._packets, None)
            if self._pending is None or (
                self._pending.pts is not None
                and self._pending.pts * self._pending.time_base >= seconds
            ):
                return
            yield self._pending
            self._pending = None

    def close(self) -> None:
        """Close the file."""
        self._input.close()

    def _encode(self, stream: av.AudioStream) -> Iterator[av.Packet]:
        """Yield packets without end."""
        position = _PRIMING
        for samples in self._continuous():
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples), format="fltp", layout=self._layout
            )
            frame.rate = self._rate
            frame.pts, frame.time_base = position, Fraction(1, self._rate)
            position += samples.shape[1]
            yield from stream.encode(frame)

    def _continuous(self) -> Iterator[Samples]:
        """Yield samples without gap or overlap, from the encoder's priming on, without end."""
        silence = np.zeros((1 if self._layout == "mono" else 2, _PIECE), np.float32)
        position = _PRIMING
        for seconds, samples in self._timed():
            gap = round(seconds * self._rate) - position
            if gap > _TOLERANCE * self._rate:
                position += gap
                for start in range(0, gap, _PIECE):
                    yield silence[:, : gap - start]
            elif gap < -_TOLERANCE * self._rate:
                samples = samples[:, -gap:]
            if samples.size:
                position += samples.shape[1]
                yield samples
        while True:
            yield silence

    def _timed(self) -> Iterator[tuple[float, Samples]]:
        """Yield samples with their times since the first picture, in seconds."""
        origin, latest = _first_picture_time(self._path), _end(self._input) + _END_MARGIN
        end: float | None = None
        for frame in self._resampled():
            time = frame.time
            if time is None or time > latest:
                start = end or 0.0
            elif end is not None and time - origin < end - _LARGEST_OVERLAP:
                origin, start = time - end, end
            else:
                start = time - origin
            end = start + frame.samples / self._rate
            # The encoder accepts neither infinity nor what is no number.
            yield start, np.clip(np.nan_to_num(frame.to_ndarray()), -1, 1).astype(np.float32)

    def _resampled(self) -> Iterator[av.AudioFrame]:
        """Yield frames of the recording's rate and layout; the file's own may change."""
        resampler: av.AudioResampler | None = None
        previous: object = None
        for frame in self._decoded():
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or kind != previous:
                if resampler is not None:
                    yield from resampler.resample(None)
                resampler = av.AudioResampler("fltp", self._layout, self._rate)
                previous = kind
            yield from resampler.resample(frame)
        if resampler is not None:
            yield from resampler.resample(None)

    def _decoded(self) -> Iterator[av.AudioFrame]:
        """Yield the frames that can be decoded."""
        assert self._track is not None
        with contextlib.suppress(*_DAMAGES):  # the file breaks off
            for packet in self._input.demux(self._track):
                frames: list[av.AudioFrame] = []
                with contextlib.suppress(*_DAMAGES):  # the next packet may be whole
                    frames = self._track.codec_context.decode(packet)
                yield from frames


def _opened(path: Path) -> av.container.InputContainer:
    # FFmpeg takes the start of a relative path, such as "a:", for a protocol.
    return av.open(
        str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace"
    )


def _undecodable(path: object) -> MediaError:
    return MediaError(
        f"The sound of {path} can't be decoded.", hint="Convert it to AAC to keep the sound."
    )


def _default_track(container: av.container.InputContainer) -> av.AudioStream | None:
    """Return the default sound track, or else one that can be decoded; None without sound.

    Raises:
        MediaError: None of the tracks can be decoded.
    """
    tracks = container.streams.audio
    decodable = [track for track in tracks if track.codec_context is not None]
    if tracks and not decodable:
        raise _undecodable(Path(container.name).name)
    best = container.streams.best("audio")
    return next((track for track in decodable if track == best), next(iter(decodable), None))


def _first_picture_time(path: Path) -> float:
    """Return when the first picture of a file is shown, in the container's seconds."""
    with contextlib.suppress(*_DAMAGES), _opened(path) as container:
        stream = container.streams.best("video")
        if stream is None or stream.codec_context is None:
            return 0.0
        for packet in container.demux(stream):
            with contextlib.suppress(*_DAMAGES):
                for frame in stream.codec_context.decode(packet):
                    time = frame.time
                    return 0.0 if time is None else time
    return 0.0


def _end(container: av.container.InputContainer) -> float:
    """Return when a container ends, in seconds; infinity if it doesn't say."""
    if not container.duration:
        return math.inf
    return ((container.start_time or 0) + container.duration) / av.time_base
