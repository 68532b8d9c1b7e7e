"""Files that ``torch.save`` wrote, read without torch, and pickles that contain tensors.

There are two layouts. The older one, of torch before 1.6, is a row of pickles: a magic number, a
protocol version, a description of the system, the object, and the list of the storages' keys;
then, for each key in turn, eight bytes that count its numbers, and the numbers. The newer one is a
zip archive with the object's pickle as ``data.pkl`` and a file ``data/KEY`` for each storage. In
both, a tensor in the object's pickle refers to its storage by key (PyTorch's
``torch/serialization.py``, ``_legacy_save`` and ``_save``).

Which layout a file has is told by its content, as is a plain pickle, compressed or not.
"""

from __future__ import annotations

import math
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

import numpy as np

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.blocks import read_blocks
from nasbench_db.formats.members import ZIP_ERRORS
from nasbench_db.formats.pickles import (
    DATA_GLOBALS,
    MAX_ITEM_BYTES,
    ByteStream,
    Function,
    UnexpectedStructure,
    Unpickler,
    open_pickle,
    shown,
)

_NUMBER = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # how a pickle has 0x1950a86a20f9469cfc6c
_FRAME = b"\x95" + struct.pack("<Q", len(_NUMBER))
_MAGICS = (
    *(b"\x80\x02" + _NUMBER, b"\x80\x03" + _NUMBER),
    *(b"\x80\x04" + _FRAME + _NUMBER, b"\x80\x05" + _FRAME + _NUMBER),
)
"""The magic number of the older layout as a pickle, in the protocols that torch can be told."""

_PROTOCOL_VERSION = 1001
_BLOCK_BYTES = 1 << 20
_MOST_DIMENSIONS = 32


class Storage:
    """The numbers that tensors are views of.

    Attributes:
        dtype: the type of each.
        count: how many there are.
        data: their bytes, little-endian; None until they were read.
    """

    def __init__(self, dtype: np.dtype[Any], count: int) -> None:
        self.dtype = dtype
        self.count = count
        self.data: bytes | None = None

    def fill(self, data: bytes) -> None:
        """Give it its numbers."""
        if len(data) != self.count * self.dtype.itemsize:
            raise ValueError(
                f"a storage of {self.count:,} numbers of {self.dtype} has {len(data):,} bytes"
            )
        self.data = data


class Tensor:
    """A tensor: a view of a storage, whose numbers may come later in the file."""

    def __init__(
        self,
        storage: Storage,
        offset: int,
        shape: Any,
        stride: Any,
        _requires_grad: object = False,
        _hooks: object = None,
        metadata: object = None,
    ) -> None:
        if (
            not isinstance(storage, Storage)
            or not isinstance(shape, tuple)
            or not isinstance(stride, tuple)
            or not len(shape) == len(stride) <= _MOST_DIMENSIONS
        ):
            raise ValueError(
                "a tensor is a view of a storage, with as many strides as dimensions, of which "
                f"it has at most {_MOST_DIMENSIONS}"
            )
        numbers = (offset, *shape, *stride)
        if not all(type(number) is int and 0 <= number <= MAX_ITEM_BYTES for number in numbers):
            raise ValueError(
                f"a tensor has the offset {shown(offset)}, the shape {shown(shape)} and the "
                f"strides {shown(stride)}; allowed are numbers from 0 to {MAX_ITEM_BYTES:,}"
            )
        if math.prod(max(size, 1) for size in shape) * storage.dtype.itemsize > MAX_ITEM_BYTES:
            raise ValueError(
                f"a tensor has the shape {shape}; allowed are {MAX_ITEM_BYTES:,} bytes"
            )
        last = offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
        if 0 not in shape and last >= storage.count:
            raise ValueError(f"a tensor reaches beyond its storage of {storage.count:,} numbers")
        # torch.Tensor.neg_view() and the like only note that all numbers count negated.
        marked = metadata if isinstance(metadata, dict) else {"metadata": metadata}
        unknown = [name for name, value in marked.items() if value and name != "neg"]
        if unknown:
            raise ValueError(f"a tensor is marked as {shown(unknown[0])}; known is neg")
        self._negated = bool(marked.get("neg"))
        self._storage = storage
        self._offset = offset
        self._shape = shape
        self._stride = stride

    def numpy(self) -> np.ndarray:
        """Its numbers as an array of its own, C-contiguous; bfloat16 as float32, exactly."""
        data, dtype = self._storage.data, self._storage.dtype
        assert data is not None, "read the file to its end first"
        if 0 in self._shape:
            return np.empty(self._shape, "<f4" if dtype == _BFLOAT16 else dtype)
        flat = np.frombuffer(data, dtype)[self._offset :]
        steps = [step * dtype.itemsize for step in self._stride]
        view = np.lib.stride_tricks.as_strided(flat, self._shape, steps, writeable=False)
        numbers = np.array(view, order="C")
        if dtype == _BFLOAT16:  # the upper half of the float32 that it stands for
            numbers = (numbers["bfloat16"].astype("<u4") << 16).view("<f4")
        return np.negative(numbers) if self._negated else numbers


