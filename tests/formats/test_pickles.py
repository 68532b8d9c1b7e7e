"""Reading pickles of plain data: the objects that Python reads, and nothing that is run."""

import bz2
import collections
import contextlib
import copyreg
import errno
import functools
import importlib
import io
import itertools
import math
import os
import pickle
import pickletools
import struct
import subprocess
import tracemalloc
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import blocks, pickles
from nasbench_db.formats.pickles import (
    ByteStream,
    Dtype,
    ForbiddenGlobal,
    UnexpectedStructure,
    Unpickler,
    open_pickle,
    read_pickle,
)
from nasbench_db.formats.torch_writing import PickleWriter

PROTOCOLS = [2, 3, 4, 5]
KEY = "arch2infos"
SIZES = [0, 1, 2, 3, 1000, 1001, 2500]


def unpickler(data, block=1 << 20):
    """A reader of some bytes, which come in blocks."""
    pieces = (data[at : at + block] for at in range(0, len(data), block))
    return Unpickler(ByteStream(pieces, "some.pickle"))


def load(data, block=1 << 20):
    """The object in a pickle."""
    return unpickler(data, block).load()


def collect(data, block=1 << 20):
    """What is handed out item by item: the headers, the items, and the rest."""
    headers = []
    *items, (key, rest) = unpickler(data, block).items(KEY, headers.append)
    assert key == KEY
    return headers, items, rest


def scalar_equal(one, other):
    """Whether two numbers or texts are the same, NaN and signed zeros included."""
    if isinstance(one, (float, np.floating)):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def same(one, other):
    """Whether two objects have the same types, values, order, and objects in several places."""
    todo, partner = [(one, other)], {}
    while todo:
        one, other = todo.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, (dict, list, tuple)):
            if not one and not other:
                continue
            if partner.setdefault(id(one), id(other)) != id(other):
                return False
            if len(one) != len(other):
                return False
            if (id(one), id(other)) in partner:
                continue
            partner[id(one), id(other)] = True
        if isinstance(one, dict):
            todo += zip(one.keys(), other.keys(), strict=True)
            todo += zip(one.values(), other.values(), strict=True)
        elif isinstance(one, (list, tuple)):
            todo += zip(one, other, strict=True)
        elif isinstance(one, (set, frozenset)):
            if sorted(map(repr, one)) != sorted(map(repr, other)):
                return False
        elif not scalar_equal(one, other):
            return False
    return True


class Reference(pickle._Unpickler):
    """Python's own reader of pickles, which here calls nothing but what makes plain data."""

    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),
            ("__builtin__", "set"): set,
            ("builtins", "set"): set,
        }
        return known[module, name]


def without_frames(data):
    """A pickle without the frames, which promise lengths that a change would break."""
    found = [(opcode.name, at) for opcode, _, at in pickletools.genops(data)]
    starts = [at for _, at in found] + [len(data)]
    return b"".join(
        data[start:end]
        for (name, start), end in zip(found, starts[1:], strict=True)
        if name != "FRAME"
    )


# What Python reads is what we read.

NUMPY = st.one_of(
    st.floats().map(np.float64),
    st.floats(width=32).map(np.float32),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.booleans().map(np.bool_),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**200), 2**200),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.binary(max_size=20),
    NUMPY,
)
KEYS = st.one_of(
    st.integers(0, 300),
    st.sampled_from([KEY, "x-valid@0", "x-valid@10", "größe"]),
    st.text(max_size=5),
    st.tuples(st.integers(0, 3), st.floats(0, 1)),
)


def containers(inner):
    """All that can hold something."""
    return st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(KEYS, inner, max_size=5),
        st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
    )


PLAIN = st.recursive(SCALARS, containers, max_leaves=25)


@given(PLAIN, st.sampled_from(PROTOCOLS))
def test_plain_data_is_what_python_reads(value, protocol):
    """Any nesting of plain data comes back with its types, its order and its shared parts."""
    assert same(load(pickle.dumps(value, protocol)), value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value",
    [
        [0, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -1, -(2**31), -(2**31) - 1, 2**2000],
        [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324],
        ["", "é" * 200, "x" * 256, "\ud800", "\n", "𝄞", "x" * 100_000],
        [b"", b"\x00\xff", bytes(256) * 2, bytes(100_000)],
        [set(), {1, "a"}, frozenset(), frozenset([None])],
        [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((((),),),)],
        [np.float64(0.1), np.float32(0.1), np.float16(0.5), np.int8(-1), np.uint64(2**64 - 1)],
        {i: [i] for i in range(2500)},
        list(range(2500)),
        set(range(2500)),
    ],
)
def test_kinds_of_data(value, protocol):
    """Each kind has some spellings, by its size and the protocol."""
    assert same(load(pickle.dumps(value, protocol)), value)


@pytest.mark.parametrize("module", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_numpy_numbers_of_any_version(module):
    """Version 2 of numpy renamed the module, and any machine's byte order is read."""
    for order, kind in itertools.product("<>", ["f8", "f4", "i8", "u2"]):
        number = np.array(1234, order + kind)
        data = (
            b"\x80\x03cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\x02\x00\x00\x00%sK\x00K"
            b"\x01tR(K\x03X\x01\x00\x00\x00%sNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbC%c%stR."
        ) % (kind.encode(), order.encode(), number.itemsize, number.tobytes())
        loaded = load(data.replace(b"numpy.core.multiarray", module.encode()))
        assert loaded == 1234
        assert type(loaded) is np.dtype(kind).type
        assert loaded.dtype.isnative


@pytest.mark.parametrize("opcode", [b"B\x03\x00\x00\x00abc", b"\x8e\x03" + bytes(7) + b"abc"])
def test_longer_spellings_of_short_data(opcode):
    """A length may have more bytes than it needs."""
    assert load(b"\x80\x04" + opcode + b".") == b"abc"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24, dtype=np.int16).reshape(2, 3, 4)[:, ::2],
        np.array(3.5),
        np.array([True, False]),
        np.array(["abc", "d"]),
        np.array([b"abc"]),
        np.arange(3, dtype=">i4"),
        np.empty((0, 4), dtype=np.uint8),
        np.array([], dtype=np.float64),
    ],
    ids=lambda array: f"{array.dtype.str} {array.shape}",
)
def test_arrays(array, protocol):
    """Numbers and texts, of each shape and order, as Python reads them; the caller's own."""
    one, other = load(pickle.dumps([array, array], protocol))
    assert one is other
    native = array.astype(array.dtype.newbyteorder("="))
    np.testing.assert_array_equal(one, native, strict=True)
    assert one.dtype.isnative
    one[...] = one.copy()
    np.testing.assert_array_equal(load(pickle.dumps({"a": {1: array}}, protocol))["a"][1], array)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_arrays_in_items(protocol):
    """They do not keep a pickle from being handed out item by item."""
    items = {i: {"a": np.arange(float(i)), "b": np.arange(3)} for i in range(5)}
    headers, found, rest = collect(pickle.dumps({"x": 1, KEY: items}, protocol))
    assert headers == [{"x": 1}]
    assert [key for key, _ in found] == list(items)
    for key, item in found:
        np.testing.assert_array_equal(item["a"], items[key]["a"], strict=True)
    assert rest == {"x": 1, KEY: {}}


