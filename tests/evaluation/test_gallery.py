import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from face2face.errors import OptionError
from face2face.evaluation.edits import Subject
from face2face.evaluation.gallery import Exhibit, page
from face2face.evaluation.gallery_jobs import (
    MAKERS,
    Job,
    edits_in_words,
    expressions,
    painted_edits,
    results,
    retouchings,
)
from face2face.evaluation.releases import check_checkout
from face2face.face.expression import AVERAGE_FACE
from face2face.image import Image, Landmarks
from face2face.media.stills import read_image
from face2face.segmentation.labels import CLASSES, PALETTE
from face2face.segmentation.parser import labels_from_landmarks

LANDMARKS: Landmarks = (AVERAGE_FACE * 90 + (128, 120)).astype(np.float32)
GREY: Image = np.full((256, 256, 3), 90, np.uint8)
#: A release that answers each command with a black picture, but fails to edit.
_RELEASE = """
import sys
import cv2, numpy
output = sys.argv[sys.argv.index("--output") + 1]
if sys.argv[1] == "edit":
    sys.exit(2)
cv2.imwrite(output, numpy.zeros((8, 8, 3), numpy.uint8))
"""


@pytest.fixture
def subjects() -> Sequence[Subject]:
    labels = labels_from_landmarks(LANDMARKS, 256, 256)
    labels[:30, 60:200] = CLASSES.index("hair")
    return [Subject(name, GREY, LANDMARKS, labels) for name in ("a", "b", "c", "d", "e")]


def test_each_photo_is_changed_in_another_way(subjects: Sequence[Subject], tmp_path: Path) -> None:
    for make in MAKERS:
        jobs = list(make(subjects, 3, tmp_path))
        assert len(jobs) == 3
        assert len({job.title.split(",")[-1] for job in jobs}) == 3
        assert len({job.title.split(",")[0] for job in jobs}) == 3


def test_photos_are_edited_in_words(subjects: Sequence[Subject], tmp_path: Path) -> None:
    (job,) = edits_in_words(subjects, 1, tmp_path)
    assert job.command[0] == "edit"
    assert job.command[-2:] == ("--set", "hair=#3a1d0c")
    assert set(job.pictures) == {"before", "map"}
    assert job.truth is None


def test_a_region_is_painted_in_its_class_and_nothing_else(
    subjects: Sequence[Subject], tmp_path: Path
) -> None:
    (job,) = painted_edits(subjects, 1, tmp_path)
    assert (job.title, job.truth is GREY) == ("hair, a", True)
    painted = read_image(Path(job.command[job.command.index("--changes") + 1]))
    hair = subjects[0].labels == CLASSES.index("hair")
    assert (painted[hair] == PALETTE[CLASSES.index("hair")]).all()
    assert (painted[~hair] == 255).all()


def test_a_hole_is_masked_in_the_photo_that_is_retouched(
    subjects: Sequence[Subject], tmp_path: Path
) -> None:
    blemishes, tenth = retouchings(subjects, 2, tmp_path)
    assert (blemishes.command[-1], blemishes.truth) == ("--auto", None)
    assert (tenth.title, tenth.truth is GREY) == ("a tenth of the face, b", True)
    mask = read_image(Path(tenth.command[tenth.command.index("--mask") + 1]))
    photo = read_image(Path(tenth.command[tenth.command.index("--photo") + 1]))
    assert ((mask == 255) == (photo != GREY)).all()
    assert (mask > 0).any()


def test_a_release_makes_the_results_and_one_that_fails_leaves_a_gap(
    subjects: Sequence[Subject], tmp_path: Path
) -> None:
    release = tmp_path / "release"
    (release / "face2face").mkdir(parents=True)
    (release / "face2face/__init__.py").touch()
    (release / "face2face/__main__.py").write_text(_RELEASE)
    check_checkout(release)
    jobs: list[Job] = [
        *edits_in_words(subjects, 1, tmp_path),
        *expressions(subjects, 1, tmp_path),
    ]
    edited, expressed = results(jobs, release, tmp_path / "results")
    assert edited is None
    assert expressed is not None and expressed.shape == (8, 8, 3)


def test_a_folder_without_face2face_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="is no checkout of face2face"):
        check_checkout(tmp_path)


def test_the_page_shows_each_picture_under_its_mode_and_marks_what_is_synthetic() -> None:
    pictures = {"before": GREY, "after": GREY, "earlier release": None, "truth": GREY}
    exhibits = [
        Exhibit("Edited", "brows=up, <a> & b", pictures, frozenset({"after"})),
        Exhibit("Rebuilt", "c", {"before": GREY}),
    ]
    html = page("Photos", exhibits)
    assert re.findall("<h2>(.*?)</h2>", html) == ["Edited", "Rebuilt"]
    assert re.findall('alt="(.*?)"', html) == [
        "before: brows=up, &lt;a&gt; &amp; b",
        "after: brows=up, &lt;a&gt; &amp; b",
        "truth: brows=up, &lt;a&gt; &amp; b",
        "before: c",
    ]
    before, after, truth, other = re.findall('src="(.*?)"', html)
    assert before == truth == other
    assert after != before, "marked as synthetic"
    assert "earlier release: no result" in html


def test_the_page_needs_no_other_file_and_fits_phones_and_dark_screens() -> None:
    large = np.zeros((600, 900, 3), np.uint8)
    html = page("Photos", [Exhibit("Edited", "a", {"before": large})])
    assert not re.search(r"https?://|url\(|@import|<script|<link", html)
    assert all(
        each.startswith("data:image/jpeg;base64,") for each in re.findall('src="(.*?)"', html)
    )
    assert 'width="400" height="267"' in html
    assert "prefers-color-scheme: dark" in html
    assert 'name="viewport"' in html
