import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from face2face.arrays import ArraySpec, load_arrays
from face2face.errors import DataError

SPECS = {
    "points": ArraySpec(np.float32, ("n", 2)),
    "times": ArraySpec(np.float64, ("n",)),
    "code": ArraySpec(np.uint8, ("bytes",)),
}
POINTS = np.arange(6, dtype=np.float32).reshape(3, 2)
ARRAYS = {"points": POINTS, "times": np.arange(3.0), "code": np.zeros(9, np.uint8)}


def npy(header: str, data: bytes = b"") -> bytes:
    """A member in NumPy's format 1.0 whose header says anything."""
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


def member(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def write(path: Path, compression: int = zipfile.ZIP_STORED, **members: bytes) -> None:
    """Write the arrays above as an archive, with other members in place of some."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in ({k: member(v) for k, v in ARRAYS.items()} | members).items():
            archive.writestr(f"{name}.npy", data)


def load(path: Path) -> dict[str, np.ndarray]:
    return load_arrays(path, SPECS, DataError, "Copy it again.", 10_000)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_as_they_were_written(tmp_path: Path, save: Callable[..., None]) -> None:
    save(tmp_path / "a.npz", **ARRAYS, other=np.array(["never read"]))
    read = load(tmp_path / "a.npz")
    assert read.keys() == SPECS.keys()
    for name, array in ARRAYS.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@pytest.mark.parametrize(
    "points",
    [
        POINTS.astype(np.float64),
        POINTS.astype(">f4"),
        np.asfortranarray(POINTS),
        POINTS.astype(int),
    ],
    ids=["double", "big-endian", "columns first", "integers"],
)
def test_other_forms_of_the_same_numbers_are_read(tmp_path: Path, points: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", **(ARRAYS | {"points": points}))
    read = load(tmp_path / "a.npz")["points"]
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, POINTS)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("points", np.zeros((4, 2)), "times has another shape than 4"),
        ("points", np.zeros((3, 3)), "points has another shape than 3 by 2"),
        ("points", np.zeros((0, 2)), "points has another shape"),
        ("points", np.zeros((2,)), "points has another shape"),
        ("points", np.float64([[0, np.nan]] * 3), "points has numbers that are not finite"),
        ("points", np.full((3, 2), 1e300), "points has numbers that are not finite"),
        ("points", np.zeros((3, 2), complex), "points is of another type than float32"),
        ("points", np.full((3, 2), "1"), "points is of another type"),
        ("points", np.full((3, 2), None), "points is of another type"),
        ("times", np.zeros(3, "m8[s]"), "times is of another type"),
        ("code", np.zeros(3, np.int64), "code is of another type"),
        ("code", np.zeros(20_000, np.uint8), "code is larger than"),
    ],
)
def test_arrays_of_another_form_are_named(
    tmp_path: Path, name: str, array: np.ndarray, message: str
) -> None:
    write(tmp_path / "a.npz", zipfile.ZIP_DEFLATED, **{name: member(array)})
    with pytest.raises(DataError, match=rf"a\.npz is not valid: {message}.*\. Copy it again\.$"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY\x09\x00",
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}"),
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}", b"1"),
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}", bytes(25)),
        npy("{'descr': '<f4', 'fortran_order': 3, 'shape': (3, 2)}", bytes(24)),
        npy("{'descr': '<f4', 'shape': (3, 2)}", bytes(24)),
        npy("{'descr': 'zz', 'fortran_order': False, 'shape': (3, 2)}", bytes(24)),
        npy("-" * 9000 + "1"),
        npy("(" * 9000),
        npy("\0"),
    ],
)
def test_a_damaged_array_is_refused(tmp_path: Path, data: bytes) -> None:
    write(tmp_path / "a.npz", points=data)
    with pytest.raises(DataError, match=r"a\.npz is damaged\. Copy it again\.$"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("(2305843009213693952, 2)", "points is larger"),
        ("(-3, 2)", "points has another shape"),
        ("(3, 2, 0, 9223372036854775807)", "points has another shape"),
        ("(100000000000000000000000, 2)", "points is larger"),
    ],
)
def test_a_declared_size_is_checked_before_memory_is_taken(
    tmp_path: Path, shape: str, message: str
) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}"
    write(tmp_path / "a.npz", points=npy(header, bytes(24)))
    with pytest.raises(DataError, match=message):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_need_any_memory_are_refused(tmp_path: Path, compression: int) -> None:
    write(tmp_path / "a.npz", compression)
    with pytest.raises(DataError, match="compressed in another way"):
        load(tmp_path / "a.npz")


def test_an_archive_with_a_name_twice_or_too_many_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "many.npz", **{f"a{number}": b"" for number in range(100)})
    with pytest.warns(UserWarning), zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive:
        for _ in range(2):
            archive.writestr("points.npy", member(POINTS))
    for name in ("many.npz", "twice.npz"):
        with pytest.raises(DataError, match="too many arrays, or two of one name"):
            load(tmp_path / name)


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", points=POINTS)
    with pytest.raises(DataError, match="it holds no times"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize("keep", [0, 10, 200, -1, -100])
def test_a_cut_archive_is_refused(tmp_path: Path, keep: int) -> None:
    write(tmp_path / "a.npz")
    path = tmp_path / "a.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="is damaged"):
        load(path)


def test_a_changed_byte_is_noticed_by_its_checksum(tmp_path: Path) -> None:
    write(tmp_path / "a.npz")
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[data.index(POINTS.tobytes()) + 4] ^= 1
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(DataError, match="is damaged"):
        load(tmp_path / "a.npz")


def test_missing_large_and_special_files_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.npz").open("wb") as file:
        file.truncate(10_001)
    for name, message in (
        ("none.npz", "There is no file"),
        ("large.npz", "is larger than"),
        (".", "is not a regular file"),
    ):
        with pytest.raises(DataError, match=message):
            load(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(DataError, match="is not a regular file"):
        load(tmp_path / "pipe.npz")