class _StorageType:
    """What stands for ``torch.FloatStorage`` and the like."""

    def __init__(self, code: Any) -> None:
        self.dtype = np.dtype(code)

    def __call__(self, *_: object) -> None:
        raise ValueError("a type of storage is no function")


def _parameter(tensor: object, *_: Any) -> object:
    return tensor


def _size(sizes: object = ()) -> tuple[Any, ...]:
    """What stands for ``torch.Size``: a tuple of whole numbers."""
    if not isinstance(sizes, (tuple, list)) or not all(type(size) is int for size in sizes):
        raise ValueError(f"a size is made of {shown(sizes)}")
    return tuple(sizes)


_BFLOAT16 = np.dtype([("bfloat16", "<u2")])
"""Numpy has no such numbers; the name tells them from whole ones."""


_STORAGE_TYPES: dict[str, Any] = {
    "BFloat16Storage": _BFLOAT16,
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}

_STORAGE_GLOBALS: dict[tuple[str, str], Function] = {
    ("torch", name): _StorageType(code) for name, code in _STORAGE_TYPES.items()
}


def _storage_of_bytes(name: str, data: object) -> Storage:
    """A storage that was pickled with its numbers, as a file in the older layout."""
    if not isinstance(data, bytes) or not data.startswith(_MAGICS):
        raise ValueError("a storage is given as the bytes of a file of torch")
    blocks = (data[at : at + _BLOCK_BYTES] for at in range(0, len(data), _BLOCK_BYTES))
    try:
        storage = _load_legacy(ByteStream(blocks, f"{name}, in a storage"), _STORAGE_GLOBALS)
    except CorruptRecord as error:
        raise ValueError(f"in a storage at byte {error.offset:,}: {error.reason}") from None
    if not isinstance(storage, Storage):
        raise ValueError(f"a {type(storage).__name__} stands for a storage")
    return storage


def _tensor_globals(name: str) -> dict[tuple[str, str], Function]:
    """The names that a pickle with tensors may ask for, and what they get."""
    return {
        **DATA_GLOBALS,
        **_STORAGE_GLOBALS,
        ("torch", "Size"): _size,
        ("torch._utils", "_rebuild_tensor_v2"): Tensor,
        ("torch._utils", "_rebuild_parameter"): _parameter,
        ("torch.storage", "_load_from_bytes"): partial(_storage_of_bytes, name),
    }


class _Storages:
    """The storages that a pickle refers to, by key."""

    def __init__(self) -> None:
        self.by_key: dict[str, Storage] = {}
        self._size = 0

    def __call__(self, what: Any) -> Storage:
        """The storage that a persistent id means."""
        if not isinstance(what, tuple) or len(what) < 5 or what[0] != "storage":
            raise ValueError(f"it refers to {shown(what)} outside of it; known are storages")
        _, storage_type, key, _, count, *view = what
        if not isinstance(storage_type, _StorageType) or not isinstance(key, str) or any(view):
            raise ValueError("a storage is described by a type, a key and a number")
        if type(count) is not int or count < 0:
            raise ValueError(f"a storage has {shown(count)} numbers")
        storage = self.by_key.get(key)
        if storage is None:
            self._size += count * storage_type.dtype.itemsize
            if self._size > MAX_ITEM_BYTES:
                raise ValueError(f"its storages have more than {MAX_ITEM_BYTES:,} bytes")
            storage = self.by_key[key] = Storage(storage_type.dtype, count)
        if (storage.dtype, storage.count) != (storage_type.dtype, count):
            raise ValueError(f"the storage {shown(key)} is described in two ways")
        return storage


