"""Errors of the machine, whichever library reports them."""

import errno
import os

import cv2
import numpy as np
import pytest

from face2face.errors import DataError, mendable


def of_numpy() -> Exception:
    try:
        np.empty((1 << 50,), np.uint8)
    except MemoryError as error:
        return error
    raise AssertionError("there is more memory than expected")


def of_opencv() -> Exception:
    return cv2.error("(-4:Insufficient memory) Failed to allocate 1048576 bytes")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        of_numpy(),
        of_opencv(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        RuntimeError("Exception from src/core: std::bad_alloc"),
        ImportError("libx265.so: failed to map segment from shared object"),
    ],
    ids=str,
)
def test_missing_memory_is_one_error_whoever_reports_it(error: Exception) -> None:
    assert str(mendable(error)).startswith("There is not enough memory. Close other programs")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.ENOSPC, "Free some disk space"),
        (errno.EDQUOT, "Free some disk space"),
        (errno.EROFS, "Change its permissions"),
        (errno.EACCES, "Change its permissions"),
        (errno.EMFILE, "limit of open files"),
        (errno.EIO, ""),
    ],
)
def test_a_failing_file_is_named_with_advice(code: int, hint: str) -> None:
    message = str(mendable(OSError(code, os.strerror(code), "out.mp4")))
    assert message.startswith(f"out.mp4: {os.strerror(code)}.")
    assert hint in message


def test_a_failing_stream_has_no_name() -> None:
    message = str(mendable(OSError(errno.ENOSPC, "No space left on device")))
    assert message.startswith("Reading or writing failed: No space left on device.")


def test_a_missing_system_library_is_named_with_its_package() -> None:
    error = ImportError("libGL.so.1: cannot open shared object file")
    assert "apt-get install libgl1" in str(mendable(error))


@pytest.mark.parametrize(
    "error", [ValueError("2"), ImportError("No module named x"), KeyError("x")], ids=str
)
def test_faults_of_the_program_are_not_mendable(error: Exception) -> None:
    assert mendable(error) is None


def test_errors_of_ours_stay_as_they_are() -> None:
    error = DataError("no strips")
    assert mendable(error) is error
