"""The second process: its answers, its errors, and what happens when it or its memory fails."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.errors import FaceError
from face2face.image import Image
from face2face.live.worker import WorkerProcess

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="shares memory as Linux does")
PICTURE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def brightest() -> Callable[[Image], tuple[int, int]]:
    return lambda picture: (int(picture.max()), os.getpid())


def broken() -> Callable[[Image], int]:
    raise FaceError("There are no weights.", hint="Install them.")


def dying() -> Callable[[Image], int]:
    return lambda picture: os._exit(1)


def unlucky() -> Callable[[Image], int]:
    return lambda picture: 1 // int(picture[0, 0, 0])


def nothing() -> None:
    """Prepare nothing."""


def fail() -> None:
    raise FaceError("There are no weights.", hint="Install them.")


def test_an_error_in_prepare_is_raised() -> None:
    with WorkerProcess(fail) as worker, pytest.raises(FaceError, match="Install them"):
        worker.bind(brightest)(PICTURE)


def test_it_answers_from_another_process() -> None:
    with WorkerProcess(nothing) as worker:
        call = worker.bind(brightest)
        (one, process), (two, same) = call(PICTURE), call(PICTURE[:, ::-1] + 1)
    assert (one, two) == (17, 18)
    assert process == same != os.getpid()


def none_left(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("SharedMemory", none_left),
        ("_claim", none_left),
        pytest.param("_SHARED_MEMORY", Path("none"), marks=on_linux),
    ],
)
@pytest.mark.parametrize("shape", [(2, 3, 3), (480, 640, 3), (31, 17)])
def test_without_shared_memory_pictures_go_through_the_pipe(
    name: str, failing: object, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"face2face.live.worker.{name}", failing)
    picture = np.zeros(shape, np.uint8)
    picture[-1, -1] = 77
    with WorkerProcess(nothing) as worker:
        call = worker.bind(brightest)
        assert [call(picture)[0], call(picture[::-1])[0], call(picture * 2)[0]] == [77, 77, 154]


@on_linux
def test_a_full_memory_file_system_kills_nothing(tmp_path: Path) -> None:
    """Writing where none is left ends a program by SIGBUS."""
    script = """
if __name__ == "__main__":
    import numpy as np
    from face2face.live.worker import WorkerProcess
    from tests.live.test_worker import brightest, nothing
    with WorkerProcess(nothing) as worker:
        call = worker.bind(brightest)
        for side in (20, 1000, 20):
            print(call(np.full((side, side, 3), 9, np.uint8))[0])
"""
    full = "mount -t tmpfs -o size=40k tmpfs /dev/shm"
    private = ["unshare", "--map-root-user", "--mount", "bash", "-c"]
    if subprocess.run([*private, full], capture_output=True, check=False).returncode:
        pytest.skip("needs to mount a file system of its own")
    (tmp_path / "calls.py").write_text(script)
    done = subprocess.run(
        [*private, f'{full} && exec "$@"', "calls", sys.executable, tmp_path / "calls.py"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "9\n9\n9\n"), done.stderr


def stopped() -> Callable[[Image], int]:
    return lambda picture: os.kill(os.getpid(), signal.SIGSTOP) or 0


def endless() -> Callable[[Image], int]:
    return lambda picture: sum(iter(int, 1))


def waiting() -> Callable[[Image], int]:
    return lambda picture: threading.Event().wait() or 0


def deadlocked() -> Callable[[Image], int]:
    lock = threading.Lock()
    return lambda picture: lock.acquire() and lock.acquire()


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
@pytest.mark.parametrize("make", [stopped, endless, waiting, deadlocked])
def test_a_process_that_stops_answering_is_noticed(
    make: Callable[[], Callable[[Image], int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("face2face.live.worker._START_SECONDS", 3.0)
    with WorkerProcess(nothing) as worker, pytest.raises(FaceError, match="doesn't answer"):
        worker.bind(make)(PICTURE)


def hesitant() -> Callable[[Image], int]:
    calls = iter([0.0, 100.0])
    return lambda picture: time.sleep(next(calls)) or 1


def test_after_the_first_answer_less_patience_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("face2face.live.worker._ANSWER_SECONDS", 0.3)
    with WorkerProcess(nothing) as worker:
        call = worker.bind(hesitant)
        assert call(PICTURE) == 1
        with pytest.raises(FaceError, match="doesn't answer"):
            call(PICTURE)


def test_pictures_may_grow_and_shrink() -> None:
    with WorkerProcess(nothing) as worker:
        call = worker.bind(brightest)
        assert [call(np.full((side, side), side, np.uint8))[0] for side in (3, 200, 5, 90)] == [
            3,
            200,
            5,
            90,
        ]


@pytest.mark.parametrize(
    ("make", "error"), [(broken, FaceError), (unlucky, ZeroDivisionError), (dying, FaceError)]
)
def test_errors_there_are_raised_here(
    make: Callable[[], Callable[[Image], int]], error: type[Exception]
) -> None:
    with WorkerProcess(nothing) as worker, pytest.raises(error):
        worker.bind(make)(PICTURE)


def test_the_process_ends_with_it() -> None:
    with WorkerProcess(nothing) as worker:
        _, process = worker.bind(brightest)(PICTURE)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
