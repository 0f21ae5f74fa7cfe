"""Drive a target with a video, and write both side by side.

python examples/drive_a_video.py clip.mp4 reenacted.mp4
"""

import sys

import face2face


def main(driver: str, output: str, model: str = "astronaut") -> None:
    """Write an MP4 file that shows the driver and the target next to it.

    Args:
        driver: A video, a photo, recorded landmarks (``.npz``), a camera's number, or ``demo``.
        output: The MP4 file to write.
        model: The folder of a model, or the name of a pretrained target.
    """
    motion = face2face.MotionOptions(head=0.8)  # a little less head motion than the driver's
    face2face.write_video(output, face2face.drive(model, driver, motion))
    print(f"written: {output}")


if __name__ == "__main__":
    main(*sys.argv[1:])