@pytest.mark.parametrize("value", [np.datetime64("2020-01-01"), np.complex128(1), np.void(b"ab")])
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: np.array([value])])
def test_other_types_of_numpy(value, wrap):
    """What is sound and not read is not called damaged; the message says what to save instead."""
    for data in (pickle.dumps(wrap(value), 4), pickle.dumps(np.array([None, {}]), 4)):
        with pytest.raises(
            SourceError, match=r"numbers and texts are read; save .* tolist"
        ) as raised:
            load(data)
        assert not isinstance(raised.value, CorruptRecord)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_objects_in_several_places_are_one(protocol):
    """What is referred to is one object, also within itself."""
    inner, text = [1.5, 2.5], "".join(["te", "xt"])
    value = {"a": inner, "b": (inner, text), "c": {text: inner}, "d": OrderedDict({text: text})}
    value["itself"] = value
    inner.append(inner)
    loaded = load(pickle.dumps(value, protocol))
    assert same(loaded, value)
    assert loaded["itself"] is loaded
    assert loaded["a"][2] is loaded["a"] is loaded["b"][0]


def test_pickles_follow_each_other():
    """One reader reads them in turn, and each begins with a memo of its own."""
    values = [["a", "a", {"b": 1.0}], {"b": {0: 1.0, 1: 2.0}}, 1001, ("b", ["a"] * 3)]
    data = [pickle.dumps(*each) for each in zip(values, PROTOCOLS, strict=True)]
    reader = unpickler(b"".join(data), 5)
    assert [reader.load() for _ in values] == values
    with pytest.raises(CorruptRecord, match="truncated"):
        reader.load()


def test_reader_goes_on_after_items():
    """A pickle behind one whose items were handed out is read as a whole."""
    value = {KEY: {1: {"a": 1, "b": 2}, 2: {"a": 3}}, "after": 0}
    reader = unpickler(pickle.dumps(value) * 2)
    assert len(list(reader.items(KEY, print))) == 3
    assert reader.load() == value


# Curves: dicts of floats, which are read in one go.

NAMES = [f"x-valid@{i}" for i in range(120)]
CURVES = {
    "epochs": {i: i / 3 for i in range(256)},
    "more epochs": {i: i / 3 for i in range(2500)},
    "names": dict.fromkeys(NAMES, 0.5),
    "all in lists": [dict.fromkeys(NAMES, 0.5) for _ in range(5)],
    "many names": {f"name {i}": float(i) for i in range(2500)},
    "own names": [{f"x-test@{i}": float(j) for i in range(90)} for j in range(5)],
    "non-ASCII": {"ä@0": 1.0, "ö@1": 2.0, "größe": 3.0, "𝄞": 4.0, "\ud800": 5.0},
    "with zeros": {"a\x00": 1.0, "\x00\x00": 2.0, "": 3.0, "\x00": 4.0},
    "long names": {"x" * size: float(size) for size in (1, 62, 63, 64, 65, 255, 256, 300)},
    "unlike": {0: 1.0, "a": 2.0, 1.5: 3.0, (1, 2): 4.0, None: 5.0, 70000: 6.0, "b": 7.0},
    "other values": {"a": 1.0, "b": None, "c": 2.0, "d": np.float64(3), 0: 4.0, 1: 5},
    "one": [{"a": 1.0}, {0: 1.0}, {"a": 2.0}],
    "ordered": OrderedDict({i: i / 7 for i in range(300)}),
    "lists": [[float(i) for i in range(n)] for n in (0, 1, 2, 1000, 1001, 2500)],
    "no items": [({}, (1, 2.0, 3, 4.0)), ({}, ("a", 1.0, "b", 2.0)), ([], (1.0, 2.0, 3.0, 4.0))],
    "no items, twice": [({}, ("ab", 1.0, NAMES[0], 2.0, "ab", 3.0)), [{}, ([], 1.0, [], 2.0)]],
    "keys": {"a": {}, (1, 2.0, 3, 4.0): {}, (5, 6.0, 7, 8.0): [], (9.0, 1.0, 2.0, 3.0): 1},
    "infinite": {0: math.inf, 1: math.nan, 2: -0.0},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", CURVES)
def test_curves(name, protocol):
    """However keys are spelled, they and their values are what Python reads."""
    for before in (0, 250):  # places of the memo have one or four bytes
        value = [[str(i) for i in range(before)], CURVES[name]]
        assert same(load(pickle.dumps(value, protocol)), value)


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.lists(st.one_of(st.sampled_from(NAMES), st.integers(0, 300), st.text(max_size=3))),
            st.sampled_from([dict, OrderedDict, lambda pairs: tuple(sum(pairs, ()))]),
        ),
        max_size=4,
    ),
    st.sampled_from(PROTOCOLS),
    st.integers(1, 100),
)
def test_mixed_curves(curves, protocol, block):
    """Keys of several kinds and lengths, keys that several curves share, and no curves."""
    values = itertools.cycle([0.25, 1.5, math.inf])
    value = [{}]
    for keys, kind in curves:
        value += [kind(list(zip(keys, values, strict=False))), {}]
    assert same(load(pickle.dumps(value, protocol), block), value)


def test_curves_of_python_2():
    """The older pickler counts its objects from 1."""
    data = b"\x80\x02}q\x01(U\x01aq\x02G?\xf0" + bytes(6) + b"h\x02G?\xf0" + bytes(6) + b"u."
    assert load(data.replace(b"U\x01a", b"X\x01\x00\x00\x00a")) == {"a": 1.0}


# Blocks.


@pytest.fixture
def short_lookahead(monkeypatch):
    """Windows that a few curves fill."""
    monkeypatch.setattr(pickles, "_LOOKAHEAD", 1100)


@pytest.mark.parametrize("block", [1, 7, 1100, 4096])
def test_blocks_do_not_matter(short_lookahead, block):
    """Opcodes, strings and curves may be cut anywhere."""
    value = {"curves": CURVES, "numbers": [np.float64(i) for i in range(9)], "s": ["é" * 5000]}
    for protocol in (2, 4):
        assert same(load(pickle.dumps(value, protocol), block), value)


def test_blocks_do_not_matter_for_items(short_lookahead):
    """Items are the same, however the bytes come."""
    infos = {i: {"a": {j: j / 3 for j in range(40)}, "b": {f"y@{j}": 1.0 for j in range(9)}}
             for i in range(60)}  # fmt: skip
    data = pickle.dumps({"before": [1], KEY: infos, "after": {2}}, 4)
    for block in (1, 7, 4096):
        headers, items, rest = collect(data, block)
        assert headers == [{"before": [1]}]
        assert dict(items) == infos
        assert rest == {"before": [1], KEY: {}, "after": {2}}


