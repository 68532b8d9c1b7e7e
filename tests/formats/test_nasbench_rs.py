"""Files of the Rust crate: what their bytes mean, what comes back, and what is refused."""

import errno
import io
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import blocks, nasbench_rs
from nasbench_db.formats.nasbench_rs import (
    Model,
    begins_like_one,
    encode_header,
    encode_model,
    read_models,
    write_models,
)

# The first model of a file, byte by byte as the crate writes it: the example cell of its own
# documentation, trained twice for 4 epochs and once for 108. Its triangle, row by row:
# 100110 10000 1001 010 10 1, the leftmost digit bit 0.
HASH = "00005c142e6f48ac74fdcf73e3439874"
TRIANGLE = int("100110100001001010101"[::-1], 2)
FIRST = bytes.fromhex(
    "07"  # seven operations
    "00 02 03 02 02 01 04"  # input, conv3x3, maxpool3x3, conv3x3, conv3x3, conv1x1, output
    "07"  # dimension
    "00 15 48 59"  # the triangle
    "00005c142e6f48ac74fdcf73e3439874"
    "00 82 8c 0a"  # 8,555,530 parameters
    "02"  # two budgets
    "04 02"  # 4 epochs, two repeats
    # 45.15625 s, 1/8, 1/4, 3/8 halfway; 90.5 s, 1/2, 5/8, 3/4 at the end
    "4046940000000000 3fc0000000000000 3fd0000000000000 3fd8000000000000"
    "4056a00000000000 3fe0000000000000 3fe4000000000000 3fe8000000000000"
    # 2 s, 0, 0, 0; 4 s, 1, 1, 1
    "4000000000000000 0000000000000000 0000000000000000 0000000000000000"
    "4010000000000000 3ff0000000000000 3ff0000000000000 3ff0000000000000"
    "6c 01"  # 108 epochs, one repeat
    "4090000000000000 3fe0000000000000 3fe0000000000000 3fe0000000000000"
    "40a0000000000000 3fec000000000000 3fec000000000000 3fed000000000000"
)
HEADER = 15


def model(
    ops: Sequence[int] = (0, 2, 4),
    dimension: int = 3,
    triangle: int = 0b101,
    module_hash: str = HASH,
    parameters: int = 1000,
    epochs: dict[int, int] | None = None,
) -> Model:
    """A model; ``epochs`` gives the number of repeats of each budget."""
    trainings = {
        budget: np.arange(8.0 * repeats).reshape(repeats, 2, 4) + budget
        for budget, repeats in (epochs or {4: 1}).items()
    }
    return Model(bytes(ops), dimension, triangle, module_hash, parameters, trainings)


def written(models: Sequence[Model]) -> bytes:
    """The bytes of a file of models."""
    file = io.BytesIO()
    write_models(file, len(models), models)
    return file.getvalue()


def plain(found: Model) -> tuple:
    """A model with its arrays as nested lists, which can be compared."""
    lists = {budget: numbers.tolist() for budget, numbers in found.epochs.items()}
    return (*found[:-1], lists)


