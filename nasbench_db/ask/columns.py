"""One column of what a SELECT gives: its values, block by block, as arrays of numpy and others."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from nasbench_db.errors import InvalidQuery

if TYPE_CHECKING:
    import numpy as np

_MOST_EXACT = 1 << 53  # up to here f8 has every integer
_CODES = {"i8": "q", "f8": "d"}
"""What :mod:`struct` calls the values of a kind."""


class Column:
    """The values of one column, block by block.

    Args:
        name: what it is called.
        kind: see :class:`Table`.
    """

    def __init__(self, name: str, kind: str | None) -> None:
        self.name = name
        self.kind = kind
        self._types: set[type] = set()
        # i8 where there are integers alone; f8 with NaN for NULL, since SQLite has no NaN; and
        # objects with None for NULL for everything else.
        self._parts: list[np.ndarray] = []

    def add(self, values: Sequence[Any]) -> None:
        """Add a block of values as SQLite gives them."""
        import numpy as np

        if self.kind in _CODES:
            # The quickest way, which refuses what is no number, or for integers no integer.
            try:
                packed = struct.pack(f"{len(values)}{_CODES[self.kind]}", *values)
            except struct.error:
                pass
            else:
                self._types.add(int if self.kind == "i8" else float)
                self._parts.append(np.frombuffer(packed, self.kind))
                return
        types = set(map(type, values))
        self._types |= types
        if types == {int}:
            self._parts.append(np.array(values, np.int64))
        elif types == {float} or types == {float, type(None)}:
            self._parts.append(np.array(values, np.float64))
        else:
            self._parts.append(_objects(values))

    def numpy_blocks(self) -> list[np.ndarray]:
        """As in :meth:`Table.to_numpy`, in blocks, of which the widest is the column's type."""
        import numpy as np

        kind, blocks, nulls = self._blocks()
        if kind == "integers" and nulls is not None:
            exact = all(np.all((part >= -_MOST_EXACT) & (part <= _MOST_EXACT)) for part in blocks)
            blocks = [part.astype(np.float64 if exact else object) for part in blocks]
            for part, null in zip(blocks, nulls, strict=True):
                part[null] = np.nan if exact else None
        elif kind == "text":
            width = int(self.kind[1:]) if self.kind and self.kind[0] == "U" else 1
            blocks = [_fixed_width(part.tolist(), width) for part in blocks]
        return blocks

    def to_pandas(self, pandas: Any) -> Any:
        """As in :meth:`Table.to_pandas`: something to make a column of."""
        import numpy as np

        kind, blocks, nulls = self._blocks()
        values = np.concatenate(blocks)
        if kind == "integers" and nulls is not None:
            return pandas.arrays.IntegerArray(values, np.concatenate(nulls))
        if kind == "text":
            return pandas.Series(values, dtype=pandas.Series(["a text"]).dtype)
        if values.dtype == np.dtype(object):
            return pandas.Series(values, dtype=object)
        return values

    def to_arrow(self, arrow: Any, type_: Any = None) -> Any:
        """As in :meth:`Table.to_arrow`: an array.

        Args:
            arrow: pyarrow.
            type_: the type that it must have; by default that of the values.

        Raises:
            InvalidQuery: Arrow has no such type, or the values are not of that type.
        """
        import numpy as np

        kind, blocks, nulls = self._blocks(parse=False)
        types = {
            "integers": arrow.int64(),
            "numbers": arrow.float64(),
            "text": arrow.string(),
            "bytes": arrow.binary(),
        }
        if type_ not in (None, types.get(kind)):
            raise InvalidQuery(f"column {self.name} has {kind}, and must be of type {type_}")
        if kind not in types:
            raise InvalidQuery(
                f"column {self.name} has {kind}, which Arrow has no type for; make it all text "
                f"with CAST({self.name} AS TEXT)"
            )
        values = np.concatenate(blocks)
        null = np.concatenate(nulls) if nulls is not None else None
        if kind == "numbers":
            null = np.isnan(values)
        return arrow.array(values, type=types[kind], mask=null)

    def _blocks(self, parse: bool = True) -> tuple[str, list[np.ndarray], list[np.ndarray] | None]:
        """What the values are, the values, and for integers which are NULL, if any is.

        They are ``integers`` (i8), ``numbers`` (f8), or in object arrays, with None for NULL,
        ``text``, ``bytes``, ``parsed JSON`` or ``values of several types``. There is one block
        or more, and as many of the NULLs.

        Args:
            parse: whether JSON becomes objects, or stays text.
        """
        import numpy as np

        types = self._types - {type(None)}
        if (types == {int} and self.kind != "f8") or (not types and self.kind == "i8"):
            blocks, nulls = [], []
            for part in self._parts:
                null = np.zeros(len(part), bool)
                if part.dtype == object:
                    null = np.array([value is None for value in part.tolist()], bool)
                    part = np.where(null, 0, part).astype(np.int64)
                blocks.append(part)
                nulls.append(null)
            has_null = any(null.any() for null in nulls)
            return "integers", blocks or [np.empty(0, np.int64)], nulls if has_null else None
        if (types and types <= {int, float}) or (not types and self.kind in (None, "f8")):
            # None becomes NaN.
            numbers = [part.astype(np.float64, copy=False) for part in self._parts]
            return "numbers", numbers or [np.empty(0)], None
        objects = []
        for part in self._parts or [np.empty(0, object)]:
            if part.dtype == np.float64:
                null = np.isnan(part)
                part = part.astype(object)
                part[null] = None
            objects.append(part.astype(object, copy=False))
        if self.kind == "json" and parse:
            parsed = [_objects([parse_json(text, self.name) for text in part]) for part in objects]
            return "parsed JSON", parsed, None
        if types <= {str}:
            return "text", objects, None
        return "bytes" if types == {bytes} else "values of several types", objects, None


def structured(columns: Mapping[str, Column]) -> np.ndarray:
    """Columns of equal length as one structured array; see :meth:`Table.to_numpy`."""
    import numpy as np

    blocks = {name: column.numpy_blocks() for name, column in columns.items()}
    widest = {
        name: max((part.dtype for part in parts), key=attrgetter("itemsize"))
        for name, parts in blocks.items()
    }
    dtype = np.dtype(list(widest.items()))
    array = np.empty(sum(map(len, next(iter(blocks.values())))), dtype)
    # Block by block, so that what is written is still in the processor's cache.
    start = 0
    for parts in zip(*blocks.values(), strict=True):
        block = array[start : start + len(parts[0])]
        for name, part in zip(blocks, parts, strict=True):
            block[name] = part
        start += len(block)
    return array


def parse_json(text: object, name: str) -> Any:
    """The value of a JSON text; what is no text stays as it is.

    Raises:
        InvalidQuery: it is no JSON.
    """
    if not isinstance(text, str):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidQuery(f"column {name} has a text that is no JSON: {error}") from None


def _objects(values: Sequence[Any]) -> np.ndarray:
    """An array of objects, even of lists."""
    import numpy as np

    return np.fromiter(values, object, len(values))


def _fixed_width(texts: list[str | None], width: int) -> np.ndarray:
    """Texts as an array of numpy's, of a width or of that of the longest."""
    import numpy as np

    if None in texts:
        texts = [text or "" for text in texts]
    return np.array(texts, f"U{max(width, max(map(len, texts), default=0))}")  # type: ignore[arg-type]
