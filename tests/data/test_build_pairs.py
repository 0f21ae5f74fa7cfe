"""From a video or a photo to pairs, through the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.card import ModelCard
from face2face.data.frames import MIN_FRAMES
from face2face.data.pairs import list_strips, read_strip
from face2face.image import Image, Scene
from face2face.imaging.warp import presharpen
from face2face.keyframes.bank import KeyframeBank
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


def test_a_video_becomes_pairs_with_the_last_tenth_held_out(made: Path) -> None:
    train, val = (list_strips(made / "combined", part) for part in ("train", "val"))
    assert (len(train), len(val)) == (18, 2)
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
    assert len(list_images(tmp_path / "combined")) == 14
    assert mine.exists()


def test_a_photo_becomes_poses_which_are_its_bank(
    astronaut: Scene, tmp_path: Path, face2face: Command
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
    assert np.abs(first.astype(int) - truth).mean() < 10
    assert ModelCard.load(tmp_path / "out" / "combined").data["animated"]


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
