"""Published files: which version each is, where it lies, and its hashes.

No address lasts. What does not change is which bytes the right file has, so that a file from
anywhere else can be told from another version of it. Which files there are says each benchmark's
own module ``published``; the first is the recommended one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from nasbench_db.errors import DownloadError

Kind = Literal["original", "archive", "nni database", "repacked", "measurements"]
"""What is done with a file: it is ingested; unpacked, and the folder ingested; migrated; it was
packed by another project, and is ingested as well; or a measurement set is made of it."""


@dataclass(frozen=True)
class SourceFile:
    """A file that somebody published.

    Attributes:
        name: its published name, under which it is also kept.
        benchmark: the name of the benchmark it belongs to.
        description: which version it is and what is in it.
        pages: where a person finds it in a browser.
        addresses: where a program gets it, the preferred one first; none if it cannot.
        size: its bytes; None if nobody says.
        sha256: the 64 digits of its SHA-256, or as many of the first as are published.
        md5: the 32 digits of its MD5, or as many of the last as are published.
        authority: who says so of size and hashes.
        kind: what is done with it.
        licence, paper: where they are not the benchmark's.
    """

    name: str
    benchmark: str
    description: str
    pages: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    authority: str | None = None
    kind: Kind = "original"
    licence: str | None = None
    paper: str | None = None

    @property
    def has_hash(self) -> bool:
        """Whether its content can be checked."""
        return self.sha256 is not None or self.md5 is not None

    @property
    def identity(self) -> str:
        """What the right file is known by, as text."""
        known = []
        if self.size is not None:
            known.append(f"{self.size:,} bytes")
        if self.sha256 is not None:
            begins = "" if len(self.sha256) == 64 else "beginning "
            known.append(f"the SHA-256 {begins}{self.sha256}")
        if self.md5 is not None:
            ends = "" if len(self.md5) == 32 else "ending "
            known.append(f"the MD5 {ends}{self.md5}")
        return " and ".join(known)

    def facts(self, recommended: bool) -> dict[str, Any]:
        """All that is known of it, and whether it is the one to take."""
        return {
            "benchmark": self.benchmark,
            "name": self.name,
            "recommended": recommended,
            "description": self.description,
            "size_bytes": self.size,
            "sha256": self.sha256,
            "md5": self.md5,
            "authority": self.authority,
            "addresses": list(self.addresses),
            "pages": list(self.pages),
            "kind": self.kind,
        }


def find(files: Sequence[SourceFile], name: str | None = None) -> SourceFile:
    """The one of a benchmark's files that has a name, or the recommended one.

    Raises:
        DownloadError: the benchmark has no file of that name.
    """
    if name is None:
        return files[0]
    for file in files:
        if file.name == name:
            return file
    names = [file.name for file in files]
    close = difflib.get_close_matches(name, names, 1)
    raise DownloadError(
        f"{files[0].benchmark} has no file {name!r}; known are {', '.join(names)}"
        + (f": did you mean {close[0]}?" if close else "")
    )


def find_at(files: Sequence[SourceFile], address: str) -> SourceFile:
    """The file that an address is known for or names by its last part, or the recommended one."""
    last = unquote(re.split("[?#]", address)[0]).rpartition("/")[2]
    for file in files:
        if file.name == last or address in file.addresses:
            return file
    return files[0]


def drive(identifier: str) -> str:
    """Where a program gets a file of Google Drive."""
    # The address to which Google's own page leads after asking whether to go on unscanned.
    return (
        f"https://drive.usercontent.google.com/download?id={identifier}&export=download&confirm=t"
    )


def drive_page(identifier: str) -> str:
    """Where a person finds it."""
    return f"https://drive.google.com/file/d/{identifier}/view"


NNI = "https://github.com/microsoft/nni"
NNI_STORE = "https://nni.blob.core.windows.net/nasbenchmark"

END = "end of the MD5 in the authors' name of the file"
END_AND_USERS = f"{END}; the rest measured by users, of a file with this end"
USERS = "measured by users; the hash in the authors' name is not of this file"
NNI_NAME = "beginning of the SHA-256 in NNI's name of the file"
