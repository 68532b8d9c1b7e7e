"""Pickles of plain data, read without running anything that they contain.

A pickle is a program for a stack machine, and Python's own machine calls whatever the pickle
names. This one knows the opcodes of data (numbers, strings, dicts, lists, tuples, sets) and a
short list of names, each of which stands for a function of this package; a pickle that asks for
any other name is refused. The opcodes are documented in Python's ``pickletools``.

Files of tabular benchmarks are one dict with an item for each of thousands of architectures.
:meth:`Unpickler.items` hands those items out as they are read and forgets them, so that memory
stays bounded. What may be referred to later is kept: strings and names, but no container and no
key of a curve (a dict from ``x-valid@0`` and the like to numbers). Items that repeat an earlier
one are read faster (:mod:`nasbench_db.formats.repeating`).
"""

from __future__ import annotations

import bisect
import bz2
import contextlib
import gzip
import itertools
import math
import os
import re
import reprlib
import struct
import zlib
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import curves
from nasbench_db.formats.blocks import read_blocks
from nasbench_db.formats.curves import Curve
from nasbench_db.formats.repeating import Pattern, Unrepeatable

MAX_ITEM_BYTES = 1 << 29
"""The most bytes of a whole pickle, or of one item of :meth:`Unpickler.items`. The largest real
ones, those with trained weights, have some 10**8; beyond are decompression bombs."""

MAX_OPCODES = 1 << 25
"""The most opcodes of the same, curves apart. One byte can make an object of 200, so that a small
file could fill the memory. Real ones have some 30,000 to a megabyte."""

_LOOKAHEAD = 1 << 16  # no opcode of these formats but a long string or bytes has more
_CHUNK_BYTES = 1 << 20
_LEARNED_BYTES = 1 << 19  # the most of an item that others are compared with
_MOST_PATTERNS = 8  # of such items; each takes some two times the item's bytes
_NOWHERE = -1 << 30  # no place on any stack
_LONGEST_LINE = 1000  # of a module or a name
_LARGEST_KEY = 1000
_MOST_DIMENSIONS = 32
_PER_STRING, _PER_PLACE = 150, 100  # bytes of memory, about
_SET_OPCODES, _CALL_OPCODES = 3, 3  # as many take the memory of the one


class ForbiddenGlobal(SourceError):
    """A pickle asks for a name that is not on the list; nothing of it was run."""


class UnexpectedStructure(SourceError):
    """A pickle that cannot be handed out item by item; as a whole it may be sound."""


