"""Reading files of torch without torch: both layouts, tensors, damage and hostile files."""

import bz2
import contextlib
import errno
import gzip
import io
import lzma
import os
import pickle
import sqlite3
import struct
import tracemalloc
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats import blocks, pickles, torch_files
from nasbench_db.formats.pickles import ForbiddenGlobal, UnexpectedStructure
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.formats.torch_writing import StoredTensor, write_torch

LAYOUTS = ["legacy", "zip"]
KEY = "arch2infos"


def text(value):
    """A string as a pickle has it."""
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def integer(value):
    """A number as a pickle has it."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def reference(key="0", count=4, kind="FloatStorage", tail=b"N"):
    """A pickle's reference to a storage."""
    what = text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
    return b"(" + what + integer(count) + tail + b"tQ"


def numbers(values):
    """A tuple of numbers as a pickle has it."""
    return b"(" + b"".join(map(integer, values)) + b"t"


def tensor(storage, offset=0, shape=(4,), stride=(1,)):
    """A pickle's tensor."""
    view = integer(offset) + numbers(shape) + numbers(stride)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + (
        storage + view + b"\x89ccollections\nOrderedDict\n)RtR"
    )


FLOATS = struct.pack("<4f", 1, 2, 3, 4)
MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2)


def legacy(content, keys=("0",), storages=((4, FLOATS),), version=1001, **system):
    """A file of the older layout.

    Args:
        content: the opcodes of the object.
        keys: the keys of the storages.
        storages: the number and the bytes of each.
        version: of the layout.
        system: what is told about the machine.
    """
    head = MAGIC + pickle.dumps(version, 2) + pickle.dumps({"little_endian": True, **system}, 2)
    tail = b"".join(struct.pack("<q", count) + data for count, data in storages)
    return head + b"\x80\x02" + content + b"." + pickle.dumps(list(keys), 2) + tail


