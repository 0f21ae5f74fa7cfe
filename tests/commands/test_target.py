"""``run --target``: a photo, photos or a video are driven without training, and kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face import user_cache
from face2face.card import ModelCard
from face2face.edit.face_painter import FacePainter
from face2face.image import Image, Scene
from face2face.keyframes.bank import KeyframeBank
from face2face.live.options import LiveOptions
from face2face.live.targets import targets_of
from face2face.media.stills import read_image, write_image
from face2face.synthetic.performance import LandmarkRecording, ScriptedDriver
from tests.commands.test_bad_input import refused as one_line
from tests.commands.test_run_webcam import pictures
from tests.conftest import write_video

Command = Callable[..., tuple[int, str, str]]
LIVE = ("--source", "take.npz", "--no-window", "--no-mark", "--compose", "target")


@pytest.fixture(autouse=True)
def _small(feature_models: None, astronaut: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo, a driver of two frames, and targets of few keyframes."""
    monkeypatch.setattr("face2face.live.targets.KEYFRAMES", 10)
    monkeypatch.setattr("face2face.live.targets._FRAMES", 12)
    write_image(Path("me.png"), astronaut.photo)
    take, script = LandmarkRecording(480, 480), ScriptedDriver()
    for number in range(2):
        landmarks = script.scene(0.0).landmarks
        assert landmarks is not None
        take.add(landmarks, number / 30)
    take.save(Path("take.npz"))


@pytest.fixture
def run(face2face: Command) -> Callable[..., tuple[int, str, str]]:
    """Drive targets and record ``out.mp4``."""

    def call(*options: object) -> tuple[int, str, str]:
        return face2face("run", *LIVE, "--output", "out.mp4", "--overwrite", "--target", *options)

    return call


def kept() -> list[Path]:
    """The folders in the cache, half-made ones included."""
    root = user_cache.targets_dir()
    return sorted(root.iterdir()) if root.is_dir() else []


def refused(result: tuple[int, str, str], *parts: str) -> None:
    """Check for one line on stderr, status 2, and nothing kept."""
    one_line(result, *parts)
    assert kept() == []


