"""Read a file in blocks, front to back, once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from nasbench_db.errors import SourceError


def read_blocks(
    path: str | os.PathLike[str],
    size: int,
    kind: str,
    on_bytes: Callable[[bytes], None] | None = None,
) -> Iterator[bytes]:
    """Stream a file.

    Args:
        path: the file.
        size: the most bytes of a block.
        kind: what the file should be, for the message if it is a folder.
        on_bytes: called with every block before it is given out.

    Yields:
        the blocks, and at the end an empty one.

    Raises:
        SourceError: the file is absent, a folder, or cannot be read.
    """
    name = os.fspath(path)
    if os.path.isdir(path):
        raise SourceError(f"{name} is a folder, not {kind}")
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(size):
                if on_bytes is not None:
                    on_bytes(block)
                yield block
            yield b""
    except FileNotFoundError:
        raise SourceError(f"{name}: there is no such file") from None
    except OSError as error:
        raise SourceError(f"{name} cannot be read: {error.strerror}") from None
