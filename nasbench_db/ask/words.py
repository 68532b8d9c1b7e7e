"""The words of a question as plain values: numbers, texts, lists of them, ranges, reductions."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from numbers import Integral, Real
from typing import Any, Literal, TypeVar

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.errors import InvalidQuery, nearest

Scalar = int | float | str
"""A value as a statement takes it."""

Range = tuple[float | None, float | None]
"""The lowest and the highest value allowed, both included; None leaves a side open."""

MOST = (1 << 63) - 1
"""The highest whole number that a statement takes."""

Where = Mapping[str, Any] | str | None
"""Columns and what they must be, as keywords say it; or a condition in SQL."""

Reduction = Literal["none", "mean", "median", "std", "min", "max"]
"""Over the trials of a config; ``none`` is for single trials."""

REDUCTIONS = ("mean", "median", "std", "min", "max")
"""The reductions, each called as the SQL aggregate that computes it."""


Function = TypeVar("Function", bound=Callable[..., Any])


def known_words(function: Function) -> Function:
    """Let a function tell which arguments it has, and which was perhaps meant, of one it lacks."""
    parameters = inspect.signature(function).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return function  # it has words that only it knows, such as metrics, and tells by itself
    names = frozenset(parameters)

    @wraps(function)
    def checked(*args: Any, **words: Any) -> Any:
        if not words.keys() <= names:
            unknown = next(word for word in words if word not in names)
            what = f"argument of {function.__name__}"
            raise InvalidQuery.unknown(what, unknown, parameters)
        return function(*args, **words)

    return checked  # type: ignore[return-value]


def checked_reduction(reduction: str | None) -> str | None:
    """One of :data:`REDUCTIONS`, or None for single trials, which ``none`` means as well.

    Raises:
        InvalidQuery: it is something else.
    """
    if reduction is None or (isinstance(reduction, str) and reduction == "none"):
        return None
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise InvalidQuery(
            f"reduction is {reduction!r}; allowed are None, 'none', "
            + ", ".join(map(repr, REDUCTIONS))
            + nearest(reduction, REDUCTIONS)
        )
    return reduction


def whole_number(name: str, value: object, lowest: int) -> int:
    """An argument that must be a whole number, from Python or numpy, as a plain int.

    It is how many rows there may be: what is above :data:`MOST` means as many as there are.

    Raises:
        InvalidQuery: it is something else, or below ``lowest``.
    """
    value = plain(value)
    if not isinstance(value, Integral) or isinstance(value, bool) or value < lowest:
        raise InvalidQuery(
            f"{name} is {show(value)}; it must be a whole number of at least {lowest}"
        )
    return min(int(value), MOST)


def truth(name: str, value: object) -> bool:
    """An argument that is true or false, from Python or numpy; None is false.

    Raises:
        InvalidQuery: it is something else.
    """
    if value is True or value is False:  # most are, and to ask what else they may be takes longer
        return value
    value = plain(value)
    if value is not None and not isinstance(value, int):
        raise InvalidQuery(f"{name} is {show(value)}; it must be True or False")
    return bool(value)


def is_number(value: object) -> bool:
    """Whether a value is a number from Python or numpy, and not NaN."""
    return isinstance(value, Real) and not isinstance(value, bool) and value == value


def several(value: object) -> list[Any] | None:
    """The values of a list, a set, an array or the like; None of what is one value or a range."""
    if type(value) in (int, str):  # most are, and to ask what else they may be takes longer
        return None
    value = plain(value)
    if isinstance(value, (str, bytes, tuple, Mapping)) or not isinstance(value, Iterable):
        return None
    return [plain(one) for one in value]


def bounds(name: str, value: object) -> Range:
    """The two ends of a range as plain numbers.

    Raises:
        InvalidQuery: it is no pair of numbers, or its ends are the wrong way round.
    """
    pair = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    ends = [plain(end) for end in value] if pair else []  # type: ignore[attr-defined]
    if len(ends) != 2 or not all(end is None or is_number(end) for end in ends):
        raise InvalidQuery(
            f"{name} is {show(value)}; a range is a pair (lowest, highest) of numbers, and None "
            f"leaves a side open: {name}=(90, None)"
        )
    low, high = map(_end, ends)
    if low is not None and high is not None and low > high:
        raise InvalidQuery(f"{name} is {show(value)}: the lowest value is above the highest")
    return low, high


def _end(end: Any) -> float | None:
    """An end of a range as a statement takes it; what is too high for any number is infinite."""
    if end is None or (isinstance(end, int) and abs(end) <= MOST):
        return end
    try:
        return float(end)
    except OverflowError:
        return math.inf if end > 0 else -math.inf
