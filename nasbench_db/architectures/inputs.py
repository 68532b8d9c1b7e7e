"""What callers give, read leniently in its type and shown in messages."""

from __future__ import annotations

import json
from numbers import Integral
from typing import Any

from nasbench_db.errors import InvalidArchitecture


def plain(value: Any) -> Any:
    """An array or a number of numpy or torch as a list or a plain number; else the value."""
    return value.tolist() if hasattr(value, "tolist") else value


def as_int(value: object) -> int | None:
    """A number that is whole as an int, anything else as None."""
    value = plain(value)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return None


def show(value: object) -> str:
    """A value for an error message, never longer than a line."""
    try:
        text = json.dumps(value) if isinstance(value, list) else repr(value)
    except (TypeError, ValueError):
        text = repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:197] + "..."


def official_index(arch: object, size: int) -> int | None:
    """An architecture's official index, if it is given as such.

    Raises:
        InvalidArchitecture: the search space has no such index.
    """
    if not isinstance(arch, Integral) or isinstance(arch, bool):
        return None
    index = int(arch)
    if not 0 <= index < size:
        raise InvalidArchitecture(f"the index is {arch!r}; there are 0 to {size - 1} here")
    return index