def zipped(content, members=(("archive/data/0", FLOATS),), compression=zipfile.ZIP_STORED):
    """A file of the newer layout."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + content + b".")
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def pack(layout, content, data=FLOATS):
    """A file of a layout with one storage, whatever its bytes."""
    if layout == "zip":
        return zipped(content, [("archive/data/0", data)])
    return legacy(content, storages=[(len(data) // 4, data)])


def packed_storage(content=None, **options):
    """How pickles that torch has not written have storages: with their numbers, as bytes."""
    data = legacy(reference() if content is None else content, **options)
    return b"ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(data)) + data + b"\x85R"


@pytest.fixture
def load(tmp_path):
    """Writes a file and reads it."""

    def read(content):
        path = tmp_path / "file.pth"
        path.write_bytes(content)
        return torch_files.load(path)

    return read


@pytest.fixture
def collect(tmp_path):
    """Writes a file and reads it item by item: the headers, the items and the rest."""

    def read(content):
        path, headers = tmp_path / "file.pth", []
        path.write_bytes(content)
        *items, (key, rest) = torch_files.items(path, KEY, headers.append)
        assert key == KEY
        return headers, items, rest

    return read


def arrays():
    """Arrays of all types that are written, and views on one storage."""
    storage = np.arange(24, dtype="<f4")
    views = {
        "whole": (storage, 0, (2, 3, 4), (12, 4, 1)),
        "transposed": (storage, 0, (6, 4), (1, 6)),
        "part": (storage, 5, (2, 3), (9, 2)),
        "repeated": (storage, 3, (3, 2), (0, 1)),
        "one": (storage, 23, (), ()),
        "none": (storage, 24, (0, 3), (3, 1)),
        "no storage": (np.empty(0, "<f4"), 0, (0,), (1,)),
    }
    for name in ("float16", "float32", "float64", "int32", "int64", "uint8"):
        views[name] = (np.array([0, 1, 100], name), 0, (3,), (1,))
    expected = {
        name: np.lib.stride_tricks.as_strided(
            array[offset:], shape, [stride * array.itemsize for stride in strides]
        ).copy()
        for name, (array, offset, shape, strides) in views.items()
    }
    return {name: StoredTensor(*view) for name, view in views.items()}, expected


def assert_arrays(loaded, expected):
    """Types, shapes and values are the same."""
    assert list(loaded) == list(expected)
    for name, array in expected.items():
        found = loaded[name].numpy()
        assert found.dtype == array.dtype
        assert found.flags.c_contiguous
        assert found.flags.writeable
        np.testing.assert_array_equal(found, array, strict=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tensors_become_arrays(tmp_path, layout):
    """Types, offsets, shapes and strides arrive; every byte of the file is seen."""
    stored, expected = arrays()
    path = tmp_path / "file.pth"
    write_torch(path, {"weights": OrderedDict(stored), "plain": {0: 1.0, 1: 2.0}}, layout=layout)
    seen = []
    loaded = torch_files.load(path, seen.append)
    assert loaded["plain"] == {0: 1.0, 1: 2.0}
    assert_arrays(loaded["weights"], expected)
    assert b"".join(seen) == path.read_bytes()
    assert_arrays(torch_files.load(str(path))["weights"], expected)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("FloatStorage", "<f4"),
        ("DoubleStorage", "<f8"),
        ("HalfStorage", "<f2"),
        ("LongStorage", "<i8"),
        ("IntStorage", "<i4"),
        ("ShortStorage", "<i2"),
        ("CharStorage", "<i1"),
        ("ByteStorage", "<u1"),
        ("BoolStorage", "?"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_types_of_storages(load, layout, kind, code):
    """Each has its type of numbers."""
    array = np.array([0, 1, 1, 0], code)
    content = tensor(reference(kind=kind))
    if layout == "zip":
        data = zipped(content, [("archive/data/0", array.tobytes())])
    else:
        data = legacy(content, storages=[(4, array.tobytes())])
    found = load(data).numpy()
    assert found.dtype == np.dtype(code)
    assert found.tolist() == array.tolist()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_bfloat16(load, layout):
    """They are given as the float32 of the same value, which has more digits."""
    values = np.array([0, 1, -2.5, np.inf, 3.0e38, 1e-40], "<f4")
    upper = (values.view("<u4") >> 16).astype("<u2")
    content = tensor(reference(kind="BFloat16Storage", count=6), shape=(2, 3), stride=(3, 1))
    if layout == "zip":
        data = zipped(content, [("archive/data/0", upper.tobytes())])
    else:
        data = legacy(content, storages=[(6, upper.tobytes())])
    found = load(data).numpy()
    expected = (upper.astype("<u4") << 16).view("<f4").reshape(2, 3)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert found[0].tolist() == [0, 1, -2.5]
    assert found.flags.c_contiguous


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sizes(load, layout):
    """A shape is a tuple."""
    size = b"ctorch\nSize\n"
    content = size + b"K\x02K\x03\x86\x85R" + size + b")R\x86"
    packed = zipped(content, []) if layout == "zip" else legacy(content, keys=(), storages=())
    assert load(packed) == ((2, 3), ())
    wrong = size + text("12") + b"\x85R"
    with pytest.raises(CorruptRecord, match="a size is made of '12'"):
        load(zipped(wrong, []) if layout == "zip" else legacy(wrong, keys=(), storages=()))


def test_pickles_with_tensors(tmp_path):
    """Each storage is a file of its own within the pickle."""
    pair = b"(" + tensor(packed_storage()) + tensor(packed_storage(), 1, (2, 2), (0, 2)) + b"t"
    pair += text("plain") + b"\x86."
    for name, wrap in [("a.pickle", bytes), ("a.pickle.pbz2", bz2.compress)]:
        path = tmp_path / name
        path.write_bytes(wrap(b"\x80\x04" + pair))
        (one, other), plain = torch_files.load(path)
        assert one.numpy().tolist() == [1, 2, 3, 4]
        assert other.numpy().tolist() == [[2, 4], [2, 4]]
        assert plain == "plain"


def test_tensors_in_items_of_pickles(collect):
    """Where the numbers come with the tensor, architectures with weights are handed out."""
    weights = text("w") + tensor(packed_storage()) + text("b") + b"N"
    content = b"\x80\x02}(" + text("a") + b"N" + text(KEY) + b"}("
    content += b"".join(b"K%c}(" % i + weights + b"u" for i in range(5))
    headers, items, rest = collect(content + b"uu.")
    assert headers == [{"a": None}]
    assert [key for key, _ in items] == list(range(5))
    assert all(item["w"].numpy().tolist() == [1, 2, 3, 4] for _, item in items)
    assert rest == {"a": None, KEY: {}}


def test_parameters_are_tensors(load):
    """What is trained is a tensor in a wrapper."""
    content = b"ctorch._utils\n_rebuild_parameter\n(" + tensor(reference()) + b"\x88NtR"
    for layout in LAYOUTS:
        assert load(pack(layout, content)).numpy().tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_items(tmp_path, layout):
    """Items, header and rest are the whole; every byte of the file is seen."""
    infos = {i: {"a": {j: i / (j + 1) for j in range(9)}, "b": [i]} for i in range(1001)}
    value = {"meta": ["x"], KEY: infos, "after": {1.5: 2}}
    path, headers, seen = tmp_path / "file.pth", [], []
    write_torch(path, value, layout=layout)
    *items, last = torch_files.items(path, KEY, headers.append, seen.append)
    assert dict(items) == infos
    assert [key for key, _ in items] == list(infos)
    assert last == (KEY, {**value, KEY: {}})
    assert headers == [{"meta": ["x"]}]
    assert b"".join(seen) == path.read_bytes()
    assert torch_files.load(path) == value


@pytest.mark.parametrize("protocol", [2, 4])
def test_items_of_a_plain_pickle(collect, protocol):
    """NATS-Bench's files are no files of torch."""
    value = {"meta": ["x"], KEY: {i: {"a": i, "b": {i}} for i in range(3)}, "after": {1, 2}}
    for wrap in (bytes, bz2.compress):
        headers, items, rest = collect(wrap(pickle.dumps(value, protocol)))
        assert headers == [{"meta": ["x"]}]
        assert {**rest, KEY: dict(items)} == value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sets_of_torch(collect, layout):
    """Torch writes protocol 2, in which a set is made by a function of a list."""
    value = {KEY: {1: {"a": 1, "b": 2}, 2: {"a": 3}}, "evaluated_indexes": {1, 2}}
    content = pickle.dumps(value, 2)[2:-1]
    members = {"zip": zipped(content, []), "legacy": legacy(content, [], [])}
    _, items, rest = collect(members[layout])
    assert {**rest, KEY: dict(items)} == value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_items_with_tensors_cannot_be_handed_out(tmp_path, layout):
    """Their numbers are at the end of the file, so that it is read as a whole."""
    path = tmp_path / "file.pth"
    infos = {i: {"w": StoredTensor(np.ones(2, "<f4"), 0, (2,), (1,)), "b": i} for i in range(3)}
    write_torch(path, {"a": 1, KEY: infos}, layout=layout)
    with pytest.raises(
        UnexpectedStructure, match=r"file\.pth cannot be read item by item: .* ten"
    ):
        list(torch_files.items(path, KEY, print))
    loaded = torch_files.load(path)[KEY]
    assert [info["w"].numpy().tolist() for info in loaded.values()] == [[1, 1]] * 3


