"""Curves in a pickle: dicts from epochs, or names of epochs, to floats, read in one go.

Most of a file of a tabular benchmark is such dicts. Their items follow each other in the pickle in
runs of one layout: an opcode and the key, perhaps the key's place in the memo, an opcode and the
value. A regular expression finds where a run ends, and numpy takes it apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

_CACHED_BYTES = 1 << 13  # of names; a curve of 200 epochs has fewer


class Curve(dict[Any, Any]):
    """A dict, or what is read of one whose values are floats, before it is made a dict.

    A file of tabular benchmarks consists of such dicts for the most part, and whoever wants
    arrays of them need not go by way of Python's numbers.

    Attributes:
        parts: the items that were read, or part of them, in their order: keys as an array of
            numbers or a list of names, and values as an array. Then the dict itself is empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[np.ndarray | Sequence[Any], np.ndarray]] = []

    def __bool__(self) -> bool:
        return bool(self.parts) or len(self) > 0

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.parts:
            self.settle()
        super().__setitem__(key, value)

    def __setstate__(self, parts: list[tuple[np.ndarray | Sequence[Any], np.ndarray]]) -> None:
        """Take items, behind those that it has."""
        if self:
            self.parts += parts
            self.settle()
        else:
            self.parts = parts

    def settle(self) -> None:
        """Make it a dict like any other."""
        for keys, values in self.parts:
            self.update(zip(listed(keys), values.tolist(), strict=True))
        self.parts = []


def listed(keys: np.ndarray | Sequence[Any]) -> Sequence[Any]:
    """The keys of a part of a curve as what they are in a dict."""
    return keys.tolist() if isinstance(keys, np.ndarray) else keys


class Layout(NamedTuple):
    """How the items of a curve follow each other in a pickle.

    Attributes:
        key: of what kind the keys are.
        pattern: matches all items of this layout from a place on.
        dtype: of one item, with the fields value, and key or index or both.
    """

    key: str
    pattern: re.Pattern[bytes]
    dtype: np.dtype[Any]


NUMBER, REFERENCE = "a number", "a name that the memo has"
NAMED, NAMED_NEXT = "a name with its place in the memo", "a name for the memo's next place"
NAMED_ONCE = "a name that is not put into the memo"
_LONGEST_NAME = 63


def layout_at(window: bytes, at: int) -> Layout | None:
    """The layout of the item that begins at a place, if it is one of those of curves."""
    opcode = window[at : at + 1]
    if opcode in (b"K", b"j", b"h"):
        return _layout(opcode, 0, b"")
    if opcode == b"X":
        size = int.from_bytes(window[at + 1 : at + 5], "little")
        end = at + 5 + size
    elif opcode == b"\x8c":
        size = int.from_bytes(window[at + 1 : at + 2], "little")
        end = at + 2 + size
    else:
        return None
    return _layout(opcode, size, window[end : end + 1]) if 0 < size <= _LONGEST_NAME else None


class Section(NamedTuple):
    """Items of a curve that have one layout."""

    layout: Layout
    start: int
    end: int


def sections_at(window: bytes, at: int) -> list[Section] | None:
    """The items of a curve from a place up to the opcode that ends them, if they are of one."""
    sections = []
    while window[at : at + 1] != b"u":
        layout = layout_at(window, at)
        found = layout and layout.pattern.match(window, at)
        if not layout or not found:
            return None
        sections.append(Section(layout, at, found.end()))
        at = found.end()
    return sections


@lru_cache
def _layout(opcode: bytes, size: int, after: bytes) -> Layout | None:
    """The layout of items whose keys begin with an opcode and have a size.

    Args:
        opcode: of the key.
        size: how long the key is, if it is a name.
        after: the opcode that follows the key, if it is a name.
    """
    parts: list[tuple[str, bytes, str]] = []  # of an item: field, opcode before it, numpy type
    if opcode == b"K":
        kind, parts = NUMBER, [("key", opcode, "u1")]
    elif opcode in (b"j", b"h"):
        kind, parts = REFERENCE, [("index", opcode, "<u4" if opcode == b"j" else "u1")]
    else:
        length = size.to_bytes(4 if opcode == b"X" else 1, "little")
        parts = [("key", opcode + length, f"S{size}")]
        if after in (b"r", b"q"):
            kind = NAMED
            parts.append(("index", after, "<u4" if after == b"r" else "u1"))
        elif after == b"\x94":
            kind = NAMED_NEXT
            parts.append(("", after, "V0"))
        elif after == b"G":
            kind = NAMED_ONCE
        else:
            return None
    parts.append(("value", b"G", ">f8"))
    names, types, offsets, pattern, at = [], [], [], b"", 0
    for name, before, numpy_type in parts:
        at += len(before)
        count = np.dtype(numpy_type).itemsize
        pattern += re.escape(before) + b".{%d}" % count
        if name:
            names.append(name)
            types.append(numpy_type)
            offsets.append(at)
        at += count
    described = {"names": names, "formats": types, "offsets": offsets, "itemsize": at}
    dtype: np.dtype[Any] = np.dtype(described)  # type: ignore[call-overload]
    return Layout(kind, re.compile(b"(?:%s)+" % pattern, re.DOTALL), dtype)


FLOATS = re.compile(rb"((?:G.{8})+)e", re.DOTALL)
FLOAT = np.dtype([("opcode", "S1"), ("value", ">f8")])


def names_in(joined: bytes, size: int) -> tuple[str, ...]:
    """The names of one size that follow each other in some bytes."""
    return (_cached_names if len(joined) <= _CACHED_BYTES else _names)(joined, size)


def _names(joined: bytes, size: int) -> tuple[str, ...]:
    return tuple(
        str(joined[at : at + size], "utf-8", "surrogatepass") for at in range(0, len(joined), size)
    )


_cached_names = lru_cache(maxsize=1 << 12)(_names)  # they are the same in all architectures
