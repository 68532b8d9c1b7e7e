"""Files of the Rust crate ``nasbench``: models with all their trainings, read and written.

Such a file is (all numbers big-endian)::

    11 bytes    "nasbench-rs"
    uint32      the number of models
    models, each of them
        uint8       the number of operations, one for each vertex
        bytes       the operations, as indexes of OPERATIONS
        uint8       the dimension of the adjacency matrix, the same number again
        uint32      its upper triangle row by row, bit 0 for the edge from vertex 0 to vertex 1
        16 bytes    the module hash
        uint32      the number of trainable parameters
        uint8       the number of epoch budgets
        budgets, ascending, each of them
            uint8       epochs
            uint8       the number of repeats
            repeats, each of them
                4 doubles   halfway: training time (seconds), then the training, validation and
                            test accuracy (fractions)
                4 doubles   the same at the end

The definition is the crate's, version 0.1.2: ``src/dataset.rs`` and ``src/model.rs`` of
sile/nasbench-rs. The crate writes the models in random order.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple

import numpy as np

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.blocks import read_blocks

MAGIC = b"nasbench-rs"
OPERATIONS = ("input", "conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3", "output")
"""The crate's operations by their codes."""
MIN_DIMENSION = 2
MAX_DIMENSION = 7
REPEAT_SHAPE = (2, 4)
"""Of the numbers of one repeat: halfway and at the end; time and three accuracies."""

_COUNT = struct.Struct(">I")
_HEADER_BYTES = len(MAGIC) + _COUNT.size
_FIXED = struct.Struct(">BI16sIB")  # what follows the operations, up to the budgets
_DOUBLE = np.dtype(">f8")
_REPEAT_BYTES = 2 * 4 * _DOUBLE.itemsize
_CHUNK_BYTES = 1 << 22

_CODES = bytes(range(len(OPERATIONS)))


class Model(NamedTuple):
    """One model and all its trainings.

    Attributes:
        ops: the code of each vertex's operation, an index of :data:`OPERATIONS`.
        dimension: the number of vertices, 2 to 7.
        triangle: the upper triangle of the adjacency matrix row by row, bit 0 for the edge from
            vertex 0 to vertex 1.
        module_hash: 32 hexadecimal digits.
        trainable_parameters: a number below 2**32.
        epochs: for each number of epochs, ascending, its trainings: an array of shape
            (repeats, 2, 4), halfway and at the end; training time in seconds, then training,
            validation and test accuracy as fractions.
    """

    ops: bytes
    dimension: int
    triangle: int
    module_hash: str
    trainable_parameters: int
    epochs: dict[int, np.ndarray]


