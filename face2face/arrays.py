"""Read NumPy's archives of arrays (``.npz``): names, types and shapes are checked first."""

from __future__ import annotations

import math
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from face2face.errors import Face2FaceError
from face2face.files import open_regular

#: Largest total size of the arrays that are read, in bytes.
MAX_BYTES = 64 * 2**20
#: Largest number of members of an archive; ours have at most 8.
_MAX_MEMBERS = 64
#: Compressions that NumPy writes. Others may use any amount of memory.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: Kinds of a dtype that hold real numbers.
_NUMBERS = "biuf"
#: Largest size of an element, in bytes.
_MAX_ITEM = 16
#: Bytes of an array that are unpacked at a time.
_CHUNK = 2**20
#: Errors of zipfile for damaged archives. An encrypted one is a RuntimeError,
#: an unknown compression a NotImplementedError.
_DAMAGES = (
    *(ValueError, IndexError, OverflowError, OSError, EOFError, RuntimeError),
    *(zlib.error, zipfile.BadZipFile),
)


@dataclass(frozen=True)
class ArraySpec:
    """The type and shape that an array must have.

    Attributes:
        dtype: The type of the returned array. A float may be stored in another precision; other
            stored types must fit into it without loss.
        shape: The size of each axis. A name stands for any size from 1 on; a name that occurs
            again, in this array or another, stands for the same size.
    """

    dtype: type[np.generic]
    shape: tuple[int | str, ...]


def load_arrays(
    path: Path,
    specs: Mapping[str, ArraySpec],
    error: type[Face2FaceError],
    hint: str = "",
    max_bytes: int = MAX_BYTES,
) -> dict[str, NDArray[Any]]:
    """Return the arrays of an ``.npz`` file; other arrays in it are not read.

    Args:
        path: The file. Its arrays may be compressed.
        specs: Name -> type and shape of each array that is needed.
        error: Class of the error to raise.
        hint: What the person can do about it, as a sentence.
        max_bytes: Largest size of the file, and of all the arrays.

    Raises:
        Face2FaceError: An ``error``. The file is missing, unreadable, too large or damaged; an
            array is missing, of another type or shape, or not finite.

    >>> import tempfile
    >>> from face2face.errors import DataError
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "a.npz"), points=np.ones((3, 2)))
    ...     specs = {"points": ArraySpec(np.float32, ("n", 2))}
    ...     load_arrays(Path(folder, "a.npz"), specs, DataError)["points"].shape
    (3, 2)
    """
    with open_regular(path, max_bytes, error, hint) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return _arrays(archive, specs, max_bytes)
        except _UnfitError as cause:
            raise error(f"{path} is not valid: {cause}.", hint=hint) from cause
        except _DAMAGES as cause:
            raise error(f"{path} is damaged.", hint=hint) from cause


class _UnfitError(Exception):
    """An archive is whole, and an array isn't as specified."""


def _arrays(
    archive: zipfile.ZipFile, specs: Mapping[str, ArraySpec], max_bytes: int
) -> dict[str, NDArray[Any]]:
    members = {each.filename: each for each in archive.infolist()}
    if len(archive.infolist()) > _MAX_MEMBERS or len(members) < len(archive.infolist()):
        raise _UnfitError("it holds too many arrays, or two of one name")
    arrays: dict[str, NDArray[Any]] = {}
    sizes: dict[str, int] = {}
    for name, spec in specs.items():
        member = members.get(f"{name}.npy")
        if member is None:
            raise _UnfitError(f"it holds no {name}")
        if member.compress_type not in _COMPRESSIONS:
            raise _UnfitError(f"{name} is compressed in another way than NumPy's")
        left = max_bytes - sum(each.nbytes for each in arrays.values())
        arrays[name] = _array(archive, member, name, spec, sizes, left)
    return arrays


def _array(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    name: str,
    spec: ArraySpec,
    sizes: dict[str, int],
    max_bytes: int,
) -> NDArray[Any]:
    """Return one array; note the sizes that the names of its axes stand for."""
    with archive.open(member) as file:
        shape, by_columns, stored = _header(file)
        _check_type(name, stored, np.dtype(spec.dtype))
        _check_shape(name, shape, spec.shape, sizes)
        count = math.prod(shape)
        if count * max(stored.itemsize, np.dtype(spec.dtype).itemsize) > max_bytes:
            raise _UnfitError(f"{name} is larger than {max_bytes} bytes")
        flat = np.empty(count, stored)
        _fill(flat.view(np.uint8), file)
    values = flat.reshape(shape[::-1]).T if by_columns else flat.reshape(shape)
    with np.errstate(over="ignore"):  # becomes infinite
        values = np.ascontiguousarray(values, spec.dtype)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise _UnfitError(f"{name} has numbers that are not finite")
    return values


def _fill(data: NDArray[np.uint8], file: IO[bytes]) -> None:
    """Fill an array with all bytes that are left of a file.

    Raises:
        EOFError: There are more bytes, or fewer.
    """
    for start in range(0, len(data), _CHUNK):
        part = file.read(min(_CHUNK, len(data) - start))
        if len(part) < min(_CHUNK, len(data) - start):
            raise EOFError("The file ends early.")
        data[start : start + len(part)] = np.frombuffer(part, np.uint8)
    if file.read(1):  # at the end, zipfile compares the checksum
        raise EOFError("The file has more bytes than the array.")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether columns come first, and stored type of an array in NumPy's format."""
    try:
        version = npy.read_magic(file)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(file)
    # The header is parsed as Python: on damaged ones its parser raises errors of many classes.
    except Exception as error:
        raise ValueError("The header is damaged.") from error


def _check_type(name: str, stored: np.dtype[Any], wanted: np.dtype[Any]) -> None:
    is_number = stored.kind in _NUMBERS and stored.itemsize <= _MAX_ITEM
    fits = np.can_cast(stored, wanted, "same_kind" if wanted.kind == "f" else "safe")
    if not is_number or not fits:
        raise _UnfitError(f"{name} is of another type than {wanted}")


def _check_shape(
    name: str, shape: tuple[int, ...], wanted: tuple[int | str, ...], sizes: dict[str, int]
) -> None:
    """Raise an error where a shape is another; note the sizes that names stand for."""
    expected = tuple(
        sizes.setdefault(axis, size) if isinstance(axis, str) else axis
        for axis, size in zip(wanted, shape, strict=False)
    )
    if len(shape) != len(wanted) or shape != expected or min(shape, default=1) < 1:
        shown = " by ".join(str(sizes.get(str(axis), axis)) for axis in wanted)
        raise _UnfitError(f"{name} has another shape than {shown}")