class ByteStream:
    """Bytes that come in blocks, with a window on them that can be extended.

    Args:
        blocks: the blocks.
        name: the file's name, for messages.

    Attributes:
        window: some bytes.
        at: the place in the window up to which everything was used.
    """

    def __init__(self, blocks: Iterable[bytes], name: str) -> None:
        self.name = name
        self.window = b""
        self.at = 0
        self._blocks = iter(blocks)
        self._ended = False
        self._before = 0  # how many bytes came before the window

    @property
    def position(self) -> int:
        """How many bytes were used."""
        return self._before + self.at

    def ensure(self, count: int) -> bool:
        """Extend the window to ``count`` unused bytes; whether there are so many."""
        missing = count - (len(self.window) - self.at)
        if missing <= 0 or self._ended:
            return missing <= 0
        parts = [self.window[self.at :]]
        for block in self._blocks:
            parts.append(block)
            missing -= len(block)
            if missing <= 0:
                break
        else:
            self._ended = True
        self._before += self.at
        self.window, self.at = b"".join(parts), 0
        return missing <= 0

    def begins_with(self, *beginnings: bytes) -> bool:
        """Whether the next bytes are one of these."""
        self.ensure(max(map(len, beginnings)))
        return self.window.startswith(beginnings, self.at)

    def drain(self) -> None:
        """Read to the end, so that whoever watches the blocks has seen all.

        Raises:
            CorruptRecord: the end is too far.
        """
        count = 0
        for block in self._blocks:
            count += len(block)
            if count > MAX_ITEM_BYTES:
                raise CorruptRecord(
                    self.name,
                    0,
                    self.position,
                    f"the file goes on for more than {MAX_ITEM_BYTES:,} bytes behind its object; "
                    "fetch it from its publisher",
                )

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            CorruptRecord: there are not so many.
        """
        if not self.ensure(count):
            end = self._before + len(self.window)
            reason = "the data end here: the file is truncated; fetch it again"
            raise CorruptRecord(self.name, 0, end, reason)
        start = self.at
        self.at = start + count
        return self.window[start : self.at]


def shown(value: object) -> str:
    """A value in a message: it may be huge, or nested deeper than Python can print."""
    try:
        return reprlib.repr(value)
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        return f"a {type(value).__name__}"


class _Unreadable(ValueError):
    """What is sound and harmless, and yet not read."""


class Dtype:
    """What the pickle of a numpy dtype becomes: the types of numbers and texts, and no others."""

    _ALLOWED = re.compile("[biuf][1248]|[US][1-9][0-9]{0,5}")

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str):
            raise ValueError(f"the numpy type {shown(code)} is no text")
        if not self._ALLOWED.fullmatch(code):
            raise _Unreadable(
                f"it holds numpy's type {shown(code)}, and only its numbers and texts are read; "
                "save such an array as a list, by its method tolist, or with another type"
            )
        self.numpy = np.dtype(code).newbyteorder("<")

    def set_state(self, state: object) -> None:
        """Take the byte order from what numpy calls the state: ``(3, '<', None, ...)``."""
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise ValueError(f"the state of a numpy type is {shown(state)}")
        self.numpy = self.numpy.newbyteorder(state[1])


def _scalar(dtype: object, data: object) -> np.generic:
    if not isinstance(dtype, Dtype) or not isinstance(data, bytes):
        raise ValueError("a numpy number is made of a type and bytes")
    if len(data) != dtype.numpy.itemsize:
        raise ValueError(f"a numpy number of {dtype.numpy} has {len(data)} bytes")
    number: np.generic = np.frombuffer(data, dtype.numpy).astype(dtype.numpy.newbyteorder("="))[0]
    return number


def _array_type(*_: object) -> None:
    """Stands for ``numpy.ndarray``, which pickles name and do not call."""
    raise ValueError("numpy's type of arrays is no function here")


def _empty_array(kind: object, *_: object) -> np.ndarray:
    """An array as protocols before 5 begin it; what is in it comes as its state."""
    if kind is not _array_type:
        raise ValueError("an array is of a type that is none")
    return np.empty(0, dtype=np.int8)


def _fill_array(array: np.ndarray, state: object) -> None:
    """Give an array what numpy calls its state: ``(1, shape, type, is_fortran, bytes)``."""
    if not isinstance(state, tuple) or len(state) != 5:
        raise ValueError(f"the state of an array is {shown(state)}")
    _, shape, dtype, is_fortran, data = state
    whole = _array(data, dtype, shape, "F" if is_fortran else "C")
    # In its place: something may refer to it already. Numpy takes its state from checked parts.
    checked: Any = (1, whole.shape, whole.dtype, bool(is_fortran), whole.tobytes("A"))
    array.__setstate__(checked)


def _array(data: object, dtype: object, shape: object, order: object, *_: object) -> np.ndarray:
    """An array of its bytes, as protocol 5 makes it."""
    if not isinstance(data, (bytes, bytearray)) or not isinstance(dtype, Dtype):
        raise ValueError("a numpy array is made of bytes and a type")
    if not isinstance(shape, tuple) or not all(
        type(size) is int and 0 <= size <= MAX_ITEM_BYTES for size in shape
    ):
        raise ValueError(f"a numpy array has the shape {shown(shape)}")
    if order not in ("C", "F") or len(shape) > _MOST_DIMENSIONS:
        raise ValueError("a numpy array has an order of C or F and at most 32 dimensions")
    if len(data) != math.prod(shape) * dtype.numpy.itemsize:
        raise ValueError(f"a numpy array of the shape {shape} has {len(data):,} bytes")
    flat = np.frombuffer(data, dtype.numpy) if data else np.empty(0, dtype.numpy)
    array = flat.astype(dtype.numpy.newbyteorder("="))  # which copies: the bytes may be shared
    return array.reshape(shape, order="F" if order == "F" else "C")


def _encode(text: object, encoding: object) -> bytes:
    """How protocol 2 spells bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise ValueError("only text that stands for bytes can be encoded")
    return text.encode("latin1")


def _ordered_dict() -> OrderedDict[Any, Any]:
    return OrderedDict()


def _set_of(elements: object) -> set[Any]:
    """How protocols 2 and 3 spell sets."""
    if not isinstance(elements, list):
        raise ValueError("a set is made of a list")
    return set(_hashable(elements))


def _frozenset_of(elements: object) -> frozenset[Any]:
    return frozenset(_set_of(elements))


def _no_bytes() -> bytes:
    """How protocol 2 spells bytes of which there are none."""
    return b""


def _hashable(keys: list[Any]) -> list[Any]:
    """Make sure that keys can be hashed.

    The hash of a tuple is computed from its parts, again for each time that they occur in it, and
    with Python's own stack, which a deeply nested one overflows.
    """
    if tuple in map(type, keys):
        for key in keys:
            parts, count = [key], 0
            while parts:
                part = parts.pop()
                if type(part) is tuple:
                    count += 1 + len(part)
                    if count > _LARGEST_KEY:
                        raise ValueError(f"a key is a tuple of more than {_LARGEST_KEY:,} parts")
                    parts.extend(part)
    return keys


Function = Callable[..., Any]

_BUILTINS = ("__builtin__", "builtins")  # in protocol 2 and 3
_CORES = ("numpy.core", "numpy._core")  # before and since numpy 2

