"""Files of one JSON text each, compressed by gzip or not: read whole, written from one value."""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError

MAX_BYTES = 1 << 26
"""The most bytes of a text, unpacked: fifty times those of the largest published one."""

_GZIP = b"\x1f\x8b"


def read_json(source: str | os.PathLike[str], wanted: str) -> tuple[Any, bytes, str]:
    """The value in a file.

    Args:
        source: the file.
        wanted: what to give instead of another kind of file, for the message.

    Returns:
        the value, the file's bytes, and its format: ``JSON`` or ``gzip, JSON``.

    Raises:
        SourceError: it is absent, no JSON, damaged, or larger than :data:`MAX_BYTES`.
    """
    name = os.fspath(source)
    try:
        with open(name, "rb") as file:
            content = file.read(MAX_BYTES + 1)
        compressed = content.startswith(_GZIP)
        unpacked = gzip.open(io.BytesIO(content)) if compressed else io.BytesIO(content)
        text = unpacked.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES:,} bytes")
        value = json.loads(text)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot read {name}: {reason}; {wanted}") from None
    return value, content, "gzip, JSON" if compressed else "JSON"


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write a value to a file, compressed if its name ends in ``.gz``, the same bytes always."""
    text = json.dumps(value).encode()
    path = Path(path)
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
