"""No command calls the network, and none leaves an identifier in the person's home."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from face2face.commands.console import VERBS
from face2face.data.pairs import write_strip
from face2face.image import Image
from face2face.inference.models import pretrained
from face2face.media.stills import write_image
from tests.conftest import PROGRAMS, write_video

ROOT = Path(__file__).resolve().parents[1]
#: Python runs this first, in child processes too: each call to the network is noted, and fails.
REFUSE = """
import os, sys

CALLS = {"connect", "getaddrinfo", "gethostbyaddr", "gethostbyname", "sendmsg", "sendto"}

def refuse(event, arguments):
    if event.startswith("socket.") and event[7:] in CALLS:
        with open(os.environ["CALLS"], "a") as file:
            file.write(f"{os.environ.get('VERB')}: {event[7:]} {arguments}\\n")
        raise OSError("this test has no network")

sys.addaudithook(refuse)
"""
#: Run commands one after another, and print the exit status of each.
RUN = """
import os, sys
from tests.conftest import run_command

if __name__ == "__main__":
    for line in sys.argv[1:]:
        os.environ["VERB"] = line.split()[0]
        print(f"ended: {os.environ['VERB']} {run_command(*line.split())}", flush=True)
"""
#: Before it: allow the private address of the test's server.
ALLOW_PRIVATE = """
import face2face.data.web

face2face.data.web.check_public = lambda address: None
"""
#: Verbs and programs with a small job each; the first ones need no TensorFlow.
JOBS = {
    "live and photos": [
        "run --source photos --no-window --output live.mp4",
        "demo",
        "list",
        "parse --photo photos --output maps",
        "edit --photo photos/a.png --set hair=#552200 --output edited.png",
        "express --photo photos/a.png --gaze left --output looking.png",
        "retouch --photo photos/a.png --auto --output retouched.png",
        "prepare --file photos/a.png --num 2 --output_dir data",
        "make_inpaint_data --photos photos --repeats 1",
        "make_semantic_data --photos photos",
        "process --input_dir photos --output_dir resized --operation resize",
        "split --dir resized",
    ],
    "training and figures": [
        "train --input_dir combined --max_steps 1 --ngf 2 --ndf 2 --batch_size 1 --no-export",
        "reduce_model --model-input face2face-model --model-output reduced",
        "export --model face2face-model --output exported",
        "freeze_model --model-folder reduced --precision auto --input_dir combined",
        "steadiness --strengths 1",
        "evaluate --model {model} --file photos/a.png --driver clip.mp4 --output evaluated",
        "evaluate_motion --drivers clip.mp4 --models {model} --every 8 --output motion",
        "evaluate_edit --photos photos --all --count 1",
        "evaluate_blemishes --photos photos --all --rows 1",
    ],
    # These take minutes, or many photos: they import what they need, and end at a missing file.
    "refused": [
        "forget nobody",
        "compare_training --file missing.mp4",
        "benchmark --model missing",
        "make_photo_poses --photos missing",
        "train_parser --photos photos --labels photos --begin missing",
        "train_emotion --photos missing",
        "make_expression_data --source missing --target missing",
        "change_expression --photo photos/a.png --model missing --output changed.png",
        "evaluate_expression --people missing --models missing",
        "evaluate_erased --photos missing",
        "make_gallery --photos missing",
        "make_donors --studies missing",
        "evaluate_parser --photos missing --labels missing",
        "evaluate_rebuild --studies missing --reconstruct missing",
        "evaluate_retouch --input_dir missing",
        "make_feature_data --people missing",
        "learn_expressions --people missing --model missing",
        "make_photo_poses --photos missing",
    ],
}


@lru_cache(maxsize=1)
def tracer() -> tuple[str, ...]:
    """A command that notes calls to the network, those of libraries too; empty where there is none.

    The file of its notes is the next argument.
    """
    command = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o")
    if shutil.which("strace") is None:
        return ()
    return command if subprocess.run([*command, os.devnull, "true"]).returncode == 0 else ()


class Watched:
    """Python in processes whose calls to the network fail and are written down.

    Python's own calls are seen by a hook, those of libraries by strace, where it is installed.

    Args:
        folder: Where they run, and where their home is.
        refuse: Whether Python's own calls fail.
    """

    def __init__(self, folder: Path, refuse: bool = True) -> None:
        self.home, self._calls, hook = folder / "home", folder / "calls.txt", folder / "hook"
        self._trace = folder / "trace.txt"
        for each in (self.home, hook):
            each.mkdir()
        (hook / "sitecustomize.py").write_text(REFUSE)
        # The library under test keeps still on machines that test for others.
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("CI", "TF_BUILD", "JENKINS_URL")
        }
        path = os.pathsep.join([str(hook), str(ROOT)] if refuse else [str(ROOT)])
        changed = {
            "PYTHONPATH": path,
            "CALLS": str(self._calls),
            "HOME": str(self.home),
            "LOCALAPPDATA": str(self.home),
        }
        self._environment, self._folder = kept | changed, folder

    def run(self, code: str, *arguments: str) -> str:
        """Run a program, which must succeed, and return what it prints."""
        script = self._folder / "script.py"
        script.write_text(code)
        line = [sys.executable, str(script), *arguments]
        if tracer():
            line = [*tracer(), str(self._trace), *line]
        done = subprocess.run(
            line, cwd=self._folder, env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def calls(self) -> list[str]:
        """Return a line for each call to the network."""
        lines = self._calls.read_text().splitlines() if self._calls.exists() else []
        traced = self._trace.read_text().splitlines() if self._trace.exists() else []
        return lines + [line for line in traced if "AF_INET" in line]

    def identifiers(self) -> list[Path]:
        """Return the files by which OpenVINO's usage statistics know a person again."""
        return [
            each
            for each in self.home.rglob("*")
            if "intel" in str(each.relative_to(self.home)).lower()
        ]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_every_command_is_run() -> None:
    named = {line.split()[0] for lines in JOBS.values() for line in lines}
    assert named == {*VERBS, *PROGRAMS}


