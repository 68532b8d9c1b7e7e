"""Values of the original file and how the database has them: a column of numbers, and JSON.

See :class:`nasbench_db.transnas101.schema.MetricStats`: what is no floating-point number stands in
a dict beside the columns, so that each value can be had back as it was.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np

from nasbench_db.formats.torch_files import Tensor
from nasbench_db.store.models import canonical_json
from nasbench_db.transnas101.metrics import TIME

Scalar = float | int | str | bool | None
"""What a value of the file may be."""

_CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d)")


def scalar(value: object) -> Scalar:
    """A value of the file as a plain one of Python.

    Raises:
        ValueError: it is neither a number nor a text nor None.
    """
    if isinstance(value, Tensor):
        value = value.numpy()
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        value.encode()  # raises a ValueError if it is no Unicode
    if value is None or isinstance(value, (float, int, str)):
        return value
    raise ValueError(f"a {type(value).__name__} where a number should be")


def column_value(name: str, value: Scalar) -> float | None:
    """The number that a column has for a value; None if it is no number."""
    if isinstance(value, str):
        found = _CLOCK.fullmatch(value) if name == TIME else None
        if found is None:
            return None
        hours, minutes, seconds = map(int, found.groups())
        return float(3600 * hours + 60 * minutes + seconds)
    if value is None or isinstance(value, bool) or value != value:
        return None
    try:
        return float(value)
    except OverflowError:  # an int beyond all floats
        return None


def fits(value: Scalar) -> bool:
    """Whether a column of numbers has a value as it is; of SQLite's, none has minus zero."""
    return type(value) is float and (value < 0 or value > 0 or str(value) == "0.0")


def encode(values: dict[str, Any]) -> str | None:
    """The JSON of what the columns do not have; None if there is nothing."""
    if not values:
        return None
    return canonical_json({name: _marked(value) for name, value in values.items()})


def _marked(value: Any) -> Any:
    """A value as JSON can have it: not all readers of JSON know larger whole numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return {"int": str(value)}
    return value


def _unmarked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return {"float": float, "int": int}[kind](text)


def decode(text: str | None) -> dict[str, Any]:
    """What :func:`encode` had been given."""
    if text is None:
        return {}
    found: dict[str, Any] = json.loads(text)
    return {name: _unmarked(value) for name, value in found.items()}