def test_no_torch(run, tmp_path):
    """Reading imports no torch, which is made to fail here."""
    path = tmp_path / "file.pth"
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from nasbench_db.formats import torch_files\n"
        "print(torch_files.load(sys.argv[1])['w'].numpy().tolist())\n"
        "print([name for name in sys.modules if name.startswith('torch')])"
    )
    write_torch(path, {"w": StoredTensor(np.ones(2, "<f4"), 0, (2,), (1,))})
    done = run("-c", code, path)
    assert done.stdout == "[1.0, 1.0]\n['torch']\n", done.stderr


# Files of other kinds.


def tfrecord():
    """A file of NAS-Bench-101."""
    file = io.BytesIO()
    write_record(file, b"x" * 300)
    return file.getvalue()


def sqlite(folder):
    """A database."""
    path = folder / "file.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE t (a)")
    database.commit()
    database.close()
    return path.read_bytes()


PICKLE = pickle.dumps({"a": list(range(20))}, 4)
OTHER_KINDS = {
    "gzip": (gzip.compress(PICKLE), "is a gzip archive: unpack it first"),
    "xz": (lzma.compress(PICKLE), "is an xz archive: unpack it first"),
    "tfrecord": (tfrecord(), "seems to be a TFRecord file, as of NAS-Bench-101: ingest it as nas"),
    "rust": (b"nasbench-rs\x00\x01" + bytes(40), "is a file of the Rust crate nasbench: ingest"),
    "html": (b"<!DOCTYPE html><html></html>", "neither a pickle nor .* begins with b'<!DOCTYP'"),
    "text": (b"x", "neither a pickle nor a file of torch: .* Fetch it again from its publisher"),
    "protocol 0": (pickle.dumps({"a": 1}, 0), r"neither a pickle .* begins with b'\(dp0"),
    "bz2 of text": (bz2.compress(b"some text"), "neither a pickle nor a file of torch"),
    "empty": (b"", "is empty: the download was interrupted or failed"),
    "empty bz2": (bz2.compress(b""), "neither a pickle nor a file of torch"),
    "zip": (None, r"is a zip archive, but not a whole one of torch, .* it has 0\. If .* unpack"),
}


@pytest.mark.parametrize("kind", [*OTHER_KINDS, "sqlite"])
def test_other_kinds_of_files(tmp_path, load, collect, kind):
    """They are called by their names, with a way out, and are not taken for damage."""
    content, said = OTHER_KINDS.get(kind, (None, "is an SQLite database: open it"))
    if kind == "sqlite":
        content = sqlite(tmp_path)
    if kind == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("folder/file.pth", PICKLE)
        content = file.getvalue()
    for read in (load, collect):
        with pytest.raises(SourceError, match=said) as caught:
            read(content)
        assert not isinstance(caught.value, CorruptRecord)
        assert str(tmp_path / "file.pth") in str(caught.value)


