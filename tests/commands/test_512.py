"""512 pixels all the way: gathered, trained, exported and live."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from face2face.card import ModelCard

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.slow
def test_512_pixels_all_the_way(video: Path, in_folder: Path, face2face: Command) -> None:
    assert face2face("generate_train_data", "--file", video, "--num", 20, "--size", 512)[0] == 0
    status, out, err = face2face(
        "train", "--input_dir", "combined", "--max_steps", 1, "--ngf", 4, "--batch_size", 1
    )
    assert status == 0, err
    assert "exported" in out
    assert ModelCard.load(in_folder / "face2face-model").size == 512
    status, out, err = face2face(
        "run_webcam",
        "--source",
        video,
        "--tf-model",
        "face2face-model",
        "--output",
        "out.mp4",
        "--show",
        1,
        "--no-window",
    )
    assert status == 0, err
    with av.open("out.mp4") as result:
        assert {(frame.width, frame.height) for frame in result.decode(video=0)} == {(1024, 512)}