def begins_like_one(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as a file of the crate does, as far as it goes."""
    try:
        with open(path, "rb", buffering=0) as file:
            beginning = file.read(len(MAGIC))
    except OSError:
        return False
    return bool(beginning) and MAGIC.startswith(beginning)


def read_models(
    path: str | os.PathLike[str], *, on_bytes: Callable[[bytes], None] | None = None
) -> Iterator[tuple[int, Model]]:
    """Stream the models of a file, checking each.

    Args:
        path: the file. It is read once, front to back, a few megabytes at a time.
        on_bytes: called with every block of the file as it is read, for instance a hash's
            ``update``; over the whole iteration it sees each byte once and in order.

    Yields:
        ``(offset, model)``: the byte at which the model starts, and the model. Its arrays are
        read-only, big-endian views of a block of the file; copy what is to be kept.

    Raises:
        SourceError: the file is absent, unreadable, a folder, empty, or of another kind.
        CorruptRecord: a model is impossible or cut short, or bytes follow the last; names the
            model, counted from 0, and its offset.
    """
    name = os.fspath(path)
    count = None
    number = 0
    buffer = b""
    start = 0  # the file offset of buffer[0]
    at = 0
    kind = "a file of the Rust crate nasbench"
    for chunk in read_blocks(path, _CHUNK_BYTES, kind, on_bytes):
        buffer, start, at = buffer[at:] + chunk, start + at, 0
        if count is None:
            if chunk and len(buffer) < _HEADER_BYTES:
                continue
            count = _model_count(name, buffer)
            at = _HEADER_BYTES
        while number < count:
            try:
                found = _decode(buffer, at)
            except ValueError as error:
                raise CorruptRecord(name, number, start + at, str(error)) from None
            if found is None:
                break
            model, end = found
            yield start + at, model
            at = end
            number += 1
        rest = len(buffer) - at
        if number == count and rest:
            reason = f"the file goes on after the {count:,} models that its header announces"
            raise CorruptRecord(name, number, start + at, reason)
    assert count is not None  # the last block is empty, and tells if there is no header
    if number < count:
        reason = f"its header announces {count:,} models, and the file ends "
        reason += f"{rest:,} bytes into this one" if rest else "before this one"
        reason += ": it is truncated; fetch it again"
        raise CorruptRecord(name, number, start + at, reason)


def write_models(file: IO[bytes], count: int, models: Iterable[Model]) -> None:
    """Write a whole file of models, one at a time.

    Args:
        file: an open binary file.
        count: how many models there are.
        models: the models. Their arrays may be of any numeric type, or nested lists.

    Raises:
        ValueError: a model cannot be written, or there are more or fewer models than ``count``.
    """
    file.write(encode_header(count))
    written = 0
    for model in models:
        file.write(encode_model(model))
        written += 1
    if written != count:
        raise ValueError(f"{count:,} models were announced, and there were {written:,}")


def encode_header(count: int) -> bytes:
    """The beginning of a file of some number of models.

    Raises:
        ValueError: the format cannot count so many.
    """
    if not 0 <= count < 1 << 32:
        raise ValueError(f"there are {count:,} models; allowed are 0 to {(1 << 32) - 1:,}")
    return MAGIC + _COUNT.pack(count)


def encode_model(model: Model) -> bytes:
    """The bytes of one model.

    Raises:
        ValueError: the format has no place for it; the message says why.
    """
    _check_graph(model.ops, model.dimension, model.triangle)
    _check_count(len(model.epochs))
    try:
        digest = bytes.fromhex(model.module_hash)
    except ValueError:
        digest = b""
    if len(digest) != 16:
        raise ValueError(f"the module hash is {model.module_hash!r}, not 32 hexadecimal digits")
    if not 0 <= model.trainable_parameters < 1 << 32:
        raise ValueError(
            f"there are {model.trainable_parameters} parameters; allowed are 0 to {(1 << 32) - 1}"
        )
    fixed = (model.dimension, model.triangle, digest, model.trainable_parameters)
    parts = [bytes([len(model.ops)]), model.ops, _FIXED.pack(*fixed, len(model.epochs))]
    last = -1
    for epochs, trainings in model.epochs.items():
        numbers = np.ascontiguousarray(trainings, dtype=_DOUBLE)
        repeats = len(numbers)
        if numbers.shape != (repeats, *REPEAT_SHAPE):
            raise ValueError(
                f"the trainings of {epochs} epochs are an array of shape {numbers.shape}; it must "
                f"be (repeats, {REPEAT_SHAPE[0]}, {REPEAT_SHAPE[1]})"
            )
        _check_budget(epochs, repeats, last)
        parts += (bytes([epochs, repeats]), numbers.tobytes())
        last = epochs
    return b"".join(parts)


def _decode(buffer: bytes, at: int) -> tuple[Model, int] | None:
    """The model at a place of a buffer, and where it ends; None if it ends beyond the buffer."""
    available = len(buffer)
    if at >= available:
        return None
    here = at + 1 + buffer[at]
    if here + _FIXED.size > available:
        # A file that is no longer in step is not read on in the hope of a vast model.
        _check_size(buffer[at])
        return None
    ops = buffer[at + 1 : here]
    dimension, triangle, digest, parameters, budgets = _FIXED.unpack_from(buffer, here)
    _check_graph(ops, dimension, triangle)
    _check_count(budgets)
    here += _FIXED.size
    epochs = {}
    last = -1
    for _ in range(budgets):
        if here + 2 > available:
            return None
        budget = buffer[here]
        repeats = buffer[here + 1]
        _check_budget(budget, repeats, last)
        here += 2
        end = here + repeats * _REPEAT_BYTES
        if end > available:
            return None
        epochs[budget] = np.ndarray((repeats, *REPEAT_SHAPE), _DOUBLE, buffer, here)
        here = end
        last = budget
    return Model(ops, dimension, triangle, digest.hex(), parameters, epochs), here


def _check_size(size: int) -> None:
    if not MIN_DIMENSION <= size <= MAX_DIMENSION:
        raise ValueError(
            f"the model has {size} operations; allowed are {MIN_DIMENSION} to {MAX_DIMENSION}"
        )


def _check_graph(ops: bytes, dimension: int, triangle: int) -> None:
    size = len(ops)
    _check_size(size)
    if dimension != size:
        raise ValueError(f"the model has {size} operations and a matrix of dimension {dimension}")
    unknown = ops.translate(None, _CODES)
    if unknown:
        raise ValueError(
            f"the model has the operation {unknown[0]}; known are 0 to {len(OPERATIONS) - 1}"
        )
    pairs = size * (size - 1) // 2
    if triangle >> pairs:
        raise ValueError(
            f"the triangle of the matrix is {triangle:#x}; a matrix of dimension {size} has "
            f"{pairs} entries above its diagonal"
        )


def _check_count(budgets: int) -> None:
    if not 1 <= budgets <= 255:
        raise ValueError(f"the model has trainings of {budgets} budgets; allowed are 1 to 255")


def _check_budget(epochs: int, repeats: int, last: int) -> None:
    if not 0 <= epochs <= 255:
        raise ValueError(f"there are trainings of {epochs} epochs; allowed are 0 to 255")
    if epochs <= last:
        raise ValueError(f"trainings of {epochs} epochs follow those of {last}; they must ascend")
    if not 1 <= repeats <= 255:
        raise ValueError(f"there are {repeats} repeats of {epochs} epochs; allowed are 1 to 255")


def _model_count(name: str, header: bytes) -> int:
    """The number of models from the beginning of a file."""
    if not header:
        raise SourceError(f"{name} is empty: the download was interrupted or failed")
    if not MAGIC.startswith(header[: len(MAGIC)]):
        raise SourceError(
            f"{name} is not a file of the Rust crate nasbench: it begins with "
            f"{header[: len(MAGIC)]!r} and must begin with {MAGIC!r}"
        )
    if len(header) < _HEADER_BYTES:
        raise CorruptRecord(
            name,
            0,
            0,
            f"the file ends within its header ({len(header)} of {_HEADER_BYTES} bytes): it is "
            "truncated; fetch it again",
        )
    count: int = _COUNT.unpack_from(header, len(MAGIC))[0]
    return count
