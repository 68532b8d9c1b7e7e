"""The files of one kind that a source has: it may be a file, a folder of them, or a zip archive.

Nothing is unpacked to the disk: what a zip archive has is read out of it.
"""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from nasbench_db.errors import SourceError
from nasbench_db.formats.blocks import read_blocks

_BLOCK_BYTES = 1 << 18
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
ZIP_ERRORS = (
    *(zipfile.BadZipFile, EOFError, LookupError, NotImplementedError, OSError, OverflowError),
    *(RuntimeError, ValueError, lzma.LZMAError, struct.error, zlib.error),
)
"""What ``zipfile`` raises at damaged archives, and at what it cannot unpack."""


@dataclass(frozen=True)
class Member:
    """A file, alone, of a folder, or in an archive.

    Attributes:
        place: what it is called in messages: its path, or the archive's and its name in there.
        name: its name without folders.
        size: its bytes, unpacked.
    """

    place: str
    name: str
    size: int
    _blocks: Callable[[], Iterator[bytes]]

    def blocks(self, on_bytes: Callable[[bytes], None] | None = None) -> Iterator[bytes]:
        """Its content in blocks, front to back.

        Args:
            on_bytes: called with every block before it is given out.

        Raises:
            SourceError: it cannot be read, or is damaged.
        """
        for block in self._blocks():
            if on_bytes is not None and block:
                on_bytes(block)
            yield block

    def read(self, most: int) -> bytes:
        """Its content at once.

        Args:
            most: the most bytes that such a file may have.

        Raises:
            SourceError: it cannot be read, is damaged, or is longer.
        """
        content = bytearray()
        for block in self._blocks():
            content += block
            if len(content) > most:
                raise SourceError(f"{self.place} has more than {most:,} bytes: it is no such file")
        return bytes(content)


@contextmanager
def opened(path: str | os.PathLike[str], suffix: str) -> Iterator[list[Member]]:
    """The files of a source, in the order of their names; an archive stays open meanwhile.

    Args:
        path: a file of any name; a folder, of which the files that end in ``suffix`` count, not
            those in its folders; or a zip archive, of which those count in whatever folder.
        suffix: such as ``.json``, in any case. Hidden files are left out, as are those that
            macOS adds to archives.

    Raises:
        SourceError: it cannot be read, is a damaged archive, or has no such file.
    """
    name = os.fspath(path)
    if os.path.isdir(name):
        found = _of_folder(name, suffix)
        what = "folder"
    elif _begins_as_zip(name):
        with _archive(name) as archive:
            yield _known(name, "archive", suffix, _of_archive(name, archive, suffix))
        return
    else:
        found, what = [_file(name)], "file"
    yield _known(name, what, suffix, found)


def _known(name: str, what: str, suffix: str, found: list[Member]) -> list[Member]:
    if not found:
        raise SourceError(f"the {what} {name} has no file that ends in {suffix}")
    return sorted(found, key=lambda member: (member.name, member.place))


def _wanted(name: str, suffix: str) -> bool:
    return name.lower().endswith(suffix) and not name.startswith(".")


def _file(name: str) -> Member:
    def blocks() -> Iterator[bytes]:
        return read_blocks(name, _BLOCK_BYTES, "a file")

    size = os.path.getsize(name) if os.path.exists(name) else 0  # reading says what is wrong
    return Member(name, os.path.basename(name), size, blocks)


def _of_folder(folder: str, suffix: str) -> list[Member]:
    try:
        files = [file for file in Path(folder).iterdir() if _wanted(file.name, suffix)]
    except OSError as error:
        raise SourceError(f"the folder {folder} cannot be read: {error.strerror}") from None
    return [_file(os.fspath(file)) for file in files if file.is_file()]


def _begins_as_zip(name: str) -> bool:
    try:
        with open(name, "rb") as file:
            return file.read(4) in (_ZIP, _EMPTY_ZIP)
    except OSError:
        return False  # reading says what is wrong


def _archive(name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(name)
    except ZIP_ERRORS as error:
        raise SourceError(
            f"{name} is a zip archive that is truncated or damaged ({error}); fetch it again"
        ) from None


def _of_archive(name: str, archive: zipfile.ZipFile, suffix: str) -> list[Member]:
    found = []
    for entry in archive.infolist():
        folders, _, inner = entry.filename.rpartition("/")
        if _wanted(inner, suffix) and "__MACOSX" not in folders.split("/"):
            place = f"{name}: {entry.filename}"
            found.append(Member(place, inner, entry.file_size, _unpacked(archive, entry, place)))
    return found


def _unpacked(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str
) -> Callable[[], Iterator[bytes]]:
    def blocks() -> Iterator[bytes]:
        try:
            file: IO[bytes]
            with archive.open(entry) as file:
                while block := file.read(_BLOCK_BYTES):
                    yield block
        except ZIP_ERRORS as error:
            raise SourceError(f"{place} is damaged: {error}; fetch the archive again") from None

    return blocks
