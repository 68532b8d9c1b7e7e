"""A checksum for every page of a finished database, kept behind its last page.

SQLite goes by the number of pages in the file's header and never looks behind the last one
(https://www.sqlite.org/fileformat2.html, 1.3.8), so the checksums cost a reader nothing, need no
table, and go wherever the file is copied. Whoever changes the database changes a page, which then
has another checksum, or writes over these.

What lies behind the last page, all integers little-endian::

    uint32  CRC-32C of each page
    bytes   "nasbench_db page"
    uint32  bytes in a page
    uint32  number of pages
    uint32  CRC-32C of all of the above, which also stands for the whole file
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import google_crc32c
import numpy as np

_MAGIC = b"nasbench_db page"
_FOOTER = struct.Struct(f"<{len(_MAGIC)}sIII")
_BLOCK_PAGES = 256  # pages read at a time: 4 MB of our databases


@dataclass(frozen=True)
class Checked:
    """What the checksums of a file say.

    Attributes:
        pages: how many pages the file has.
        changed: the numbers of those that are not as they were written, counted from 1, or that
            the file is too short to hold; None if the checksums themselves are damaged.
        checksum: the CRC-32C that stands for the whole file; None if the file has none.
    """

    pages: int
    changed: Sequence[int] | None
    checksum: int | None


def append_checksums(path: Path) -> None:
    """Write the checksums of a finished database behind its last page.

    Args:
        path: the file, which no program has open.

    Raises:
        OSError: it cannot be read or written.
    """
    with open(path, "rb+") as file:
        size, pages = _pages(file)
        file.truncate(size * pages)
        crcs = np.fromiter(_crcs(file, size, pages), "<u4", pages).tobytes()
        head = crcs + _FOOTER.pack(_MAGIC, size, pages, 0)[:-4]
        file.seek(size * pages)
        file.write(head + struct.pack("<I", google_crc32c.value(head)))


def check(path: Path) -> Checked:
    """Compare every page of a database with its checksum.

    Args:
        path: a database, of whatever version.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        size, pages = _pages(file)
        if (held := file.seek(0, os.SEEK_END) // size if size else pages) < pages:
            return Checked(pages, range(held + 1, pages + 1), None)
        checksum, stored = _read(file, size, pages)
        if stored is None:
            return Checked(pages, () if checksum is None else None, checksum)
        found = np.fromiter(_crcs(file, size, pages), "<u4", pages)
    changed = np.flatnonzero(found != stored) + 1
    return Checked(pages, tuple(changed.tolist()), checksum)


def checksum_of(path: Path) -> int | None:
    """The CRC-32C that stands for a whole database, as it was when it was written.

    Nothing is compared with it: see :func:`check`. None if the file has none that is whole.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        checksum, stored = _read(file, *_pages(file))
    return None if stored is None else checksum


def _read(file: IO[bytes], size: int, pages: int) -> tuple[int | None, np.ndarray | None]:
    """The checksum of the checksums, None if there is nothing; and they, None if damaged."""
    end = size * pages
    length = file.seek(0, os.SEEK_END) - end
    if length <= 0:
        return None, None
    file.seek(end)
    trailer = file.read(4 * pages + _FOOTER.size + 1)
    if len(trailer) != length or length != 4 * pages + _FOOTER.size:
        return 0, None
    *expected, checksum = _FOOTER.unpack_from(trailer, 4 * pages)
    if expected != [_MAGIC, size, pages] or checksum != google_crc32c.value(trailer[:-4]):
        return 0, None
    return checksum, np.frombuffer(trailer, "<u4", pages)


def _pages(file: IO[bytes]) -> tuple[int, int]:
    """The bytes in a page of a database, and the number of pages, as its header says."""
    header = file.read(32)
    (size,) = struct.unpack_from(">H", header, 16)
    (pages,) = struct.unpack_from(">I", header, 28)
    return 65_536 if size == 1 else size, pages


def _crcs(file: IO[bytes], size: int, pages: int) -> Iterator[int]:
    file.seek(0)
    left = pages
    while left:
        block = file.read(size * min(left, _BLOCK_PAGES))
        if len(block) < size:
            # The file is cut short: what is not there is not as it was written.
            yield from [0] * left
            return
        for at in range(0, len(block) - size + 1, size):
            yield google_crc32c.value(block[at : at + size])
        left -= len(block) // size
