"""Read protobuf messages field by field, with a limit on their number.

Parsed as a whole, a message of many empty parts takes thirty times its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

#: Largest number of fields in a graph. The parser's graph has 22,000.
MAX_FIELDS = 500_000
#: Bytes of a number of fixed width, by its wire type.
_WIDTHS = {1: 8, 5: 4}


class Reader:
    """Reads the messages of one file.

    Raises:
        ValueError: In each method: the message is malformed, or the file has more than
            :data:`MAX_FIELDS` fields.
    """

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def fields(self, message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
        """Yield number and value of each field: an int for a varint, else the field's bytes."""
        at = 0
        while at < len(message):
            self._left -= 1
            if self._left < 0:
                raise ValueError(f"The file has more than {MAX_FIELDS} fields.")
            tag, at = _varint(message, at)
            number, kind = tag >> 3, tag & 7
            if kind == 0:
                value, at = _varint(message, at)
                yield number, value
                continue
            if kind == 2:
                length, at = _varint(message, at)
            elif kind in _WIDTHS:
                length = _WIDTHS[kind]
            else:
                raise ValueError(f"There is no wire type {kind}.")
            if at + length > len(message):
                raise ValueError("The message ends within a field.")
            yield number, message[at : at + length]
            at += length

    def single(self, message: memoryview) -> dict[int, int | memoryview]:
        """Return the fields of a message in which none may be repeated: number -> value."""
        found: dict[int, int | memoryview] = {}
        for number, value in self.fields(message):
            if number in found:
                raise ValueError(f"Field {number} is there twice.")
            found[number] = value
        return found

    def integers(self, message: memoryview, field: int) -> list[int]:
        """Return the numbers of a repeated field of signed varints, packed or not."""
        numbers: list[int] = []
        for number, value in self.fields(message):
            if number != field:
                continue
            if isinstance(value, int):
                numbers.append(signed(value))
                continue
            at = 0
            while at < len(value):
                self._left -= 1
                if self._left < 0:
                    raise ValueError(f"The file has more than {MAX_FIELDS} fields.")
                each, at = _varint(value, at)
                numbers.append(signed(each))
        return numbers


def signed(value: int) -> int:
    """Return a varint as the int64 that it stands for.

    >>> signed(2**64 - 1)
    -1
    """
    return value - (1 << 64) if value >> 63 else value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the varint at a place, and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, at
    raise ValueError("A number does not end.")
