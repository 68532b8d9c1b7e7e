"""Architectures written as numbers, which only the name of the encoding tells from others.

NASLib's orders of edges and operations are those of its ``conversions.py`` of each search space
(https://github.com/automl/NASLib); where its names for numbers differ from the benchmark's own,
the numbers count.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import as_int, plain, show
from nasbench_db.errors import InvalidArchitecture, InvalidQuery

_VERTICES = 7
_OPERATIONS_101 = ("input", "output", "maxpool3x3", "conv1x1-bn-relu", "conv3x3-bn-relu")


class Encoding(NamedTuple):
    """One way to write the architectures of a benchmark as numbers.

    Attributes:
        length: how many numbers there are.
        read: makes of them, given the class of architectures, what that can parse, or one of it.
    """

    length: int
    read: Callable[[Any, Sequence[int]], Any]


def _cell_101(cell: Any, numbers: Sequence[int]) -> Any:
    """A matrix of 7 x 7, row by row, and 7 operations."""
    edges = _VERTICES * _VERTICES
    for number in numbers[edges:]:
        if not 0 <= number < len(_OPERATIONS_101):
            raise InvalidArchitecture(
                f"NASLib's operations of NAS-Bench-101 are 0 to {len(_OPERATIONS_101) - 1}, and "
                f"not {number}"
            )
    matrix = [list(numbers[row : row + _VERTICES]) for row in range(0, edges, _VERTICES)]
    return cell(matrix, [_OPERATIONS_101[number] for number in numbers[edges:]])


def _micro(cell: Any, numbers: Sequence[int]) -> Any:
    first, second, third, fourth, fifth, sixth = map(str, numbers)
    return cell.parse(f"64-41414-{first}_{second}{third}_{fourth}{fifth}{sixth}")


def _macro(cell: Any, numbers: Sequence[int]) -> Any:
    return cell.parse(f"64-{''.join(str(number) for number in numbers if number)}-basic")


def _naslib(cell: Any, numbers: Sequence[int]) -> Any:
    return cell.from_naslib(numbers)


def _in_order(cell: Any, numbers: Sequence[int]) -> Any:
    return cell.from_ops(numbers)


ENCODINGS = {
    "nasbench101": {"naslib": Encoding(56, _cell_101)},
    "nasbench201": {"naslib": Encoding(6, _naslib), "string_order": Encoding(6, _in_order)},
    "transnas101": {
        "naslib_micro": Encoding(6, _micro),
        "naslib_macro": Encoding(6, _macro),
        "string_order": Encoding(6, _in_order),
    },
}
"""The encodings of each benchmark by name. ``string_order`` are the operations as the benchmark
numbers them, in the order of its architecture strings."""


def encoding_of(benchmark: str, name: str) -> Encoding:
    """An encoding of a benchmark's architectures.

    Raises:
        InvalidQuery: there is none of that name.
    """
    found = ENCODINGS.get(benchmark, {})
    if name not in found:
        raise InvalidQuery.unknown(f"encoding of {benchmark}", name, found)
    return found[name]


def read_numbers(encoding: Encoding, cell: Any, given: Any) -> Any:
    """An architecture that is written as numbers.

    Args:
        encoding: how.
        cell: the class of architectures.
        given: the numbers, or a text of them, such as ``(4, 3, 3, 3, 2, 3)``.

    Raises:
        InvalidArchitecture: they are no such numbers, or of no architecture.
    """
    found = plain(given)
    if isinstance(found, str):
        try:
            found = ast.literal_eval(found.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
    numbers = list(map(as_int, found)) if isinstance(found, (list, tuple)) else []
    whole = [number for number in numbers if number is not None]
    if len(whole) != encoding.length or len(numbers) != encoding.length:
        raise InvalidArchitecture(
            f"{show(given)} are not {encoding.length} whole numbers, as this encoding has"
        )
    return encoding.read(cell, whole)