def test_no_files(tmp_path, monkeypatch):
    """An absent file, a folder, and a file that may not be read are named as such."""

    def read_items(path):
        return list(torch_files.items(path, KEY, print))

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(args[0]))

    path = tmp_path / "file.pth"
    for read in (torch_files.load, read_items):
        with pytest.raises(SourceError, match=r"absent\.pth: there is no such file"):
            read(tmp_path / "absent.pth")
        with pytest.raises(SourceError, match="is a folder"):
            read(tmp_path)
    for layout in LAYOUTS:
        write_torch(path, [1], layout=layout)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks, "open", refuse, raising=False)
            with pytest.raises(SourceError, match=r"file\.pth cannot be read: Permission denied"):
                torch_files.load(path)


# Archives.


def test_names_of_folders_are_free(load):
    """The folder within an archive has the file's own name, or that of another one."""
    for folder in ("archive", "NAS-Bench-201", "..", "", "ü"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(f"{folder}/data.pkl", b"\x80\x02" + tensor(reference()) + b".")
            archive.writestr(f"{folder}/data/0", FLOATS)
        assert load(file.getvalue()).numpy().tolist() == [1, 2, 3, 4]


def test_compressed_archives_are_read(load):
    """Torch compresses nothing; who packed the files again may have."""
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        data = zipped(tensor(reference()), compression=compression)
        assert load(data).numpy().tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["data.pkl", "a/b/data.pkl", "archive\\data.pkl", "/a/data.pkl"])
