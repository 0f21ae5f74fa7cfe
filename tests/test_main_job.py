"""The three everyday commands in a row, on a real video and a real driver."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np

from face2face.face.detector import Detector

ROOT = Path(__file__).resolve().parents[1]


def test_a_video_becomes_a_face_that_follows_another(
    shared: Path, in_folder: Path, detector: Detector
) -> None:
    def command(script: str, *arguments: object) -> str:
        line = [sys.executable, str(ROOT / script), *map(str, arguments)]
        return subprocess.run(line, check=True, capture_output=True, text=True).stdout

    driver = shared / "video" / "driver_d0.mp4"
    assert "60 frames kept" in command(
        "generate_train_data.py", "--file", shared / "video" / "target_franck.mp4", "--num", 60
    )
    assert "exported" in command("train.py", "--input_dir", "combined", "--max_steps", 20)
    told = command("run_webcam.py", "--source", driver, "--output", "out.mp4", "--no-window")
    assert "face2face-model on OpenVINO" in told
    assert "78 frames, 78 with a face" in told
    with av.open("out.mp4") as result, av.open(str(driver)) as source:
        pictures = [frame.to_ndarray(format="rgb24")[:, -256:] for frame in result.decode(video=0)]
        assert result.streams.video[0].average_rate == source.streams.video[0].average_rate
    assert len(pictures) == 78
    assert np.mean([len(detector(picture)) == 1 for picture in pictures]) >= 0.95
