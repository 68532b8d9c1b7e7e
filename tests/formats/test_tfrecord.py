"""The framing of TFRecord files: what is read back, and what damage is noticed."""

import bz2
import errno
import gzip
import io
import json
import lzma
import os
import pickle
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, NasbenchDBError, SourceError
from nasbench_db.formats import blocks, tfrecord
from nasbench_db.formats.tfrecord import (
    FOOTER_BYTES,
    HEADER_BYTES,
    MAX_RECORD_BYTES,
    masked_crc32c,
    read_records,
    write_record,
)

RECORDS = [b"first", b"", b"the third record", b"\x00" * 7]
# The first of RECORDS, framed, with checksums worked out bit by bit apart from this project.
FIRST_FRAME = bytes.fromhex("0500000000000000eab2043e666972737455ff23e5")


def framed(records: list[bytes]) -> bytes:
    """The bytes of a file with these records."""
    file = io.BytesIO()
    for data in records:
        write_record(file, data)
    return file.getvalue()


def starts(records: list[bytes]) -> list[int]:
    """The byte at which each record's frame starts, and the end of the last."""
    offsets = [0]
    for data in records:
        offsets.append(offsets[-1] + HEADER_BYTES + len(data) + FOOTER_BYTES)
    return offsets


def castagnoli(data: bytes) -> int:
    """CRC-32C one bit at a time, after its definition in RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small file with RECORDS."""
    path = tmp_path / "small.tfrecord"
    path.write_bytes(framed(RECORDS))
    return path


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0x00000000),
        (b"123456789", 0xE3069283),  # the check value of CRC-32C
        (b"\x00" * 32, 0x8A9136AA),  # the next three: RFC 3720, B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_masked_checksum_of_published_crc_values(data, crc):
    """The mask rotates the published CRC right by 15 bits and adds a constant."""
    assert castagnoli(data) == crc
    rotated = crc >> 15 | (crc & 0x7FFF) << 17
    assert masked_crc32c(data) == (rotated + 0xA282EAD8) % 2**32


@given(st.binary(max_size=200))
def test_masked_checksum_equals_the_definition(data):
    """Any data has the checksum that the bitwise definition gives."""
    crc = castagnoli(data)
    assert masked_crc32c(data) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_frame_has_the_known_bytes():
    """A record is framed byte for byte as TensorFlow frames it."""
    assert framed([b"first"]) == FIRST_FRAME
    assert framed([b""]).hex() == "000000000000000029039807d8ea82a2"


def test_real_file_has_one_record(data):
    """The published file's first record is framed as this project would frame it."""
    path = data / "nasbench101" / "first_record.tfrecord"
    ((offset, payload),) = read_records(path)
    assert offset == 0
    assert len(payload) == 417 - HEADER_BYTES - FOOTER_BYTES
    assert framed([payload]) == path.read_bytes()


def test_real_file_of_another_benchmark_is_read_to_its_end(data):
    """All of the 1,092 genuine records are found, one behind the other."""
    path = data / "nasbench101" / "ec_nas_4v.tfrecord"
    found = list(read_records(path))
    assert len(found) == 1092
    assert [offset for offset, _ in found] == starts([payload for _, payload in found])[:-1]
    assert framed([payload for _, payload in found]) == path.read_bytes()


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_records_come_back_as_written(records):
    """What was written is read, in order, with the offset of each frame."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(framed(records))
        assert list(read_records(path)) == list(zip(starts(records), records, strict=False))


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.integers(1, 70))
def test_records_come_back_whatever_the_block_size(records, block):
    """Frames that span the blocks in which a file is read are put together again."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfrecord, "_CHUNK_BYTES", block)
        path = Path(folder, "file")
        path.write_bytes(framed(records))
        seen = []
        found = list(read_records(path, on_bytes=seen.append))
        assert found == list(zip(starts(records), records, strict=False))
        assert b"".join(seen) == path.read_bytes()
        assert {len(piece) for piece in seen[:-1]} <= {block}


