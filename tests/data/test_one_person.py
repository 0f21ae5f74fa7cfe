"""Photos of different people are no training data for one face."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.data.one_person import check_one_person, stranger_count
from face2face.errors import FaceError
from face2face.image import Image, Landmarks
from face2face.media.stills import write_image

FACE = np.zeros((70, 2), np.float32)


def photos_of(folder: Path, people: list[int]) -> list[Path]:
    """A photo for each entry: its brightness is the number of the person shown, 0 for no face."""
    paths = [folder / f"{number:02d}.png" for number in range(len(people))]
    for path, person in zip(paths, people, strict=True):
        write_image(path, np.full((4, 4, 3), person, np.uint8))
    return paths


def detect(photo: Image) -> list[Landmarks]:
    return [FACE] if photo.any() else []


def describe(photo: Image, landmarks: Landmarks) -> np.ndarray:
    """People are 0.7 apart or farther, one person's photos are alike."""
    return np.array([0.7 * photo[0, 0, 0]])


@pytest.mark.parametrize(
    ("places", "count"),
    [([0.0], 0), ([0.0, 0.6], 0), ([0.0, 0.1, 0.9], 1), ([0.0, 0.7, 1.4, 2.1, 2.8], 4)],
)
def test_strangers_are_counted(places: list[float], count: int) -> None:
    assert stranger_count(np.array(places)[:, None]) == count


@pytest.mark.parametrize(
    "people",
    [[1], [1] * 12, [0, 0], [1, 0, 1, 0, 1], [1, 1, 1, 1, 2, 3], [2] * 40 + [1]],
    ids=["one", "many of one", "no face", "some faceless", "a third are others", "a long folder"],
)
def test_photos_of_one_person_pass(people: list[int], tmp_path: Path) -> None:
    check_one_person(photos_of(tmp_path, people), detect, describe)


@pytest.mark.parametrize("people", [[1, 2, 3], [1, 1, 1, 2, 2, 2, 2], [*range(1, 83)]])
def test_photos_of_different_people_are_refused(people: list[int], tmp_path: Path) -> None:
    with pytest.raises(FaceError, match=f"{tmp_path.name} shows different people"):
        check_one_person(photos_of(tmp_path, people), detect, describe)


def test_the_command_refuses_portraits_of_different_people(
    shared: Path, in_folder: Path, face2face: Callable
) -> None:
    portraits = shared / "london" / "neutral"
    status, _, err = face2face("generate_train_data", "--file", portraits, "--output_dir", "out")
    assert (status, err.count("\n")) == (2, 1), err
    assert "shows different people" in err
    assert "Keep the photos of one person" in err
    assert not Path("out").exists()