@given(st.lists(st.binary(max_size=5)), st.lists(st.integers(0, 12), max_size=8))
def test_stream(pieces, counts):
    """The bytes are handed out in order and counted, and their end is noticed."""
    stream, whole, used = ByteStream(pieces, "a file"), b"".join(pieces), 0
    for count in counts:
        enough = used + count <= len(whole)
        assert stream.begins_with(whole[used : used + count])
        assert stream.ensure(count) is enough
        if enough:
            assert stream.take(count) == whole[used : used + count]
            used += count
        else:
            with pytest.raises(CorruptRecord, match=r"a file.* truncated; fetch it again"):
                stream.take(count)
        assert stream.position == used
    stream.drain()
    assert stream.position == used


def test_stream_takes_what_it_needs():
    """No block is asked for before its bytes are."""
    given_out = []
    pieces = (given_out.append(i) or bytes([i]) * 4 for i in range(10))
    stream = ByteStream(pieces, "a file")
    assert given_out == []
    stream.take(5)
    assert given_out == [0, 1]
    stream.drain()
    assert given_out == list(range(10))


# Files.


@pytest.mark.parametrize("pack", [bytes, bz2.compress], ids=["plain", "bz2"])
def test_files_are_read(tmp_path, monkeypatch, pack):
    """Compressed or not, whatever the file's name says; every byte of the file is seen."""
    monkeypatch.setattr(pickles, "_CHUNK_BYTES", 1 << 14)
    value = {"a": CURVES["names"], "random": os.urandom(1 << 17)}
    path = tmp_path / "data.whatever"
    path.write_bytes(pack(pickle.dumps(value, 4)))
    assert read_pickle(path) == read_pickle(str(path)) == value
    seen = []
    stream = open_pickle(path, seen.append)
    assert Unpickler(stream).load() == value
    stream.drain()
    assert b"".join(seen) == path.read_bytes()


def test_joined_bz2_files_are_one(tmp_path):
    """Programs that compress in parallel write several streams."""
    path = tmp_path / "file"
    data = pickle.dumps(["a"] * 1000, 4)
    path.write_bytes(b"".join(bz2.compress(data[at : at + 50]) for at in range(0, len(data), 50)))
    assert read_pickle(path) == ["a"] * 1000


def test_real_files(data):
    """Genuine records are what Python's own reader makes of them."""
    paths = sorted((data / "natsbench").glob("*/*.pbz2"))
    assert len(paths) == 6

    class Full(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "scalar":
                return np.float64(0).__reduce__()[0]
            return {"OrderedDict": OrderedDict, "dtype": np.dtype}[name]

    for path in paths:
        with bz2.open(path) as file:
            expected = Full(file).load()
        assert same(read_pickle(path), expected)


def test_empty_file(tmp_path):
    """A download that failed at once."""
    path = tmp_path / "file.pickle"
    path.touch()
    with pytest.raises(SourceError, match=r"file\.pickle is empty: the download"):
        read_pickle(path)


def test_absent_file_and_folder(tmp_path):
    """Both are named."""
    with pytest.raises(SourceError, match=r"absent\.pickle: there is no such file"):
        read_pickle(tmp_path / "absent.pickle")
    with pytest.raises(SourceError, match="is a folder, not a pickle"):
        read_pickle(tmp_path)


def test_unreadable_file(tmp_path, monkeypatch):
    """A file that may not be read is named with the system's reason."""

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(args[0]))

    monkeypatch.setattr(blocks, "open", refuse, raising=False)
    path = tmp_path / "file.pickle"
    path.write_bytes(pickle.dumps(1))
    with pytest.raises(SourceError, match=r"file\.pickle cannot be read: Permission denied"):
        read_pickle(path)


@pytest.mark.parametrize("content", [b"<!DOCTYPE html>", b"\x1f\x8b\x08", b"SQLite format 3\x00"])
def test_other_files(tmp_path, content):
    """What is no pickle is refused at its first byte."""
    path = tmp_path / "file.pickle"
    path.write_bytes(content)
    with pytest.raises(CorruptRecord, match=r"is no opcode of a pickle of plain data") as caught:
        read_pickle(path)
    assert caught.value.path == str(path)
    assert caught.value.offset == 1


@pytest.mark.parametrize("cut", range(1, 60))
def test_truncated_bz2_file(tmp_path, cut):
    """The end of the compression is missing, even if that of the pickle is not."""
    path = tmp_path / "file.pbz2"
    path.write_bytes(bz2.compress(pickle.dumps([1.5, "a"], 4))[:-cut])
    with pytest.raises(CorruptRecord, match="the file is truncated; fetch it again"):
        read_pickle(path)


def test_damaged_bz2_file(tmp_path):
    """The checksums of bzip2 are checked, also those behind the end of the pickle."""
    path = tmp_path / "file.pbz2"
    whole = bz2.compress(pickle.dumps([1.5, "a"], 4))
    for at in range(4, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            assert read_pickle(path) == [1.5, "a"]  # some bits have no meaning
        except CorruptRecord:
            continue
        assert bz2.decompress(path.read_bytes()) == bz2.decompress(whole)
    path.write_bytes(whole + b"more")
    with pytest.raises(CorruptRecord, match="the bzip2 data are damaged; fetch the file again"):
        read_pickle(path)


# Item by item.


def info(i):
    """What is known of an architecture, in a few kinds of data."""
    return {
        "index": i,
        "results": {
            tuple("ab"): {"curve": {0: i / 3, 1: i / 7}, "number": np.float64(i)},
        },
        "named": OrderedDict({f"x@{j}": float(j) for j in range(3)}),
    }


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("size", SIZES)
def test_items_and_rest_are_the_whole(size, protocol):
    """Batches of any size are handed out in order; what came before is told, once."""
    value = {
        "meta": ["a", "b", ("c",)],
        "total": size,
        "floats": {0: 1.0, 1: 2.0},
        "empty": {},
        KEY: {i: info(i) for i in range(size)},
        "evaluated": set(range(size)),
        "more": {KEY: {1: {2: 3}, 4: {5: 6}}, "a": {}},
    }
    headers, items, rest = collect(pickle.dumps(value, protocol))
    before = dict(itertools.islice(value.items(), 4))
    assert headers == ([before] if size else [])
    assert [list(header) for header in headers] == [list(before)] * len(headers)
    assert same(items, list(value[KEY].items()))
    assert same(rest, {**value, KEY: {}})


def test_items_of_large_numbers():
    """Keys have one, two or four bytes."""
    infos = {i: {"a": i, "b": [i]} for i in [0, 255, 256, 65535, 65536, 2**31 - 1, -1]}
    headers, items, rest = collect(pickle.dumps({"a": 0, KEY: infos}))
    assert dict(items) == infos
    assert headers == [{"a": 0}]
    assert rest == {"a": 0, KEY: {}}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {KEY: {}},
        {KEY: {0: {"a": 1, "b": 2}}},
        {KEY: {0: {"a": 1, "b": 2}, 1: {"a": 2, "b": 3}}},
        {KEY: None, "a": 1},
        {KEY: [{"a": 1}] * 5, "a": 1},
        {"other": {0: {1: 2}, 1: {1: 2}}, "a": 1},
        {KEY: {0: 0.5, 1: 0.25}, "a": 1},
        OrderedDict({"a": {}, KEY: {0: {"a": 1, "b": 2}, 1: {"a": 3}}, "b": 1}),
        {**{i: i for i in range(1500)}, KEY: {0: {"a": 1, "b": 2}, 1: {"a": 3}}, "b": 1},
        [1, 2],
        None,
        KEY,
        ({1: 2}, KEY, {1: {"a": 1}, 2: {"a": 3}}, 4),
    ],
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_items_of_unusual_pickles(value, protocol):
    """Without such a dict there are no items; a dict of one item has one."""
    whole = isinstance(value, dict) and isinstance(value.get(KEY), dict)
    infos = value[KEY] if whole else {}
    headers, items, rest = collect(pickle.dumps(value, protocol))
    before = dict(itertools.takewhile(lambda item: item[0] != KEY, value.items())) if whole else {}
    assert headers == ([before] if infos else [])
    assert same(items, list(infos.items()))
    expected = value.copy() if whole else value
    if whole:
        expected[KEY] = {}
    assert same(rest, expected)


