"""Dataclasses as JSON and back: types are checked, and unknown fields are named.

Cards, settings and recipes use these functions, so each is read and refused in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from face2face.errors import Face2FaceError
from face2face.files import atomic_write, open_regular

T = TypeVar("T")

#: Largest file that is read, in bytes. Cards have about 20 kB.
MAX_BYTES = 8 * 2**20
#: Largest number of unknown fields that a message names, and of characters of each.
_MAX_SHOWN, _MAX_NAME = 8, 40


def to_json(value: object) -> str:
    """Return a dataclass as indented JSON text.

    Args:
        value: A dataclass instance. Fields may be numbers, text, tuples, lists, dicts, paths,
            numpy arrays and other such dataclasses.

    >>> from face2face.image import Box
    >>> print(to_json(Box(2, 3, 64)), end="")
    {
      "x": 2,
      "y": 3,
      "side": 64
    }
    """
    return json.dumps(_to_builtins(value), indent=2) + "\n"


def from_json(
    cls: type[T], text: str | bytes, origin: object, error: type[Face2FaceError], hint: str = ""
) -> T:
    """Return the dataclass that JSON text holds.

    Args:
        cls: The dataclass. Numbers, text and containers are never converted to another type,
            except an integer to a float. Numbers are finite.
        text: JSON, UTF-8 where it is bytes.
        origin: Where the text came from, such as a path: the subject of the message.
        error: Class of the error to raise.
        hint: What the person can do about it, as a sentence.

    Raises:
        Face2FaceError: An ``error``. The text is no JSON, or a field is missing, unknown or of
            another type.

    >>> from face2face.errors import DataError
    >>> from face2face.image import Box
    >>> from_json(Box, '{"x": 2, "y": 3, "side": 64}', "box.json", DataError)
    Box(x=2, y=3, side=64)
    """
    return from_values(cls, parse_json(text, origin, error, hint), origin, error, hint)


def parse_json(
    text: str | bytes, origin: object, error: type[Face2FaceError], hint: str = ""
) -> Any:
    """Return the dicts, lists, numbers and text that JSON holds; see :func:`from_json`.

    Numbers are finite and characters whole: ``NaN``, ``1e999`` and half of a surrogate pair are no
    JSON.
    """
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError) as cause:
        raise error(f"{origin} is not valid JSON.", hint=hint) from cause


def from_values(
    cls: type[T], values: Any, origin: object, error: type[Face2FaceError], hint: str = ""
) -> T:
    """Return the dataclass that parsed JSON holds; see :func:`from_json`."""
    try:
        result = msgspec.convert(values, cls, dec_hook=_decode, str_keys=True)
        unknown = sorted(_unknown_keys(values, _to_builtins(result)))
    except (ValueError, RecursionError, OverflowError) as cause:
        raise error(f"{origin} is not valid: {cause}.", hint=hint) from cause
    if unknown:
        shown = ", ".join(map(_shortened, unknown[:_MAX_SHOWN]))
        more = f" and {len(unknown) - _MAX_SHOWN} more" if len(unknown) > _MAX_SHOWN else ""
        raise error(f"{origin} has unknown fields: {shown}{more}.", hint=hint)
    return result


def save_json(path: Path, value: object) -> None:
    """Write a dataclass as a JSON file, whole or not at all.

    Raises:
        MediaError: The file can't be written.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(to_json(value), encoding="utf-8")


def read_json(path: Path, error: type[Face2FaceError], hint: str = "") -> Any:
    """Return the dicts, lists, numbers and text of a JSON file; see :func:`load_json`."""
    with open_regular(path, MAX_BYTES, error, hint) as file:
        try:
            text = file.read(MAX_BYTES)
        except OSError as cause:
            raise error(f"{path} can't be read: {cause.strerror or cause}.", hint=hint) from cause
    return parse_json(text, path, error, hint)


def load_json(cls: type[T], path: Path, error: type[Face2FaceError], hint: str = "") -> T:
    """Return the dataclass that a JSON file holds.

    Args:
        cls: The dataclass.
        path: The file, at most :data:`MAX_BYTES` long.
        error: Class of the error to raise.
        hint: What the person can do about it, as a sentence.

    Raises:
        Face2FaceError: An ``error``. The file is missing, unreadable or too large, or its text is
            refused by :func:`from_json`.
    """
    return from_values(cls, read_json(path, error, hint), path, error, hint)


def _shortened(name: str) -> str:
    """Return the beginning of a field's name as one line that a terminal can show."""
    cut = name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 3]}..."
    return "".join(each if each.isprintable() else "?" for each in cut)


def _to_builtins(value: object) -> Any:
    return msgspec.to_builtins(value, enc_hook=_encode, str_keys=True)


def _encode(value: Any) -> Any:
    """Return a value that JSON doesn't know as one that it does."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # numpy's arrays and scalars
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def _decode(kind: Any, value: Any) -> Any:
    """Return a value of a type that JSON doesn't know."""
    if kind is Path:
        return Path(value)
    import numpy as np  # not at the top: a command reads its card before it needs numpy

    if get_origin(kind) is np.ndarray:
        return np.asarray(value, get_args(get_args(kind)[1])[0])
    raise NotImplementedError(f"{kind} has no JSON form")


def _unknown_keys(given: Any, kept: Any, place: str = "") -> Iterator[str]:
    """Yield the path of each key that the dataclass made of the values doesn't have."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            if key in kept:
                yield from _unknown_keys(value, kept[key], f"{place}{key}.")
            else:
                yield f"{place}{key}"
    elif isinstance(given, list) and isinstance(kept, (list, tuple)):
        for index, (one, other) in enumerate(zip(given, kept, strict=False)):
            yield from _unknown_keys(one, other, f"{place}{index}.")