DATA_GLOBALS: dict[tuple[str, str], Function] = {
    ("collections", "OrderedDict"): _ordered_dict,
    ("_codecs", "encode"): _encode,
    **{(module, "set"): _set_of for module in _BUILTINS},
    **{(module, "frozenset"): _frozenset_of for module in _BUILTINS},
    **{(module, "bytes"): _no_bytes for module in _BUILTINS},
    ("numpy", "dtype"): Dtype,
    ("numpy", "ndarray"): _array_type,
    **{(f"{core}.multiarray", "scalar"): _scalar for core in _CORES},
    **{(f"{core}.multiarray", "_reconstruct"): _empty_array for core in _CORES},
    **{(f"{core}.numeric", "_frombuffer"): _array for core in _CORES},
}
"""The names that pickles of plain data may ask for, and what they get."""


_NO_RESULTS = {
    r"pandas\..*": (
        "it is a table of pandas, which only the pandas that wrote it is sure to read, and such "
        "tables of benchmarks have one number for each architecture and no training runs; write "
        "it as CSV there, by its method to_csv, and keep those numbers beside the database"
    ),
    r"torch\._utils\._rebuild\w+|torch\.(storage|_tensor)\..*|torch\.Tensor": (
        "it holds tensors of torch in a plain pickle; load it where it was made and save lists "
        "or arrays of numpy, by the tensors' method tolist or numpy"
    ),
    r".*\bGenotype": (
        "it holds DARTS's class Genotype, and so cells of the space of DARTS, which is none of "
        "the benchmarks here; write each as its plain tuples of names and numbers, and keep the "
        "numbers in a table of your own"
    ),
}
"""What a pickle is that asks for a name of this form, and where its numbers can go."""


def read_pickle(path: str | os.PathLike[str]) -> Any:
    """The object in a pickle file, compressed by bzip2 or not.

    Raises:
        SourceError: the file is absent, not a pickle, or asks for a name that is not on the list.
        CorruptRecord: it is truncated or damaged.
    """
    stream = open_pickle(path)
    result = Unpickler(stream).load()
    stream.drain()
    return result


def open_pickle(
    path: str | os.PathLike[str],
    on_bytes: Callable[[bytes], None] | None = None,
    gzipped: bool = False,
) -> ByteStream:
    """The bytes of a pickle file, decompressed if its content is that of a bzip2 file.

    Args:
        path: the file.
        on_bytes: called with every block of the file as it is read.
        gzipped: decompress gzip files too.
    """
    name = os.fspath(path)
    blocks = read_blocks(path, _CHUNK_BYTES, "a pickle", on_bytes)
    first = next(blocks)
    if not first:
        raise SourceError(f"{name} is empty: the download was interrupted or failed")
    whole = _chain(first, blocks)
    if first.startswith(b"BZh"):
        whole = _decompressed(name, whole)
    elif gzipped and first.startswith(b"\x1f\x8b"):
        whole = _inflated(name, whole)
    return ByteStream(whole, name)