def test_items_are_handed_out_before_the_next_is_read():
    """The header is told, and the first item is there, when little of the file was read."""
    value = {"meta": ["a"], KEY: {i: {"a": bytes(100_000), "b": i} for i in range(10)}}
    data, events = pickle.dumps(value, 4), []

    def pieces():
        for at in range(0, len(data), 1 << 14):
            events.append(at)
            yield data[at : at + (1 << 14)]

    items = Unpickler(ByteStream(pieces(), "a file")).items(KEY, events.append)
    assert events == []
    for i in range(10):
        key, item = next(items)
        assert (key, item["b"]) == (i, i)
        assert events.count({"meta": ["a"]}) == 1
        *_, last = (event for event in events if event != {"meta": ["a"]})
        assert last < (i + 1) * 100_200 + (1 << 17)
    assert list(items) == [(KEY, {"meta": ["a"], KEY: {}})]


def test_errors_of_the_callback_are_not_those_of_the_pickle():
    """An exception of the caller's own is not taken for damage."""

    def on_header(header):
        raise KeyError("mine")

    data = pickle.dumps({"a": 1, KEY: {0: {"a": 1, "b": 2}, 1: {"a": 1, "b": 2}}, "b": 1})
    with pytest.raises(KeyError, match="mine"):
        list(unpickler(data).items(KEY, on_header))


@pytest.mark.parametrize("protocol", [2, 4])
def test_items_are_forgotten(protocol):
    """Memory does not grow with the number of items."""
    # Each has names of its own, as equal strings of several programs' runs are several objects.
    infos = {
        i: {"a": {f"x-valid@{j}": j / 3 for j in range(6)}, "b": [float(i)]} for i in range(3000)
    }
    data = pickle.dumps({"a": 0, KEY: infos}, protocol)
    del infos
    tracemalloc.start()
    try:
        count = sum(1 for _ in unpickler(data, 1 << 16).items(KEY, lambda _: None))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 3001
    assert len(data) > 400_000
    assert peak < 400_000


def two(value):
    """A pickle's dict in which two architectures have something."""
    return {"a": [0], KEY: {0: {"a": value, "b": 2}, 1: {"a": value, "b": 3}}, "c": 1}


SHARED = [1.0, 2.0]
UNEXPECTED = {
    "part of an earlier item": (two(SHARED), "it refers to part of an earlier item"),
    "part of an item behind": (
        {**two(0), KEY: {0: {"a": SHARED, "b": 1}, 1: {"a": 0, "b": 1}}, "z": SHARED},
        "it refers to part of an earlier item",
    ),
    "texts as keys": ({KEY: {"a": {"c": 2}, "b": {"c": 4}}, "a": 1}, "the keys are no numbers"),
    "tuples as keys": ({KEY: {(1, 2, 3, 4): {}, (2,): {}}, "a": 1}, "the keys are no numbers"),
    "dicts of one item": ({KEY: {0: {5: 6}, 1: {5: 6}}, "a": 1}, "not a dict of several items"),
    "no dicts": ({KEY: {0: [1], 1: [2]}, "a": 1}, "not a dict of several items"),
    "tuples": ({KEY: {0: ({"a": 1}, 2), 1: ({"a": 1}, 2)}, "a": 1}, "part of a larger one"),
    "deeper": ({"a": {KEY: {0: {"a": 1}, 1: {"a": 2}}}, "b": 1}, "is not a key of its own dict"),
    "in a tuple": ({"a": ("b", KEY, {0: {"a": 1}, 1: {"a": 2}}), "b": 1}, "is not a key of its"),
    "followed by others": ({KEY: ({}, (None,) * 4), "a": 1}, "objects behind the dict"),
}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", UNEXPECTED)
def test_what_cannot_be_handed_out_is_read_as_a_whole(name, protocol):
    """An error says why, and the whole object can still be read."""
    value, reason = UNEXPECTED[name]
    data = pickle.dumps(value, protocol)
    with pytest.raises(UnexpectedStructure, match=reason) as caught:
        collect(data)
    assert str(caught.value).startswith("some.pickle cannot be read item by item")
    assert same(load(data), value)


def test_whole_within_itself_is_not_handed_out():
    """Neither the whole nor the dict of the items can be had before they are complete."""
    for pick in (lambda value: value, lambda value: value[KEY]):
        value = two(0)
        value[KEY][0]["a"] = pick(value)
        with pytest.raises(UnexpectedStructure):
            collect(pickle.dumps(value, 4))
    alone = {KEY: {0: {"a": 1}}}
    alone[KEY][0]["whole"] = alone
    _, items, rest = collect(pickle.dumps(alone, 4))
    assert items[0][1]["whole"][KEY][0] is items[0][1]
    assert rest == {KEY: {}}


def nested(random, pool, depth=0):
    """Some object, of which parts are in several places, and in which is much that misleads."""
    kind = random.randrange(14 if depth < 4 else 7)
    if kind == 0:
        return random.randrange(300)
    if kind == 1:
        return random.choice([KEY, "a", "x@1", "y"])
    if kind == 2:
        return random.choice([None, True, 0.5, (), [], {}, (1, 2.0), [1.0, 2.0, 3.0]])
    if kind < 7:
        keys = random.choice([range(4), ["x@0", "x@1", KEY, "y"]])
        return {key: random.random() for key in keys[: random.randrange(5)]}
    if kind == 13 and pool:
        return random.choice(pool)
    keys = [KEY, "a", "b", 1, 2, 3, (1, 2), (1, 2, 3.0, 4)]
    parts = [nested(random, pool, depth + 1) for _ in range(random.randrange(5))]
    named = dict(zip(random.sample(keys, len(parts)), parts, strict=True))
    numbered = dict(enumerate(parts))
    value = [parts, tuple(parts), named, numbered, OrderedDict(named), parts][kind - 7 :][:1]
    pool += value
    return value[0] if value else numbered


