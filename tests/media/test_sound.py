"""A recording's sound stays with its pictures, whatever the driver's file does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.media.recording import Recording
from face2face.media.sound import SoundTrack

#: Seconds from the first picture at which a flash and a beep begin, and how long they last.
ONSETS, LENGTH = (1.0, 2.0), 0.2
#: Length of a clip, in seconds.
SECONDS = 2.4


def signals(times: np.ndarray) -> np.ndarray:
    """Whether the flash and the beep are on, at times in seconds."""
    return np.any([(times >= onset) & (times < onset + LENGTH) for onset in ONSETS], axis=0)


@dataclass(frozen=True)
class Clip:
    """A clip with flashes and beeps at the same times.

    Attributes:
        name: Its suffix is the container's.
        video: Encoder of the pictures.
        audio: Encoder of the sound.
        fps: Pictures a second.
        rate: Samples a second.
        layout: Channels of the sound.
        picture_start: Time of the first picture in the container, in seconds.
        sound_start: Time of the first sample, in seconds from the first picture.
        gap: Times between which there is no sound, in seconds from the first picture.
        keep: Which pictures are kept, by number.
    """

    name: str
    video: str = "libx264"
    audio: str = "aac"
    fps: Fraction = Fraction(25)
    rate: int = 48000
    layout: str = "stereo"
    picture_start: float = 0.0
    sound_start: float = 0.0
    gap: tuple[float, float] = (9.0, 9.0)
    keep: Callable[[int], bool] = lambda number: True

    def write(self, folder: Path) -> Path:
        with av.open(str(folder / self.name), "w") as container:
            pictures = container.add_stream(self.video, rate=self.fps)
            pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
            pictures.codec_context.time_base = 1 / self.fps
            sound = container.add_stream(self.audio, rate=self.rate, layout=self.layout)
            sound.codec_context.bit_rate = 128_000
            packets = [*self._pictures(pictures), *self._sound(sound)]
            packets.sort(key=lambda packet: packet.dts * packet.time_base)
            container.mux(packets)
        return folder / self.name

    def _pictures(self, stream: av.VideoStream) -> Iterator[av.Packet]:
        for number in range(round(SECONDS * self.fps)):
            if self.keep(number):
                on = signals(np.array(number / self.fps, float))
                picture = np.full((64, 64, 3), 255 * on, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = number + round(self.picture_start * self.fps)
                frame.time_base = 1 / self.fps
                yield from stream.encode(frame)
        yield from stream.encode(None)

    def _sound(self, stream: av.AudioStream) -> Iterator[av.Packet]:
        channels = stream.layout.nb_channels
        size = stream.codec_context.frame_size or 1024
        start = round(self.sound_start * self.rate)
        for first in range(start, round(SECONDS * self.rate) - size, size):
            times = (first + np.arange(size)) / self.rate
            if self.gap[0] <= times[0] < self.gap[1]:
                continue
            tone = 0.5 * np.sin(2 * np.pi * 1000 * times) * signals(times)
            kind = stream.format
            tone = tone.astype(np.float32)
            if kind.name.startswith("s16"):
                tone = (tone * 32767).astype(np.int16)
            samples = np.tile(tone, (channels, 1))
            if not kind.is_planar:
                samples = samples.T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples), format=kind.name, layout=self.layout
            )
            frame.rate = self.rate
            frame.pts = first + round(self.picture_start * self.rate)
            frame.time_base = Fraction(1, self.rate)
            yield from stream.encode(frame)
        yield from stream.encode(None)


def recorded(clip: Path, output: Path, fps: Fraction) -> tuple[list[float], list[float]]:
    """Record a clip with its sound, and return when flashes and beeps begin in the recording."""
    with av.open(str(clip)) as container, Recording(output, float(fps), sound=clip) as recording:
        first: float | None = None
        for frame in container.decode(video=0):
            first = frame.time if first is None else first
            recording.write(frame.to_ndarray(format="rgb24"), frame.time - first)
    return onsets(output)


def onsets(path: Path) -> tuple[list[float], list[float]]:
    """Return when flashes and beeps begin in a recording, in seconds."""
    with av.open(str(path)) as container:
        flashes = [
            (frame.time, frame.to_ndarray(format="gray").mean() > 128)
            for frame in container.decode(video=0)
        ]
    beeps: list[tuple[float, bool]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            levels = np.abs(frame.to_ndarray()).max(axis=0)
            for start in range(0, len(levels), 48):
                time = frame.time + start / frame.sample_rate
                beeps.append((time, levels[start : start + 48].max() > 0.2))
    return _rises(flashes, 0.0), _rises(beeps, 0.05)


def _rises(levels: list[tuple[float, bool]], pause: float) -> list[float]:
    """Return the times at which a signal goes on after being off for longer than a pause."""
    rises, last = [], float("-inf")
    on = False
    for time, level in levels:
        if level and not on and time - last > pause:
            rises.append(time)
        if level:
            last = time
        on = level
    return rises


NTSC = Fraction(30000, 1001)
PCM = "pcm_s16le"
#: Ten containers and rates.
CONTAINERS = [
    Clip("clip.mp4"),
    Clip("clip.mov", audio=PCM, fps=NTSC),
    Clip("clip.mkv", audio="flac", fps=Fraction(60), rate=44100),
    Clip("clip.avi", "mpeg4", PCM, Fraction(24), 22050),
    Clip("clip.ts", audio="mp2", fps=Fraction(50)),
    Clip("clip.mpg", "mpeg2video", "mp2", rate=44100),
    Clip("clip.flv", audio="aac", fps=Fraction(30), rate=44100, layout="mono"),
    Clip("clip.webm", "libvpx", "libopus", Fraction(24000, 1001)),
    Clip("clip.wmv", "wmv2", "wmav2", Fraction(15), 44100),
    Clip("clip.3gp", "mpeg4", "aac", Fraction(12), 16000, "mono"),
]
#: Clips whose sound or pictures begin late, stop in between, or come irregularly.
IRREGULAR = [
    Clip("late_sound.mp4", sound_start=0.3),
    Clip("late_sound.mkv", audio=PCM, sound_start=1.2, fps=Fraction(30)),
    Clip("early_sound.mp4", sound_start=-0.4, picture_start=0.48),
    Clip("start.ts", picture_start=3.0, sound_start=0.25),
    Clip("gap.mkv", audio="flac", gap=(1.3, 1.8)),
    Clip("gap.mp4", gap=(0.3, 0.8)),
    Clip("gap.ts", audio="mp2", gap=(0.3, 0.9), fps=NTSC),
    Clip("variable.mkv", fps=Fraction(30), keep=lambda number: number < 30 or number % 3 == 0),
    Clip("surround.mkv", audio="ac3", layout="5.1"),
    Clip("unsupported_rate.mov", audio=PCM, rate=37800),
    Clip("slow_rate.mov", audio=PCM, rate=6000, layout="mono"),
    Clip("fast_rate.mkv", audio=PCM, rate=192000),
]


@pytest.mark.parametrize("clip", CONTAINERS + IRREGULAR, ids=lambda clip: clip.name)
def test_flash_and_beep_stay_within_a_frame(clip: Clip, tmp_path: Path) -> None:
    driver = clip.write(tmp_path)
    flashes, beeps = recorded(driver, tmp_path / "out" / "recording.mp4", clip.fps)
    heard = [
        (flash, onset)
        for flash, onset in zip(flashes, ONSETS, strict=True)
        if onset >= clip.sound_start
    ]
    assert len(beeps) == len(heard)
    drifts = [beep - flash for beep, (flash, _) in zip(beeps, heard, strict=True)]
    # Shown by pytest -rP.
    print(f"{clip.name}: {', '.join(f'{1000 * drift:+.0f} ms' for drift in drifts)}")
    for beep, (flash, onset) in zip(beeps, heard, strict=True):
        assert abs(beep - flash) <= 1 / clip.fps
        assert abs(flash - onset) <= 1 / clip.fps


def sound_of(path: Path) -> np.ndarray:
    """Return the left channel of a recording's sound; empty without sound."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros(0)
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def record_two_seconds(sound: Path, output: Path, lines: list[str] | None = None) -> np.ndarray:
    """Record grey pictures with a file's sound, and return the left channel."""
    report = print if lines is None else lines.append
    with Recording(output, 25, sound=sound, report=report) as recording:
        for number in range(50):
            recording.write(np.full((64, 64, 3), 90, np.uint8), number / 25)
    return sound_of(output)