def test_a_photo_is_driven_and_used_at_once_the_next_time(
    run: Command, astronaut: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, err = run("me.png")
    assert status == 0, err
    assert "me.png on warped keyframes: 2 frames, 2 with a face" in out
    assert "face2face forget me.png deletes it" in out
    (folder,) = kept()
    assert sorted(each.name for each in folder.iterdir()) == ["bank.npz", "card.json"]
    card = ModelCard.load(folder)
    assert (card.data["file"], card.data["animated"], card.landmarks) == ("me.png", True, "mesh")
    assert "synthetic" in card.notice
    bank = KeyframeBank.load(folder)
    assert len(bank) == 10
    shown = pictures(Path("out.mp4"))[0].astype(int)
    assert np.abs(shown - bank.rgba(0)[..., :3]).mean() < 8, "a neutral driver gives the photo"

    def fail(*arguments: object) -> None:
        raise AssertionError("it is there")

    monkeypatch.setattr("face2face.data.kept_target.make_target", fail)
    status, out, err = run("me.png")
    assert status == 0, err
    assert "forget" not in out


def test_a_video_and_its_neutral_time(run: Command, video: Path) -> None:
    status, out, err = run(video)
    assert status == 0, err
    assert "astronaut.mp4 on warped keyframes" in out
    (folder,) = kept()
    assert len(KeyframeBank.load(folder)) == 12, "nothing is held out"
    assert run(video, "--neutral-at", 0.5)[0] == 0
    found = [ModelCard.load(each).data["neutral"]["found"] for each in kept()]
    assert sorted(found) == ["estimated", "picked"]


@pytest.fixture
def photos(frames: list[Image]) -> Path:
    """Two photos of one person, one without a face, one damaged."""
    for number, frame in enumerate((frames[0], frames[9], np.full_like(frames[0], 90))):
        write_image(Path(f"photos/{number}.png"), frame) if number else Path("photos").mkdir()
    write_image(Path("photos/0.png"), frames[0])
    Path("photos/3.png").write_bytes(b"no")
    return Path("photos")


def test_a_few_photos_make_one_bank(run: Command, photos: Path, frames: list[Image]) -> None:
    status, out, err = run(photos)
    assert status == 0, err
    assert "left out: A photo of the target shows exactly one face" in out
    assert "left out: photos/3.png" in out.replace("\\", "/")
    (folder,) = kept()
    bank = KeyframeBank.load(folder)
    assert len(bank) == 10
    still = [bank.landmarks[list(bank.seconds).index(number)] for number in (0, 1)]
    assert np.abs(still[0] - still[1]).max() > 2, "both photos are in it as they are"


def test_a_few_photos_make_training_pairs(face2face: Command, photos: Path) -> None:
    status, out, err = face2face("prepare", "--file", photos, "--num", 12, "--output_dir", "out")
    assert status == 1, err
    assert "12 frames kept" in out
    assert "2 of 4 failed" in out
    assert ModelCard.load(Path("out/combined")).data["animated"]


def test_pairs_are_driven_before_a_model_is_trained(face2face: Command, dataset: Path) -> None:
    options = ("--tf-model", dataset / "combined", "--output", "out.mp4")
    status, out, err = face2face("run", *LIVE, *options)
    assert status == 0, err
    assert "astronaut.mp4 on warped keyframes" in out


def test_another_photo_of_the_same_name_is_another_target(frames: list[Image]) -> None:
    options, lines = LiveOptions("take.npz", targets=(Path("me.png"),)), list[str]()
    first = targets_of(options, FacePainter(), lines.append)
    write_image(Path("me.png"), frames[9])
    assert targets_of(options, FacePainter(), lines.append) != first
    assert len(lines) == len(kept()) == 2
    write_image(Path("her.png"), frames[9])
    several = LiveOptions("take.npz", targets=(Path("her.png"), Path("me.png")))
    names = [
        ModelCard.load(each).data["file"]
        for each in targets_of(several, FacePainter(), lines.append)
    ]
    assert names == ["her.png", "me.png"], "in the order of the options"


def test_a_damaged_target_is_made_again() -> None:
    options, lines = LiveOptions("take.npz", targets=(Path("me.png"),)), list[str]()
    (folder,) = targets_of(options, FacePainter(), lines.append)
    content = (folder / "bank.npz").read_bytes()
    (folder / "bank.npz").write_bytes(content[: len(content) // 2])
    assert targets_of(options, FacePainter(), lines.append) == [folder]
    assert (folder / "bank.npz").read_bytes() == content
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [(KeyboardInterrupt(), 130, "interrupted"), (OSError(28, "No space left"), 2, "disk space")],
)
def test_nothing_half_made_is_left(
    error: BaseException, status: int, line: str, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def fail(*arguments: object) -> None:
            raise error

        patch.setattr(ModelCard, "save", fail)  # the bank is written by then
        result = run("me.png")
    assert result[0] == status
    assert line in result[2].splitlines()[-1]
    assert kept() == []
    assert run("me.png")[0] == 0


def test_the_remains_of_a_killed_run_are_removed(face2face: Command) -> None:
    remains = user_cache.targets_dir() / ".aside.999999999.target"
    (remains / "work").mkdir(parents=True)
    (remains / "work" / "000000.png").write_bytes(b"a face")
    (folder,) = targets_of(LiveOptions("take.npz", targets=(Path("me.png"),)), FacePainter(), print)
    assert kept() == [folder]
    remains.mkdir()
    assert face2face("list")[0] == 0
    assert kept() == [folder]


def test_bad_targets_are_one_line(
    run: Command, frames: list[Image], astronaut: Scene, tmp_path: Path
) -> None:
    write_image(Path("wall.png"), np.full_like(frames[0], 90))
    write_image(Path("twins.png"), np.concatenate([frames[0], frames[0]], axis=1))
    write_image(Path("side.png"), np.ascontiguousarray(np.rot90(frames[0])))
    write_image(Path("small.png"), np.ascontiguousarray(frames[0][::8, ::8]))
    write_video(Path("wall.mp4"), [np.full_like(frames[0], 90)] * 12)
    Path("text.mp4").write_text("no video\n" * 100)
    Path("text.jpg").write_text("no photo\n" * 100)
    Path("folder").mkdir()
    refused(run("none.jpg"), "none.jpg", "Check the path")
    refused(run("wall.png"), "exactly one face, and there are 0 in wall.png")
    refused(run("twins.png"), "there are 2 in twins.png", "crop")
    refused(run("side.png"), "side.png lies on its side", "Turn it to the right first")
    refused(run("small.png"), "small.png")
    refused(run("wall.mp4"), "0 of 12 frames")
    refused(run("text.mp4"), "text.mp4")
    refused(run("text.jpg"), "text.jpg")
    refused(run("folder"), "folder holds no picture")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--tf-model", "astronaut"), "Leave one of them out"),
        (("--mode", "inpaint"), "Leave --target or --mode out"),
        (("--neutral-at", "1"), "--neutral-at names a time, and me.png is no video"),
        (("--landmark-model", "none.dat"), "none.dat"),
    ],
)
def test_options_that_do_not_go_together(options: tuple[str, ...], part: str, run: Command) -> None:
    refused(run("me.png", *options), part)


def test_a_neutral_time_needs_a_target(face2face: Command) -> None:
    status, _, err = face2face("run", *LIVE, "--output", "out.mp4", "--neutral-at", 1)
    assert (status, "Add --target VIDEO" in err) == (2, True)


def test_a_small_grey_photo_is_enough(run: Command, astronaut: Scene) -> None:
    small = astronaut.photo[::3, ::3].mean(-1, keepdims=True).astype(np.uint8)
    write_image(Path("grey.png"), np.ascontiguousarray(np.repeat(small, 3, axis=-1)))
    status, _, err = run("grey.png")
    assert status == 0, err


def test_a_target_is_listed_and_forgotten(run: Command, face2face: Command) -> None:
    assert run("me.png")[0] == 0
    (folder,) = kept()
    _, out, _ = face2face("list")
    assert f"{folder}  of me.png" in out
    status, out, _ = face2face("forget", "me", "--yes")
    assert status == 0
    assert str(folder) in out
    assert kept() == []
    assert Path("me.png").is_file()


def test_the_target_is_not_written_over(run: Command, face2face: Command) -> None:
    write_video(Path("out.mp4"), [read_image(Path("me.png"))] * 12)
    content = Path("out.mp4").read_bytes()
    status, _, err = run("out.mp4")
    assert (status, "is read by this command" in err) == (2, True)
    assert Path("out.mp4").read_bytes() == content