def load(
    path: str | os.PathLike[str],
    on_bytes: Callable[[bytes], None] | None = None,
    *,
    curves: bool = False,
    patience: int = 1,
) -> Any:
    """The object in a file of torch, or in a pickle, compressed by bzip2 or not.

    Args:
        path: the file.
        on_bytes: called with every block of the file as it is read.
        curves: see :class:`~nasbench_db.formats.pickles.Unpickler`.
        patience: see there.

    Returns:
        the object, with a :class:`Tensor` for each tensor.

    Raises:
        SourceError: the file is absent, of another kind, or asks for a name that is not on the
            list (:class:`~nasbench_db.formats.pickles.ForbiddenGlobal`).
        CorruptRecord: it is truncated or damaged.
    """
    if _is_zip(path):
        with _opened_zip(path) as archive:
            storages = _Storages()
            stream = ByteStream(_zip_blocks(path, archive, on_bytes), os.fspath(path))
            functions = _tensor_globals(stream.name)
            result = Unpickler(stream, functions, storages, curves, patience).load()
            stream.drain()
            _fill_from_zip(path, archive, storages)
            return result
    stream = open_pickle(path, on_bytes)
    if stream.begins_with(*_MAGICS):
        result = _load_legacy(stream, _tensor_globals(stream.name), curves, patience)
    else:
        _refuse_other_kinds(stream)
        functions = _tensor_globals(stream.name)
        result = Unpickler(stream, functions, None, curves, patience).load()
    stream.drain()
    return result


def items(
    path: str | os.PathLike[str],
    key: str,
    on_header: Callable[[dict[Any, Any]], None],
    on_bytes: Callable[[bytes], None] | None = None,
    *,
    curves: bool = False,
) -> Iterator[tuple[Any, Any]]:
    """The items of the dict that a file's dict has under a key, as they are read.

    Args:
        path: the file.
        key: see :meth:`~nasbench_db.formats.pickles.Unpickler.items`.
        on_header: see there.
        on_bytes: called with every block of the file as it is read.
        curves: see :class:`~nasbench_db.formats.pickles.Unpickler`.

    Yields:
        the items, and as the last one the key and the file's dict without them.

    Raises:
        UnexpectedStructure: see there.
        SourceError: see :func:`load`.
    """
    if _is_zip(path):
        with _opened_zip(path) as archive:
            stream = ByteStream(_zip_blocks(path, archive, on_bytes), os.fspath(path))
            yield from _stream_items(stream, key, on_header, curves)
            stream.drain()
        return
    stream = open_pickle(path, on_bytes)
    legacy = stream.begins_with(*_MAGICS)
    (_begin_legacy if legacy else _refuse_other_kinds)(stream)
    yield from _stream_items(stream, key, on_header, curves)
    if legacy:
        _keys_of_storages(stream, _Storages())
    stream.drain()


def _stream_items(
    stream: ByteStream, key: str, on_header: Callable[[dict[Any, Any]], None], curves: bool
) -> Iterator[tuple[Any, Any]]:
    def refuse(_: object) -> NoReturn:
        raise UnexpectedStructure(
            f"{stream.name} cannot be read item by item: it has tensors, whose numbers come last"
        )

    unpickler = Unpickler(stream, _tensor_globals(stream.name), refuse, curves)
    yield from unpickler.items(key, on_header)


_OTHER_KINDS = (
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database: open it, or migrate it if NNI built it"),
    (b"nasbench-rs", "a file of the Rust crate nasbench: ingest it as nasbench101"),
)


def _refuse_other_kinds(stream: ByteStream) -> None:
    """Say what a file is that is no pickle.

    Raises:
        SourceError: it is none.
    """
    stream.ensure(16)
    beginning = stream.window[:16]
    for magic, kind in _OTHER_KINDS:
        if beginning.startswith(magic):
            raise SourceError(f"{stream.name} is {kind}")
    # A TFRecord begins with the length of its first record, a few hundred, as eight bytes.
    if len(beginning) == 16 and beginning[2:8] == bytes(6) and beginning[:2] != bytes(2):
        raise SourceError(
            f"{stream.name} seems to be a TFRecord file, as of NAS-Bench-101: ingest it as "
            "nasbench101"
        )
    if beginning[:1] != b"\x80":
        raise SourceError(
            f"{stream.name} is neither a pickle nor a file of torch: it begins with "
            f"{beginning[:8]!r}. Fetch it again from its publisher"
        )


def _begin_legacy(stream: ByteStream) -> None:
    """Read what comes before the object in the older layout."""
    unpickler = Unpickler(stream)
    unpickler.load()
    version = unpickler.load()
    system = unpickler.load()
    if version != _PROTOCOL_VERSION:
        raise SourceError(
            f"{stream.name} has version {shown(version)} of torch's older layout; known is "
            f"{_PROTOCOL_VERSION}. Load it with torch and save it again"
        )
    if not isinstance(system, dict) or not system.get("little_endian", True):
        _refuse_big_endian(stream.name)