def collected_or_refused(value, protocol):
    """What is handed out of a pickle; None, if it cannot be."""
    try:
        return collect(pickle.dumps(value, protocol), 100)
    except UnexpectedStructure:
        return None


@settings(max_examples=300)
@given(st.randoms(use_true_random=True), st.sampled_from(PROTOCOLS))
def test_items_are_never_wrong(random, protocol):
    """Whatever is nested where: the items and the rest make up the whole, or there is an error."""
    pool = []

    def some(keys, most):
        keys = random.sample(keys, random.randrange(most))
        return {key: nested(random, pool, 1) for key in keys}

    def result():
        return (
            {"first": 0, **some(["a", KEY, 1], 4)}
            if random.random() < 0.8
            else nested(random, pool, 2)
        )

    before, after = some("abc", 4), some("def", 4)
    infos = {i * 100: result() for i in range(random.randrange(5))}
    value = {**before, KEY: infos, **after}
    found = collected_or_refused(value, protocol)
    if found:
        headers, items, rest = found
        assert headers == ([before] if infos else [])
        assert rest == {**before, KEY: {}, **after}
        assert list(rest) == list(value)
        assert same({**rest, KEY: dict(items)}, load(pickle.dumps(value, protocol)))
        assert list(dict(items)) == list(infos)


@settings(max_examples=300)
@given(st.randoms(use_true_random=True), st.sampled_from(PROTOCOLS))
def test_items_of_anything(random, protocol):
    """A pickle without the dict has no items, and its object is whole."""
    value = nested(random, [])
    found = collected_or_refused(value, protocol)
    if found:
        headers, items, rest = found
        assert len(headers) == bool(items)
        assert ({**rest, KEY: dict(items)} if items else rest) == value


# Nothing is run.


class Call:
    """Becomes a call of a function when it is unpickled by Python."""

    def __init__(self, function, *arguments):
        self.function = function
        self.arguments = arguments

    def __reduce__(self):
        return self.function, self.arguments


def hostile(command):
    """Pickled objects that run a command when Python reads them, and the name they ask for."""
    code = f"__import__('os').system({command!r})"
    return {
        "os.system": (Call(os.system, command), "posix.system"),
        "eval": (Call(eval, code), r"(__builtin__|builtins).eval"),
        "exec": (Call(exec, code), r"(__builtin__|builtins).exec"),
        "getattr": (Call(getattr, "", "join"), r"(__builtin__|builtins).getattr"),
        "import": (Call(__import__, "os"), r"(__builtin__|builtins).__import__"),
        "open": (Call(open, command.split()[-1], "w"), "io.open"),
        "Popen": (Call(subprocess.Popen, command), r"(subprocess|commands).Popen"),
        "partial": (Call(functools.partial, os.system, command), "functools.partial"),
        "attrgetter": (Call(importlib.import_module, "os"), "importlib.import_module"),
        "class": (Path("x"), r"pathlib\S*Path"),
        "object": (Fraction(1, 2), "fractions.Fraction"),
        "reconstructor": (Call(copyreg._reconstructor, object, object, None), "_reconstructor"),
        "nested": (OrderedDict({"a": [Call(os.system, command)]}), "posix.system"),
        "key": ({"a": Call(eval, code)}, r"(__builtin__|builtins).eval"),
        "array": (np.array([Call(os.system, command)], object), r"numpy\S*|O8"),
        "structure": (np.zeros(1, "f8,i4")[0], r"numpy\S*|V12"),
    }


@pytest.fixture
def sentinel(tmp_path):
    """A file that a hostile pickle would make; it is absent before and after."""
    path = tmp_path / "sentinel"
    yield path
    assert not path.exists()


@pytest.mark.parametrize("name", hostile("touch x"))
def test_hostile_pickles_are_refused(sentinel, tmp_path, name):
    """The name that it asks for is in the message, and nothing was run."""
    value, asked = hostile(f"touch {sentinel}")[name]
    of_numpy = name in ("structure", "array")
    protocols = PROTOCOLS if of_numpy else [0, 1, *PROTOCOLS]
    path = tmp_path / "file.pickle"
    for protocol in protocols:
        data = pickle.dumps(value, protocol)
        path.write_bytes(data)
        expected = SourceError if protocol < 2 or of_numpy else ForbiddenGlobal
        with pytest.raises(expected) as caught:
            read_pickle(path)
        assert str(path) in str(caught.value)
        if protocol >= 2:
            assert caught.match(asked)
        with pytest.raises(SourceError):
            collect(data)


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x02cos\nsystem\n)\x81.",
        b"\x80\x02]q\x01cos\nsystem\nq\x02h\x02X\x01\x00\x00\x00a\x85R.",
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93\x8c\x04true\x85R.",
        b"\x80\x02ccollections\nOrderedDict\n)R}X\x01\x00\x00\x00acos\nsystem\nsb.",
        b"\x80\x02ccollections\nOrderedDict\n(cos\nsystem\ntR.",
    ],
)
def test_names_are_refused_wherever_they_are(data):
    """A name is refused when it is asked for, before anything is done with it."""
    with pytest.raises(ForbiddenGlobal, match=r"asks for os\.system"):
        load(data)


@pytest.mark.parametrize("name", ["collections.OrderedDict", "OrderedDict.fromkeys", "dtype.type"])
def test_names_are_whole(name):
    """A part of a name, or a name with more parts, is another name."""
    module = {"d": "numpy", "O": "collections", "c": ""}[name[0]]
    with pytest.raises(ForbiddenGlobal, match=f"asks for {module}.{name}"):
        load(b"\x80\x02c" + f"{module}\n{name}".encode() + b"\n)R.")


def test_message_about_a_hostile_pickle():
    """It says what was asked for, that it was not run, and what to do."""
    with pytest.raises(
        ForbiddenGlobal,
        match=r"some\.pickle asks for posix\.system, which no file of a benchmark needs: .* It was"
        " not run; fetch the file from its publisher",
    ):
        load(pickle.dumps(Call(os.system, "true"), 2))


def test_names_cannot_write_to_the_terminal():
    """Escape sequences and lone surrogates in a name are printed as escapes."""
    name = "\x1b[2J\r\n\ud800" + "x" * 5000
    text = name.encode("utf-8", "surrogatepass")
    data = b"\x80\x04\x8c\x02osX" + struct.pack("<I", len(text)) + text + b"\x93."
    with pytest.raises(ForbiddenGlobal) as caught:
        load(data)
    message = str(caught.value)
    assert message.isascii()
    assert message.isprintable()
    assert r"os.\x1b[2J\r\n\ud800xxx" in message
    assert len(message) < 2000


