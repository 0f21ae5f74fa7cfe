"""Make a model of a face from a video, and drive it.

python examples/train_a_face.py me.mp4 my-face
"""

import sys
from pathlib import Path

import face2face


def main(file: str, folder: str, num: int = 1000, minutes: float = 10.0) -> None:
    """Make pairs, train a model on them, and drive it with the scripted driver.

    Args:
        file: A video, a photo, or a folder of photos of one person.
        folder: The folder for pairs, model and video.
        num: Number of frames to use.
        minutes: Time to train.
    """
    result = face2face.build_pairs(file, folder, num=num)
    print(f"{result.train} pairs to train on, {result.val} held out")
    model = face2face.train(Path(folder, "combined"), Path(folder, "model"), minutes=minutes)
    face2face.write_video(Path(folder, "demo.mp4"), face2face.drive(model, "demo"), "target")


if __name__ == "__main__":
    main(*sys.argv[1:3])