def test_record_larger_than_a_block_is_read(tmp_path, monkeypatch):
    """A record may be far larger than the blocks in which the file is read."""
    monkeypatch.setattr(tfrecord, "_CHUNK_BYTES", 100)
    records = [b"small", os.urandom(12_345), b"last"]
    path = tmp_path / "file"
    path.write_bytes(framed(records))
    assert [payload for _, payload in read_records(path)] == records


@pytest.mark.parametrize("block", [1, 3, 12, 21, 1 << 22])
def test_every_byte_is_seen_once(small, monkeypatch, block):
    """Over a whole iteration ``on_bytes`` is given the file, once and in order."""
    monkeypatch.setattr(tfrecord, "_CHUNK_BYTES", block)
    seen = []
    for _ in read_records(small, on_bytes=seen.append):
        pass
    assert b"".join(seen) == small.read_bytes()
    assert all(seen)


def test_records_are_yielded_before_the_file_is_read(small, monkeypatch):
    """The file is streamed: the first record needs the first block alone."""
    monkeypatch.setattr(tfrecord, "_CHUNK_BYTES", len(FIRST_FRAME))
    seen = []
    records = read_records(small, on_bytes=seen.append)
    assert seen == []
    assert next(records) == (0, b"first")
    assert b"".join(seen) == FIRST_FRAME
    records.close()


@pytest.mark.parametrize("block", [1, 7, 1 << 22])
def test_truncation_at_every_byte_is_noticed(tmp_path, monkeypatch, block):
    """A file cut anywhere but between records names the record that is cut and its offset."""
    monkeypatch.setattr(tfrecord, "_CHUNK_BYTES", block)
    whole = framed(RECORDS)
    offsets = starts(RECORDS)
    path = tmp_path / "cut.tfrecord"
    cuts = [cut for cut in range(1, len(whole)) if cut not in offsets]
    assert len(cuts) == len(whole) - len(RECORDS)
    for cut in cuts:
        path.write_bytes(whole[:cut])
        complete = sum(end <= cut for end in offsets[1:])
        records = read_records(path)
        assert [next(records)[1] for _ in range(complete)] == RECORDS[:complete]
        with pytest.raises(CorruptRecord, match="truncated") as caught:
            next(records)
        error = caught.value
        assert (error.path, error.record, error.offset) == (
            str(path),
            complete,
            offsets[complete],
        )
        assert f"record {complete} at byte {offsets[complete]}" in str(error)


def test_file_cut_between_records_has_the_records_before(tmp_path):
    """The format keeps no count, so such a cut leaves a shorter file that is whole."""
    path = tmp_path / "file"
    path.write_bytes(framed(RECORDS)[: starts(RECORDS)[2]])
    assert [payload for _, payload in read_records(path)] == RECORDS[:2]


@pytest.mark.parametrize(
    ("kept", "part"),
    [
        (5, r"within a header \(5 of 12 bytes\)"),
        (12, r"within the data \(0 of 5 bytes\)"),
        (14, r"within the data \(2 of 5 bytes\)"),
        (17, r"within a checksum \(0 of 4 bytes\)"),
        (20, r"within a checksum \(3 of 4 bytes\)"),
    ],
)
def test_truncation_says_which_part_is_cut(tmp_path, kept, part):
    """The message tells header, data and checksum apart and counts their bytes."""
    path = tmp_path / "file"
    path.write_bytes(FIRST_FRAME[:kept])
    with pytest.raises(CorruptRecord, match=part):
        list(read_records(path))


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_damaged_byte_is_noticed(tmp_path, mask):
    """One changed byte stops the reading at the record that holds it, and not before."""
    whole = framed(RECORDS)
    offsets = starts(RECORDS)
    path = tmp_path / "damaged.tfrecord"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        number = sum(end <= at for end in offsets[1:])
        records = read_records(path)
        assert [next(records)[1] for _ in range(number)] == RECORDS[:number]
        with pytest.raises(CorruptRecord, match="checksum") as caught:
            next(records)
        assert (caught.value.record, caught.value.offset) == (number, offsets[number])


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4), st.data())
def test_damaged_bits_never_give_wrong_records(records, draw):
    """Records before the damage are read, the damaged one never is."""
    whole = bytearray(framed(records))
    at = draw.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= draw.draw(st.integers(1, 255))
    number = sum(end <= at for end in starts(records)[1:])
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(whole)
        with pytest.raises(SourceError):  # noqa: PT012 - the records before it are collected
            for _, payload in read_records(path):
                found.append(payload)
    assert found == records[:number]


