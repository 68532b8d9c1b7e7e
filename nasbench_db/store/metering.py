"""What was read of a source: how many bytes, their SHA-256, and the description of it all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import Any


class Meter:
    """Sees all bytes of a source as they are read."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._told = 0
        self.size = 0
        """How many bytes were seen."""

    @classmethod
    def of_file(cls, path: str | os.PathLike[str]) -> Meter:
        """One that has seen a whole file.

        Raises:
            OSError: it cannot be read.
        """
        meter = cls()
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                meter.update(block)
        return meter

    def update(self, block: bytes) -> None:
        """See the next bytes."""
        self._digest.update(block)
        self.size += len(block)

    def advance(self) -> int:
        """How many bytes were seen since this was asked last."""
        advance, self._told = self.size - self._told, self.size
        return advance

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return self._digest.hexdigest()

    def describe(self, source: str, form: str, records: int, synthetic: bool) -> dict[str, Any]:
        """The description of a file that was read to its end; see :func:`describe`."""
        return describe(source, form, records, synthetic, self.size, self.sha256)


def describe(
    source: str, form: str, records: int, synthetic: bool, size: int, sha256: str
) -> dict[str, Any]:
    """The description of a source that was read to its end, for ``Provenance``."""
    # On some systems a name is any bytes; what is no text cannot be stored as such.
    name = os.fsencode(os.path.basename(source)).decode(errors="replace")
    return {
        "source_name": name,
        "source_bytes": size,
        "source_sha256": sha256,
        "source_format": form,
        "records": records,
        "synthetic": synthetic,
    }


def digest_of_files(digests: Iterable[tuple[str, str]]) -> str:
    """One digest for a folder, whatever the order of its files.

    Args:
        digests: for each file its name and its SHA-256 in hexadecimal.

    Returns:
        the SHA-256 of what ``sha256sum`` prints of them.
    """
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests))
    return hashlib.sha256(listed.encode()).hexdigest()