def test_objects_in_other_places(load, name):
    """An archive that has its pickle elsewhere is none of torch."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"\x80\x02N.")
    with pytest.raises(SourceError, match=r"one file 'data\.pkl' in its folder: it has 0"):
        load(file.getvalue())


@pytest.mark.parametrize("folder", ["archive", "other"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_objects_in_an_archive(load, collect, folder):
    """It is not guessed which one is meant."""
    file = io.BytesIO(zipped(b"N"))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(f"{folder}/data.pkl", b"\x80\x02K\x01.")
    for read in (load, collect):
        with pytest.raises(SourceError, match="it has 2"):
            read(file.getvalue())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_storages_of_archives(load):
    """Each is there once and has as many bytes as the object says."""
    content = tensor(reference())
    for members, said in [
        ([], "one file 'data/0' in its folder: it has 0"),
        ([("archive/data/1", FLOATS)], "one file 'data/0' in its folder: it has 0"),
        ([("archive/data/0", FLOATS), ("archive/data/0", FLOATS)], "'data/0' .* it has 2"),
        ([("archive/data/0", FLOATS[:-1])], "truncated"),
        ([("archive/data/0", b"")], "truncated"),
        ([("archive/data/0", FLOATS + b"x")], "storage '0' goes on after its 4 numbers; fetch"),
    ]:
        with pytest.raises(SourceError, match=said):
            load(zipped(content, members))


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "..", "", "0/../0", "x" * 999])
def test_keys_are_no_paths(load, key):
    """A storage is looked for in the archive, and nowhere else."""
    with pytest.raises(SourceError, match="it has 0"):
        load(zipped(tensor(reference(key=key))))


def test_big_endian_archives(load, collect):
    """The numbers would be wrong."""
    data = zipped(b"N", [("archive/byteorder", b"big")])
    for read in (load, collect):
        with pytest.raises(
            SourceError, match=r"big-endian machine, .* load it with torch and save"
        ):
            read(data)
    assert load(zipped(b"N", [("archive/byteorder", b"little")])) is None


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_checksums_of_archives(load, collect, compression):
    """A byte of the object or of a storage that has changed is noticed."""
    value = pickle.dumps({"a": [f"text {i}" for i in range(30)]}, 2)[2:-1]
    content = b"(" + tensor(reference(count=60)) + value + b"t"
    whole = zipped(content, [("archive/data/0", os.urandom(240))], compression)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries = archive.infolist()
    for entry in entries:
        for at in range(entry.header_offset + 60, entry.header_offset + 200, 7):
            data = bytearray(whole)
            data[at] ^= 1
            with pytest.raises(SourceError):
                load(bytes(data))
            if entry is entries[0]:
                with pytest.raises(SourceError):
                    collect(bytes(data))


def test_encrypted_archives(load):
    """They cannot be read, and the message says so."""
    data = bytearray(zipped(b"N"))
    at = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[at + 8] |= 1
    with pytest.raises(CorruptRecord, match="encrypted"):
        load(bytes(data))


# The older layout.


def test_other_versions(load, collect):
    """Another version is another layout."""
    for version in (1000, 1002, "1001", None, [[[[]]]]):
        for read in (load, collect):
            with pytest.raises(SourceError, match=r"has version .* known is 1001\. Load it with"):
                read(legacy(b"N", version=version))


def test_big_endian_machines(load, collect):
    """The numbers would be wrong."""
    for read in (load, collect):
        with pytest.raises(
            SourceError, match=r"big-endian machine, .* load it with torch and save"
        ):
            read(legacy(b"N", little_endian=False))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"keys": []}, r"storages in the file are \[\], .* refers to \['0'\]; fetch"),
        ({"keys": ["1"]}, r"storages in the file are \['1'\]"),
        ({"keys": ["0", "1"]}, "storages in the file are"),
        ({"keys": ["0", "0"]}, "storages in the file are"),
        ({"keys": [["0"]]}, "storages in the file are"),
        ({"keys": [0]}, "storages in the file are"),
        ({"storages": []}, "truncated"),
        ({"storages": [(4, FLOATS[:-1])]}, "truncated"),
        (
            {"storages": [(3, FLOATS[:-4])]},
            "a storage has 3 numbers, and its tensors say 4; fetch",
        ),
        ({"storages": [(5, FLOATS + bytes(4))]}, "a storage has 5 numbers"),
        ({"storages": [(-1, FLOATS)]}, "a storage has 18,446,744,073,709,551,615 numbers"),
    ],
)
def test_storages_of_the_older_layout(load, options, said):
    """They are those that the object refers to, with as many numbers."""
    with pytest.raises(CorruptRecord, match=said):
        load(legacy(tensor(reference()), **options))


def test_items_of_the_older_layout_are_without_storages(collect):
    """What follows the object is read as well."""
    with pytest.raises(CorruptRecord, match=r"storages in the file are \['0'\]"):
        collect(legacy(b"}"))
    assert collect(legacy(b"}", [], [])) == ([], [], {})


# Tensors that are none.


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"shape": (5,)}, "reaches beyond its storage of 4 numbers"),
        ({"offset": 1}, "reaches beyond its storage of 4 numbers"),
        ({"offset": 4, "shape": (), "stride": ()}, "reaches beyond its storage"),
        ({"shape": (2, 2), "stride": (3, 1)}, "reaches beyond its storage"),
        ({"offset": -1}, r"the offset -1, the shape \(4,\) and the strides \(1,\); allowed are"),
        ({"shape": (-4,)}, "allowed are numbers from 0 to 536,870,912"),
        ({"offset": 3, "stride": (-1,)}, "allowed are numbers from 0 to"),
        ({"stride": (2**70,), "shape": (1,)}, "allowed are numbers from 0 to"),
        ({"offset": 2**600}, "allowed are numbers from 0 to"),
        ({"shape": (2**27, 2), "stride": (0, 0)}, "allowed are 536,870,912 bytes"),
        ({"shape": (2**20, 2**20), "stride": (0, 0)}, "allowed are 536,870,912 bytes"),
        ({"shape": (0, 2**29, 2**29), "stride": (0, 0, 0)}, "allowed are 536,870,912 bytes"),
        ({"shape": (1,) * 33, "stride": (0,) * 33}, "it has at most 32"),
        ({"shape": (2, 2)}, "as many strides as dimensions"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_impossible_views(load, layout, view, said):
    """A tensor stays within its storage, and within the memory."""
    with pytest.raises(CorruptRecord, match=said):
        load(pack(layout, tensor(reference(), **view)))


def test_odd_views_that_are_possible(load):
    """Strides of dimensions of one element have no meaning."""
    content = tensor(reference(), 3, (1, 1), (2**29, 7))
    assert load(zipped(content)).numpy().tolist() == [[4]]
    content = tensor(reference(), 0, (1,) * 32, (9,) * 32)
    assert load(zipped(content)).numpy().shape == (1,) * 32
    content = tensor(reference(), 2**29, (3, 0, 2), (1, 1, 1))
    assert load(zipped(content)).numpy().shape == (3, 0, 2)


REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
ID = text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu")
MISUSED = {
    "no storage": REBUILD + b"(NK\x00)))tR",
    "a type for a storage": REBUILD + b"(ctorch\nFloatStorage\nK\x00)))tR",
    "a tensor for a storage": REBUILD + b"(" + tensor(reference()) + b"K\x00)))tR",
    "no arguments": REBUILD + b")R",
    "lists": REBUILD + b"(" + reference() + b"K\x00](K\x04e](K\x01e\x89NtR",
    "texts": REBUILD + b"(" + reference() + b"K\x00" + text("a") * 2 + b"\x89NtR",
    "fractions": REBUILD + b"(" + reference() + b"K\x00G" + bytes(8) + b"\x85K\x01\x85\x89NtR",
    "truth": REBUILD + b"(" + reference() + b"\x89K\x04\x85K\x01\x85\x89NtR",
    "texts as offset": REBUILD + b"(" + reference() + text("a") + b"K\x04\x85K\x01\x85\x89NtR",
    "call of a type": b"ctorch\nFloatStorage\nK\x04\x85R",
    "state of a tensor": tensor(reference()) + b"}b",
    "call of a tensor": tensor(reference()) + b")R",
    "another id": b"(" + text("module") + b"NNNNtQ",
    "no id": text("0") + b"Q",
    "a short id": b"(" + text("storage") + b"tQ",
    "an id without type": b"(" + text("storage") + b"NNNNNtQ",
    "an id with another type": b"("
    + text("storage")
    + b"ccollections\nOrderedDict\n"
    + text("0") * 2
    + b"K\x04NtQ",
    "a number as key": b"(" + text("storage") + b"ctorch\nFloatStorage\nK\x00NK\x04NtQ",
    "a list as key": b"(" + text("storage") + b"ctorch\nFloatStorage\n]NK\x04NtQ",
    "a view": b"(" + ID + b"K\x04" + text("1") + b"K\x00K\x04\x87tQ",
    "a negative number": b"(" + ID + b"J\xff\xff\xff\xffNtQ",
    "a fraction": b"(" + ID + b"G" + bytes(8) + b"NtQ",
    "two types": tensor(reference()) + tensor(reference(kind="IntStorage")) + b"\x86",
    "two sizes": tensor(reference()) + tensor(reference(count=5)) + b"\x86",
    "bytes of a number": b"ctorch.storage\n_load_from_bytes\nK\x08\x85R",
    "bytes of nothing": b"ctorch.storage\n_load_from_bytes\n)R",
    "bytes of a pickle": b"ctorch.storage\n_load_from_bytes\nC\x04\x80\x02N.\x85R",
    "bytes of another object": packed_storage(b"K\x01"),
    "bytes of too few": packed_storage(storages=[(4, FLOATS[:-1])]),
    "deep": b")" + b"\x85" * 3000 + b"Q",
    "deep key": b"(" + text("storage") + b"ctorch\nFloatStorage\n)" + b"\x85" * 3000 + b"NNNtQ",
}


@pytest.mark.parametrize("name", MISUSED)
def test_misused_functions(load, name):
    """What torch does not write is damage, and no other exception."""
    for layout in LAYOUTS:
        with pytest.raises(
            CorruptRecord, match=r"is damaged: .*\S; fetch the file again"
        ) as caught:
            load(pack(layout, MISUSED[name]))
        assert len(str(caught.value)) < 1000


def test_objects_outside_of_a_pickle(load):
    """A pickle that is no file of torch has nothing outside of it."""
    with pytest.raises(CorruptRecord, match="it refers to an object outside of it"):
        load(b"\x80\x02" + tensor(reference()) + b".")


@pytest.mark.parametrize(
    "name",
    ["ComplexFloatStorage", "QInt8Storage", "UntypedStorage", "device", "load"],
)
def test_other_names_of_torch(load, name):
    """Types that no published file has, and what torch could do."""
    with pytest.raises(ForbiddenGlobal, match=rf"file\.pth asks for torch\.{name}, which no file"):
        load(zipped(reference(kind=name)))


# Hostile files.


class Call:
    """Becomes a call of a function when it is unpickled by Python."""

    def __init__(self, function, *arguments):
        self.function = function
        self.arguments = arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.fixture
def hostile(tmp_path):
    """A pickle that makes a file when Python reads it; the file is absent before and after."""
    path = tmp_path / "sentinel"
    yield pickle.dumps({"a": 1, KEY: {1: Call(os.system, f"touch {path}")}}, 2)
    assert not path.exists()


def test_hostile_files(load, collect, hostile):
    """The message names the file and what it asks for, wherever in it the name is."""
    content = hostile[2:-1]
    system = pickle.dumps({"little_endian": True}, 2)
    version = pickle.dumps(1001, 2)
    for data in (
        hostile,
        bz2.compress(hostile),
        zipped(content),
        zipped(content, compression=zipfile.ZIP_DEFLATED),
        legacy(content),
        MAGIC + hostile,
        MAGIC + version + hostile,
        MAGIC + version + system + pickle.dumps({}, 2) + hostile,
    ):
        for read in (load, collect):
            with pytest.raises(
                ForbiddenGlobal, match=r"file\.pth asks for posix\.system, .* not run"
            ):
                read(data)


def test_hostile_storages(load, collect, hostile):
    """A storage within a pickle is a file with an object of its own."""
    content = packed_storage(hostile[2:-1])
    for read in (load, collect):
        with pytest.raises(
            ForbiddenGlobal, match=r"file\.pth, in a storage asks for posix\.system"
        ):
            read(b"\x80\x02" + content + b".")


def test_storages_within_storages(load):
    """They cannot be nested, so that a deep one does not overflow the stack."""
    content = packed_storage()
    for _ in range(3):
        content = packed_storage(content)
    with pytest.raises(ForbiddenGlobal, match=r"asks for torch\.storage\._load_from_bytes"):
        load(b"\x80\x02" + content + b".")


# Damage, and what would fill the memory.


def small_file(folder, layout):
    """The bytes of a file with tensors, an item of each kind."""
    value = {
        "meta": ["x"],
        "w": StoredTensor(np.array([1.5, 2.5], "<f4"), 0, (2,), (1,)),
        "n": StoredTensor(np.array([7], "<i8"), 0, (), ()),
        KEY: {1: {"a": {0: 1.0, 1: 2.0}, "b": "x"}, 2: {"a": {"x": 1.0, "y": 2.0}, "b": (1,)}},
    }
    path = Path(folder, "small.pth")
    write_torch(path, value, layout=layout)
    return path.read_bytes()


def plain(value):
    """A value with lists for tensors."""
    if isinstance(value, torch_files.Tensor):
        return value.numpy().tolist()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_truncation_at_every_byte(load, layout):
    """A part of a file is never taken for a whole."""
    if layout == "zip":
        whole = zipped(b"]" + tensor(reference()) + b"a")
    else:
        whole = legacy(b"]" + tensor(reference()) + b"a")
    assert load(whole)[0].numpy().tolist() == [1, 2, 3, 4]
    for cut in range(len(whole)):
        with pytest.raises(SourceError, match=r"truncated|is empty|neither a pickle") as caught:
            load(whole[:cut])
        assert isinstance(caught.value, CorruptRecord) or cut < len(MAGIC)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_truncation_of_items_at_every_byte(collect, layout):
    """Also what follows the items is needed."""
    value = {"a": 1, KEY: {1: {"a": {0: 1.0, 1: 2.0}, "b": 1}, 2: {"a": 0.5}}, "b": (1, 2)}
    content = pickle.dumps(value, 2)[2:-1]
    whole = zipped(content, []) if layout == "zip" else legacy(content, [], [])
    for cut in range(len(whole)):
        with pytest.raises(SourceError, match=r"truncated|is empty|neither a pickle"):
            collect(whole[:cut])


def test_truncation_of_pickles_with_tensors(load):
    """In their storages as well."""
    whole = b"\x80\x02" + tensor(packed_storage()) + b"."
    for cut in range(len(whole)):
        with pytest.raises(SourceError):
            load(whole[:cut])
    compressed = bz2.compress(whole)
    for cut in range(len(compressed)):
        with pytest.raises(SourceError):
            load(compressed[:cut])


@settings(max_examples=150)
@given(st.sampled_from([*LAYOUTS, "bytes"]), st.data())
def test_changed_bytes(tmp_path_factory, layout, draw):
    """A damaged file is refused or has other values; an archive, which has checksums, has none."""
    folder = tmp_path_factory.getbasetemp()
    if layout == "bytes":
        whole = b"\x80\x02" + tensor(packed_storage()) + b"."
    else:
        whole = small_file(folder, layout)
    data = bytearray(whole)
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(data) - 1))
        data[at] = draw.draw(st.one_of(st.integers(0, 255), st.sampled_from(list(data))))
    path = folder / "changed.pth"
    path.write_bytes(data)
    try:
        found = torch_files.load(path)
    except SourceError:
        pass
    else:
        if layout == "zip":
            path.write_bytes(whole)
            assert plain(found) == plain(torch_files.load(path))
            path.write_bytes(data)
        plain(found)
    with contextlib.suppress(SourceError):
        list(torch_files.items(path, KEY, lambda _: None))


@settings(max_examples=50)
@given(st.binary(max_size=100), st.sampled_from([b"", MAGIC, b"PK\x03\x04", b"BZh9", b"\x80\x02"]))
def test_any_bytes(tmp_path_factory, data, begin):
    """Whatever a file contains, the only exception is ours."""
    path = tmp_path_factory.getbasetemp() / "any.pth"
    path.write_bytes(begin + data)
    for read in (torch_files.load, lambda path: list(torch_files.items(path, KEY, print))):
        with contextlib.suppress(SourceError):
            read(path)


@pytest.fixture
def small_limits(monkeypatch):
    """Bombs explode early, to keep the tests fast."""
    for module in (pickles, torch_files):
        monkeypatch.setattr(module, "MAX_ITEM_BYTES", 100_000)
    monkeypatch.setattr(pickles, "MAX_OPCODES", 5_000)
    monkeypatch.setattr(pickles, "_LOOKAHEAD", 1100)
    monkeypatch.setattr(pickles, "_CHUNK_BYTES", 1 << 14)
    monkeypatch.setattr(torch_files, "_BLOCK_BYTES", 1 << 14)


def test_huge_storages(load, small_limits):
    """Their size is announced, and refused before anything of it is read."""
    zeros = bytes(3_000_000)
    for data in (
        legacy(tensor(reference(count=750_000)), storages=[(750_000, b"")]),
        bz2.compress(legacy(tensor(reference(count=750_000)), storages=[(750_000, zeros)])),
        zipped(tensor(reference(count=750_000)), [("a/data/0", zeros)], zipfile.ZIP_DEFLATED),
        zipped(tensor(reference(count=2**62)), []),
        zipped(b"(" + b"".join(reference(str(i), 20_000) for i in range(2)) + b"t", []),
    ):
        tracemalloc.start()
        try:
            with pytest.raises(CorruptRecord, match="its storages have more than 100,000 bytes"):
                load(data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 15_000_000


def test_bombs(load, collect, small_limits):
    """A small file with a huge object is stopped, in an archive or within a storage."""
    constants = b"N" * 300_000
    for data in (
        zipped(constants, compression=zipfile.ZIP_DEFLATED),
        bz2.compress(legacy(constants)),
        bz2.compress(b"\x80\x02" + constants),
    ):
        for read in (load, collect):
            with pytest.raises(CorruptRecord, match=r"more than (5,000 opcodes|100,000 bytes)"):
                read(data)
    with pytest.raises(CorruptRecord, match="a string of 300,"):
        load(b"\x80\x02" + packed_storage(constants) + b".")


def test_huge_data_behind_the_object(load, collect, small_limits):
    """The end of the file is looked for, but not for ever."""
    for data in (b"\x80\x02N.", legacy(b"N", [], [])):
        for read in (load, collect):
            with pytest.raises(CorruptRecord, match="100,000 bytes behind its object; fetch it"):
                read(bz2.compress(data + bytes(3_000_000)))


# Spellings of the older layout, marks of tensors, and archives of many files.


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_the_older_layout_in_every_protocol(protocol, tmp_path):
    """torch.save takes ``pickle_protocol``, which spells the magic number in another way."""
    path = tmp_path / "x.pth"
    content = {KEY: {number: {"value": [number / 7]} for number in range(3)}}
    parts = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, content, []]
    path.write_bytes(b"".join(pickle.dumps(part, protocol) for part in parts))
    assert torch_files.load(path) == content
    found = list(torch_files.items(path, KEY, lambda header: None))
    assert found[:-1] == list(content[KEY].items())


def marked(marks):
    """The pickle of a tensor with metadata."""
    view = integer(0) + numbers((4,)) + numbers((1,))
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + (
        reference() + view + b"\x89ccollections\nOrderedDict\n)R" + marks + b"tR"
    )


def test_a_negated_tensor_is_negated(tmp_path):
    """The storage has the numbers before it."""
    path = tmp_path / "x.pth"
    data = struct.pack("<4f", 1, -2, 0.5, 4)
    for marks, sign in ((b"N", 1), (b"}", 1), (b"}X\x03\0\0\0neg\x88s", -1)):
        path.write_bytes(legacy(marked(marks), storages=((4, data),)))
        assert torch_files.load(path).numpy().tolist() == [sign, -2 * sign, 0.5 * sign, 4 * sign]


@pytest.mark.parametrize("marks", [b"}X\x04\0\0\0conj\x88s", b"K\x01", b"}K\x01\x88s"])
def test_other_marks_of_a_tensor_are_refused(marks, tmp_path):
    """They would change its numbers."""
    path = tmp_path / "x.pth"
    path.write_bytes(legacy(marked(marks)))
    with pytest.raises(SourceError, match="a tensor is marked as"):
        torch_files.load(path)


def test_the_files_of_an_archive_are_looked_up(tmp_path, monkeypatch):
    """The list of all is gone through once, not for each tensor."""
    path = tmp_path / "x.pth"
    tensors = [StoredTensor(np.arange(3, dtype="<f4"), 0, (3,), (1,)) for _ in range(50)]
    write_torch(path, tensors, layout="zip")
    calls = []
    infolist = zipfile.ZipFile.infolist
    monkeypatch.setattr(
        zipfile.ZipFile, "infolist", lambda self: calls.append(1) or infolist(self)
    )
    assert [one.numpy().tolist() for one in torch_files.load(path)] == [[0, 1, 2]] * 50
    assert len(calls) == 1


def test_a_key_of_a_curve_that_is_none(tmp_path):
    """It refers to a list: found when the curve is read, and not when somebody looks into it."""
    path = tmp_path / "x.pickle"
    value = b"h\x00G" + struct.pack(">d", 1.5)
    path.write_bytes(b"\x80\x02]q\x00}q\x01(" + 3 * value + b"u\x86q\x02.")
    with pytest.raises(CorruptRecord, match="unhashable"):
        torch_files.load(path, curves=True)