def test_bytes_behind_the_last_record_are_noticed(small):
    """A file that goes on with something else is damaged at that place."""
    end = small.stat().st_size
    with small.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(CorruptRecord) as caught:
        list(read_records(small))
    assert (caught.value.record, caught.value.offset) == (len(RECORDS), end)


def test_damage_elsewhere_is_told_from_another_kind_of_file(tmp_path):
    """What looks like an HTML page in the middle of a file is damage, not a web page."""
    path = tmp_path / "file"
    path.write_bytes(FIRST_FRAME + b"<html><body>Gateway timeout</body></html>")
    with pytest.raises(CorruptRecord, match="the file is damaged here") as caught:
        list(read_records(path))
    assert (caught.value.record, caught.value.offset) == (1, len(FIRST_FRAME))


@pytest.mark.parametrize("behind", [b"", b"x" * 99])
@pytest.mark.parametrize("length", [MAX_RECORD_BYTES + 1, 2**40, 2**63, 2**64 - 1])
def test_absurd_length_is_refused(tmp_path, length, behind):
    """A length with a right checksum is still not trusted with an allocation."""
    header = struct.pack("<Q", length)
    path = tmp_path / "file"
    path.write_bytes(FIRST_FRAME + header + struct.pack("<I", masked_crc32c(header)) + behind)
    with pytest.raises(CorruptRecord, match=f"a length of {length} bytes") as caught:
        list(read_records(path))
    assert (caught.value.record, caught.value.offset) == (1, len(FIRST_FRAME))


def test_largest_allowed_length_is_not_refused(tmp_path, monkeypatch):
    """The limit itself is a length like others."""
    monkeypatch.setattr(tfrecord, "MAX_RECORD_BYTES", 5)
    path = tmp_path / "file"
    path.write_bytes(FIRST_FRAME)
    assert list(read_records(path)) == [(0, b"first")]
    path.write_bytes(framed([b"larger"]))
    with pytest.raises(CorruptRecord, match="a length of 6 bytes"):
        list(read_records(path))


def test_empty_file_is_refused(tmp_path):
    """A file of no bytes is a failed download, not a data set without records."""
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(SourceError, match="is empty"):
        list(read_records(path))


def test_folder_is_refused(tmp_path):
    """A folder is named as one."""
    with pytest.raises(SourceError, match="is a folder"):
        list(read_records(tmp_path))


def test_missing_file_is_refused(tmp_path):
    """A file that is not there is named."""
    path = tmp_path / "nasbench_full.tfrecord"
    with pytest.raises(SourceError, match=r"nasbench_full\.tfrecord: there is no such file"):
        list(read_records(path))


def test_unreadable_file_is_refused(small, monkeypatch):
    """A file that may not be read is named with the system's reason."""

    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied", str(small))

    monkeypatch.setattr(blocks, "open", refuse, raising=False)
    with pytest.raises(SourceError, match=r"small\.tfrecord cannot be read: Permission denied"):
        list(read_records(small))


def pack_zip() -> bytes:
    """A zip archive with a TFRecord in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("small.tfrecord", framed(RECORDS))
    return file.getvalue()


def make_sqlite() -> bytes:
    """A database file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE t (a)")
        database.commit()
        database.close()
        return path.read_bytes()


