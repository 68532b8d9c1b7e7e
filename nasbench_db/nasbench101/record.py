"""One record of the original NAS-Bench-101 file: from its bytes to values, and back.

A record is a JSON list of five: the module hash, the number of epochs, the adjacency string, the
comma-joined operations, and the metrics as base64 with line breaks. The metrics are a protocol
buffer, ``ModelMetrics`` of the original's ``nasbench/lib/model_metrics.proto``::

    ModelMetrics     1 repeated EvaluationData, 2 int32 trainable_parameters, 3 double total_time
    EvaluationData   1 double current_epoch, 2 double training_time, 3 double train_accuracy,
                     4 double validation_accuracy, 5 double test_accuracy, 6 string checkpoint_path

Accuracies are fractions, times are seconds. A field that is absent, or that has another type than
here, is None; fields with other numbers are passed over, since other benchmarks have added some.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, NamedTuple

import numpy as np
import orjson

SYNTHETIC_MARK = "synthetic: these metrics were not measured"
"""The checkpoint path that a file of made-up metrics carries in its first record."""

SAMPLE_MARK = "sample: real values of a few cells"
"""The checkpoint path that a file of a few real cells carries in its first record."""

_DOUBLE = struct.Struct("<d")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_ENERGY = {*((number, _FIXED64) for number in (6, 7, 8)), (9, _BYTES), (10, _BYTES)}
_BASE64_LINE = 76
_BREAK, _END = rb"\n", b'"]'  # after each line of base64, and after the last
_PAD, _ZERO = b"=A"
_NO_PAIR = 1 << 12  # two characters of base64 are 12 bits


class Evaluation(NamedTuple):
    """One evaluation of a network during its training."""

    current_epoch: float | None
    training_time: float | None
    train_accuracy: float | None
    validation_accuracy: float | None
    test_accuracy: float | None
    checkpoint_path: str = ""


class Metrics(NamedTuple):
    """What was measured in one training."""

    evaluations: tuple[Evaluation, ...]
    trainable_parameters: int | None
    total_time: float | None


BEFORE_METRICS = b', "'
"""What stands before the metrics in a payload, and in the metrics nowhere."""

Row = tuple[str, int, str, str, str]
"""Module hash, epochs, adjacency, operations, and the metrics still packed."""


def parse_row(payload: bytes) -> Row:
    """The five elements of a record's payload.

    Raises:
        ValueError: the payload is not such a list; the message says what is wrong.
    """
    try:
        row = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the record is not JSON: {error}") from None
    return checked_row(row)


def checked_row(row: object) -> Row:
    """The five elements of a record, which it is a list or tuple of.

    Raises:
        ValueError: it is not such a list; the message says what is wrong.
    """
    if not isinstance(row, (list, tuple)) or len(row) != 5:
        kind = type(row).__name__
        found = f"a {kind} of {len(row)}" if isinstance(row, (list, tuple)) else f"a {kind}"
        raise ValueError(
            "the record must be a list of five elements (hash, epochs, adjacency, operations, "
            f"metrics) and is {found}"
        )
    module_hash, epochs, adjacency, operations, metrics = row
    if not (
        type(epochs) is int
        and type(module_hash) is str
        and type(adjacency) is str
        and type(operations) is str
        and type(metrics) is str
    ):
        kinds = ", ".join(type(element).__name__ for element in row)
        raise ValueError(f"the five elements must be str, int, str, str, str and are {kinds}")
    return module_hash, epochs, adjacency, operations, metrics


def unpack_metrics(metrics: str) -> bytes:
    """The bytes of a record's base64, which may contain line breaks.

    Raises:
        ValueError: it is not base64.
    """
    try:
        message = binascii.a2b_base64(metrics)
    except ValueError as error:
        raise ValueError(f"the metrics are not base64: {error}") from None
    # The decoder passes over what is no base64; nothing but white space may be missing.
    expected = (len(message) + 2) // 3 * 4
    if len(metrics) - metrics.count("\n") != expected != len("".join(metrics.split())):
        raise ValueError("the metrics are not base64: they contain other characters")
    return message


def decode_metrics(message: bytes) -> Metrics:
    """The values of a ``ModelMetrics`` message.

    Raises:
        ValueError: the message is cut short or not a protocol buffer.
    """
    evaluations = []
    parameters = None
    total_time = None
    for number, kind, value in _fields(message):
        if number == 1 and kind == _BYTES:
            evaluations.append(_decode_evaluation(value))
        elif number == 2 and kind == _VARINT:
            parameters = value - (1 << 64) if value >> 63 else value
        elif number == 3 and kind == _FIXED64:
            (total_time,) = _DOUBLE.unpack(value)
    return Metrics(tuple(evaluations), parameters, total_time)


def has_energy(message: bytes) -> bool:
    """Whether a ``ModelMetrics`` message is one of EC-NAS, another benchmark in this layout.

    It measured the energy of trainings too, in further fields of each evaluation: numbers in 6 to
    8, of which the first is a text here, and lists in 9 and 10.

    Raises:
        ValueError: the message is cut short or not a protocol buffer.
    """
    return any(
        {(number, kind) for number, kind, _ in _fields(value)} >= _ENERGY
        for field, of_kind, value in _fields(message)
        if field == 1 and of_kind == _BYTES
    )


def _decode_evaluation(message: bytes) -> Evaluation:
    evaluation: list[Any] = [None] * 5 + [""]
    for number, kind, value in _fields(message):
        if 1 <= number <= 5 and kind == _FIXED64:
            (evaluation[number - 1],) = _DOUBLE.unpack(value)
        elif number == 6 and kind == _BYTES:
            evaluation[5] = value.decode("utf-8", "replace")
    return Evaluation(*evaluation)


def _fields(message: bytes) -> Iterator[tuple[int, int, Any]]:
    """The fields of a message: number, wire type, and value, an int for varints or else bytes."""
    at = 0
    end = len(message)
    while at < end:
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, kind, value
            continue
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif kind == _FIXED64:
            length = 8
        elif kind == _FIXED32:
            length = 4
        else:
            raise ValueError(f"the metrics are not a protocol buffer: wire type {kind}")
        if at + length > end:
            raise ValueError(f"the metrics are cut short within field {number}")
        yield number, kind, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("the metrics are cut short within a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
    raise ValueError("the metrics are not a protocol buffer: a number has more than ten bytes")


# The published files hold nothing but messages of one layout: three evaluations of five doubles,
# the parameters in two to five bytes, the total time. A block of those is taken apart by numpy,
# once each byte that is not a value was seen to be what the layout says.
_EVALUATIONS = 3
_EVALUATION_BYTES = 2 + 5 * 9
_PARAMETERS_AT = _EVALUATIONS * _EVALUATION_BYTES + 1
_TAGS = {
    _EVALUATION_BYTES * evaluation + at: byte
    for evaluation in range(_EVALUATIONS)
    for at, byte in [(0, 0x0A), (1, 5 * 9), *((2 + 9 * n, 8 * n + 9) for n in range(5))]
} | {_PARAMETERS_AT - 1: 0x10}


Decoded = tuple[np.ndarray, np.ndarray, np.ndarray]
"""What is known of n messages: ``known`` of shape (n,) says which have the published files'
layout; for those, ``evaluations`` of shape (n, 3, 5) holds the five numbers of each evaluation in
the order of :class:`Evaluation`, and ``parameters`` of shape (n,) is the number of parameters."""


def decode_block(messages: Sequence[bytes]) -> Decoded:
    """Many ``ModelMetrics`` messages at once, as far as they have the published files' layout.

    For the others, use :func:`decode_metrics`.
    """
    decoded = _undecoded(len(messages))
    for indexes, block in _by_length(messages):
        _decode_equally_long(indexes, block, decoded)
    return decoded


def decode_texts(texts: Sequence[bytes]) -> Decoded:
    r"""The same, still packed: the metrics of many payloads as they stand there.

    Args:
        texts: what follows the last :data:`BEFORE_METRICS` of each payload. Unless it is lines of
            76 characters of base64, each with ``\n``, and then the end of the record, it is not
            known; and payloads that are known differ in nothing but the metrics if they are alike
            up to there.
    """
    decoded = _undecoded(len(texts))
    for indexes, rows in _by_length(texts):
        for places, block in _unpack_equally_long(rows):
            _decode_equally_long(indexes[places], block, decoded)
    return decoded


def _undecoded(count: int) -> Decoded:
    evaluations = np.zeros((count, _EVALUATIONS, 5))
    return np.zeros(count, dtype=bool), evaluations, np.zeros(count, dtype=np.int64)


def _by_length(items: Sequence[bytes]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each length the indexes of its items, and their bytes, a row for each."""
    lengths = np.fromiter(map(len, items), dtype=np.int64, count=len(items))
    for length in filter(None, np.unique(lengths).tolist()):
        (indexes,) = np.nonzero(lengths == length)
        joined = b"".join(
            items if len(indexes) == len(items) else [items[index] for index in indexes.tolist()]
        )
        yield indexes, np.frombuffer(joined, dtype=np.uint8).reshape(len(indexes), length)


