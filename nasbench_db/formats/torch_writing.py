"""Write pickles and PyTorch files piece by piece, with the bytes of the original programs.

Two things forbid the standard library's pickler. It writes the names that this Python uses
(``numpy._core.multiarray``), where files of the benchmarks' time have older ones; and it holds a
whole object in memory, where a file has gigabytes. :class:`PickleWriter` knows the few types that
occur, writes what the pickler of Python 3 wrote for them, and takes the items of a large dict from
an iterator. The opcodes are documented in Python's ``pickletools``.

A file of ``torch.save`` comes in two layouts (PyTorch's ``torch/serialization.py``). Before
PyTorch 1.6 it was five pickles one after another (a magic number, the protocol, facts about the
machine, the object, and the keys of its storages), then each storage as an int64 count and its
values. Since then it is a zip archive of uncompressed members: the object as ``data.pkl``, each
storage as ``data/<key>``, and a few lines about the version.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Literal

import numpy as np

Layout = Literal["legacy", "zip"]

_BATCH = 1000  # items between a MARK and a SETITEMS, as pickle has it
_FRAME_BYTES = 1 << 16
_ALIGNMENT = 64  # of the members of a zip archive
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_PROTOCOL = 1001
_MACHINE = {
    "protocol_version": _LEGACY_PROTOCOL,
    "little_endian": True,
    "type_sizes": {"short": 2, "int": 4, "long": 4},
}
_STORAGES = {
    "float16": "HalfStorage",
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "int32": "IntStorage",
    "int64": "LongStorage",
    "uint8": "ByteStorage",
}
_LATIN1 = "latin1"
_UINT32, _DOUBLE = struct.Struct("<I"), struct.Struct(">d")


class Streamed:
    """Stands for a dict whose items are made while it is written.

    What was written for an item is forgotten before the next is made: no item may refer to an
    earlier one.

    Args:
        items: the keys and values.
    """

    def __init__(self, items: Iterable[tuple[object, object]]) -> None:
        self.items = items


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """Stands for a tensor: a view on a storage, which several tensors may share.

    Attributes:
        storage: a flat array.
        offset: the place of the first element, in elements.
        shape: the sizes of the dimensions.
        strides: the steps of the dimensions, in elements.
    """

    storage: np.ndarray
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class PickleWriter:
    """Writes one pickle of dicts, lists, tuples, sets, strings and numbers.

    Args:
        write: takes the bytes, some tens of kilobytes at a time.
        protocol: 2, PyTorch's, or 4, that of NATS-Bench.
        shared: strings that are written once and referred to afterwards, like the names of
            attributes, which Python interns. Of other objects it matters whether they are the
            same.
    """

    def __init__(
        self,
        write: Callable[[bytes], object],
        protocol: Literal[2, 4],
        shared: Collection[str] = (),
    ) -> None:
        self._write = write
        self._modern = protocol == 4
        self._shared: dict[str, bytes | None] = dict.fromkeys((*shared, _LATIN1))
        self._names: dict[tuple[str, str], bytes] = {}
        self._memo: dict[int, tuple[bytes, object]] = {}  # the objects, to keep their ids unique
        self._memoized = 0
        self._dtype: bytes | None = None
        self._out = bytearray()
        write(b"\x80" + bytes([protocol]))

    def dump(self, value: object) -> None:
        """Write the pickle of a value, to its end."""
        self._save(value)
        self._out += b"."
        self._commit()

    def _save(self, value: Any) -> None:
        kind = type(value)
        if kind is float:
            self._out += b"G" + _DOUBLE.pack(value)
        elif kind is int:
            self._integer(value)
        elif kind is str:
            self._text(value)
        elif value is None or kind is bool:
            self._out += {None: b"N", True: b"\x88", False: b"\x89"}[value]
        elif (known := self._memo.get(id(value))) is not None:
            self._out += known[0]
        else:
            self._writer(kind)(self, value)

    def _writer(self, kind: type) -> Callable[[Any, Any], None]:
        return _WRITERS[kind]

    def _memoize(self) -> bytes:
        """Memoize what was written last; how to refer to it."""
        place = self._memoized
        self._memoized += 1
        if self._modern:
            self._out += b"\x94"
        else:
            self._out += b"q" + bytes([place]) if place < 256 else b"r" + _UINT32.pack(place)
        return b"h" + bytes([place]) if place < 256 else b"j" + _UINT32.pack(place)

    def _remember(self, value: object) -> None:
        self._memo[id(value)] = (self._memoize(), value)

    def _integer(self, value: int) -> None:
        if 0 <= value < 1 << 8:
            self._out += b"K" + bytes([value])
        elif 0 <= value < 1 << 16:
            self._out += b"M" + value.to_bytes(2, "little")
        elif -1 << 31 <= value < 1 << 31:
            self._out += b"J" + value.to_bytes(4, "little", signed=True)
        else:
            data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
            self._out += b"\x8a" + bytes([len(data)]) + data

    def _text(self, value: str) -> None:
        if value in self._shared:
            if known := self._shared[value]:
                self._out += known
                return
        elif id(value) in self._memo:
            self._out += self._memo[id(value)][0]
            return
        data = value.encode()
        if self._modern and len(data) < 256:
            self._out += b"\x8c" + bytes([len(data)]) + data
        else:
            self._out += b"X" + _UINT32.pack(len(data)) + data
        if value in self._shared:
            self._shared[value] = self._memoize()
        else:
            self._remember(value)

    def _dict(self, value: dict[Any, Any]) -> None:
        self._out += b"}"
        self._remember(value)
        self._items(value.items())

    def _items(self, given: Iterable[tuple[Any, Any]]) -> None:
        items = iter(given)
        while batch := list(islice(items, _BATCH)):
            if len(batch) > 1:
                self._out += b"("
            for key, item in batch:
                self._save(key)
                if type(item) is float:  # nearly all are: spare them a call
                    self._out += b"G" + _DOUBLE.pack(item)
                else:
                    self._save(item)
            self._out += b"u" if len(batch) > 1 else b"s"
            if len(self._out) >= _FRAME_BYTES:
                self._commit()

    def _streamed(self, value: Streamed) -> None:
        self._out += b"}"
        self._remember(value)
        place = -1
        for place, (key, item) in enumerate(value.items):
            if place % _BATCH == 0:
                self._out += b"u(" if place else b"("
            before = len(self._memo)
            self._save(key)
            self._save(item)
            while len(self._memo) > before:
                self._memo.popitem()
        self._out += b"" if place < 0 else b"u"

    def _ordered_dict(self, value: OrderedDict[Any, Any]) -> None:
        self._name("collections", "OrderedDict")
        self._out += b")R"
        self._remember(value)
        self._items(value.items())
        if state := vars(value):
            self._save(state)
            self._out += b"b"

    def _list(self, value: list[Any]) -> None:
        self._out += b"]"
        self._remember(value)
        self._elements(value, b"a", b"e")

    def _elements(self, given: Collection[Any], one: bytes, many: bytes) -> None:
        elements = iter(given)
        while batch := list(islice(elements, _BATCH)):
            single = len(batch) == 1 and one
            self._out += b"" if single else b"("
            for element in batch:
                self._save(element)
            self._out += single or many
            if len(self._out) >= _FRAME_BYTES:
                self._commit()

    def _set(self, value: set[Any]) -> None:
        self._out += b"\x8f"
        self._remember(value)
        self._elements(value, b"", b"\x90")

    def _tuple(self, value: tuple[Any, ...]) -> None:
        if not value:
            self._out += b")"
            return
        self._out += b"(" if len(value) > 3 else b""
        for element in value:
            self._save(element)
        self._out += b"\x85\x86\x87t"[min(len(value), 4) - 1 :][:1]
        self._remember(value)

    def _number(self, value: np.float64) -> None:
        """A numpy number, by the names that numpy had before version 2."""
        self._name("numpy.core.multiarray", "scalar")
        if self._dtype is None:
            self._name("numpy", "dtype")
            self._save(("f8", 0, 1))
            self._out += b"R"
            self._dtype = self._memoize()
            self._save((3, "<", None, None, None, -1, -1, 0))
            self._out += b"b"
        else:
            self._out += self._dtype
        self._bytes(value.tobytes())
        self._out += b"\x86"
        self._memoize()
        self._out += b"R"
        self._remember(value)

    def _bytes(self, data: bytes) -> None:
        if self._modern:
            self._out += b"C" + bytes([len(data)]) + data
        else:  # protocol 2 comes from a Python without bytes
            self._name("_codecs", "encode")
            self._save((data.decode("latin1"), _LATIN1))
            self._out += b"R"
        self._memoize()

    def _name(self, module: str, name: str) -> None:
        """What can be called, by its name."""
        if (module, name) in self._names:
            self._out += self._names[module, name]
            return
        if self._modern:
            self._save(module)
            self._save(name)
            self._out += b"\x93"
        else:
            self._out += f"c{module}\n{name}\n".encode()
        self._names[module, name] = self._memoize()

    def _commit(self) -> None:
        """Hand on the bytes that there are, in protocol 4 as a frame."""
        if self._modern:
            self._write(b"\x95" + len(self._out).to_bytes(8, "little"))
        self._write(bytes(self._out))
        self._out.clear()


_WRITERS: dict[type, Callable[[Any, Any], None]] = {
    dict: PickleWriter._dict,
    Streamed: PickleWriter._streamed,
    OrderedDict: PickleWriter._ordered_dict,
    list: PickleWriter._list,
    set: PickleWriter._set,
    tuple: PickleWriter._tuple,
    np.float64: PickleWriter._number,
}


def write_torch(
    path: str | os.PathLike[str],
    value: object,
    *,
    layout: Layout = "legacy",
    shared: Collection[str] = (),
) -> None:
    """Write the file that ``torch.save`` would.

    Args:
        path: the file to write.
        value: may have :class:`StoredTensor` where it would have tensors, and :class:`Streamed`
            where it would have large dicts.
        layout: that of before PyTorch 1.6, or the zip archive of since then.
        shared: see :class:`PickleWriter`.
    """
    with open(path, "wb") as file:
        (_write_legacy if layout == "legacy" else _write_zip)(file, value, shared)


def _write_legacy(file: IO[bytes], value: object, shared: Collection[str]) -> None:
    for introduction in (_LEGACY_MAGIC, _LEGACY_PROTOCOL, _MACHINE):
        PickleWriter(file.write, 2).dump(introduction)
    writer = _TorchWriter(file.write, shared, (None,))
    writer.dump(value)
    storages = sorted(writer.storages.values(), key=lambda storage: storage[0])
    PickleWriter(file.write, 2).dump([key for key, _ in storages])
    for _, storage in storages:
        file.write(struct.pack("<q", len(storage)) + storage.tobytes())


def _write_zip(file: IO[bytes], value: object, shared: Collection[str]) -> None:
    output = _Output(file)
    with zipfile.ZipFile(output, "w") as archive:
        with _member(archive, output, "data.pkl") as member:
            writer = _TorchWriter(member.write, shared, ())
            writer.dump(value)
        lines = {"byteorder": b"little"}
        lines.update((f"data/{key}", array.tobytes()) for key, array in writer.storages.values())
        lines.update({"version": b"3\n", ".data/serialization_id": b"0" * 40})
        for name, data in lines.items():
            with _member(archive, output, name) as member:
                member.write(data)


def _member(archive: zipfile.ZipFile, output: _Output, name: str) -> IO[bytes]:
    """A new member, padded as PyTorch does so that its data can be mapped into memory."""
    info = zipfile.ZipInfo(f"archive/{name}")
    header = 30 + len(info.filename) + 20 + 4  # with sizes of 64 bits, and the padding's own
    padding = -(output.written + header) % _ALIGNMENT
    info.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding
    return archive.open(info, "w", force_zip64=True)


class _Output:
    """A file that cannot be wound back: sizes then follow the data, as PyTorch has them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.flush = file.flush
        self.close = file.close
        self.written = 0
        self._write = file.write

    def write(self, data: bytes) -> int:
        self.written += len(data)
        return self._write(data)


