"""From a video or a photo to pairs, through the command line."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.frames import MIN_FRAMES
from face2face.data.pairs import list_strips, read_strip
from face2face.face.back_ends import BACK_ENDS
from face2face.face.neutral import lip_gap
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Image, Scene
from face2face.imaging.upsample import presharpen
from face2face.keyframes.bank import KeyframeBank
from face2face.landmarks import INNER_LIPS
from face2face.media.stills import list_images, read_image, write_image
from tests.conftest import write_video

Command = Callable[..., tuple[int, str, str]]


def snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, dataset: Path) -> Path:
    return Path(shutil.copytree(dataset, tmp_path_factory.mktemp("made") / "dataset"))


def test_a_video_becomes_pairs_and_half_of_the_last_tenth_chooses(made: Path) -> None:
    train, val = (list_strips(made / "combined", part) for part in ("train", "val"))
    assert (len(train), len(val)) == (18, 1), "the last of twenty frames is for evaluation"
    assert max(path.name for path in train) < min(path.name for path in val)
    assert len(list_images(made / "original")) == len(list_images(made / "landmarks")) == 20
    sketch, warped, _, photo = read_strip(train[5], 4)
    assert (photo == read_image(made / "original" / train[5].name)).all()
    assert (sketch == read_image(made / "landmarks" / train[5].name)).all()
    assert np.abs(warped.astype(int) - photo).mean() < 15, (
        "the warped keyframe is nearly the answer"
    )


def test_the_card_says_where_it_comes_from(made: Path) -> None:
    card = ModelCard.load(made / "combined")
    assert (card.mode, card.size, card.panels) == ("reenact", 256, ("sketch", "warp", "mask"))
    assert card.data["file"] == "astronaut.mp4"
    assert card.consent == "NASA portrait"
    assert not card.data["animated"]
    assert card.data["trained_until"] < card.data["chosen_until"] < card.data["seconds"]
    bank = KeyframeBank.load(made / "combined")
    assert len(bank) == 18
    assert bank.seconds.max() < 23 / 12, "no held-out frame is a keyframe"


def test_a_second_run_changes_nothing(made: Path, video: Path, face2face: Command) -> None:
    before = snapshot(made / "original") | snapshot(made / "combined" / "train")
    status, out, _ = face2face(
        "generate_train_data",
        "--file",
        video,
        "--num",
        20,
        "--output_dir",
        made,
        "--consent",
        "NASA portrait",
    )
    assert status == 0
    assert "20 frames kept" in out
    assert f"train.py --input_dir {made / 'combined'}\n" in out
    assert snapshot(made / "original") | snapshot(made / "combined" / "train") == before


def test_an_interrupted_run_is_completed(
    made: Path, video: Path, tmp_path: Path, face2face: Command
) -> None:
    arguments = (
        "generate_train_data",
        "--file",
        video,
        "--num",
        20,
        "--output_dir",
        tmp_path,
        "--consent",
        "NASA portrait",
    )
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    points = tmp_path / "landmarks" / "points.jsonl"
    lines = points.read_text().splitlines(keepends=True)
    points.write_text("".join(lines[:7]) + lines[7][:50])  # killed in the middle of a line
    for lost in [
        *list_images(tmp_path / "original")[9:],
        *list_images(tmp_path / "combined")[5:],
        tmp_path / "combined" / "card.json",
    ]:
        lost.unlink()
    assert face2face(*arguments)[0] == 0
    for path in list_images(tmp_path):
        assert (read_image(path) == read_image(made / path.relative_to(tmp_path))).all()


def test_two_videos_are_never_mixed(
    made: Path, frames: list[Image], tmp_path: Path, face2face: Command
) -> None:
    other = write_video(tmp_path / "other.mp4", frames[::-1])
    before = snapshot(made)
    status, _, err = face2face(
        "generate_train_data", "--file", other, "--num", 20, "--output_dir", made
    )
    assert status == 2
    assert "--overwrite" in err
    assert snapshot(made) == before


def test_landmarks_of_two_back_ends_are_never_mixed(
    made: Path, video: Path, face2face: Command
) -> None:
    before = snapshot(made)
    for options in (("--landmarks", "dlib"), ("--landmark-model", "none.dat")):
        arguments = ("--file", video, "--num", 20, "--consent", "NASA portrait", *options)
        status, _, err = face2face("generate_train_data", *arguments, "--output_dir", made)
        assert status == 2
        assert "holds the data of another video or setting" in err
    assert snapshot(made) == before


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_the_card_names_the_back_end(
    back_end: str, video: Path, tmp_path: Path, face2face: Command
) -> None:
    status, _, err = face2face(
        *("generate_train_data", "--file", video, "--num", 12, "--landmarks", back_end),
        *("--output_dir", tmp_path),
    )
    assert status == 0, err
    assert ModelCard.load(tmp_path / "combined").landmarks == back_end


def test_data_of_earlier_versions_was_made_with_dlib(
    video: Path, tmp_path: Path, face2face: Command
) -> None:
    arguments = ("generate_train_data", "--file", video, "--num", 12, "--output_dir", tmp_path)
    assert face2face(*arguments, "--landmarks", "dlib")[0] == 0
    source = tmp_path / "original" / "source.json"
    noted = json.loads(source.read_text(encoding="utf-8"))
    del noted["landmarks"]
    source.write_text(json.dumps(noted), encoding="utf-8")
    assert face2face(*arguments, "--landmarks", "dlib")[0] == 0
    status, _, err = face2face(*arguments, "--landmarks", "mesh")
    assert status == 2
    assert "another video or setting" in err


def test_overwriting_removes_only_what_was_made(
    video: Path, tmp_path: Path, face2face: Command
) -> None:
    (tmp_path / "original").mkdir()
    mine = tmp_path / "original" / "holiday.png"
    write_image(mine, np.zeros((4, 4, 3), np.uint8))
    arguments = ("generate_train_data", "--file", video, "--num", 12, "--output_dir", tmp_path)
    assert face2face(*arguments)[0] == 2
    assert face2face(*arguments, "--overwrite")[0] == 0
    assert (
        face2face(
            "generate_train_data",
            "--file",
            video,
            "--num",
            14,
            "--output_dir",
            tmp_path,
            "--overwrite",
        )[0]
        == 0
    )
    assert len(list_images(tmp_path / "combined")) == 13, "the last is for evaluation"
    assert mine.exists()


def test_a_photo_becomes_poses_which_are_its_bank(
    astronaut: Scene, tmp_path: Path, face2face: Command, feature_models: None
) -> None:
    write_image(tmp_path / "me.png", astronaut.photo)
    status, out, _ = face2face(
        "generate_train_data",
        "--file",
        tmp_path / "me.png",
        "--num",
        20,
        "--output_dir",
        tmp_path / "out",
    )
    assert status == 0
    assert "20 frames kept" in out
    bank = KeyframeBank.load(tmp_path / "out" / "combined")
    assert len(bank) == 18
    photo = read_image(tmp_path / "out" / "original" / f"{int(bank.seconds[5]):06d}.png")
    assert (bank.rgba(5)[..., :3] == presharpen(photo)).all()
    _, first, _, truth = read_strip(list_strips(tmp_path / "out" / "combined", "train")[7], 4)
    assert np.abs(first.astype(int) - truth).mean() < 15
    card = ModelCard.load(tmp_path / "out" / "combined")
    assert card.data["animated"]
    neutral = TargetStatistics.from_json(card.shape).neutral
    assert lip_gap(neutral) < 0.06, "the photo's lips are parted; its neutral face shuts them"


def test_a_folder_of_photos(frames: list[Image], tmp_path: Path, face2face: Command) -> None:
    for number, frame in enumerate(frames[:12]):
        write_image(tmp_path / "photos" / f"{number:02d}.png", frame) if number else (
            tmp_path / "photos"
        ).mkdir()
    write_image(tmp_path / "photos" / "empty.png", np.zeros((100, 100, 3), np.uint8))
    status, out, _ = face2face(
        "generate_train_data", "--file", tmp_path / "photos", "--output_dir", tmp_path
    )
    assert status == 0
    assert "11 frames kept" in out
    assert "1 left out: no face" in out


def test_a_bank_can_be_kept_small(video: Path, tmp_path: Path, face2face: Command) -> None:
    status, _, err = face2face(
        "generate_train_data",
        "--file",
        video,
        "--num",
        MIN_FRAMES,
        "--keyframes",
        4,
        "--output_dir",
        tmp_path,
    )
    assert status == 0, err
    assert len(KeyframeBank.load(tmp_path / "combined")) == 4


def test_at_512_and_from_the_middle(video: Path, tmp_path: Path, face2face: Command) -> None:
    arguments = ("--num", MIN_FRAMES, "--size", 512, "--crop", "center", "--output_dir", tmp_path)
    assert face2face("generate_train_data", "--file", video, *arguments)[0] == 0
    assert read_strip(list_strips(tmp_path / "combined", "train")[0], 4)[3].shape == (512, 512, 3)
    assert json.loads((tmp_path / "original" / "source.json").read_text())["crop"] == "center"


@pytest.fixture
def photos(frames: list[Image], in_folder: Path) -> Path:
    """A folder of twelve photos."""
    (in_folder / "photos").mkdir()
    for number, frame in enumerate(frames[:12]):
        write_image(in_folder / "photos" / f"{number:02d}.png", frame)
    return in_folder / "photos"


def test_bad_photos_are_listed_and_the_others_used(photos: Path, face2face: Command) -> None:
    (photos / "01b.png").write_bytes(b"no")
    (photos / "empty.jpg").touch()
    (photos / "dangling.webp").symlink_to("nothing")
    (photos / "raw.dng").touch()
    (photos / "._00.png").write_bytes(b"no")
    arguments = ("generate_train_data", "--file", photos, "--output_dir", "out")
    for _ in range(2):
        status, out, err = face2face(*arguments)
        assert status == 1, err
        assert "12 frames kept" in out
        assert "4 of 16 failed" in out
        for name in ("01b.png", "empty.jpg", "dangling.webp", "raw.dng"):
            assert out.count(f"failed: {photos / name}") == 1


def test_results_below_the_photos_are_not_read(
    photos: Path, face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    for _ in range(2):
        status, out, err = face2face("generate_train_data", "--file", ".")
        assert status == 0, err
        assert "12 frames kept" in out
    assert len(list_images(Path("original"))) == 12


@pytest.mark.parametrize(
    "torn", [b"[11, [[[[1", b"5\n[1, 2]\n", b'[0, [[[[1, 2]], [3]]]]\n{"a": 1}\n', b"\xff\x00\n"]
)
def test_damaged_landmarks_are_found_again(
    torn: bytes, made: Path, video: Path, tmp_path: Path, face2face: Command
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    points = tmp_path / "landmarks" / "points.jsonl"
    whole = points.read_bytes()
    lines = whole.splitlines(keepends=True)
    points.write_bytes(b"".join(lines[:-2]) + torn)
    (tmp_path / "original" / lines_name(lines[-1])).unlink()
    arguments = ("--num", 20, "--output_dir", tmp_path, "--consent", "NASA portrait")
    assert face2face("generate_train_data", "--file", video, *arguments)[0] == 0
    restored = points.read_bytes()
    assert restored.endswith(b"".join(lines[-2:]))
    if not torn.endswith(b"\n"):
        assert restored == whole
    for path in list_images(tmp_path):
        assert path.read_bytes() == (made / path.relative_to(tmp_path)).read_bytes()


def lines_name(line: bytes) -> str:
    """The name of the picture that a line of points.jsonl belongs to."""
    return f"{json.loads(line)[0]:06d}.png"


def test_leftovers_are_neither_data_nor_in_the_way(
    made: Path, video: Path, tmp_path: Path, face2face: Command
) -> None:
    """A process was killed while it wrote its first file, then others."""
    arguments = ("generate_train_data", "--file", video, "--num", 20, "--output_dir", tmp_path)
    consent = ("--consent", "NASA portrait")
    for name in ("original/.aside.99999999.source.json", "combined/train/.aside.99999999.1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_image(tmp_path / "a.png", np.zeros((4, 8, 3), np.uint8))
        (tmp_path / "a.png").rename(tmp_path / name)
    assert list_strips(tmp_path / "combined", "train") == []
    status, _, err = face2face(*arguments, *consent)
    assert status == 0, err
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == sorted(
        path.relative_to(made) for path in made.rglob("*")
    )


def test_a_replaced_data_set_has_no_card_until_it_is_whole(
    made: Path, frames: list[Image], tmp_path: Path, face2face: Command
) -> None:
    shutil.copytree(made, tmp_path / "data")
    blank = write_video(tmp_path / "blank.mp4", [np.zeros_like(frames[0])] * 12)
    arguments = ("--file", blank, "--output_dir", tmp_path / "data", "--overwrite")
    assert face2face("generate_train_data", *arguments)[0] == 2, "it shows nobody"
    assert not (tmp_path / "data/combined/card.json").exists()
    assert not (tmp_path / "data/combined/bank.npz").exists()
    assert list_strips(tmp_path / "data/combined", "train") == []


def test_the_neutral_frame_is_found_or_picked(
    made: Path, video: Path, tmp_path: Path, face2face: Command
) -> None:
    found = ModelCard.load(made / "combined").data["neutral"]
    assert found["found"] == "estimated"
    assert 0 <= found["seconds"] < 2
    arguments = ("--file", video, "--num", 12, "--output_dir", tmp_path, "--neutral-at", 0.74)
    status, out, err = face2face("generate_train_data", *arguments)
    assert status == 0, err
    assert "neutral face: at 0.75 s" in out, "the frame nearest to that time"
    card = ModelCard.load(tmp_path / "combined")
    assert card.data["neutral"] == {"seconds": 0.75, "found": "picked"}
    points = {
        json.loads(line)[0]: np.array(json.loads(line)[1][0][0])
        for line in (tmp_path / "landmarks" / "points.jsonl").read_text().splitlines()
    }
    x, y, side = card.data["crop"]
    picked = (points[9] + 0.5 - (x, y)) * 256 / side - 0.5
    measured = np.ravel(INNER_LIPS)  # in the label map
    neutral, picked = (
        np.delete(each, measured, axis=0)
        for each in (TargetStatistics.from_json(card.shape).neutral, picked)
    )
    assert np.allclose(neutral, picked, atol=0.2)


@pytest.mark.parametrize(
    ("seconds", "error"),
    [
        (7, "--neutral-at 7 lies outside .*, which lasts 1.92 s. Name a time from 0 to 1.92."),
        (-1, "-1 is not a number of at least 0"),
        ("nan", "nan is not a number of at least 0"),
        (0, "at 0 s shows no face. Name another time with --neutral-at."),
    ],
)
def test_a_neutral_frame_that_cannot_be_used_is_one_line(
    seconds: float, error: str, frames: list[Image], tmp_path: Path, face2face: Command
) -> None:
    video = write_video(tmp_path / "late.mp4", [np.zeros_like(frames[0]), *frames[1:]])
    arguments = ("--file", video, "--output_dir", tmp_path, "--neutral-at", seconds)
    status, _, err = face2face("generate_train_data", *arguments)
    assert status == 2
    assert re.search(error, err), err


def test_photos_have_no_time(photos: Path, face2face: Command) -> None:
    arguments = ("--file", photos, "--output_dir", "out", "--neutral-at", 1)
    status, _, err = face2face("generate_train_data", *arguments)
    assert status == 2
    assert "is no video. Leave it out." in err


def test_the_person_is_told_what_the_material_lacks(
    made: Path, video: Path, tmp_path: Path, face2face: Command
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    arguments = ("--num", 20, "--output_dir", tmp_path, "--consent", "NASA portrait")
    _, out, _ = face2face("generate_train_data", "--file", video, *arguments)
    lacking = ModelCard.load(tmp_path / "combined").data["missing"]
    assert lacking == re.findall("missing: (.*)", out)
    assert "no looks to the left" in lacking