ORDERED = b"ccollections\nOrderedDict\n"
ENCODE = b"c_codecs\nencode\n"
DTYPE = b"cnumpy\ndtype\n"
SCALAR = b"cnumpy.core.multiarray\nscalar\n"
SET = b"cbuiltins\nset\n"
BYTES = b"cbuiltins\nbytes\n"


def text(value):
    """A string as a pickle has it."""
    return b"X" + struct.pack("<I", len(value)) + value


F8 = DTYPE + text(b"f8") + b"\x85R"
NDARRAY = b"cnumpy\nndarray\n"
RECONSTRUCT = b"cnumpy._core.multiarray\n_reconstruct\n"
EMPTY = RECONSTRUCT + NDARRAY + b"K\x00\x85C\x01b\x87R"
MISUSED = {
    "call of a text": text(b"os.system") + b")R",
    "call of what it built": b"](K\x01e)R",
    "call of a dict": b"}" + text(b"a") + b"\x85R",
    "call of a type's instance": F8 + b")R",
    "arguments are no tuple": ORDERED + b"]R",
    "arguments are a name": ORDERED + ORDERED + b"R",
    "OrderedDict of items": ORDERED + b"](K\x01K\x02\x86e\x85R",
    "OrderedDict of a number": ORDERED + b"K\x05\x85R",
    "OrderedDict of many": ORDERED + b")))\x87R",
    "encode without codec": ENCODE + text(b"a") + b"\x85R",
    "encode as hex": ENCODE + text(b"a") + text(b"hex") + b"\x86R",
    "encode bytes": ENCODE + b"C\x01a" + text(b"latin1") + b"\x86R",
    "encode strictly": ENCODE + text("€".encode()) + text(b"latin1") + b"\x86R",
    "encode with errors": ENCODE + text(b"a") + text(b"latin1") + text(b"x") + b"\x87R",
    "dtype of records": DTYPE + b"](" + text(b"a") + text(b"O") + b"\x86" + b"e\x85R",
    "dtype of nothing": DTYPE + b")R",
    "dtype with a state": F8 + b"K\x01b",
    "dtype with a wrong order": F8 + b"(K\x03" + text(b"!") + b"NNtb",
    "scalar of a name": SCALAR + text(b"f8") + b"C\x08" + bytes(8) + b"\x86R",
    "scalar of the wrong size": SCALAR + F8 + b"C\x04" + bytes(4) + b"\x86R",
    "scalar of a text": SCALAR + F8 + text(b"12345678") + b"\x86R",
    "scalar of nothing": SCALAR + F8 + b"\x85R",
    "call of the type of arrays": NDARRAY + b")R",
    "array of another type": RECONSTRUCT + SET + b"K\x00\x85C\x01b\x87R",
    "array of no state": EMPTY + b"Nb",
    "array of a short state": EMPTY + b"(K\x01K\x02\x85tb",
    "array of too few bytes": EMPTY + b"(K\x01K\x02\x85" + F8 + b"\x89C\x08" + bytes(8) + b"tb",
    "array of a text": EMPTY + b"(K\x01K\x01\x85" + F8 + b"\x89" + text(b"12345678") + b"tb",
    "array of objects": EMPTY + b"(K\x01K\x01\x85" + F8 + b"\x89](Netb",
    "array of a wrong shape": EMPTY + b"(K\x01J\xff\xff\xff\xff\x85" + F8 + b"\x89C\x00tb",
    "array of a shape of texts": EMPTY + b"(K\x01" + text(b"1") + b"\x85" + F8 + b"\x89C\x00tb",
    "array of no type": EMPTY + b"(K\x01K\x01\x85N\x89C\x08" + bytes(8) + b"tb",
    "array of many dimensions": EMPTY
    + b"(K\x01("
    + b"K\x01" * 33
    + b"t"
    + F8
    + b"\x89C\x08"
    + bytes(8)
    + b"tb",
    "array in a wrong order": b"cnumpy._core.numeric\n_frombuffer\n(C\x08"
    + bytes(8)
    + F8
    + b"K\x01\x85"
    + text(b"A")
    + b"tR",
    "array as a key": b"}" + EMPTY + b"Ns",
    "set of a text": SET + text(b"abc") + b"\x85R",
    "set of lists": SET + b"](]]e\x85R",
    "set of a set": SET + b"\x8f\x85R",
    "set of nothing": SET + b")R",
    "bytes of a number": BYTES + b"J\x00\x00\x00\x7f\x85R",
    "state of a dict": b"}}" + text(b"__class__") + ORDERED + b"sb",
    "state of a list": b"]Nb",
    "state of a name": ORDERED + b"}b",
    "items of a list": b"](K\x01K\x02u",
    "items of an odd number": b"}(K\x01u",
    "items of a name": ORDERED + b"(K\x01K\x02u",
    "an item of a list": b"]K\x01K\x02s",
    "elements of a dict": b"}(K\x01e",
    "an element of a tuple": b")K\x01a",
    "elements of a list for a set": b"](K\x01\x90",
    "a list as a key": b"}]Ns",
    "a list as an element": b"\x8f(]\x90",
    "no mark": b"K\x01t",
    "nothing to take": b"\x85",
    "across a mark": b"}(K\x01K\x02s",
    "two objects": b"NN",
    "no object": b"",
    "no such object": b"h\x05",
    "an object too late": b"]q\x05K\x01q\x04",
    "two ways to count": b"]q\x05K\x01\x94",
    "an object outside": text(b"id") + b"Q",
    "a name that is no text": b"K\x01K\x02\x93",
    "a name without an end": b"c" + b"x" * 70_000,
    "a name in no encoding": b"c\xff\n\xff\n",
    "a text in no encoding": b"X\x01\x00\x00\x00\xff",
}


@pytest.mark.parametrize("name", MISUSED)
def test_misused_opcodes(name):
    """What no pickler writes is damage, and no other exception."""
    for lead in (b"\x80\x02", b"\x80\x02" + b"N" * 9 + b"\x85" * 5):
        data = lead + MISUSED[name]
        with pytest.raises(CorruptRecord, match=r"is damaged: .*\S; fetch the file again"):
            load(data + b".")
        with pytest.raises(SourceError):
            collect(data + b"." + bytes(20))


def test_states_of_ordered_dicts_are_ignored():
    """Torch keeps versions there; a class or slots are not set."""
    for state in (
        b"}" + text(b"_metadata") + b"}s",
        b"}" + text(b"__class__") + ORDERED + b"s",
        b"N}" + text(b"__class__") + text(b"x") + b"s\x86",
    ):
        loaded = load(b"\x80\x02" + ORDERED + b")R" + state + b"b.")
        assert type(loaded) is OrderedDict
        assert loaded == {}
        assert vars(loaded) == {}


def test_types_are_not_functions():
    """A name that a pickle may ask for is not one that it can misuse as an object."""
    loaded = load(b"\x80\x02" + F8 + b".")
    assert isinstance(loaded, Dtype)
    assert loaded.numpy == np.dtype("<f8")