class _TorchWriter(PickleWriter):
    """A pickle that refers to storages outside of it.

    Args:
        write: takes the bytes.
        shared: see :class:`PickleWriter`.
        tail: what ends the reference to a storage.

    Attributes:
        storages: the key and the values of each storage that was referred to.
    """

    def __init__(
        self, write: Callable[[bytes], object], shared: Collection[str], tail: tuple[None, ...]
    ) -> None:
        super().__init__(write, 2, shared)
        self.storages: dict[int, tuple[str, np.ndarray]] = {}
        self._tail = tail

    def _writer(self, kind: type) -> Callable[[Any, Any], None]:
        return _TorchWriter._tensor if kind is StoredTensor else super()._writer(kind)

    def _tensor(self, value: StoredTensor) -> None:
        self._name("torch._utils", "_rebuild_tensor_v2")
        self._out += b"("
        self._storage(value.storage)
        for argument in (value.offset, value.shape, value.strides, False):
            self._save(argument)
        self._name("collections", "OrderedDict")  # of hooks, none
        self._out += b")R"
        self._memoize()
        self._out += b"t"
        self._memoize()
        self._out += b"R"
        self._remember(value)

    def _storage(self, storage: np.ndarray) -> None:
        new = (str(len(self.storages)), storage)
        key, _ = self.storages.setdefault(id(storage), new)
        self._out += b"("
        self._save("storage")
        self._name("torch", _STORAGES[storage.dtype.name])
        for part in (key, "cpu", len(storage), *self._tail):
            self._save(part)
        self._out += b"t"
        self._memoize()
        self._out += b"Q"
