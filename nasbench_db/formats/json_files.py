"""JSON of unknown origin, read in bounded memory and with every fault told by its byte.

:func:`document` reads a small one as a whole, :func:`elements` the objects of a large list one
after another. Both take the bare token ``NaN``, which Python's ``json`` writes, for a float NaN.
Both refuse what ``json`` would let through or stumble over: a name that occurs twice in an object,
numbers beyond those of a double or of 64 bits, ``Infinity``, halves of surrogate pairs, values
within values beyond measure, and texts and objects beyond a size.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, NoReturn

from nasbench_db.errors import CorruptRecord, SourceError

MAX_OBJECT_BYTES = 1 << 24
"""The most bytes of an object that is read as one."""

MAX_TEXT_BYTES = 1 << 20
"""The most bytes of a text or name."""

MAX_DEPTH = 32
"""How many values may be within each other."""

MAX_VALUES = 100_000
"""How many objects and lists an object may have in it, since each takes more than its bytes."""

_STRUCTURE = re.compile(rb'["\[\]{}]')
_TEXT_STOP = re.compile(rb'["\\]')
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some programs write first


class Element(NamedTuple):
    """An object of a list.

    Attributes:
        group: the name of its list, or None if there is one list without a name.
        number: its place in its list, counted from 0.
        offset: the byte at which it begins.
        end: the byte after it, which tells how much of the file was read.
        value: the object; NaN stands as a float.
    """

    group: str | None
    number: int
    offset: int
    end: int
    value: dict[str, Any]


def document(content: bytes, name: str) -> dict[str, Any]:
    """The object that a small file is.

    Args:
        content: the file.
        name: what it is called in messages.

    Raises:
        SourceError: it is no JSON object, or beyond the limits; says at which byte.
    """
    text = _Text([content], name, "the object")
    text.skip_mark()
    if text.next_byte() != b"{":
        text.refuse(f"{text.seen()} stands where an object must begin, with {{")
    value = text.take_object()
    if text.next_byte():
        text.refuse(f"{text.seen()} stands behind the end of the object")
    return value


def elements(blocks: Iterable[bytes], name: str, what: str = "element") -> Iterator[Element]:
    """The objects of a file that is a list of them, or an object with such lists by name.

    One object after another is in memory, never more of the file than a block beside it.

    Args:
        blocks: the file, front to back, in pieces of any size.
        name: what it is called in messages.
        what: what its objects are called there.

    Yields:
        them, in the order of the file.

    Raises:
        SourceError: the file is of another form; :class:`CorruptRecord`, with the object's number
            in its list and its byte, if an object is at fault, beyond the limits, or cut short.
    """
    text = _Text(blocks, name, what)
    text.skip_mark()
    first = text.next_byte()
    if first == b"[":
        yield from _list(text, None)
    elif first == b"{":
        text.advance()
        yield from _named_lists(text)
    else:
        text.refuse(f"the file begins with {text.seen()}, not with a list of {what}s")
    if text.next_byte():
        text.refuse(f"{text.seen()} stands behind the end of the list")


def _named_lists(text: _Text) -> Iterator[Element]:
    """The objects of all lists, from behind the brace that opens what they are in."""
    known: set[str] = set()
    separator = text.next_byte()
    if separator == b"}":
        text.advance()
        return
    while separator != b"}":
        if text.next_byte() != b'"':
            text.refuse(f"{text.seen()} stands where the name of a list must begin")
        group = text.take_text()
        if group in known:
            text.refuse(f"the name {group[:60]!r} occurs twice")
        known.add(group)
        if text.next_byte() != b":":
            text.refuse(f"{text.seen()} stands where a colon must")
        text.advance()
        if text.next_byte() != b"[":
            text.refuse(f"{group[:60]!r} is {text.seen()}.., not a list of {text.what}s")
        yield from _list(text, group)
        separator = text.take_separator(b"}")


def _list(text: _Text, group: str | None) -> Iterator[Element]:
    """The objects of a list, from the bracket that opens it."""
    text.advance()
    text.number = 0
    separator = text.next_byte()
    if separator == b"]":
        text.advance()
    while separator != b"]":
        begin = text.next_byte()
        text.group, text.start = group, text.position
        if begin != b"{":
            text.refuse(f"it is {text.seen()}.., not an object, which begins with {{")
        value = text.take_object()
        yield Element(group, text.number, text.start, text.position, value)
        text.number += 1
        separator = text.take_separator(b"]")
    text.number = None


class _Text:
    """The bytes of a file, of which no more is kept than is being looked at.

    Args:
        blocks: the file.
        name, what: see :func:`elements`.

    Attributes:
        group, number, start: the object that is looked at, for messages; no number if none is.
    """

    def __init__(self, blocks: Iterable[bytes], name: str, what: str) -> None:
        self._blocks = iter(blocks)
        self._buffer = b""
        self._at = 0
        self._base = 0  # the byte of the file at which the buffer begins
        self._name = name
        self.what = what
        self.group: str | None = None
        self.number: int | None = None
        self.start = 0

    @property
    def position(self) -> int:
        """The byte of the file that comes next."""
        return self._base + self._at

    def skip_mark(self) -> None:
        """Go past the mark that some programs write before anything else."""
        while len(self._buffer) < len(_MARK) and self._more():
            pass
        if self._buffer.startswith(_MARK):
            self._at = len(_MARK)

    def advance(self) -> None:
        """Go past a byte."""
        self._at += 1

    def seen(self) -> str:
        """What comes next, shortly."""
        while len(self._buffer) < self._at + 12 and self._more():
            pass
        here = self._buffer[self._at : self._at + 12].split()
        return repr(here[0].decode(errors="replace")) if here else "the end of the file"

    def next_byte(self) -> bytes:
        """Go to the next byte that is no blank and look at it; none at the end of the file."""
        while True:
            found = _NOT_BLANK.search(self._buffer, self._at)
            if found is not None:
                self._at = found.start()
                return found[0]
            self._at = len(self._buffer)
            if not self._more():
                return b""

    def take_separator(self, close: bytes) -> bytes:
        """Go past a comma, or past what closes the list."""
        separator = self.next_byte()
        if separator not in (b",", close):
            self.refuse(f"{self.seen()} stands where a comma or {close.decode()} must")
        self.advance()
        return separator

    def take_text(self) -> str:
        """The text that begins here."""
        end = self._text_end(self._at)
        piece = self._buffer[self._at : end]
        value: str = self._parsed(piece)
        self._at = end
        return value

    def take_object(self) -> dict[str, Any]:
        """The object that begins here."""
        depth, values, at = 0, 0, self._at
        while True:
            found = _STRUCTURE.search(self._buffer, at)
            if found is None:
                at = len(self._buffer)
                if at - self._at > MAX_OBJECT_BYTES:
                    self.refuse(f"it is longer than {MAX_OBJECT_BYTES:,} bytes")
                at -= self._at
                if not self._more():
                    self._refuse_the_end()
                at += self._at
                continue
            at = found.end()
            kind = found[0]
            if kind == b'"':
                at = self._text_end(found.start())
            elif kind in b"[{":
                depth, values = depth + 1, values + 1
                if depth > MAX_DEPTH:
                    self.refuse(f"it has more than {MAX_DEPTH} values within each other")
                if values > MAX_VALUES:
                    self.refuse(f"it has more than {MAX_VALUES:,} objects and lists")
            else:
                depth -= 1
                if not depth:
                    break
        if at - self._at > MAX_OBJECT_BYTES:
            self.refuse(f"it is longer than {MAX_OBJECT_BYTES:,} bytes")
        piece = self._buffer[self._at : at]
        value: dict[str, Any] = self._parsed(piece)
        self._at = at
        return value

    def _text_end(self, start: int) -> int:
        """The place behind a text, whose quote is at ``start``; both count in the buffer."""
        at = start + 1
        while True:
            found = _TEXT_STOP.search(self._buffer, at)
            ended = found is not None and found[0] == b'"'
            at = found.start() + 2 - ended if found is not None else len(self._buffer)
            if at - start > MAX_TEXT_BYTES:
                self.refuse(f"a text in it is longer than {MAX_TEXT_BYTES:,} bytes")
            if ended:
                return at
            if at >= len(self._buffer):
                # More bytes throw away those before what is looked at.
                start, at = start - self._at, at - self._at
                if not self._more():
                    self._refuse_the_end()
                start, at = start + self._at, at + self._at

    def _more(self) -> bool:
        """Read another block behind what is left; say whether there was one."""
        for block in self._blocks:
            if block:
                self._base += self._at
                self._buffer = self._buffer[self._at :] + block
                self._at = 0
                return True
        return False

    def _parsed(self, piece: bytes) -> Any:
        """What a piece of JSON says."""
        try:
            value = _DECODER.decode(piece.decode())
            _check(value)
        except json.JSONDecodeError as error:
            at = len(error.doc[: error.pos].encode()) + self.position
            self.refuse(f"{error.msg.removesuffix(' at')} at byte {at}")
        except RecursionError:
            self.refuse("it has too many values within each other")
        except ValueError as error:
            self.refuse(str(error))
        return value

    def refuse(self, reason: str) -> NoReturn:
        """Say what is wrong, and where.

        Raises:
            SourceError: always.
        """
        if self.number is None:
            raise SourceError(f"{self._name}: at byte {self.position}: {reason}")
        # The number in the list, which may be one of several.
        name = self._name if self.group is None else f"{self._name}, list {self.group[:60]!r}"
        raise CorruptRecord(name, self.number, self.start, reason)

    def _refuse_the_end(self) -> NoReturn:
        self._at = len(self._buffer)
        self.refuse(
            f"the file ends in it, at byte {self.position}: it was cut short; fetch it again"
        )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose names occurs twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} occurs twice")
    return found


def _whole_number(digits: str) -> int:
    """An integer of 64 bits."""
    number = int(digits) if len(digits) < 21 else 1 << 64
    if not -(1 << 63) <= number < 1 << 63:
        shown = digits if len(digits) < 30 else f"{digits[:20]}.. ({len(digits)} digits)"
        raise ValueError(f"the whole number {shown} is beyond 64 bits")
    return number


def _constant(token: str) -> float:
    """NaN; of the tokens that no JSON has, this one alone is what programs write for a value."""
    if token != "NaN":
        raise ValueError(f"{token} is no value; NaN alone stands for one that is missing")
    return math.nan


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole_number, parse_constant=_constant
)


_PLAIN = {float, int, bool, type(None)}
"""The types of which nothing more than a list's infinities is to be checked."""


def _check(value: Any) -> None:
    """Refuse numbers and texts that a database cannot hold."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner)
    elif isinstance(value, list):
        if math.inf in value or -math.inf in value:
            raise ValueError("a number in it is beyond those of a double")
        if set(map(type, value)) - _PLAIN:
            for inner in value:
                _check(inner)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and math.isinf(value):
        raise ValueError("a number in it is beyond those of a double")


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError(f"the text {text[:60]!r} has half of a surrogate pair") from None
