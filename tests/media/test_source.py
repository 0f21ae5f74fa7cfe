import math
from pathlib import Path

import numpy as np
import pytest

from face2face.errors import MediaError
from face2face.image import Image
from face2face.media.camera import Camera
from face2face.media.source import Stills, open_file, open_source
from face2face.media.stills import read_image, write_image
from face2face.media.video import VideoFile


class FakeCapture:
    """A camera that delivers the pictures of a script, and nothing for None."""

    def __init__(self, script: list[object], fps: float = 30.0) -> None:
        self.script, self.fps = script, fps
        self.opened = 0

    def __call__(self, address: object) -> "FakeCapture":
        self.opened += 1
        return self

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def get(self, property_id: int) -> float:
        return self.fps

    def read(self) -> tuple[bool, object]:
        frame = self.script.pop(0) if self.script else None
        return frame is not None, frame

    def release(self) -> None:
        pass


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def camera(script: list[object], timeout: float = 10.0) -> tuple[Camera, FakeCapture, FakeTime]:
    capture, time = FakeCapture(script), FakeTime()
    return Camera(0, timeout, capture, time, time.sleep), capture, time


BLUE_IN_BGR = np.zeros((4, 6, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


def test_a_camera_gives_rgb() -> None:
    source, _, _ = camera([BLUE_IN_BGR])
    scene = next(iter(source))
    assert scene.photo[0, 0].tolist() == [0, 0, 255]
    assert scene.photo.shape == (4, 6, 3)
    assert source.fps == 30


@pytest.mark.parametrize("given", [0.0, -1.0, 0.5, 10000.0, math.inf, math.nan])
def test_a_camera_of_unknown_rate_has_that_of_most_webcams(given: float) -> None:
    assert Camera(0, opener=FakeCapture([], given)).fps == 30


@pytest.mark.parametrize("given", [5.0, 29.97, 60.0, 240.0])
def test_a_camera_has_the_rate_that_it_gives(given: float) -> None:
    assert Camera(0, opener=FakeCapture([], given)).fps == given


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 4)])
def test_grey_and_transparent_frames_become_rgb(shape: tuple[int, ...]) -> None:
    source, _, _ = camera([np.full(shape, 7, np.uint8)])
    assert next(iter(source)).photo.tolist() == np.full((4, 6, 3), 7).tolist()


def test_a_camera_that_comes_back_goes_on() -> None:
    source, capture, time = camera([BLUE_IN_BGR, None, None, None, BLUE_IN_BGR])
    scenes = iter(source)
    assert next(scenes).seconds == 0
    assert next(scenes).seconds == time.now == 1.5
    assert capture.opened == 4


def test_a_camera_that_never_delivers_ends_after_its_timeout() -> None:
    source, _, time = camera([])
    with pytest.raises(MediaError, match="within 10 s"):
        next(iter(source))
    assert 10 <= time.now < 11


def test_a_camera_that_stays_away_ends_after_its_timeout() -> None:
    source, _, time = camera([BLUE_IN_BGR], timeout=20)
    scenes = iter(source)
    next(scenes)
    with pytest.raises(MediaError, match="within 20 s"):
        next(scenes)
    assert 20 <= time.now < 21


def test_a_camera_can_be_waited_for_without_end() -> None:
    source, _, time = camera([BLUE_IN_BGR, *[None] * 200, BLUE_IN_BGR], timeout=float("inf"))
    scenes = iter(source)
    next(scenes)
    assert next(scenes).seconds == time.now == 100


def test_a_video_is_decoded_frame_by_frame(video: Path, frames: list[Image]) -> None:
    with VideoFile(video) as source:
        assert source.fps == 12
        assert source.count() == len(frames)
        source.rewind()
        scenes = list(source)
    assert [scene.seconds for scene in scenes] == pytest.approx(
        [number / 12 for number in range(24)]
    )
    assert np.abs(scenes[5].photo.astype(int) - frames[5]).mean() < 6


def test_chosen_frames_of_a_video(video: Path, frames: list[Image]) -> None:
    with VideoFile(video) as source:
        chosen = dict(source.select([0, 7, 23]))
    assert list(chosen) == [0, 7, 23]
    assert chosen[7].seconds == pytest.approx(7 / 12)
    assert np.abs(chosen[23].photo.astype(int) - frames[23]).mean() < 6


def test_stills_are_sorted_and_rgb(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    for name in ("b.png", "a.png"):
        write_image(tmp_path / name, red if name == "a.png" else 255 - red)
    (tmp_path / "notes.txt").write_text("no picture")
    scenes = list(Stills(tmp_path))
    assert [scene.photo[0, 0].tolist() for scene in scenes] == [[255, 0, 0], [0, 255, 255]]
    assert [scene.seconds for scene in scenes] == [0, 1]


def test_what_a_name_means(tmp_path: Path, video: Path) -> None:
    write_image(tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8))
    assert isinstance(open_file(tmp_path), Stills)
    assert isinstance(open_file(tmp_path / "a.png"), Stills)
    assert isinstance(open_source(str(video)), VideoFile)
    with pytest.raises(MediaError, match="camera 97"):
        open_source("97")
    with pytest.raises(MediaError, match="stream http"):
        open_source("http://127.0.0.1:9/none.mjpg")


def test_an_image_is_read_upright(tmp_path: Path) -> None:
    from PIL import Image as Pillow

    wide = Pillow.new("RGB", (40, 20), "red")
    exif = wide.getexif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    wide.save(tmp_path / "turned.jpg", exif=exif)
    assert read_image(tmp_path / "turned.jpg").shape == (40, 20, 3)
