"""Writing pickles and PyTorch files: the bytes that the original programs would write."""

import io
import pickle
import pickletools
import struct
import tracemalloc
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from nasbench_db.formats import torch_files
from nasbench_db.formats.torch_writing import PickleWriter, StoredTensor, Streamed, write_torch

TEXT = "one string in two places"
TUPLE = (1, 2)
VALUES = {
    "numbers": [0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -1, -(2**31), 2**70, -(2**31) - 1],
    "floats": [0.0, -0.0, 1.5, float("inf"), 5e-324],
    "constants": [None, True, False],
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), (None,))],
    "strings": ["", "a", "é" * 120, "x" * 255, "x" * 256, "\n"],
    "shared": [TEXT, TEXT, TUPLE, {TEXT: TUPLE}],
    "dicts": {"empty": {}, "one": {1: 2.0}, "two": {1: 2.0, "b": None}, (1, 2): {}},
    "lists": [[], [1], [1, 2]],
    "ordered": [OrderedDict(), OrderedDict([(0, 1.0)]), OrderedDict([(0, 1.0), (1, 2.0)])],
    "long": {"dict": {i: float(i) for i in range(2500)}, "list": list(range(2500))},
}


def written(value, protocol=2, shared=()):
    """The pickle of a value."""
    file = io.BytesIO()
    PickleWriter(file.write, protocol, shared).dump(value)
    return file.getvalue()


def opcodes(data):
    """The opcodes of a pickle with their arguments, without the frames around them."""
    return [(op.name, arg) for op, arg, _ in pickletools.genops(data) if op.name != "FRAME"]


@pytest.mark.parametrize("name", VALUES)
def test_bytes_are_those_of_the_standard_pickler(name):
    """In protocol 2 every byte is the same, memo and batches included."""
    value = {name: VALUES[name]}
    assert written(value) == pickle.dumps(value, 2)


@pytest.mark.parametrize("name", VALUES)
def test_opcodes_of_protocol_4_are_those_of_the_standard_pickler(name):
    """In protocol 4 the frames may be cut at other places, and nothing else differs."""
    value = {name: VALUES[name], "set": set(), "elements": {1}}
    data = written(value, 4)
    assert opcodes(data) == opcodes(pickle.dumps(value, 4))
    assert pickle.loads(data) == value


def test_frames_hold_all_of_a_large_pickle():
    """A pickle of some frames is read back by Python's own reader, which checks them."""
    value = [{i: float(i) for i in range(900)} for _ in range(100)]
    data = written(value, 4)
    frames = [arg for op, arg, _ in pickletools.genops(data) if op.name == "FRAME"]
    assert len(frames) > 10
    assert max(frames) < 1 << 17
    assert pickle.loads(data) == value


@pytest.mark.parametrize("protocol", [2, 4])
def test_numpy_numbers_have_the_names_of_old(protocol):
    """A float64 is spelled as by numpy 1, its type once; what is one object is written once."""
    number = np.float64(0.1)
    value = [number, number, np.float64(0.1)]
    data = written(value, protocol)
    assert b"numpy.core.multiarray" in data
    assert b"_core" not in data
    assert data.count(b"dtype") == 1
    assert data.count(b"f8") == 1
    loaded = pickle.loads(data)
    assert loaded == value
    assert all(type(number) is np.float64 for number in loaded)
    assert loaded[0] is loaded[1]
    assert loaded[0] is not loaded[2]


def test_named_strings_are_shared_by_their_value():
    """Strings are shared if they are one object, or if they are named as shared."""
    one, other = ("".join(["te", "xt"]) for _ in range(2))
    assert written([one, other]).count(b"text") == 2
    assert written([one, one]).count(b"text") == 1
    assert written([one, other], shared=["text"]).count(b"text") == 1


def test_state_of_an_ordered_dict_is_kept():
    """PyTorch keeps the versions of a network's modules as an attribute."""
    value = OrderedDict(a=1.0)
    value._metadata = OrderedDict([("", {"version": 1})])
    data = written(value)
    assert data == pickle.dumps(value, 2)
    assert pickle.loads(data)._metadata == value._metadata


