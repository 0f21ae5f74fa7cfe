"""The README's Python block runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
from skimage import data

from face2face.media.stills import read_image, write_image
from face2face.media.video import VideoFile

ROOT = Path(__file__).resolve().parents[1]


def test_the_python_block_of_the_readme_runs(tmp_path: Path) -> None:
    blocks = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S
    )
    assert len(blocks) == 1
    assert len([line for line in blocks[0].splitlines() if line]) <= 8
    photo = data.astronaut().copy()
    cv2.circle(photo, (250, 135), 3, (90, 45, 35), -1, cv2.LINE_AA)  # a mole on the cheek
    write_image(tmp_path / "me.jpg", photo)

    subprocess.run([sys.executable, "-c", blocks[0]], check=True, cwd=tmp_path)

    with VideoFile(tmp_path / "reenacted.mp4") as video:
        shapes = {scene.photo.shape for scene in video}
    assert shapes == {(256, 512, 3)}
    photo = read_image(tmp_path / "me.jpg")
    for name in ("surprised.png", "clear.png"):
        changed = read_image(tmp_path / name)
        assert changed.shape == photo.shape
        assert (changed != photo).any()