def _refuse_big_endian(name: str) -> NoReturn:
    raise SourceError(
        f"{name} was written on a big-endian machine, and only little-endian files are read: load "
        "it with torch and save it again on another machine"
    )


def _load_legacy(
    stream: ByteStream,
    functions: dict[tuple[str, str], Function],
    curves: bool = False,
    patience: int = 1,
) -> Any:
    _begin_legacy(stream)
    storages = _Storages()
    result = Unpickler(stream, functions, storages, curves, patience).load()
    for key in _keys_of_storages(stream, storages):
        storage = storages.by_key[key]
        count = int.from_bytes(stream.take(8), "little")
        if count != storage.count:
            raise CorruptRecord(
                stream.name,
                0,
                stream.position,
                f"a storage has {count:,} numbers, and its tensors say {storage.count:,}; fetch "
                "the file again",
            )
        storage.fill(stream.take(count * storage.dtype.itemsize))
    return result


def _keys_of_storages(stream: ByteStream, storages: _Storages) -> list[str]:
    """The keys of the storages that follow in the older layout."""
    keys: Any = Unpickler(stream).load()
    if (
        not isinstance(keys, list)
        or len(keys) != len(storages.by_key)
        or not all(isinstance(key, str) for key in keys)
        or set(keys) != set(storages.by_key)
    ):
        raise CorruptRecord(
            stream.name,
            0,
            stream.position,
            f"the storages in the file are {shown(keys)}, and its object refers to "
            f"{shown(list(storages.by_key))}; fetch the file again",
        )
    return keys


def _is_zip(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as zip archives do."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False  # read_blocks says what is wrong


class _Archive(zipfile.ZipFile):
    """A zip archive that finds its files by their names in the one folder, whose name is free."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        self.inner: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in self.infolist():
            self.inner.setdefault(entry.filename.partition("/")[2], []).append(entry)


def _opened_zip(path: str | os.PathLike[str]) -> _Archive:
    name = os.fspath(path)
    try:
        archive = _Archive(path)
    except ZIP_ERRORS as error:
        raise CorruptRecord(
            name,
            0,
            os.path.getsize(path),
            f"the zip archive has no directory at its end ({error}): it is truncated or damaged; "
            "fetch it again",
        ) from None
    try:
        if "byteorder" in archive.inner:
            order = next(_entry_blocks(path, archive, "byteorder"), b"")
            if order != b"little":
                _refuse_big_endian(name)
    except SourceError:
        archive.close()
        raise
    return archive


def _zip_blocks(
    path: str | os.PathLike[str],
    archive: _Archive,
    on_bytes: Callable[[bytes], None] | None,
) -> Iterator[bytes]:
    """The object's pickle; meanwhile ``on_bytes`` is shown the file as it stands."""
    raw = read_blocks(path, _BLOCK_BYTES, "a file of torch", on_bytes)
    for block in _entry_blocks(path, archive, "data.pkl"):
        next(raw, None)
        yield block
    for _ in raw:
        pass


def _entry_blocks(path: str | os.PathLike[str], archive: _Archive, inner: str) -> Iterator[bytes]:
    """A file of the archive."""
    name = os.fspath(path)
    found = archive.inner.get(inner, [])
    if len(found) != 1:
        raise SourceError(
            f"{name} is a zip archive, but not a whole one of torch, which has one file "
            f"{shown(inner)} in its folder: it has {len(found)}. If it is an archive of files, "
            "unpack it; or fetch it again"
        )
    try:
        with archive.open(found[0]) as file:
            while block := file.read(_BLOCK_BYTES):
                yield block
    except ZIP_ERRORS as error:
        reason = f"{inner[:40]} is damaged: {error}; fetch the file again"
        raise CorruptRecord(name, 0, found[0].header_offset, reason) from None


def _fill_from_zip(path: str | os.PathLike[str], archive: _Archive, storages: _Storages) -> None:
    """Read the storages' files."""
    for key, storage in storages.by_key.items():
        stream = ByteStream(_entry_blocks(path, archive, f"data/{key}"), os.fspath(path))
        storage.fill(stream.take(storage.count * storage.dtype.itemsize))
        if stream.ensure(1):
            raise CorruptRecord(
                stream.name,
                0,
                stream.position,
                f"the storage {shown(key)} goes on after its {storage.count:,} numbers; fetch the "
                "file again",
            )