def tones(path: Path, pitches: tuple[int, ...], default: int, audio: str = "aac") -> Path:
    """Write a video with a sound track for each pitch; one of them is the default."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        tracks = [container.add_stream(audio, rate=48000, layout="mono") for _ in pitches]
        for number, track in enumerate(tracks):
            track.disposition = av.stream.Disposition.default if number == default else 0
        for _ in range(50):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(pictures.encode(frame))
        for pitch, track in zip(pitches, tracks, strict=True):
            for start in range(0, 96000, 1024):
                times = (start + np.arange(1024)) / 48000
                tone = 0.5 * np.sin(2 * np.pi * pitch * times)
                kind = track.format.name
                tone = (tone * 32767).astype(np.int16) if kind[0] == "s" else np.float32(tone)
                frame = av.AudioFrame.from_ndarray(tone[None], format=kind, layout="mono")
                frame.rate = 48000
                container.mux(track.encode(frame))
            container.mux(track.encode(None))
        container.mux(pictures.encode(None))
    return path


def pitch_of(samples: np.ndarray) -> float:
    """Return the loudest frequency from the first half second on, in Hz."""
    samples = samples[24000:72000]
    return float(np.abs(np.fft.rfft(samples)).argmax() * 48000 / len(samples))


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov"])
@pytest.mark.parametrize("default", [0, 1, 2])
def test_the_default_track_is_taken(suffix: str, default: int, tmp_path: Path) -> None:
    pitches = (300, 500, 700)
    driver = tones(tmp_path / f"driver{suffix}", pitches, default)
    assert pitch_of(record_two_seconds(driver, tmp_path / "out.mp4")) == pytest.approx(
        pitches[default], abs=2
    )


@pytest.mark.parametrize("audio", ["aac", "mp2", "ac3", "libopus"])
def test_damaged_packets_are_silent_and_the_rest_is_in_time(audio: str, tmp_path: Path) -> None:
    driver = tones(tmp_path / "driver.mkv", (500,), 0, audio)
    damaged = tmp_path / "damaged.mkv"
    rng = np.random.default_rng(0)
    with av.open(str(driver)) as source, av.open(str(damaged), "w") as container:
        streams = [container.add_stream_from_template(each) for each in source.streams]
        for packet in source.demux():
            if packet.dts is None:
                continue
            copy = av.Packet(bytes(packet))
            if packet.stream.type == "audio" and 0.4 < packet.pts * packet.time_base < 0.6:
                copy = av.Packet(rng.bytes(packet.size))
            copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
            copy.duration, copy.is_keyframe = packet.duration, packet.is_keyframe
            copy.stream = streams[packet.stream.index]
            container.mux(copy)
    samples = record_two_seconds(damaged, tmp_path / "out.mp4")
    assert len(samples) == pytest.approx(2 * 48000, abs=2048)
    assert pitch_of(samples[36000:]) == pytest.approx(500, abs=2)


def test_a_file_that_breaks_off_is_silent_from_there_on(tmp_path: Path) -> None:
    driver = Clip("driver.ts", audio="mp2").write(tmp_path)
    driver.write_bytes(driver.read_bytes()[: driver.stat().st_size * 2 // 3])
    samples = record_two_seconds(driver, tmp_path / "out.mp4")
    assert len(samples) == pytest.approx(2 * 48000, abs=2048)
    assert np.abs(samples).max() > 0.3
    assert np.abs(samples[-9600:]).max() < 0.01


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_no_sound_do_not_end_the_recording(value: float, tmp_path: Path) -> None:
    driver = tmp_path / "driver.mkv"
    with av.open(str(driver), "w") as container:
        track = container.add_stream("pcm_f32le", rate=48000, layout="mono")
        for _ in range(100):
            samples = np.full((1, 960), value, np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
            frame.rate = 48000
            container.mux(track.encode(frame))
    samples = record_two_seconds(driver, tmp_path / "out.mp4")
    assert len(samples) == pytest.approx(2 * 48000, abs=2048)
    assert np.isfinite(samples).all()


@pytest.mark.parametrize(
    ("audio", "tag", "unknown"),
    [
        ("pcm_mulaw", b"ulaw", b"zzzz"),
        ("pcm_f32le", b"fl32", b"a\0b\0"),
        ("pcm_s16le", b"sowt", b"????"),
        ("ac3", b"ac-3", b"apac"),
    ],
)
def test_an_unknown_codec_is_recorded_without_sound_and_said(
    audio: str, tag: bytes, unknown: bytes, tmp_path: Path
) -> None:
    driver = tones(tmp_path / "driver.mov", (500,), 0, audio)
    driver.write_bytes(driver.read_bytes().replace(tag, unknown))
    with pytest.raises(MediaError, match="can't be decoded"):
        SoundTrack(driver)
    lines: list[str] = []
    assert not record_two_seconds(driver, tmp_path / "out.mp4", lines).size
    assert lines == [
        "recording without sound: The sound of driver.mov can't be decoded. "
        "Convert it to AAC to keep the sound."
    ]
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 50