MODELS = [
    model(epochs={4: 3, 12: 1}),
    model((0, 4), 2, 1, "f" * 32, 0, {108: 1}),
    model((0, 1, 2, 3, 1, 2, 4), 7, (1 << 21) - 1, "0" * 32, (1 << 32) - 1, {0: 1, 255: 2}),
]
WHOLE = written(MODELS)
STARTS = [HEADER]
for _each in MODELS:
    STARTS.append(STARTS[-1] + len(encode_model(_each)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A place for a file."""
    return tmp_path / "nasbench.bin"


def put(path: Path, data: bytes) -> Path:
    """Write a file's bytes."""
    path.write_bytes(data)
    return path


# What the bytes mean.


def test_every_field_of_a_model_is_where_the_crate_puts_it(path):
    """A hand-made file of one model is read field by field."""
    put(path, b"nasbench-rs" + bytes([0, 0, 0, 1]) + FIRST)
    ((offset, found),) = read_models(path)
    assert offset == HEADER
    assert [nasbench_rs.OPERATIONS[code] for code in found.ops] == [
        "input",
        "conv3x3-bn-relu",
        "maxpool3x3",
        "conv3x3-bn-relu",
        "conv3x3-bn-relu",
        "conv1x1-bn-relu",
        "output",
    ]
    assert found.dimension == 7
    assert found.triangle == TRIANGLE == 0x154859
    assert found.module_hash == HASH
    assert found.trainable_parameters == 8_555_530
    assert list(found.epochs) == [4, 108]
    assert found.epochs[4].shape == (2, 2, 4)
    assert found.epochs[4].tolist() == [
        [[45.15625, 0.125, 0.25, 0.375], [90.5, 0.5, 0.625, 0.75]],
        [[2.0, 0.0, 0.0, 0.0], [4.0, 1.0, 1.0, 1.0]],
    ]
    assert found.epochs[108].tolist() == [
        [[1024.0, 0.5, 0.5, 0.5], [2048.0, 0.875, 0.875, 0.90625]]
    ]


def test_a_model_is_written_byte_for_byte_as_the_crate_writes_it():
    """The same model gives the hand-made bytes, whatever its numbers come in."""
    first = [
        [[45.15625, 0.125, 0.25, 0.375], [90.5, 0.5, 0.625, 0.75]],
        [[2, 0, 0, 0], [4, 1, 1, 1]],
    ]
    last = np.array([[[1024, 0.5, 0.5, 0.5], [2048, 0.875, 0.875, 0.90625]]], dtype=np.float32)
    given = Model(
        bytes([0, 2, 3, 2, 2, 1, 4]), 7, TRIANGLE, HASH, 8_555_530, {4: first, 108: last}
    )
    assert encode_model(given) == FIRST
    file = io.BytesIO()
    write_models(file, 1, iter([given]))
    assert file.getvalue() == b"nasbench-rs\x00\x00\x00\x01" + FIRST


def test_the_number_of_models_is_big_endian():
    """Of the published data it is 423,624."""
    assert encode_header(423_624) == b"nasbench-rs\x00\x06\x76\xc8"


# What comes back.


def test_models_come_back_as_written_with_their_offsets(path):
    """In the file's order, each with the byte at which it starts."""
    found = list(read_models(put(path, WHOLE)))
    assert [offset for offset, _ in found] == STARTS[:-1]
    assert [plain(each) for _, each in found] == [plain(each) for each in MODELS]
    assert written([each for _, each in found]) == WHOLE


FLOATS = st.floats(width=64, allow_nan=False)


@st.composite
def any_models(draw: st.DrawFn) -> Model:
    """A model of any values that the format holds."""
    size = draw(st.integers(2, 7))
    ops = draw(st.binary(min_size=size, max_size=size).map(lambda b: bytes(x % 5 for x in b)))
    triangle = draw(st.integers(0, (1 << size * (size - 1) // 2) - 1))
    budgets = sorted(draw(st.sets(st.integers(0, 255), min_size=1, max_size=4)))
    epochs = {}
    for budget in budgets:
        repeats = draw(st.integers(1, 3))
        row = st.lists(FLOATS, min_size=8 * repeats, max_size=8 * repeats)
        epochs[budget] = np.array(draw(row)).reshape(repeats, 2, 4)
    digest = draw(st.binary(min_size=16, max_size=16)).hex()
    return Model(ops, size, triangle, digest, draw(st.integers(0, (1 << 32) - 1)), epochs)


@given(st.lists(any_models(), max_size=5), st.integers(1, 300))
def test_any_models_come_back_whatever_the_block_size(models, block):
    """Models that span the blocks in which a file is read are put together again."""
    whole = written(models)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(nasbench_rs, "_CHUNK_BYTES", block)
        path = put(Path(folder, "file"), whole)
        seen: list[bytes] = []
        found = list(read_models(path, on_bytes=seen.append))
        assert [plain(each) for _, each in found] == [plain(each) for each in models]
        assert b"".join(seen) == whole
        assert {len(piece) for piece in seen[:-1]} <= {block}
        assert written([each for _, each in found]) == whole


def test_not_a_number_and_infinity_keep_their_bits(path):
    """The format does not say what numbers are allowed; the reader changes none."""
    bits = bytes.fromhex("7ff8000000000123 fff0000000000000 8000000000000000 0000000000000001") * 2
    data = encode_model(model())[: -len(bits)] + bits
    ((_, found),) = read_models(put(path, encode_header(1) + data))
    assert encode_model(found) == data


def test_the_largest_model_is_read(path, monkeypatch):
    """255 budgets of 255 repeats, four megabytes, behind a small one."""
    largest = model(epochs=dict.fromkeys(range(255), 255))
    small, large = encode_model(model()), encode_model(largest)
    assert len(large) > 4_000_000
    monkeypatch.setattr(nasbench_rs, "_CHUNK_BYTES", 1 << 20)
    found = list(read_models(put(path, encode_header(2) + small + large)))
    assert [offset for offset, _ in found] == [HEADER, HEADER + len(small)]
    assert encode_model(found[1][1]) == large


def test_a_file_of_no_models_has_none(path):
    """The crate writes such a file for an empty data set."""
    assert list(read_models(put(path, encode_header(0)))) == []


def test_models_are_yielded_before_the_file_is_read(path, monkeypatch):
    """The file is streamed: the first model needs the first block alone."""
    monkeypatch.setattr(nasbench_rs, "_CHUNK_BYTES", STARTS[1])
    seen: list[bytes] = []
    models = read_models(put(path, WHOLE), on_bytes=seen.append)
    assert seen == []
    assert next(models)[0] == HEADER
    assert b"".join(seen) == WHOLE[: STARTS[1]]
    models.close()


def test_arrays_are_read_only(path):
    """They are views of what was read, and several may share it."""
    ((_, found), *_) = read_models(put(path, WHOLE))
    with pytest.raises(ValueError, match="read-only"):
        found.epochs[4][0, 0, 0] = 1.0


# What is refused.


@pytest.mark.parametrize("block", [1, 7, 1 << 22])
def test_truncation_at_every_byte_is_noticed(path, monkeypatch, block):
    """The models before the cut are read, and the one that is cut is named with its offset."""
    monkeypatch.setattr(nasbench_rs, "_CHUNK_BYTES", block)
    for cut in range(1, len(WHOLE)):
        put(path, WHOLE[:cut])
        complete = sum(end <= cut for end in STARTS[1:])
        models = read_models(path)
        found = [plain(next(models)[1]) for _ in range(complete)]
        assert found == [plain(each) for each in MODELS[:complete]]
        with pytest.raises(CorruptRecord, match="truncated") as caught:
            next(models)
        offset = STARTS[complete] if cut >= HEADER else 0
        assert (caught.value.path, caught.value.record, caught.value.offset) == (
            str(path),
            complete,
            offset,
        )


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (5, r"within its header \(5 of 15 bytes\)"),
        (STARTS[1], "announces 3 models, and the file ends before this one"),
        (STARTS[1] + 9, "announces 3 models, and the file ends 9 bytes into this one"),
    ],
)
def test_truncation_says_where_the_file_ends(path, cut, reason):
    """Within the header, between two models, or within one."""
    with pytest.raises(CorruptRecord, match=reason):
        list(read_models(put(path, WHOLE[:cut])))


@pytest.mark.parametrize("block", [1, 1 << 22])
@pytest.mark.parametrize("further", [b"\x00", FIRST])
def test_bytes_after_the_last_model_are_refused(path, monkeypatch, block, further):
    """Even another model; all models that the header announces are read before."""
    monkeypatch.setattr(nasbench_rs, "_CHUNK_BYTES", block)
    models = read_models(put(path, WHOLE + further))
    assert [next(models)[0] for _ in MODELS] == STARTS[:-1]
    with pytest.raises(CorruptRecord, match="goes on after the 3 models") as caught:
        next(models)
    assert (caught.value.record, caught.value.offset) == (3, len(WHOLE))


def changed(at: int, *values: int) -> bytes:
    """The hand-made model with some bytes changed."""
    return FIRST[:at] + bytes(values) + FIRST[at + len(values) :]


IMPOSSIBLE = {
    "no operations": (b"\x00" + FIRST[1:], "0 operations; allowed are 2 to 7"),
    "eight operations": (b"\x08" + FIRST[1:], "8 operations; allowed are 2 to 7"),
    "an unknown operation": (changed(3, 5), "operation 5; known are 0 to 4"),
    "another dimension": (changed(8, 6), "7 operations and a matrix of dimension 6"),
    "a large dimension": (changed(8, 8), "7 operations and a matrix of dimension 8"),
    "an edge too many": (changed(9, 0x00, 0x20), "triangle .* is 0x204859; .* has 21 entries"),
    "all edges": (changed(9, *b"\xff\xff\xff\xff"), "triangle .* is 0xffffffff"),
    "no budgets": (changed(33, 0), "trainings of 0 budgets"),
    "no repeats": (changed(35, 0), "0 repeats of 4 epochs"),
    "a budget twice": (changed(164, 4), "4 epochs follow those of 4; they must ascend"),
    "budgets that descend": (changed(164, 3), "3 epochs follow those of 4; they must ascend"),
}


def test_the_places_of_the_fields_are_what_the_impossible_models_take_them_for():
    """The byte that is changed is the one that is meant."""
    assert FIRST[8] == 7
    assert FIRST[9:13] == TRIANGLE.to_bytes(4, "big")
    assert (FIRST[33], FIRST[34], FIRST[35], FIRST[164]) == (2, 4, 2, 108)


@pytest.mark.parametrize(("bad", "reason"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_models_are_refused(path, bad, reason):
    """The models before are read; the error names the model, its offset and what is wrong."""
    good = encode_model(MODELS[0])
    models = read_models(put(path, encode_header(3) + good + bad + good))
    assert next(models)[0] == HEADER
    with pytest.raises(CorruptRecord, match=reason) as caught:
        next(models)
    assert (caught.value.record, caught.value.offset) == (1, HEADER + len(good))
    assert str(caught.value).startswith(f"{path}: record 1 at byte {HEADER + len(good)}: ")


@given(st.integers(HEADER, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_breaks_nothing_else(at, mask):
    """There are no checksums: a change is an error of the format or another value in one model."""
    with tempfile.TemporaryDirectory() as folder:
        data = WHOLE[:at] + bytes([WHOLE[at] ^ mask]) + WHOLE[at + 1 :]
        path = put(Path(folder, "file"), data)
        number = sum(end <= at for end in STARTS[1:])
        models = read_models(path)
        found = [plain(next(models)[1]) for _ in range(number)]
        assert found == [plain(each) for each in MODELS[:number]]
        error = None
        rest = []
        try:
            rest += [each for _, each in models]
        except CorruptRecord as caught:
            error = caught
        if error is None:
            assert written([*MODELS[:number], *rest]) == data
        else:
            assert error.record >= number


@pytest.mark.parametrize("data", [b"nasbench-db", b"NASBENCH-RS\x00\x00\x00\x00", b"\x91\x01\x00"])
@pytest.mark.parametrize("block", [1, 1 << 22])
def test_another_kind_of_file_is_refused(path, monkeypatch, data, block):
    """As soon as it begins otherwise."""
    monkeypatch.setattr(nasbench_rs, "_CHUNK_BYTES", block)
    with pytest.raises(SourceError, match=r"it begins with b.* must begin with") as caught:
        list(read_models(put(path, data)))
    assert not isinstance(caught.value, CorruptRecord)


def test_files_that_cannot_be_read_are_named(tmp_path, path, monkeypatch):
    """Absent, a folder, empty, forbidden."""
    with pytest.raises(SourceError, match=r"nasbench\.bin: there is no such file"):
        list(read_models(path))
    with pytest.raises(SourceError, match="is a folder"):
        list(read_models(tmp_path))
    with pytest.raises(SourceError, match="is empty"):
        list(read_models(put(path, b"")))
    with pytest.raises(SourceError, match="cannot be read"):
        list(read_models(tmp_path / ("long" * 100)))

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(blocks, "open", refuse, raising=False)
    with pytest.raises(SourceError, match=r"nasbench\.bin cannot be read: Permission denied"):
        list(read_models(path))


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (WHOLE, True),
        (b"nasbench-rs", True),
        (b"nasb", True),
        (b"", False),
        (b"nasbench-sr\x00\x00", False),
        (struct.pack("<Q", 401), False),
    ],
)
def test_files_are_recognised_by_how_they_begin(path, data, answer):
    """A file that is cut within the magic word is one of the crate's, and will be called cut."""
    assert begins_like_one(put(path, data)) is answer


def test_what_is_no_file_is_not_recognised(tmp_path):
    """Other code tells why it cannot be read."""
    assert not begins_like_one(tmp_path)
    assert not begins_like_one(tmp_path / "absent")
    assert not begins_like_one(tmp_path / ("long" * 100))


NOT_WRITABLE = {
    "one vertex": (model((0,), 1, 0), "1 operations; allowed are 2 to 7"),
    "eight vertices": (model((0, *[1] * 6, 4), 8, 1), "8 operations; allowed are 2 to 7"),
    "another dimension": (model(dimension=4), "3 operations and a matrix of dimension 4"),
    "an unknown operation": (model((0, 9, 4)), "operation 9"),
    "an edge too many": (model(triangle=8), "0x8; a matrix of dimension 3 has 3 entries"),
    "a short hash": (model(module_hash="ab"), "module hash is 'ab'"),
    "a hash of other letters": (model(module_hash="g" * 32), "not 32 hexadecimal digits"),
    "negative parameters": (model(parameters=-1), "-1 parameters"),
    "parameters beyond 32 bits": (model(parameters=1 << 32), "4294967296 parameters"),
    "no budgets": (model()._replace(epochs={}), "trainings of 0 budgets"),
    "all budgets": (model(epochs=dict.fromkeys(range(256), 1)), "trainings of 256 budgets"),
    "a vast budget": (model(epochs={256: 1}), "256 epochs; allowed are 0 to 255"),
    "a negative budget": (model(epochs={-4: 1}), "-4 epochs; allowed are 0 to 255"),
    "budgets that descend": (model(epochs={12: 1, 4: 1}), "4 epochs follow those of 12"),
    "no repeats": (model(epochs={4: 0}), "0 repeats of 4 epochs"),
    "256 repeats": (model(epochs={4: 256}), "256 repeats of 4 epochs"),
    "another shape": (model()._replace(epochs={4: np.zeros((3, 4))}), r"shape \(3, 4\)"),
}


@pytest.mark.parametrize(("bad", "reason"), NOT_WRITABLE.values(), ids=NOT_WRITABLE)
def test_what_the_format_cannot_hold_is_not_written(bad, reason):
    """Nothing is written that would be refused when it is read, or read otherwise."""
    with pytest.raises(ValueError, match=reason):
        encode_model(bad)


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_models_than_announced_is_an_error(count):
    """The header says how many there are, and stands before them."""
    with pytest.raises(ValueError, match=f"{count} models were announced, and there were 2"):
        write_models(io.BytesIO(), count, MODELS[:2])
    with pytest.raises(ValueError, match="4,294,967,296 models"):
        encode_header(1 << 32)
