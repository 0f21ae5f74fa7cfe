"""The design: a room imports only from rooms above; live never imports TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = [
    {
        *("errors", "image", "landmarks", "files", "config", "arrays"),
        *("sample", "card", "memory", "signals", "openvino_core", "user_cache"),
    },
    {"imaging"},
    {"media"},
    {"face"},
    {"segmentation"},
    {"keyframes"},
    {"synthetic"},
    {"modes"},
    {"data"},
    {"inference"},
    {"learn"},
    {"export"},
    {"live", "edit"},
    {"evaluation"},
    {"commands"},
    {"api"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def imports(path: Path) -> set[str]:
    """The rooms that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (
                [node.module]
                if node.module != "face2face"
                else [f"face2face.{each.name}" for each in node.names]
            )
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("face2face.")}
    return found - {"__version__"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "face2face").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_room_imports_only_from_lower_floors(path: Path) -> None:
    room = path.relative_to(ROOT / "face2face").parts[0].removesuffix(".py")
    if room == "__main__":
        assert imports(path) == {"commands"}
        return
    if room == "__init__":  # the public surface, imported when a name is first used
        return
    for other in imports(path) - {room}:
        assert FLOOR[other] < FLOOR[room] or FLOOR[other] == FLOOR[room] == 0, (
            f"{path.name} imports {other}"
        )


def test_modes_and_learn_do_not_know_each_other() -> None:
    for room, other in (("modes", "learn"), ("learn", "modes")):
        for path in (ROOT / "face2face" / room).rglob("*.py"):
            assert other not in imports(path)


MAIN = "from face2face.commands.console import main"
DEMO = ["run", "--source", "demo", "--no-window", "--output", "out.mp4"]


@pytest.mark.parametrize(
    "code",
    [
        "import face2face.live.loop, face2face.live.program, face2face.live.model",
        f"{MAIN}\ntry: main(['run', '--help'])\nexcept SystemExit: pass",
        f"{MAIN}; main({DEMO})",
    ],
    ids=["import", "help", "demo"],
)
def test_the_live_program_does_not_import_tensorflow(code: str, tmp_path: Path) -> None:
    script = f"{code}\nimport sys\nassert not {{'tensorflow', 'keras'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, capture_output=True)


def test_the_worker_that_finds_faces_starts_before_large_imports() -> None:
    large = "{'numpy', 'cv2', 'dlib', 'openvino'}"
    script = f"import face2face.commands.run_webcam, sys\nassert not {large} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
