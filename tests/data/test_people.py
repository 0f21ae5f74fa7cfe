"""Photos of the same person, by folder and by name; frames of videos."""

from pathlib import Path

import numpy as np

from face2face.data.people import people_in, photo_pictures, video_pictures
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Image, Landmarks
from face2face.media.recording import Recording
from face2face.media.stills import write_image


def _write(path: Path, level: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.full((8, 8, 3), level, np.uint8))


def test_photos_of_a_person_are_those_of_a_folder_or_a_name(tmp_path: Path) -> None:
    for name in ("a/ann_neutral.png", "a/ann_smile.png", "a/bo/1.png", "b/ann_sad.png"):
        _write(tmp_path / name)
    people = people_in([tmp_path / "a", tmp_path / "b"])
    assert {name: [each.name for each in paths] for name, paths in people.items()} == {
        "ann": ["ann_neutral.png", "ann_smile.png", "ann_sad.png"],
        "bo": ["1.png"],
    }


def test_only_photos_with_one_face_count(tmp_path: Path) -> None:
    paths = [tmp_path / f"{level}.png" for level in (0, 1, 2)]
    for level, path in enumerate(paths):
        _write(path, level)

    def detect(photo: Image) -> list[Landmarks]:
        return [AVERAGE_FACE] * int(photo[0, 0, 0])

    (picture,) = photo_pictures(paths, detect)
    assert picture.photo[0, 0, 0] == 1


def test_frames_of_a_video_are_far_apart_in_expression(tmp_path: Path) -> None:
    with Recording(tmp_path / "clip.mp4", 10.0) as recording:
        for number in range(20):
            recording.write(np.full((64, 64, 3), 12 * number, np.uint8), number / 10)

    def detect(photo: Image) -> list[Landmarks]:
        return [Expression(open=0.2 + photo.mean() / 600).applied_to(60 * AVERAGE_FACE)]

    pictures = video_pictures(tmp_path / "clip.mp4", detect, 1.5)
    levels = sorted(each.photo.mean() for each in pictures)
    assert len(levels) == 3
    assert levels[0] < 40 and levels[-1] > 190
