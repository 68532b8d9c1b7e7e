"""What callers give, read leniently in its type and shown in messages."""

from __future__ import annotations

import json
import re
from typing import Any

from nasbench_db.errors import InvalidArchitecture

# Digits are an index. A module hash has 32 hexadecimal digits, which may all be decimal; and what
# begins with zeros is a code, which would lose them.
_INDEX = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,30})")


def plain(value: Any) -> Any:
    """An array or a number of numpy or torch as a list or a plain number; else the value."""
    if isinstance(value, type) or not hasattr(value, "tolist"):
        return value
    try:
        return value.tolist()
    except TypeError:  # NATS-Bench's structures have a tolist that wants an argument
        return value


def as_int(value: object) -> int | None:
    """A number that is whole as an int, anything else as None."""
    if type(value) is int:  # most are, and to ask what else they may be takes longer
        return value
    value = plain(value)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return None


def index_below(size: int, given: Any) -> int:
    """An official index, from Python or numpy, as a plain int.

    Args:
        size: how many architectures there are.
        given: what may be an index.

    Raises:
        InvalidArchitecture: it is no whole number, or none of an architecture.
    """
    index = as_int(given)
    if index is None or isinstance(plain(given), bool) or not 0 <= index < size:
        raise InvalidArchitecture(
            f"no architecture has the index {show(given)}; indexes are integers from 0 to "
            f"{size - 1}"
        )
    return index


def bare(text: str) -> str:
    """A text without the blanks, line ends and quotes around it."""
    text = str(text).strip()  # a subclass of str, such as numpy's, would print differently
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    return text


def from_text(text: str) -> Any:
    """What a text gives as an architecture, on a command line or elsewhere.

    Args:
        text: blanks, line ends and quotes around it do not matter.

    Returns:
        the dict or the list if it is JSON of one; the int of an index; else the bare text, such
        as an architecture string or a hash. A text of 32 digits is a hash, not an index, nor is
        one that begins with a zero before other digits.

    Raises:
        InvalidArchitecture: it begins as JSON does, and is not.
    """
    text = bare(text)
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidArchitecture(
                f"{show(text)} is not JSON, in which names have double quotes: {error}"
            ) from None
    return int(text) if _INDEX.fullmatch(text) else text


def told(given: Any) -> Any:
    """An architecture in one of its forms as plain values, from which the form can be told.

    Args:
        given: an object with ``tostr()``, such as the structures of ``nas_201_api`` and
            ``nats_bench``, or with ``arch_str``, such as a row of a table, stands for that text;
            a text is read by :func:`from_text`; an array becomes a list.

    Raises:
        InvalidArchitecture: a text begins as JSON does, and is not.
    """
    if isinstance(given, (dict, list, int, type)):  # what is asked for most goes first
        return given
    tostr = getattr(given, "tostr", None)
    given = plain(tostr() if callable(tostr) else getattr(given, "arch_str", given))
    return from_text(given) if isinstance(given, str) else given


def show(value: object) -> str:
    """A value for an error message, never longer than a line."""
    try:
        text = json.dumps(value) if isinstance(value, list) else repr(value)
    except (TypeError, ValueError, RecursionError):
        try:
            text = repr(value)
        except (ValueError, RecursionError):  # too many digits, or lists in lists
            text = f"{type(value).__name__} too long to show"
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:197] + "..."
