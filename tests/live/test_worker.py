import os
from collections.abc import Callable

import numpy as np
import pytest

from face2face.errors import FaceError
from face2face.image import Image
from face2face.live.worker import WorkerProcess

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


def test_missing_shared_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(create: bool, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("face2face.live.worker.SharedMemory", full)
    with (
        WorkerProcess(nothing) as worker,
        pytest.raises(FaceError, match=r"18 bytes .*No space left"),
    ):
        worker.bind(brightest)(PICTURE)


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