OTHER_KINDS = {
    "gzip without a date": (
        gzip.compress(framed(RECORDS), mtime=0),
        "a gzip archive: unpack it first",
    ),
    "gzip": (gzip.compress(framed(RECORDS)), "a gzip archive: unpack it first"),
    "bzip2": (bz2.compress(framed(RECORDS)), "a bzip2 archive: unpack it first"),
    "xz": (lzma.compress(framed(RECORDS)), "an xz archive: unpack it first"),
    "zip": (pack_zip(), "a zip archive: unpack it first"),
    "sqlite": (make_sqlite(), "an SQLite database"),
    "pickle": (pickle.dumps({"a": list(range(20))}), "a Python pickle"),
    "rust": (b"nasbench-rs\x00\x01" + bytes(40), "a file of the Rust crate nasbench"),
    "html": (b"<!DOCTYPE html>\n<html><title>404</title></html>\n", "a text or HTML page"),
    "html after blank lines": (b"\r\n\r\n  <html>\n<body>\n</body></html>", "a text or HTML page"),
    "json object": (json.dumps({"error": "quota exceeded"}).encode(), "a text or HTML page"),
    "json list": (json.dumps([["00005c14", 4, "01", "", ""]]).encode(), "a text or HTML page"),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_of_file_are_named(tmp_path, kind):
    """A file of another kind is called by its name, and not a damaged record."""
    content, said = OTHER_KINDS[kind]
    path = tmp_path / "nasbench_full.tfrecord"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said) as caught:
        list(read_records(path))
    assert not isinstance(caught.value, CorruptRecord)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("length", [60, 91, 123, 379, 384, 640])
def test_damage_of_the_first_header_is_not_another_kind_of_file(tmp_path, length):
    """A length whose first byte happens to be ``<``, ``[``, ``{`` or a pickle's is a length."""
    whole = bytearray(framed([b"x" * length]))
    whole[8] ^= 1
    path = tmp_path / "file"
    path.write_bytes(whole)
    with pytest.raises(CorruptRecord, match="the checksum of the length does not match"):
        list(read_records(path))


def test_file_of_no_known_kind_is_no_tfrecord(tmp_path):
    """Any other file is refused at its first byte."""
    path = tmp_path / "file"
    path.write_bytes(b"Error 403: too many requests today\n")
    with pytest.raises(CorruptRecord, match="this is not a TFRecord file") as caught:
        list(read_records(path))
    assert (caught.value.record, caught.value.offset) == (0, 0)


@pytest.mark.parametrize("name", ["with some spaces", "größe", "数据集", "a?b#c%20&d=e", "'\"`"])
def test_any_file_name_will_do(tmp_path, name):
    """Names with spaces, signs and letters of any script are opened and named in errors."""
    folder = tmp_path / name
    folder.mkdir()
    path = folder / f"{name}.tfrecord"
    path.write_bytes(framed(RECORDS))
    assert [payload for _, payload in read_records(path)] == RECORDS
    assert [payload for _, payload in read_records(str(path))] == RECORDS
    path.write_bytes(framed(RECORDS)[:-1])
    with pytest.raises(CorruptRecord) as caught:
        list(read_records(path))
    assert caught.value.path == str(path)
    assert str(caught.value).startswith(f"{path}: record 3 at byte ")


def test_corrupt_record_survives_pickling():
    """The error can travel between processes with all it says."""
    error = pickle.loads(pickle.dumps(CorruptRecord("a file", 7, 2345, "the reason")))
    assert (error.path, error.record, error.offset) == ("a file", 7, 2345)
    assert str(error) == "a file: record 7 at byte 2345: the reason"
    for base in (SourceError, ValueError, NasbenchDBError):
        assert isinstance(error, base)


@pytest.mark.parametrize("level", [1, 6, 9])
def test_a_file_compressed_by_zlib_is_named(level: int, tmp_path: Path) -> None:
    """As the other option of TFRecord's compression, gzip, is."""
    path = tmp_path / "x.tfrecord"
    path.write_bytes(zlib.compress(b"x" * 1000, level))
    with pytest.raises(SourceError, match="compressed by zlib"):
        list(read_records(path))
