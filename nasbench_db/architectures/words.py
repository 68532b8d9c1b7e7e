"""Architectures as words: a fixed number of places, and the same choices at each of them.

A word is a tuple of integers, the number of a choice at each place. A cell whose edges carry
operations is one, and so is a list of the widths of layers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import as_int, plain, show
from nasbench_db.architectures.randomness import SupportsRandom, below
from nasbench_db.errors import InvalidArchitecture, nearest

if TYPE_CHECKING:
    import numpy as np

Word = tuple[int, ...]


def neighbors(word: Word, choices: int) -> Iterator[Word]:
    """All words that differ at one place: place after place, choices ascending."""
    for place, old in enumerate(word):
        for new in range(choices):
            if new != old:
                yield (*word[:place], new, *word[place + 1 :])


def changed(word: Word, place: int, choices: int, rng: SupportsRandom) -> Word:
    """The word with a random other choice at a place."""
    new = below(choices - 1, rng)
    return (*word[:place], new + (new >= word[place]), *word[place + 1 :])


def crossed(one: Word, other: Word, rng: SupportsRandom) -> Word:
    """A word that has each place from one of two, at random."""
    pairs = zip(one, other, strict=True)
    return tuple(mine if rng.random() < 0.5 else theirs for mine, theirs in pairs)


def distance(one: Word, other: Word) -> int:
    """At how many places two words differ."""
    return sum(mine != theirs for mine, theirs in zip(one, other, strict=True))


def random_word(places: int, choices: int, rng: SupportsRandom) -> Word:
    """A word drawn uniformly from all."""
    return tuple(below(choices, rng) for _ in range(places))


def one_hot(word: Word, choices: int) -> np.ndarray:
    """A new int8 array of shape (places, choices) with a 1 in each row, at the choice."""
    import numpy as np

    return np.eye(choices, dtype=np.int8)[list(word)]


def from_one_hot(given: Any, places: int, choices: int) -> Word:
    """The word of a one-hot array.

    Raises:
        InvalidArchitecture: it has another shape, or a row that is not one 1 among zeros.
    """
    rows = table("the one-hot encoding", given, places, choices)
    for place, row in enumerate(rows):
        if set(row) != {0, 1} or sum(row) != 1:
            raise InvalidArchitecture(
                f"row {place} of the one-hot encoding is {show(row)}; it must be one 1 among "
                f"{choices - 1} zeros"
            )
    return tuple(row.index(1) for row in rows)


def sequence(what: str, given: Any, length: int) -> list[Any]:
    """A list, tuple, array or other iterable of a given length, as a list.

    Raises:
        InvalidArchitecture: it is no such thing; ``what`` is how the message calls it.
    """
    given = plain(given)
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise InvalidArchitecture(f"{what} must be a list of {length}, not {show(given)}")
    items = list(given)
    if len(items) != length:
        raise InvalidArchitecture(
            f"{what} must be a list of {length}, and {show(items)} has {len(items)}"
        )
    return items


def table(what: str, given: Any, rows: int, columns: int) -> list[list[int]]:
    """Nested lists or an array of whole numbers, of a given shape, as lists of int.

    Raises:
        InvalidArchitecture: it is no such thing; ``what`` is how the message calls it.
    """
    entries: list[list[int]] = []
    for r, row in enumerate(sequence(what, given, rows)):
        entries.append([])
        for c, entry in enumerate(sequence(f"row {r} of {what}", row, columns)):
            number = as_int(entry)
            if number is None:
                raise InvalidArchitecture(
                    f"{what} has {show(entry)} at [{r}][{c}]; only whole numbers are allowed"
                )
            entries[r].append(number)
    return entries


def choice(where: str, given: Any, choices: Mapping[str, int], known: str) -> int:
    """The number of an operation that is given by a name or by that number.

    Args:
        where: what the message calls the place, as ``edge 0_1``.
        given: a string or a whole number.
        choices: each name that is read and the number it stands for.
        known: what the message says that there is.

    Raises:
        InvalidArchitecture: there is no such operation.
    """
    given = plain(given)
    number = choices.get(given) if isinstance(given, str) else as_int(given)
    if number in choices.values() and not isinstance(given, bool):
        assert number is not None
        return number
    raise InvalidArchitecture(
        f"{where} has the unknown operation {show(given)}; known are {known}"
        + (nearest(given, choices, 0.3) if isinstance(given, str) else "")
    )