@pytest.mark.parametrize("count", [0, 1, 2, 999, 1000, 1001, 2000, 2001])
def test_streamed_items_make_a_dict(count):
    """Items from an iterator give the same object as a dict, whatever their number."""
    items = {i: {"name": [float(i)], "number": np.float64(i)} for i in range(count)}
    names = ["name", "number"]
    data = written({"streamed": Streamed(iter(items.items())), "after": []}, shared=names)
    assert pickle.loads(data) == {"streamed": items, "after": []}
    if count % 1000 > 1:
        assert data == written({"streamed": items, "after": []}, shared=names)


def test_streamed_items_are_forgotten():
    """Memory holds one item at a time."""
    items = ((i, {f"key{j}": [float(i), f"{j}" * 50] for j in range(300)}) for i in range(40))
    sizes = []
    tracemalloc.start()
    PickleWriter(lambda data: sizes.append(len(data)), 2).dump(Streamed(items))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) > 1_000_000
    assert peak < 500_000


def tensors():
    """Tensors of several types, some on one storage, one transposed, one without dimensions."""
    storage = np.arange(12, dtype="<f4")
    return OrderedDict(
        whole=StoredTensor(storage, 0, (3, 4), (4, 1)),
        transposed=StoredTensor(storage, 0, (4, 3), (1, 4)),
        part=StoredTensor(storage, 5, (2,), (3,)),
        count=StoredTensor(np.array([7], "<i8"), 0, (), ()),
        **{
            name: StoredTensor(np.array([1, 2], name), 0, (2,), (1,))
            for name in ("float16", "float64", "int32", "uint8")
        },
    )


@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_tensors_are_views_on_storages(tmp_path, layout):
    """Offsets, shapes, strides and types arrive, and a shared storage is written once."""
    path = tmp_path / "file.pth"
    write_torch(path, {"weights": tensors(), "again": tensors()["count"]}, layout=layout)
    loaded = {name: tensor.numpy() for name, tensor in torch_files.load(path)["weights"].items()}
    whole = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(loaded["whole"], whole)
    np.testing.assert_array_equal(loaded["transposed"], whole.T)
    assert loaded["part"].tolist() == [5.0, 8.0]
    assert loaded["count"].tolist() == 7
    for name in ("float16", "float64", "int32", "uint8"):
        assert (loaded[name].dtype.name, loaded[name].tolist()) == (name, [1, 2])
    assert path.read_bytes().count(np.arange(12, dtype="<f4").tobytes()) == 1


def test_legacy_layout_is_a_row_of_pickles_and_storages(tmp_path):
    """Magic number, protocol, machine, object, sorted keys; then counts and values."""
    path = tmp_path / "file.pth"
    floats, count = np.array([1, 2], "<f4"), np.array([3], "<i8")
    write_torch(path, [StoredTensor(floats, 0, (2,), (1,)), StoredTensor(count, 0, (), ())])
    with open(path, "rb") as file:
        assert pickle.load(file) == 119547037146038801333356
        assert pickle.load(file) == 1001
        assert pickle.load(file) == {
            "protocol_version": 1001,
            "little_endian": True,
            "type_sizes": {"short": 2, "int": 4, "long": 4},
        }
        references = [(op.name, arg) for op, arg, _ in pickletools.genops(file)]
        assert ("GLOBAL", "torch._utils _rebuild_tensor_v2") in references
        assert ("GLOBAL", "torch FloatStorage") in references
        assert ("GLOBAL", "torch LongStorage") in references
        assert references.count(("BINPERSID", None)) == 2
        assert pickle.load(file) == ["0", "1"]
        assert file.read() == struct.pack("<q2fqq", 2, 1.0, 2.0, 1, 3)


def test_zip_layout_is_an_archive_of_aligned_members(tmp_path):
    """The members have the names of PyTorch's, are not compressed, and begin at 64 bytes."""
    path = tmp_path / "file.pth"
    write_torch(path, {"a": StoredTensor(np.array([1, 2], "<f4"), 0, (2,), (1,))}, layout="zip")
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        members = {info.filename: info for info in archive.infolist()}
        assert archive.read("archive/byteorder") == b"little"
        assert archive.read("archive/version") == b"3\n"
        assert archive.read("archive/data/0") == struct.pack("<2f", 1.0, 2.0)
    assert list(members) == [
        "archive/data.pkl",
        "archive/byteorder",
        "archive/data/0",
        "archive/version",
        "archive/.data/serialization_id",
    ]
    for info in members.values():
        assert info.compress_type == zipfile.ZIP_STORED
        name, extra = struct.unpack_from("<HH", content, info.header_offset + 26)
        assert (info.header_offset + 30 + name + extra) % 64 == 0
