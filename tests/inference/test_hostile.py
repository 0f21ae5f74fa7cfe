"""No model of the hostile set does more than raise one line, fast and within 1 GB."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inference.hostile import make

ROOT = Path(__file__).resolve().parents[2]
#: Longest time for a model, in seconds of one core.
_MAX_SECONDS = 10
#: Most memory of the process that loads one model after another, TensorFlow included, in bytes.
_MAX_BYTES = 1_000_000_000
#: Load and run each model that is named on stdin; print the outcome, the time and the peak memory.
LOAD = """
import json, sys, time
from pathlib import Path
import numpy as np
import tensorflow
from face2face.errors import ModelError
from face2face.live.model import ReenactmentModel

for line in sys.stdin:
    print(json.dumps([line.strip()]), flush=True)
    start = time.process_time()
    try:
        engine = ReenactmentModel.load(Path(line.strip())).engine
        picture = engine([np.zeros((256, 256, 3), np.uint8)])
        outcome = f"gave {picture.dtype} of {picture.shape}"
    except ModelError as error:
        outcome = str(error)
    # The process's own peak; that of getrusage begins with the peak of the one that started it.
    status = dict(each.split(":", 1) for each in Path("/proc/self/status").read_text().splitlines())
    peak = 1024 * int(status["VmHWM"].split()[0])
    print(json.dumps([line.strip(), outcome, time.process_time() - start, peak]), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak memory is read from /proc")
def test_hostile_models_are_refused(tmp_path: Path) -> None:
    named = list(make(tmp_path / "models"))
    assert len(named) >= 30
    run = tmp_path / "run"
    run.mkdir()
    (run / "secret.txt").write_text("secret")
    files = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*") if each.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        input="\n".join(map(str, named)),
        cwd=run,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=_MAX_SECONDS * 20,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    assert done.returncode == 0, (lines[-1:], done.stderr[-2000:])
    ended = {path: rest for path, *rest in lines if rest}
    assert list(ended) == list(map(str, named))
    for path, (outcome, seconds, peak) in ended.items():
        name = str(Path(path).relative_to(tmp_path))
        assert outcome.startswith("gave") == ("nothing" in Path(path).parts[-2:]), name
        assert "\n" not in outcome, name
        assert seconds < _MAX_SECONDS, name
        assert peak < _MAX_BYTES, name
    now = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*") if each.is_file()}
    assert now == files
