"""Items of a pickle that repeat an earlier one, numbers and texts apart, read in one go.

The architectures of a tabular benchmark are recorded in one way, or in a few. When the safe
machine of :mod:`nasbench_db.formats.pickles` has read one of them, another with the same opcodes
on the same objects does nothing else, whatever its numbers and texts are. That it is such a one is
found by comparing bytes. Numpy takes its curves then, and what is left, a few kilobytes, goes to
Python's own unpickler, which gets no names. Items that ask for names, set states or refer to
something outside of the pickle are left to the safe machine, and so is whatever differs.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from nasbench_db.formats import curves
from nasbench_db.formats.curves import Curve

_ALONE = frozenset(bytes([opcode]) for opcode in b"N\x88\x89](\x85\x86\x87)tusaeR")
"""Opcodes that mean the same in every item."""

_NUMBERS = {b"K": 1, b"M": 2, b"J": 4, b"G": 8}
"""Opcodes of numbers, and how many bytes each number has."""

_TEXTS = {b"\x8c": 1, b"X": 4}
"""Opcodes of texts, and how many bytes their size has."""

_LONGER = 1000
"""How many bytes more a text may have: what is made of it again and again must stay small."""

_OPERANDS = {**_NUMBERS, b"r": 4, b"h": 1, b"j": 4}

_PLACE = struct.Struct("<cI")
_NEW_CURVE = b"NQ"
_OUTSIDE = struct.Struct("<cic")
"""In what Python's unpickler gets, these stand for objects outside of the pickle: None for a new
curve, numbers for the parts of curves, which are set as states, and negative ones for what earlier
items have put into the memo."""

_NOWHERE = np.empty(0, int)

Keys = np.ndarray | Sequence[Any]


class Unrepeatable(ValueError):
    """What an item does is left to the safe machine."""


class Item(NamedTuple):
    """An item that was read.

    Attributes:
        value: the item.
        named: the texts that it puts into the memo, and how many objects it puts there before.
        end: where it ends.
    """

    value: Any
    named: list[tuple[int, str]]
    end: int


class Pattern:
    """How an item looks that the safe machine has read.

    Args:
        data: the item's bytes.
        first: how many objects the memo had before it.
        kept: what the memo had, by place, as far as the item refers to it.

    Attributes:
        size: how many bytes the item has.
        memoized: how many objects it puts into the memo.

    Raises:
        Unrepeatable: such items are left to the safe machine.
    """

    def __init__(self, data: bytes, first: int, kept: Mapping[int, Any]) -> None:
        walk = _Walk(data, first, kept)
        self.size = len(data)
        self.memoized = walk.memoized
        self._rest, self._kept = walk.rest, walk.kept
        self._numbers, self._texts, self._named = walk.numbers, walk.texts, walk.named
        self._curves = walk.curves
        self._lengths = np.diff([0, *walk.ends, len(walk.fixed)]).tolist()
        fixed = bytes(walk.fixed)
        self._fixed = np.frombuffer(fixed, np.uint8)
        # Of half the size that numpy would take: there are tens of thousands.
        self._floats = np.concatenate([_NOWHERE, *walk.floats]).astype(np.int32)
        self._references = np.concatenate([_NOWHERE, *walk.references]).astype(np.int32)
        self._places = _at_each_byte(fixed, "<u4")[self._references].astype(int) - first
        self._mask = np.full(len(fixed), 0xFF, np.uint8)
        for starts, size in ((self._references, 4), (self._floats, 8)):
            self._mask[starts[:, None] + np.arange(size)] = 0
        for _, start, end in self._numbers:
            self._mask[start + 1 : end] = 0

    def read(self, window: bytes, at: int, first: int) -> Item | None:
        """The item that begins at a place, if it repeats this one.

        Args:
            window: some bytes.
            at: where in them.
            first: how many objects the memo has.
        """
        between, texts = [], []
        for length, (piece, opcode, width) in zip(self._lengths, self._texts, strict=False):
            between.append(window[at : at + length])
            at += length
            if window[at : at + 1] != opcode:
                return None
            end = at + 1 + width
            end += int.from_bytes(window[at + 1 : end], "little")
            if end - at > len(self._rest[piece]) + _LONGER:
                return None
            texts.append(window[at:end])
            at = end
        between.append(window[at : at + self._lengths[-1]])
        fixed = b"".join(between)
        if not self._is_repeated(fixed, first):
            return None
        rest = self._rest.copy()
        for piece, start, end in self._numbers:
            rest[piece] = fixed[start:end]
        for (piece, *_), text in zip(self._texts, texts, strict=True):
            rest[piece] = text
        floats = _at_each_byte(fixed, ">f8")[self._floats].astype(float)
        parts = [[(keys, floats[start:end]) for keys, start, end in one] for one in self._curves]
        try:
            value = _Machine(b"".join(rest), parts, self._kept).load()
            named = [
                (count, str(texts[number][1 + self._texts[number][2] :], "utf-8", "surrogatepass"))
                for count, number in self._named
            ]
        except Exception:  # the safe machine comes upon it as well, and says what it is
            return None
        return Item(value, named, at + self._lengths[-1])

    def _is_repeated(self, fixed: bytes, first: int) -> bool:
        if len(fixed) != len(self._fixed):
            return False
        different = np.frombuffer(fixed, np.uint8) ^ self._fixed
        different &= self._mask
        places = _at_each_byte(fixed, "<u4")[self._references]
        return not different.any() and np.array_equal(places, self._places + first)


def _at_each_byte(data: bytes, kind: str) -> np.ndarray:
    """The numbers that begin at each byte of some data, if they are of one kind."""
    dtype = np.dtype(kind)
    return np.ndarray((max(0, len(data) - dtype.itemsize + 1),), dtype, data, strides=(1,))


class _Machine(pickle.Unpickler):
    """Reads what is no curve.

    Args:
        data: a pickle.
        parts: of each curve.
        kept: what earlier items have put into the memo.
    """

    def __init__(self, data: bytes, parts: Sequence[Any], kept: Sequence[Any]) -> None:
        super().__init__(io.BytesIO(data))
        self._parts, self._kept = parts, kept

    def find_class(self, module: str, name: str) -> NoReturn:
        """Refuse it; no opcode that asks for a name comes here."""
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, number: int | None) -> Any:
        """What a number stands for, or None."""
        if number is None:
            return Curve()
        return self._parts[number] if number >= 0 else self._kept[~number]


class _Walk:
    """What the opcodes of an item do, one after the other.

    Args:
        data: see :class:`Pattern`.
        first: see there.
        kept: see there.

    Attributes:
        fixed: all bytes but the texts.
        ends: how many of them come before each text.
        rest: a pickle of all but the items of curves, in pieces.
        texts: for each text its piece, its opcode, and how many bytes its size has.
        numbers: for each number its piece, and where it begins and ends in ``fixed``.
        named: for each text that is put into the memo how many objects are put there before, and
            the number of the text.
        references: where in ``fixed`` places of the memo are that begin with the item.
        floats: where in ``fixed`` the values of curves are.
        curves: for each its parts: the keys, and where among the floats its values begin and end.
        kept: what ``rest`` refers to of what earlier items have put into the memo.
        memoized: how many objects are put into the memo.
    """

    def __init__(self, data: bytes, first: int, kept: Mapping[int, Any]) -> None:
        self._data, self._first, self._memo = data, first, kept
        self._places: dict[int, int] = {}  # in the memo of the rest, by those in that of the whole
        self._keys: dict[int, str] = {}  # keys of curves, by their places in the memo
        self._count = 0  # of floats
        self.fixed = bytearray()
        self.ends: list[int] = []
        self.rest: list[bytes] = []
        self.texts: list[tuple[int, bytes, int]] = []
        self.numbers: list[tuple[int, int, int]] = []
        self.named: list[tuple[int, int]] = []
        self.references: list[np.ndarray] = []
        self.floats: list[np.ndarray] = []
        self.curves: list[list[tuple[Keys, int, int]]] = []
        self.kept: list[Any] = []
        self.memoized = 0
        at, before = 0, b""
        while at < len(data):
            opcode = data[at : at + 1]
            sections = curves.sections_at(data, at + 1) if opcode == b"(" else None
            if opcode in _TEXTS:
                end = self._text(opcode, at)
            else:
                if sections is not None:
                    end = self._curve(sections, at)
                else:
                    end = at + 1 + _OPERANDS.get(opcode, 0)
                    self._opcode(opcode, data[at + 1 : end], before)
                self.fixed += data[at:end]
            at, before = end, opcode
        self.rest.append(b".")

    def _text(self, opcode: bytes, at: int) -> int:
        """Take a text; where it ends."""
        width = _TEXTS[opcode]
        end = at + 1 + width
        end += int.from_bytes(self._data[at + 1 : end], "little")
        self.ends.append(len(self.fixed))
        self.texts.append((len(self.rest), opcode, width))
        self.rest.append(self._data[at:end])
        return end

    def _opcode(self, opcode: bytes, operand: bytes, before: bytes) -> None:
        """Take an opcode that is of no text and begins no curve."""
        place = int.from_bytes(operand, "little")
        start = len(self.fixed)
        if opcode in _ALONE:
            self.rest.append(opcode)
        elif opcode == b"}":
            self.rest.append(_NEW_CURVE)
        elif opcode in _NUMBERS:
            self.numbers.append((len(self.rest), start, start + 1 + len(operand)))
            self.rest.append(opcode + operand)
        elif opcode in (b"r", b"\x94"):
            if before in (b"h", b"j"):
                raise Unrepeatable("it puts an object into two places of the memo")
            if before in _TEXTS:
                self.named.append((self.memoized, len(self.texts) - 1))
            if opcode == b"r":
                self._check_order(np.array([place]))
                self.references.append(np.array([start + 1]))
            self._places[self._first + self.memoized] = index = len(self._places)
            self.memoized += 1
            self.rest.append(_PLACE.pack(b"r", index))
        elif opcode in (b"h", b"j"):
            if place >= self._first:
                if opcode == b"h" or place not in self._places:
                    raise Unrepeatable("it refers to a key of a curve, or to itself by one byte")
                self.references.append(np.array([start + 1]))
            elif place not in self._places:
                self._places[place] = index = len(self._places)
                self.kept.append(self._memo[place])
                outside = _OUTSIDE.pack(b"J", -len(self.kept), b"Q")
                self.rest.append(outside + _PLACE.pack(b"r", index))
                return
            self.rest.append(_PLACE.pack(b"j", self._places[place]))
        else:
            raise Unrepeatable(f"it has the opcode {opcode!r}")

    def _check_order(self, places: np.ndarray) -> None:
        """Make sure that objects are put into the next places of the memo."""
        next_place = self._first + self.memoized
        if (places != np.arange(next_place, next_place + len(places))).any():
            raise Unrepeatable("it leaves out places of the memo")

    def _curve(self, sections: Sequence[curves.Section], at: int) -> int:
        """Take a curve; where it ends."""
        parts: list[tuple[Keys, int, int]] = []
        end = at + 1
        for layout, begin, end in sections:
            rows = np.frombuffer(self._data[begin:end], layout.dtype)
            starts = len(self.fixed) + begin - at + layout.dtype.itemsize * np.arange(len(rows))
            fields: Any = layout.dtype.fields
            keys = self._keys_of(layout, rows)
            if "index" in fields and (rows["index"] >= self._first).any():
                if layout.dtype["index"].itemsize < 4 or (rows["index"] < self._first).any():
                    raise Unrepeatable("a curve has keys of the item and earlier ones")
                self.references.append(starts + fields["index"][1])
            self.floats.append(starts + fields["value"][1])
            parts.append((keys, self._count, self._count + len(rows)))
            self._count += len(rows)
        self.rest.append(_OUTSIDE.pack(b"J", len(self.curves), b"Q") + b"b")
        self.curves.append(parts)
        return end + 1

    def _keys_of(self, layout: curves.Layout, rows: np.ndarray) -> Keys:
        """The keys of a curve's part; they go into the memo if they are defined there."""
        if layout.key == curves.NUMBER:
            return rows["key"].copy()
        if layout.key == curves.REFERENCE:
            known = (self._keys, self._memo)
            try:
                return [known[place < self._first][place] for place in rows["index"].tolist()]
            except KeyError:
                raise Unrepeatable("a key of a curve is another text of the item") from None
        names = curves.names_in(rows["key"].tobytes(), rows.dtype["key"].itemsize)
        if layout.key != curves.NAMED_ONCE:
            if layout.key == curves.NAMED:
                self._check_order(rows["index"])
            next_place = self._first + self.memoized
            self._keys.update(enumerate(names, next_place))
            self.memoized += len(names)
        return names