@pytest.mark.parametrize(
    "group",
    [
        "live and photos",
        pytest.param("training and figures", marks=pytest.mark.slow),
        "refused",
    ],
)
def test_no_command_calls_the_network(
    group: str, tmp_path: Path, frames: list[Image], watched: Watched
) -> None:
    from skimage.data import astronaut

    (tmp_path / "photos").mkdir()
    for name in ("a", "b"):
        write_image(tmp_path / "photos" / f"{name}.png", astronaut())
    write_video(tmp_path / "clip.mp4", frames[:4])
    for part in ("train", "val"):
        (tmp_path / "combined" / part).mkdir(parents=True)
        write_strip(
            tmp_path / "combined" / part / "0.png",
            list(np.random.default_rng(0).integers(0, 256, (2, 256, 256, 3), np.uint8)),
        )
    lines = [line.format(model=pretrained()) for line in JOBS[group]]
    ended = [line for line in watched.run(RUN, *lines).splitlines() if line.startswith("ended: ")]
    status = 2 if group == "refused" else 0
    assert ended == [f"ended: {line.split()[0]} {status}" for line in lines]
    assert watched.calls() == []
    assert watched.identifiers() == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which this machine serves it."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.skipif(not tracer(), reason="strace is not installed, or not allowed")
def test_only_the_typed_address_is_called(
    tmp_path: Path, frames: list[Image], served: tuple[Path, str]
) -> None:
    from skimage.data import astronaut

    folder, address = served
    write_video(folder / "clip.mp4", frames[:4])
    write_image(folder / "a.jpg", astronaut())
    corners = [{"x": 0.3, "y": 0.1}, {"x": 0.6, "y": 0.5}]
    line = {"content": f"{address}/a.jpg", "annotation": [{"points": corners}]}
    (tmp_path / "boxes.json").write_text(json.dumps(line))
    watched = Watched(tmp_path, refuse=False)
    for command in (
        f"run --source {address}/clip.mp4 --no-window --output live.mp4",
        "make_inpaint_data --annotations boxes.json --images photos --download --repeats 1",
    ):
        assert f"ended: {command.split()[0]} 0\n" in watched.run(ALLOW_PRIVATE + RUN, command)
        called = [re.findall(r"sin6?_port=htons\((\d+)\)", call) for call in watched.calls()]
        assert called
        assert {port for (port,) in called} == {address.rpartition(":")[2]}, command
    assert (tmp_path / "photos" / "img0.jpg").read_bytes() == (folder / "a.jpg").read_bytes()


def test_a_call_is_seen_in_a_thread_and_in_a_child_process(watched: Watched) -> None:
    watched.run(
        """
import multiprocessing, os, socket, threading
from contextlib import suppress

def call(number):
    os.environ["VERB"] = str(number)
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", 9))
    with suppress(OSError):
        socket.socket().connect_ex(("127.0.0.1", 9))
    with suppress(OSError):
        socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))

if __name__ == "__main__":
    for number, kind in enumerate((threading.Thread, multiprocessing.get_context("spawn").Process)):
        worker = kind(target=call, args=(number,))
        worker.start()
        worker.join()
"""
    )
    assert [call.split()[:2] for call in watched.calls()] == [
        [f"{number}:", name] for number in (0, 1) for name in ("getaddrinfo", "connect", "sendto")
    ]


def test_openvino_alone_calls_and_with_our_engines_does_not(
    tmp_path: Path, watched: Watched
) -> None:
    watched.run("import openvino")
    assert any("google-analytics" in call for call in watched.calls())
    assert watched.identifiers()
    (tmp_path / "ours").mkdir()
    ours = Watched(tmp_path / "ours")
    ours.run("import face2face.inference.engine, openvino; openvino.Core(), openvino.convert_model")
    assert (ours.calls(), ours.identifiers()) == ([], [])


@pytest.mark.parametrize(
    "path",
    sorted({*(ROOT / "face2face").rglob("*.py")} - {ROOT / "face2face" / "openvino_core.py"}),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_module_that_imports_openvino_imports_the_module_that_stops_its_statistics(
    path: Path,
) -> None:
    imported, ours = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
            ours.add(".".join(node.module.split(".")[:2]))
    assert not imported & {"openvino", "nncf"} or "face2face.openvino_core" in ours