def looks_like_one(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as a pickle does, compressed by bzip2 or gzip or not."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(2)
        if beginning == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                beginning = unpacked.read(2)
    except (EOFError, zlib.error, gzip.BadGzipFile):  # which its reader tells
        return True
    except (OSError, ValueError):  # ValueError: an impossible name
        return False
    return beginning in (b"BZ", *(b"\x80" + bytes([n]) for n in range(2, 6)))


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _decompressed(name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = bz2.BZ2Decompressor()
    offset = 0
    for block in blocks:
        data = block
        while data or not (decompressor.needs_input or decompressor.eof):
            if decompressor.eof:  # several bzip2 files may follow each other in one
                decompressor = bz2.BZ2Decompressor()
            try:
                yield decompressor.decompress(data, _CHUNK_BYTES)
            except (OSError, ValueError):
                reason = "the bzip2 data are damaged; fetch the file again"
                raise CorruptRecord(name, 0, offset, reason) from None
            data = decompressor.unused_data if decompressor.eof else b""
        offset += len(block)
    if not decompressor.eof:
        reason = "the bzip2 data end too early: the file is truncated; fetch it again"
        raise CorruptRecord(name, 0, offset, reason)


def _inflated(name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """What is in a gzip file of one part, which is what all its writers make of one file."""
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    offset = 0
    for block in blocks:
        data = block
        while data:
            try:
                yield decompressor.decompress(data, _CHUNK_BYTES)
            except zlib.error:
                reason = "the gzip data are damaged; fetch the file again"
                raise CorruptRecord(name, 0, offset, reason) from None
            data = decompressor.unconsumed_tail
        offset += len(block)
    if not decompressor.eof:
        reason = "the gzip data end too early: the file is truncated; fetch it again"
        raise CorruptRecord(name, 0, offset, reason)


class Unpickler:
    """Reads one pickle after another from a stream.

    Args:
        stream: the bytes.
        functions: the names that the pickle may ask for, and what they get.
        persistent: called with what the pickle says of an object that is kept outside of it.
        as_curves: give a :class:`~nasbench_db.formats.curves.Curve` for each dict, ordered or
            not, rather than a dict.
        patience: how many times :data:`MAX_ITEM_BYTES` and :data:`MAX_OPCODES` are allowed.
    """

    _handlers: ClassVar[list[Callable[[Any], None]]]
    """What each opcode does."""

    def __init__(
        self,
        stream: ByteStream,
        functions: dict[tuple[str, str], Function] = DATA_GLOBALS,
        persistent: Callable[[Any], Any] | None = None,
        as_curves: bool = False,
        patience: int = 1,
    ) -> None:
        self._stream = stream
        self._functions = functions
        self._new_dict: type[dict[Any, Any]] = dict
        if as_curves:
            self._new_dict = Curve
            self._functions = {**functions, ("collections", "OrderedDict"): Curve}
        self._persistent = persistent
        self._patience = patience
        self._stack: list[Any] = []
        self._marks: list[int] = []
        # Three memos, by how long they last: containers and keys of curves until their item is
        # handed out, strings and names to the end of the pickle.
        self._memo: dict[int, Any] = {}
        self._keys: list[tuple[str, ...]] = []
        self._keys_from: list[int] = []  # the place of the first of each
        self._kept: dict[int, Any] = {}
        self._strings = _Strings()
        self._memoized = 0
        self._gap = False  # whether places of the memo were left out
        self._streamed: str | None = None
        self._target: dict[Any, Any] | None = None  # the dict whose items are handed out
        self._base = _NOWHERE  # where the items that are handed out begin on the stack
        self._depth = 0  # how many marks are set there
        self._ready: list[tuple[Any, Any]] = []
        self._start = 0
        self._executed = 0
        # Of items that others may repeat, the last that was repeated first; and where the item is
        # that may become one: the window, its place there, and its first place in the memo.
        self._patterns: deque[Pattern] = deque(maxlen=_MOST_PATTERNS)
        self._learning: tuple[bytes, int, int] | None = None

    def load(self) -> Any:
        """The object of the next pickle, whole.

        Raises:
            ForbiddenGlobal: it asks for a name that is not on the list.
            CorruptRecord: it is truncated, damaged, or larger than :data:`MAX_ITEM_BYTES` or
                :data:`MAX_OPCODES`.
        """
        for _ in self._run():
            pass
        return self._result()

    def items(
        self, key: str, on_header: Callable[[dict[Any, Any]], None]
    ) -> Iterator[tuple[Any, Any]]:
        """The items of the dict that the pickle's dict has under a key, as they are read.

        Args:
            key: the key.
            on_header: called, before the first item, with the items of the pickle's dict that
                came before that dict; never, if there is no such dict or it is empty.

        Yields:
            the items. The items of a dict of one item come at the end; so does, as the very last
            one, ``(key, rest)`` with the pickle's own dict, in which there is an empty dict under
            the key, if there was a dict at all.

        Raises:
            UnexpectedStructure: an item refers to part of an earlier one, or the like;
                :meth:`load` needs more memory and reads it. What was handed out before is right
                if all values are dicts that are not empty.
            ForbiddenGlobal: see :meth:`load`.
            CorruptRecord: see :meth:`load`.
        """
        self._streamed = key
        for item in self._run():
            if item[0] is _HEADER:
                on_header(item[1])
            else:
                yield item
        target = self._target
        rest = self._result()
        if target is not None and not (isinstance(rest, dict) and rest.get(key) is target):
            raise self._unexpected(f"{key!r} is not a key of its own dict")
        if isinstance(rest, dict) and isinstance(rest.get(key), dict) and rest[key]:
            if target is None:
                on_header(dict(itertools.takewhile(lambda item: item[0] != key, rest.items())))
            yield from rest[key].items()
            rest = rest.copy()  # an item may contain the whole
            rest[key] = {}
        yield key, rest

    def _run(self) -> Iterator[tuple[Any, Any]]:
        stream = self._stream
        self._start = stream.position
        handlers = self._handlers
        ready = self._ready
        executed = self._executed = 0
        while True:
            executed += 1
            if len(stream.window) - stream.at < _LOOKAHEAD:
                if stream.ensure(_LOOKAHEAD):
                    self._executed += executed
                    executed = 0
                    self._check_size()
                elif stream.at == len(stream.window):
                    raise self._truncated()
            begin = stream.at
            try:
                opcode = stream.window[begin]
                stream.at = begin + 1
                handlers[opcode](self)
            except _Stop:
                break
            except SourceError:
                raise
            except struct.error:
                raise self._truncated() from None
            except IndexError:
                raise self._damaged("it takes an object that is not there") from None
            except _Unreadable as error:
                raise SourceError(f"{stream.name} cannot be read: {error}") from None
            except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
                raise self._damaged(str(error)) from None
            if ready:
                yield ready.pop()
                self._forget()
                self._start = stream.position
                executed = self._executed = 0
                if self._new_dict is Curve:
                    self._repeat(begin)

    def _forget(self) -> None:
        """Let go what the item that was handed out has put into the memo."""
        self._memo, self._keys, self._keys_from = {}, [], []

    def _repeat(self, end: int) -> None:
        """Read the item that begins here at once, if it repeats one that was read before.

        Args:
            end: where in the window the item ends that was handed out.
        """
        stream = self._stream
        if self._learning:
            window, start, first = self._learning
            self._learning = None
            kept = (place for place, value in self._kept.items() if type(value) is not str)
            # What it puts among the names to keep, another would have to put there as well.
            if window is stream.window and all(place < first for place in kept):
                with contextlib.suppress(Unrepeatable):
                    self._patterns.appendleft(Pattern(window[start:end], first, self._kept))
        if len(self._stack) != self._base + 1 or len(self._marks) != self._depth or self._gap:
            return
        for pattern in self._patterns:
            stream.ensure(pattern.size + _LOOKAHEAD)
            item = pattern.read(stream.window, stream.at, self._memoized)
            if item is not None:
                stream.at = item.end
                self._stack.append(item.value)
                for count, text in item.named:
                    self._strings.put(self._memoized + count, text)
                self._memoized += pattern.memoized
                self._check_size()
                self._patterns.remove(pattern)
                self._patterns.appendleft(pattern)
                return
        stream.ensure(_LEARNED_BYTES)  # what is learned must lie in the window as a whole
        self._learning = (stream.window, stream.at, self._memoized)

    def _check_size(self) -> None:
        """Stop at what would fill the memory."""
        size = self._stream.position - self._start
        kept = self._strings.size + _PER_PLACE * len(self._kept)
        if max(size, kept) > MAX_ITEM_BYTES * self._patience:
            much = f"{MAX_ITEM_BYTES * self._patience:,} bytes"
        elif self._executed > MAX_OPCODES * self._patience:
            much = f"{MAX_OPCODES * self._patience:,} opcodes"
        else:
            return
        raise self._corrupt(
            f"the pickle goes on for more than {much}, which none of the published ones does; "
            "fetch the file from its publisher"
        )

    def _result(self) -> Any:
        (result,) = self._stack if len(self._stack) == 1 else (None,)
        stacked = len(self._stack)
        self._stack, self._marks = [], []
        self._memo, self._keys, self._keys_from, self._kept = {}, [], [], {}
        self._strings = _Strings()
        self._patterns.clear()
        self._learning = None
        self._memoized, self._gap = 0, False
        self._streamed = self._target = None
        if stacked != 1:
            raise self._damaged(f"it ends with {stacked} objects instead of one")
        if isinstance(result, Curve):
            result.settle()
        return result

    def _truncated(self) -> CorruptRecord:
        return self._corrupt("the pickle ends too early: the file is truncated; fetch it again")

    def _damaged(self, reason: str) -> CorruptRecord:
        return self._corrupt(f"the pickle is damaged: {reason}; fetch the file again")

    def _unexpected(self, reason: str) -> UnexpectedStructure:
        return UnexpectedStructure(
            f"{self._stream.name} cannot be read item by item: up to byte "
            f"{self._stream.position:,}, {reason}"
        )

    def _corrupt(self, reason: str) -> CorruptRecord:
        return CorruptRecord(self._stream.name, 0, self._stream.position, reason)

    # Numbers and the like.

    def _unpack(self, form: struct.Struct) -> Any:
        stream = self._stream
        (value,) = form.unpack_from(stream.window, stream.at)
        stream.at += form.size
        return value

    def _none(self) -> None:
        self._stack.append(None)

    def _true(self) -> None:
        self._stack.append(True)

    def _false(self) -> None:
        self._stack.append(False)

    def _int1(self) -> None:
        self._push_key(self._unpack(_UINT8))

    def _int2(self) -> None:
        self._push_key(self._unpack(_UINT16))

    def _int4(self) -> None:
        self._push_key(self._unpack(_INT32))

    def _push_key(self, number: int) -> None:
        """Push a number; where items are handed out, it is the key of the next one."""
        if len(self._marks) == self._depth and len(self._stack) == self._base + 2:
            value = self._stack[-1]
            if not isinstance(value, dict) or not value:
                # It may be the beginning of a larger one, whose next part is the number.
                raise self._unexpected("the value of an item is not a dict of several items")
            self._hand_out()
        self._stack.append(number)

    def _hand_out(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._ready.append((key, value))

    def _long1(self) -> None:
        self._stack.append(int.from_bytes(self._take(self._unpack(_UINT8)), "little", signed=True))

    def _float(self) -> None:
        self._stack.append(self._unpack(_DOUBLE))

    # Strings and bytes.

    def _take(self, count: int) -> bytes:
        if count > MAX_ITEM_BYTES:
            raise ValueError(f"a string of {count:,} bytes; allowed are {MAX_ITEM_BYTES:,}")
        return self._stream.take(count)

    def _text1(self) -> None:
        self._stack.append(str(self._take(self._unpack(_UINT8)), "utf-8", "surrogatepass"))

    def _text4(self) -> None:
        self._stack.append(str(self._take(self._unpack(_UINT32)), "utf-8", "surrogatepass"))

    def _bytes1(self) -> None:
        self._stack.append(self._take(self._unpack(_UINT8)))

    def _bytes4(self) -> None:
        self._stack.append(self._take(self._unpack(_UINT32)))

    def _bytes8(self) -> None:
        self._stack.append(self._take(self._unpack(_UINT64)))

    def _bytearray8(self) -> None:
        self._stack.append(bytearray(self._take(self._unpack(_UINT64))))

    # Containers.

    def _mark(self) -> None:
        stack, stream = self._stack, self._stream
        top = stack[-1] if stack else None
        if isinstance(top, dict):
            if len(stack) == self._base:
                raise self._unexpected("the keys are no numbers")
            if self._curve(top):
                return
            if self._streamed is not None and len(self._marks) == 1 and not top:
                self._begin_items(top)
        elif isinstance(top, list):
            found = curves.FLOATS.match(stream.window, stream.at)
            if found:
                floats = np.frombuffer(found[1], curves.FLOAT)["value"]
                top.extend(floats.tolist())
                stream.at = found.end()
                return
        self._marks.append(len(stack))

    def _begin_items(self, top: dict[Any, Any]) -> None:
        """Hand out the items that begin here, if they are of the dict that was asked for."""
        stack = self._stack
        if self._target is None:
            if self._marks != [1] or len(stack) < 3 or len(stack) % 2 == 0:
                return
            whole, *before, key = stack[:-1]
            if not isinstance(whole, dict) or not isinstance(key, str) or key != self._streamed:
                return
            self._target = top
            header = zip(_hashable(before[::2]), before[1::2], strict=True)
            self._ready.append((_HEADER, {**whole, **dict(header)}))
        if top is self._target:
            self._base, self._depth = len(stack), 2

    def _curve(self, target: dict[Any, Any]) -> bool:
        """Read all items of a dict in one go if its values are floats; whether it was so.

        Most of a benchmark's file is such dicts, from epochs or names of epochs to metrics.
        """
        window, end = self._stream.window, self._stream.at
        sections = curves.sections_at(window, end)
        if sections is None:
            return False
        parts: list[tuple[np.ndarray | Sequence[Any], np.ndarray]] = []
        defined: list[tuple[int, tuple[str, ...]]] = []
        place, gap = self._memoized, self._gap
        for layout, start, end in sections:
            rows = np.frombuffer(window[start:end], layout.dtype)
            keys: np.ndarray | Sequence[Any]
            if layout.key == curves.NUMBER:
                keys = rows["key"]
            elif layout.key == curves.REFERENCE:
                try:
                    keys = _hashable(list(map(self._got, rows["index"].tolist())))
                    hash(tuple(keys))  # what is no key is found now, not when the curve is read
                except (TypeError, ValueError):
                    return False  # it may be no dict at all, and a name one of its own
            else:
                joined = rows["key"].tobytes()
                keys = names = curves.names_in(joined, rows.dtype["key"].itemsize)
                if layout.key == curves.NAMED_NEXT:
                    if gap:
                        return False
                    defined.append((place, names))
                    place += len(names)
                elif layout.key == curves.NAMED:
                    first = int(rows["index"][0])
                    following = np.arange(first, first + len(rows))
                    if first < place or (rows["index"] != following).any():
                        return False
                    gap = gap or first > place
                    defined.append((first, names))
                    place = first + len(names)
            parts.append((keys, rows["value"]))
        if isinstance(target, Curve):
            target.__setstate__(parts)
        else:
            for keys, values in parts:
                target.update(zip(curves.listed(keys), values.tolist(), strict=True))
        self._memoized, self._gap = place, gap
        for first, names in defined:
            self._put_keys(first, names)
        self._stream.at = end + 1
        return True

    def _since_mark(self) -> list[Any]:
        place = self._marks.pop()
        if place == self._base and len(self._marks) < self._depth:
            raise self._unexpected("there are objects behind the dict that are no items")
        found = self._stack[place:]
        del self._stack[place:]
        return found

    def _dict(self) -> None:
        self._stack.append(self._new_dict())

    def _list(self) -> None:
        self._stack.append([])

    def _set(self) -> None:
        self._executed += _SET_OPCODES
        self._stack.append(set())

    def _tuple0(self) -> None:
        self._stack.append(())

    def _tuple1(self) -> None:
        self._last(1)

    def _tuple2(self) -> None:
        self._last(2)

    def _tuple3(self) -> None:
        self._last(3)

    def _last(self, count: int) -> None:
        self._reach(count)
        self._stack[-count:] = [tuple(self._stack[-count:])]

    def _reach(self, count: int) -> None:
        """Make sure that an opcode takes nothing from below the last mark or the items."""
        floor = self._marks[-1] if self._marks else 0
        if len(self._marks) == self._depth and self._base >= 0:
            floor = self._base
        if len(self._stack) - count < floor:
            if self._base >= 0:
                raise self._unexpected("an item was part of a larger one")
            raise IndexError

    def _tuple(self) -> None:
        found = self._since_mark()
        self._stack.append(tuple(found))

    def _frozenset(self) -> None:
        found = self._since_mark()
        self._stack.append(frozenset(_hashable(found)))

    def _set_items(self) -> None:
        if len(self._marks) == self._depth and self._base >= 0:
            if len(self._stack) == self._base + 2:
                self._hand_out()
            if len(self._stack) != self._base:
                raise self._unexpected("the keys are no numbers")
            self._marks.pop()
            self._base, self._depth = _NOWHERE, 0
            return
        found = self._since_mark()
        target = self._stack[-1]
        if not isinstance(target, dict):
            raise ValueError("items for what is no dict")
        if isinstance(target, Curve):
            target.settle()
        target.update(zip(_hashable(found[::2]), found[1::2], strict=True))

    def _set_item(self) -> None:
        self._reach(3)
        value, key = self._stack.pop(), self._stack.pop()
        target = self._stack[-1]
        if not isinstance(target, dict):
            raise ValueError("an item for what is no dict")
        if type(key) is tuple:
            _hashable([key])
        target[key] = value

    def _append(self) -> None:
        self._reach(2)
        value = self._stack.pop()
        self._list_on_top().append(value)

    def _appends(self) -> None:
        found = self._since_mark()
        self._list_on_top().extend(found)

    def _list_on_top(self) -> list[Any]:
        target = self._stack[-1]
        if not isinstance(target, list):
            raise ValueError("elements for what is no list")
        return target

    def _add_items(self) -> None:
        found = self._since_mark()
        target = self._stack[-1]
        if not isinstance(target, set):
            raise ValueError("elements for what is no set")
        target.update(_hashable(found))

    # The memo.

    def _put(self, place: int) -> None:
        value = self._stack[-1]
        if place != self._memoized:
            if place < self._memoized:  # no known writer of pickles goes back
                raise ValueError(f"it defines its object {place} after others that follow it")
            self._gap = True
        self._memoized = place + 1
        if isinstance(value, str):
            self._put_text(place, value)
        elif (
            isinstance(value, Dtype) or callable(value) or (type(value) is bytes and value == b"b")
        ):
            # The last begins each array, and is to Python the same object for all of them.
            self._kept[place] = value
        elif value is self._target and value is not None:
            raise self._unexpected("there is a reference to the dict of all items")
        else:
            self._memo[place] = value

    def _put_text(self, place: int, text: str) -> None:
        self._memo[place] = self._strings.put(place, text)

    def _put_keys(self, first: int, names: tuple[str, ...]) -> None:
        """Keep the keys of a curve, whose places follow each other."""
        self._keys_from.append(first)
        self._keys.append(names)

    def _put1(self) -> None:
        self._put(self._unpack(_UINT8))

    def _put4(self) -> None:
        self._put(self._unpack(_UINT32))

    def _memoize(self) -> None:
        if self._gap:
            raise ValueError("it counts its objects in two ways")
        self._put(self._memoized)

    def _got(self, place: int) -> Any:
        for memo in (self._kept, self._memo):
            if place in memo:
                return memo[place]
        text = self._strings.get(place)
        if text is not None:
            self._kept[place] = text  # what is referred to once is so again and again
            return text
        run = bisect.bisect(self._keys_from, place) - 1
        if run >= 0 and place - self._keys_from[run] < len(self._keys[run]):
            return self._keys[run][place - self._keys_from[run]]
        return self._lost(place)

    def _lost(self, place: int) -> Any:
        """What stands for an object that is not in the memo, if anything does."""
        if self._streamed is not None:
            raise self._unexpected("it refers to part of an earlier item")
        raise ValueError(f"it refers to its object {place}, which it has not defined")

    def _get1(self) -> None:
        self._stack.append(self._got(self._unpack(_UINT8)))

    def _get4(self) -> None:
        self._stack.append(self._got(self._unpack(_UINT32)))

    # Names and what is made by them.

    def _line(self) -> str:
        stream = self._stream
        end = stream.window.find(b"\n", stream.at, stream.at + _LONGEST_LINE)
        if end < 0:
            if len(stream.window) - stream.at < _LONGEST_LINE:
                raise self._truncated()
            raise ValueError(f"a name is longer than {_LONGEST_LINE:,} bytes")
        text = stream.window[stream.at : end].decode()
        stream.at = end + 1
        return text

    def _global(self) -> None:
        module = self._line()
        self._stack.append(self._function(module, self._line()))

    def _stack_global(self) -> None:
        self._reach(2)
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(self._function(module, name))

    def _function(self, module: object, name: object) -> Function:
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError("it asks for a name that is no text")
        found = self._functions.get((module, name))
        if found is None:
            asked = ascii(f"{module[:_LONGEST_LINE]}.{name[:_LONGEST_LINE]}")[1:-1]
            for pattern, what in _NO_RESULTS.items():
                if re.fullmatch(pattern, asked):
                    raise ForbiddenGlobal(
                        f"{self._stream.name} asks for {asked}: {what}. Nothing of it was run"
                    )
            raise ForbiddenGlobal(
                f"{self._stream.name} asks for {asked}, which no file of a benchmark "
                "needs: it may be meant to run a program on your machine. It was not run; fetch "
                "the file from its publisher, or if it is your own, save plain data: dicts, "
                "lists, texts, numbers, and arrays and tensors of numbers"
            )
        return found

    def _reduce(self) -> None:
        self._reach(2)
        arguments = self._stack.pop()
        function = self._stack[-1]
        known = any(function is one for one in self._functions.values())
        if not known or not isinstance(arguments, tuple):
            raise ValueError("it calls what is no function")
        self._executed += _CALL_OPCODES
        for argument in arguments:  # the same one can be copied again and again
            if isinstance(argument, (str, bytes, bytearray)):
                self._start -= len(argument)
            elif isinstance(argument, list):
                self._executed += len(argument)
        self._check_size()
        try:
            self._stack[-1] = function(*arguments)
        except TypeError:
            raise ValueError(
                f"it calls a function with {len(arguments)} arguments, and not those it takes"
            ) from None

    def _build(self) -> None:
        self._reach(2)
        state = self._stack.pop()
        target = self._stack[-1]
        if isinstance(target, Dtype):
            target.set_state(state)
        elif isinstance(target, np.ndarray):
            if isinstance(state, tuple) and isinstance(state[-1], (bytes, bytearray)):
                self._start -= len(state[-1])  # as in _reduce: they are copied
                self._check_size()
            _fill_array(target, state)
        elif not isinstance(target, (OrderedDict, Curve)):  # whose only state is torch's _metadata
            raise ValueError(f"it sets the state of a {type(target).__name__}")

    def _outside(self) -> None:
        if self._persistent is None:
            raise ValueError("it refers to an object outside of it")
        self._stack[-1] = self._persistent(self._stack[-1])

    # The frame of it all.

    def _protocol(self) -> None:
        protocol = self._unpack(_UINT8)
        if not 2 <= protocol <= 5:
            raise ValueError(f"it is of protocol {protocol}; allowed are 2 to 5")

    def _frame(self) -> None:
        self._unpack(_UINT64)  # a hint for readers of files; its content needs none

    def _stop(self) -> None:
        raise _Stop

    def _unknown(self) -> None:
        opcode = self._stream.window[self._stream.at - 1]
        raise ValueError(
            f"the byte {opcode:#04x} is no opcode of a pickle of plain data of protocol 2 to 5"
        )


_HEADER = object()
"""Stands for the key of what comes before the items that are handed out."""


class _Strings:
    """Strings by their places in the memo, in a few bytes each: there are millions of them.

    Of equal strings one is kept.
    """

    def __init__(self) -> None:
        self._places = array("Q")  # ascending
        self._numbers = array("I")
        self._different: list[str] = []
        self._number_of: dict[str, int] = {}
        self._characters = 0

    @property
    def size(self) -> int:
        """About how many bytes of memory they take."""
        each = self._places.itemsize + self._numbers.itemsize
        return self._characters + _PER_STRING * len(self._different) + each * len(self._places)

    def put(self, place: int, text: str) -> str:
        """Keep a string, whose place is behind those of all others; the one that is equal."""
        number = self._number_of.setdefault(text, len(self._different))
        if number == len(self._different):
            self._different.append(text)
            self._characters += len(text)
        self._places.append(place)
        self._numbers.append(number)
        return self._different[number]

    def get(self, place: int) -> str | None:
        """The string at a place, if one was put there."""
        at = bisect.bisect_left(self._places, place)
        if at < len(self._places) and self._places[at] == place:
            return self._different[self._numbers[at]]
        return None


class _Stop(Exception):
    """The end of a pickle."""


_UINT8, _UINT16, _INT32 = struct.Struct("<B"), struct.Struct("<H"), struct.Struct("<i")
_UINT32, _UINT64, _DOUBLE = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct(">d")


_BY_OPCODE: dict[bytes, Callable[[Unpickler], None]] = {
    b"\x80": Unpickler._protocol,
    b"\x95": Unpickler._frame,
    b".": Unpickler._stop,
    b"N": Unpickler._none,
    b"\x88": Unpickler._true,
    b"\x89": Unpickler._false,
    b"K": Unpickler._int1,
    b"M": Unpickler._int2,
    b"J": Unpickler._int4,
    b"\x8a": Unpickler._long1,
    b"G": Unpickler._float,
    b"\x8c": Unpickler._text1,
    b"X": Unpickler._text4,
    b"C": Unpickler._bytes1,
    b"B": Unpickler._bytes4,
    b"\x8e": Unpickler._bytes8,
    b"\x96": Unpickler._bytearray8,
    b"(": Unpickler._mark,
    b"}": Unpickler._dict,
    b"]": Unpickler._list,
    b"\x8f": Unpickler._set,
    b")": Unpickler._tuple0,
    b"\x85": Unpickler._tuple1,
    b"\x86": Unpickler._tuple2,
    b"\x87": Unpickler._tuple3,
    b"t": Unpickler._tuple,
    b"\x91": Unpickler._frozenset,
    b"u": Unpickler._set_items,
    b"s": Unpickler._set_item,
    b"a": Unpickler._append,
    b"e": Unpickler._appends,
    b"\x90": Unpickler._add_items,
    b"q": Unpickler._put1,
    b"r": Unpickler._put4,
    b"\x94": Unpickler._memoize,
    b"h": Unpickler._get1,
    b"j": Unpickler._get4,
    b"c": Unpickler._global,
    b"\x93": Unpickler._stack_global,
    b"R": Unpickler._reduce,
    b"b": Unpickler._build,
    b"Q": Unpickler._outside,
}
Unpickler._handlers = [
    _BY_OPCODE.get(bytes([opcode]), Unpickler._unknown) for opcode in range(256)
]