FOREIGN = {
    "POP": b"N0",
    "POP_MARK": b"(1",
    "DUP": b"N2",
    "DICT": b"(d",
    "LIST": b"(l",
    "INT": b"I01\n",
    "LONG": b"L1L\n",
    "FLOAT": b"F1\n",
    "STRING": b"S'a'\n",
    "BINSTRING": b"T\x01\x00\x00\x00a",
    "SHORT_BINSTRING": b"U\x01a",
    "UNICODE": b"Va\n",
    "PUT": b"Np0\n",
    "GET": b"g0\n",
    "PERSID": b"Pa\n",
    "INST": b"(ios\nsystem\n",
    "OBJ": b"(No",
    "NEWOBJ": ORDERED + b")\x81",
    "NEWOBJ_EX": ORDERED + b")}\x92",
    "EXT1": b"\x82\x01",
    "EXT2": b"\x83\x01\x00",
    "EXT4": b"\x84\x01\x00\x00\x00",
    "LONG4": b"\x8b\x01\x00\x00\x00\x01",
    "BINUNICODE8": b"\x8d\x01" + bytes(7) + b"a",
    "NEXT_BUFFER": b"\x97",
    "READONLY_BUFFER": b"N\x98",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_opcodes_are_refused(name):
    """Those of protocols 0 and 1, of objects, and of data beyond all files of a benchmark."""
    data = b"\x80\x04" + FOREIGN[name]
    opcode = {opcode.name: opcode.code.encode("latin1") for opcode in pickletools.opcodes}[name]
    with pytest.raises(CorruptRecord, match=f"the byte {opcode[0]:#04x} is no opcode of a pickle"):
        load(data + b".")


@pytest.mark.parametrize("protocol", [0, 1, 6, 255])
def test_other_protocols_are_refused(protocol):
    """The message says which there are."""
    with pytest.raises(CorruptRecord, match=f"protocol {protocol}; allowed are 2 to 5"):
        load(b"\x80" + bytes([protocol]) + b"N.")


# Damage, and what would fill the memory.


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_truncation_at_every_byte(protocol):
    """A part of a pickle is never taken for a whole."""
    value = [{2, 3}, b"bytes", 2**70, -5, 70000, (), (1,), (1, 2, 3, 4), frozenset("a")]
    value = {"meta": ["x"], KEY: {1: {"a": value, "b": 1}, 2: info(2)}, "after": 1}
    whole = pickle.dumps(value, protocol)
    for cut in range(len(whole)):
        with pytest.raises(CorruptRecord, match="truncated; fetch it again") as caught:
            load(whole[:cut], 50)
        assert caught.value.offset <= cut
        with pytest.raises(CorruptRecord, match="truncated; fetch it again"):
            collect(whole[:cut], 50)


SMALL = [
    {"meta": ["x"], KEY: {1: {"a": 1.5, "b": [0.5, 0.25]}, 2: {"a": 2.5, "b": "x"}}, "c": {1}},
    [{f"x@{i}": i / 3 for i in range(5)}, OrderedDict({i: i / 3 for i in range(5)}), b"\xff"],
    [(1, "a", None), {(2, 3): [True, 2**40]}, {"x@1": 1.0, "y@1": 2.0}, ["a", "a", "x@1"]],
]


@settings(max_examples=150)
@given(st.sampled_from(SMALL), st.sampled_from([2, 3, 4]), st.data())
def test_changed_bytes(value, protocol, draw):
    """A damaged pickle is refused, or is one of other data, the same that Python reads."""
    data = bytearray(without_frames(pickle.dumps(value, protocol)))
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(2, len(data) - 1))
        data[at] = draw.draw(st.one_of(st.integers(0, 255), st.sampled_from(list(data))))
    data = bytes(data)
    try:
        ours = load(data)
    except SourceError:
        ours = None
    else:
        try:
            theirs = Reference(io.BytesIO(data)).load()
        except Exception:
            pass  # ours forgives more, such as a lone mark
        else:
            assert same(ours, theirs)
    try:
        _, items, rest = collect(data)
    except SourceError:
        return
    if items:
        rest = {**rest, KEY: dict(items)}
    assert same(rest, ours)


@given(st.binary(max_size=60))
@example(b"]\x85" * 30)
def test_any_bytes(data):
    """Whatever a file contains, the only exception is ours."""
    for read in (load, collect):
        with contextlib.suppress(SourceError):
            read(b"\x80\x04" + data)


def test_huge_places_in_the_memo():
    """They cost no more than small ones."""
    places = [*(2**i for i in range(32)), 2**32 - 1]
    puts = b"".join(b"r" + struct.pack("<I", place) for place in places)
    tracemalloc.start()
    try:
        assert load(b"\x80\x02N" + puts + b".") is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "opcode",
    [
        b"X" + struct.pack("<I", 2**32 - 1),
        b"X" + struct.pack("<I", 2**29),
        b"B" + struct.pack("<I", 2**32 - 1),
        b"\x8e" + struct.pack("<Q", 2**60),
        b"\x8e" + struct.pack("<Q", 2**64 - 1),
        b"\x8e" + struct.pack("<Q", 2**28),
    ],
)
def test_huge_lengths(opcode):
    """What is announced and does not come takes no memory."""
    tracemalloc.start()
    try:
        with pytest.raises(CorruptRecord, match=r"allowed are 536,870,912|truncated"):
            load(b"\x80\x04" + opcode + b"abc")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


