"""TFRecord files: a framing of records with checksums, read and written without TensorFlow.

Each record is framed as (all integers little-endian)::

    uint64  length of the data
    uint32  masked CRC-32C of the eight length bytes
    bytes   the data
    uint32  masked CRC-32C of the data

The definition is TensorFlow's ``tensorflow/core/lib/io/record_writer.h``. Compressed TFRecord
files are not read: none of the benchmarks publishes one.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from typing import IO

import google_crc32c

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.blocks import read_blocks

HEADER_BYTES = 12
FOOTER_BYTES = 4
# A record of a tabular benchmark has a few hundred bytes. A length beyond this is damage that
# happened before the checksums were made, and must not be turned into an allocation.
MAX_RECORD_BYTES = 1 << 26
_CHUNK_BYTES = 1 << 20
_LAST_FOOTER = HEADER_BYTES - FOOTER_BYTES  # where it can begin, after where a header can

_crc32c: Callable[[bytes], int] = google_crc32c.value
_UINT32 = struct.Struct("<I")
_UINT64 = struct.Struct("<Q")

_OTHER_KINDS = (
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz archive: unpack it first"),
    (b"x\x01", "compressed by zlib, as TFRecord's ZLIB: unpack it first"),
    (b"x\x9c", "compressed by zlib, as TFRecord's ZLIB: unpack it first"),
    (b"x\xda", "compressed by zlib, as TFRecord's ZLIB: unpack it first"),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database: open it, or migrate it if NNI built it"),
    (b"nasbench-rs", "a file of the Rust crate nasbench, not a TFRecord"),
)


def masked_crc32c(data: bytes) -> int:
    """The checksum that TFRecord stores: CRC-32C, rotated right by 15 bits plus a constant."""
    crc = _crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(
    path: str | os.PathLike[str], *, on_bytes: Callable[[bytes], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Stream the records of a TFRecord file, checking both checksums of each.

    Args:
        path: the file. It is read once, front to back, a megabyte at a time.
        on_bytes: called with every block of the file as it is read, for instance a hash's
            ``update``; over the whole iteration it sees each byte once and in order.

    Yields:
        ``(offset, data)``: the byte at which the record's frame starts, and its data.

    Raises:
        SourceError: the file is absent, unreadable, a folder, empty, or plainly of another kind.
        CorruptRecord: a frame is cut short or a checksum fails; names the record and its offset.
    """
    name = os.fspath(path)
    record = 0
    buffer = b""
    start = 0  # the file offset of buffer[0]
    at = 0
    crc32c, uint32 = _crc32c, _UINT32.unpack_from
    headers: dict[bytes, int] = {}  # headers seen and found good: there are few lengths
    for chunk in read_blocks(path, _CHUNK_BYTES, "a TFRecord file", on_bytes):
        buffer, start, at = buffer[at:] + chunk, start + at, 0
        last = len(buffer) - HEADER_BYTES
        while at <= last:
            body = at + HEADER_BYTES
            header = buffer[at:body]
            length = headers.get(header)
            if length is None:
                length = _length(header, name, record, start + at, buffer[:64])
                if len(headers) < 4096:
                    headers[header] = length
            end = body + length
            if end > last + _LAST_FOOTER:
                break
            data = buffer[body:end]
            crc = crc32c(data)
            (stored,) = uint32(buffer, end)
            if ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF != stored:
                raise CorruptRecord(
                    name,
                    record,
                    start + at,
                    "the checksum of the data does not match: fetch the file again",
                )
            yield start + at, data
            at = end + FOOTER_BYTES
            record += 1
    if start + len(buffer) == 0:
        raise SourceError(f"{name} is empty: the download was interrupted or failed")
    if at < len(buffer):
        raise CorruptRecord(name, record, start + at, _cut_short(buffer[at:]))


def write_record(file: IO[bytes], data: bytes) -> None:
    """Append one framed record to an open binary file."""
    length = _UINT64.pack(len(data))
    file.write(
        b"".join(
            (length, _UINT32.pack(masked_crc32c(length)), data, _UINT32.pack(masked_crc32c(data)))
        )
    )


def _length(header: bytes, name: str, record: int, offset: int, beginning: bytes) -> int:
    """The checked length from a header, or an error that recognises other kinds of file."""
    if _UINT32.unpack_from(header, 8)[0] != masked_crc32c(header[:8]):
        if offset == 0:
            for magic, kind in _OTHER_KINDS:
                if beginning.startswith(magic):
                    raise SourceError(f"{name} is {kind}")
            # A length of any record begins like text or a pickle as well, but goes on in zeros.
            if header[3:8] != bytes(5):
                if beginning[:1] == b"\x80":
                    raise SourceError(f"{name} is a Python pickle, not a TFRecord")
                if beginning.lstrip()[:1] in (b"<", b"{", b"["):
                    raise SourceError(
                        f"{name} is a text or HTML page, not a TFRecord: the download went "
                        "wrong; look at the file and fetch it again"
                    )
        raise CorruptRecord(
            name,
            record,
            offset,
            "the checksum of the length does not match: "
            + ("this is not a TFRecord file" if offset == 0 else "the file is damaged here"),
        )
    length: int = _UINT64.unpack_from(header)[0]
    if length > MAX_RECORD_BYTES:
        raise CorruptRecord(
            name,
            record,
            offset,
            f"a length of {length} bytes, where at most {MAX_RECORD_BYTES} are allowed",
        )
    return length


def _cut_short(rest: bytes) -> str:
    """Say in which part of a record the file ends."""
    if len(rest) < HEADER_BYTES:
        part = f"the file ends within a header ({len(rest)} of {HEADER_BYTES} bytes)"
    else:
        length = _UINT64.unpack_from(rest)[0]
        body = len(rest) - HEADER_BYTES
        if body < length:
            part = f"the file ends within the data ({body} of {length} bytes)"
        else:
            part = f"the file ends within a checksum ({body - length} of {FOOTER_BYTES} bytes)"
    return f"{part}: it is truncated; fetch it again"