def _unpack_equally_long(rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each length of messages the places of their texts among ``rows``, and their bytes."""
    length = rows.shape[1] - len(_END)
    lines = -(-length // (_BASE64_LINE + len(_BREAK)))
    size = length - len(_BREAK) * lines  # of the base64
    if size <= 0 or size % 4:
        return
    characters = np.empty((len(rows), size), dtype=np.uint8)
    usual = (rows[:, length:] == list(_END)).all(axis=1)
    for line in range(lines):
        start, end = line * _BASE64_LINE, min((line + 1) * _BASE64_LINE, size)
        at = line * len(_BREAK)
        characters[:, start:end] = rows[:, start + at : end + at]
        usual &= (rows[:, end + at : end + at + len(_BREAK)] == list(_BREAK)).all(axis=1)
    padding = np.where(characters[:, -1] != _PAD, 0, np.where(characters[:, -2] != _PAD, 1, 2))
    for place in (1, 2):
        characters[padding >= place, -place] = _ZERO
    numbers = _base64_pairs()[characters.view("<u2")]
    usual &= numbers.max(axis=1) < _NO_PAIR
    threes = np.empty((len(rows), size // 4), dtype=">u4")
    np.bitwise_or(numbers[:, ::2].astype(np.uint32) << 12, numbers[:, 1::2], out=threes)
    block = threes.view(np.uint8).reshape(len(rows), -1, 4)[:, :, 1:].reshape(len(rows), -1)
    for less in np.unique(padding).tolist():
        chosen = usual & (padding == less)
        (places,) = np.nonzero(chosen)
        yield places, (block if chosen.all() else block[places])[:, : block.shape[1] - less]


@cache
def _base64_pairs() -> np.ndarray:
    """For each two characters, the first being the low byte, the 12 bits they stand for."""
    values = np.full(256, _NO_PAIR, dtype=np.uint16)
    values[list(f"{ascii_uppercase}{ascii_lowercase}{digits}+/".encode())] = np.arange(64)
    second, first = np.meshgrid(values, values, indexing="ij")
    pairs: np.ndarray = np.where(np.maximum(first, second) < 64, first << 6 | second, _NO_PAIR)
    return pairs.ravel()


def _decode_equally_long(indexes: np.ndarray, block: np.ndarray, decoded: Decoded) -> None:
    """Decode messages, a row of ``block`` for each of ``indexes``."""
    known, evaluations, parameters = decoded
    length = block.shape[1]
    varint = length - _PARAMETERS_AT - 9
    if not 2 <= varint <= 5:
        return
    tags = {**_TAGS, length - 9: 0x19}
    fits = (block[:, list(tags)] == list(tags.values())).all(axis=1)
    septets = block[:, _PARAMETERS_AT : _PARAMETERS_AT + varint].astype(np.int64)
    more = np.array([True] * (varint - 1) + [False])
    fits &= ((septets >= 0x80) == more).all(axis=1)
    known[indexes] = fits
    parameters[indexes] = (septets & 0x7F) @ (1 << 7 * np.arange(varint))
    evaluations[indexes] = _numbers(block)


def encode_block(
    evaluations: np.ndarray, parameters: np.ndarray, total_times: np.ndarray
) -> list[bytes]:
    """Many ``ModelMetrics`` messages at once, in the published files' layout.

    Args:
        evaluations: shape (n, 3, 5), the five numbers of each evaluation.
        parameters: shape (n,), at least 128 and below 2**35.
        total_times: shape (n,), seconds.

    Raises:
        ValueError: a number of parameters is outside those limits.
    """
    if parameters.size and not 1 << 7 <= parameters.min() <= parameters.max() < 1 << 35:
        raise ValueError(
            f"parameters are between {parameters.min()} and {parameters.max()}; this layout "
            "holds 128 to 2**35 - 1"
        )
    messages: list[bytes] = [b""] * len(parameters)
    for varint in range(2, 6):
        (indexes,) = np.nonzero(
            (parameters >> 7 * varint == 0) & (parameters >> 7 * varint - 7 > 0)
        )
        if not len(indexes):
            continue
        length = _PARAMETERS_AT + varint + 9
        block = np.zeros((len(indexes), length), dtype=np.uint8)
        for at, byte in {**_TAGS, length - 9: 0x19}.items():
            block[:, at] = byte
        _numbers(block)[:] = evaluations[indexes]
        shifts = 7 * np.arange(varint)
        digits = (parameters[indexes, None] >> shifts) & 0x7F
        digits[:, :-1] |= 0x80
        block[:, _PARAMETERS_AT : _PARAMETERS_AT + varint] = digits
        block[:, -8:] = total_times[indexes].astype("<f8").view(np.uint8).reshape(-1, 8)
        for index, message in zip(indexes.tolist(), block, strict=True):
            messages[index] = message.tobytes()
    return messages


def _numbers(block: np.ndarray) -> np.ndarray:
    """The doubles of a block of messages, as a view of shape (n, 3, 5)."""
    # Each lies at the same place of every message, nine bytes after the one before.
    return np.ndarray(
        (len(block), _EVALUATIONS, 5),
        dtype="<f8",
        buffer=block if block.flags.c_contiguous else block.base,
        offset=3,
        strides=(block.strides[0], _EVALUATION_BYTES, 9),
    )


def encode_metrics(metrics: Metrics) -> bytes:
    """The ``ModelMetrics`` message of some metrics, in the published files' layout."""
    parts = []
    for evaluation in metrics.evaluations:
        numbers = [
            bytes([8 * n + 9]) + _DOUBLE.pack(value)
            for n, value in enumerate(evaluation[:5])
            if value is not None
        ]
        path = evaluation.checkpoint_path.encode()
        if path:
            numbers.append(b"\x32" + _encode_varint(len(path)) + path)
        body = b"".join(numbers)
        parts.append(b"\x0a" + _encode_varint(len(body)) + body)
    if metrics.trainable_parameters is not None:
        parts.append(b"\x10" + _encode_varint(metrics.trainable_parameters & (1 << 64) - 1))
    if metrics.total_time is not None:
        parts.append(b"\x19" + _DOUBLE.pack(metrics.total_time))
    return b"".join(parts)


def _encode_varint(value: int) -> bytes:
    digits = bytearray()
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)


def encode_row(
    module_hash: str, epochs: int, adjacency: str, operations: str, message: bytes
) -> bytes:
    """The payload of a record, byte for byte as the published files have it.

    Args:
        message: the encoded ``ModelMetrics``.
    """
    text = binascii.b2a_base64(message, newline=False).decode()
    lines = [text[at : at + _BASE64_LINE] for at in range(0, len(text), _BASE64_LINE)]
    metrics = "\\n".join(lines) + "\\n"
    return (f'["{module_hash}", {epochs}, "{adjacency}", "{operations}", "{metrics}"]').encode()