DEPTH = 100_000
DEEP = {
    "lists": b"]" * DEPTH + b"a" * (DEPTH - 1),
    "tuples": b")" + b"\x85" * DEPTH,
    "dicts": b"}K\x01" * DEPTH + b"N" + b"s" * DEPTH,
    "ordered dicts": (ORDERED + b")RK\x01") * 3000 + b"N" + b"s" * 3000,
    "frozensets": b"(" * DEPTH + b"\x91" * DEPTH,
    "marks": b"(" * DEPTH + b"t" * DEPTH,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting(name):
    """It is read without recursion, and forgotten without."""
    loaded = load(b"\x80\x04" + DEEP[name] + b".")
    depth = 0
    while loaded:
        loaded = next(iter(loaded.values() if isinstance(loaded, dict) else loaded))
        depth += 1
    assert depth >= 2999


LAUGHS = b")" + b"".join(b"\x94h" + bytes([i]) + b"\x86" for i in range(100))


@pytest.mark.parametrize("key", [b")" + b"\x85" * 5000, LAUGHS], ids=["deep", "repeated"])
@pytest.mark.parametrize(
    "use",
    [b"}%sNs", b"}(%sNNNu", b"\x8f(%s\x90", b"(%s\x91", b"cbuiltins\nset\n](%se\x85R"],
    ids=["item", "items", "set", "frozenset", "set of list"],
)
def test_tuples_that_cannot_be_hashed(key, use):
    """A hash would overflow the stack of the process, or not end."""
    with pytest.raises(CorruptRecord, match="a key is a tuple of more than 1,000 parts"):
        load(b"\x80\x04" + use % key + b".")


@pytest.mark.parametrize(
    "use",
    [
        DTYPE + b"%s\x85R",
        F8 + b"%sb",
        b"%s%s\x93",
        b"%sQ",
        b"%s)R",
        ORDERED + b"%sR",
        ENCODE + b"%s%s\x86R",
        SCALAR + b"%s%s\x86R",
    ],
)
def test_deep_nesting_in_messages(use):
    """An error about a value that cannot be printed is still one of ours."""
    for deep in (b")" + b"\x85" * 5000, b"]" * 5000 + b"a" * 4999):
        with pytest.raises(CorruptRecord) as caught:
            load(b"\x80\x04" + use.replace(b"%s", deep) + b".")
        assert len(str(caught.value)) < 500


@pytest.fixture
def small_limits(monkeypatch):
    """Bombs explode early, to keep the tests fast."""
    monkeypatch.setattr(pickles, "_LOOKAHEAD", 1100)
    monkeypatch.setattr(pickles, "_CHUNK_BYTES", 1 << 14)
    monkeypatch.setattr(pickles, "MAX_ITEM_BYTES", 200_000)
    monkeypatch.setattr(pickles, "MAX_OPCODES", 5_000)


ONE = struct.pack(">d", 1.0)
CURVE = b"}(" + b"".join(b"K%cG" % i + ONE for i in range(256)) + b"u"
LONG = b"\x8e" + struct.pack("<Q", 100_000) + bytes(100_000)
TEXTS = text(b"x" * 100_000) + b"q\x01" + ENCODE + b"q\x02" + text(b"latin1") + b"q\x03"
LISTS = b"](" + b"K\x01" * 3_000 + b"eq\x01" + SET + b"q\x02"
NUMBERS = LONG + b"q\x01" + F8 + b"q\x02M" + struct.pack("<H", 12_500) + b"\x85q\x03"
FROM_BYTES = NUMBERS + b"cnumpy._core.numeric\n_frombuffer\nq\x04" + text(b"C") + b"q\x05"
OF_A_STATE = NUMBERS + b"(K\x01h\x03h\x02\x89h\x01tq\x06"
BOMBS = {
    "arrays of bytes": (FROM_BYTES, b"h\x04(h\x01h\x02h\x03h\x05tR", "200,000 bytes"),
    "arrays of a state": (OF_A_STATE, EMPTY + b"h\x06b", "200,000 bytes"),
    "constants": (b"", b"N", "5,000 opcodes"),
    "numbers": (b"", b"G" + ONE, "5,000 opcodes|200,000 bytes"),
    "lists": (b"", b"]", "5,000 opcodes"),
    "dicts": (b"", b"}", "5,000 opcodes"),
    "sets": (b"", b"\x8f", "5,000 opcodes"),
    "marks": (b"", b"(", "5,000 opcodes"),
    "nested tuples": (b")", b"\x85", "5,000 opcodes"),
    "memo": (b"N", b"\x94", "5,000 opcodes"),
    "elements": (b"](", b"N", "5,000 opcodes"),
    "batches": (b"]", b"(NNNNe", "5,000 opcodes"),
    "names": (ORDERED + b"q\x01", b"h\x01", "5,000 opcodes"),
    "objects": (ORDERED + b"q\x01", b"h\x01)R", "5,000 opcodes"),
    "frames": (b"", b"\x95" + bytes(8), "5,000 opcodes"),
    "curves": (b"", CURVE, "200,000 bytes"),
    "bytes": (b"", LONG, "200,000 bytes"),
    "encoded": (TEXTS, b"h\x02h\x01h\x03\x86R", "200,000 bytes"),
    "sets of a list": (LISTS, b"h\x02h\x01\x85R", "5,000 opcodes"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_endless_pickles(small_limits, name):
    """A pickle without an end is stopped before it fills the memory, in either way to read it."""
    begin, repeated, limit = BOMBS[name]
    block = repeated * (1 + 2_000 // len(repeated))
    reason = f"goes on for more than ({limit}), which none of the published ones does; fetch"
    for read in (Unpickler.load, lambda reader: list(reader.items(KEY, print))):
        stream = ByteStream(itertools.chain([b"\x80\x04" + begin], itertools.repeat(block)), "f")
        tracemalloc.start()
        try:
            with pytest.raises(CorruptRecord, match=reason):
                read(Unpickler(stream))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 5_000_000
        assert stream.position < 400_000


def test_endless_strings_of_items(small_limits):
    """What is kept of the items that were handed out is bounded, too."""

    def pieces():
        yield b"\x80\x02}(X\x01\x00\x00\x00aN" + text(KEY.encode()) + b"}("
        for i in itertools.count():
            put = b"r" + struct.pack("<I", i)
            yield b"K\x01}(K\x01N" + text(b"%0200d" % i) + put + b"Nu"

    items = Unpickler(ByteStream(pieces(), "a file")).items(KEY, lambda _: None)
    with pytest.raises(CorruptRecord, match="200,000 bytes"):
        collections.deque(items, 0)


def test_many_items_are_not_one(small_limits):
    """The limits are those of an item, and not of the file."""
    infos = {i: {j: [j] for j in range(100)} for i in range(300)}
    data = pickle.dumps({"a": 0, KEY: infos, "b": 0}, 4)
    _, items, _ = collect(data, 1 << 12)
    assert len(items) == 300
    with pytest.raises(CorruptRecord, match="5,000 opcodes"):
        load(data, 1 << 12)


def test_bz2_bombs(tmp_path, small_limits):
    """A small file that becomes a huge one is stopped, in its pickle or behind it."""
    path = tmp_path / "bomb.pbz2"
    path.write_bytes(bz2.compress(b"\x80\x04" + b"N" * 2_000_000))
    assert path.stat().st_size < 1000
    with pytest.raises(
        CorruptRecord, match=r"more than (5,000 opcodes|200,000 bytes), which none"
    ):
        read_pickle(path)
    path.write_bytes(bz2.compress(b"\x80\x04N." + bytes(2_000_000)))
    with pytest.raises(CorruptRecord, match="more than 200,000 bytes behind its object; fetch"):
        read_pickle(path)


def test_names_of_curves_do_not_fill_a_cache():
    """Names of published files are kept for the next one; endless ones are not."""
    curve = b"".join(b"\x8c\x08%08dG" % i + ONE for i in range(20_000))
    tracemalloc.start()
    try:
        assert len(load(b"\x80\x04}(" + curve + b"u.")) == 20_000
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 500_000


def test_written_pickles_are_read():
    """What this project writes, it reads."""
    value = {"set": {1, 2}, "numbers": [np.float64(1.5)] * 3, "curves": list(CURVES["own names"])}
    for protocol in (2, 4):
        file = io.BytesIO()
        PickleWriter(file.write, protocol, ["set"]).dump(value)
        assert same(load(file.getvalue()), value)
