"""Architectures as words: a fixed number of places, and the same choices at each of them.

A word is a tuple of integers, the number of a choice at each place. A cell whose edges carry
operations is one, and so is a list of the widths of layers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from nasbench_db.architectures.inputs import as_int, plain, show
from nasbench_db.architectures.randomness import SupportsRandom, below, generator
from nasbench_db.errors import InvalidArchitecture, nearest

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.architectures.drawing import Drawing

Word = tuple[int, ...]

Pick = Callable[[str, Sequence[Any]], Any]
"""Given a name and what there is to choose from, tells which."""

Self = TypeVar("Self", bound="WordCell")


class WordCell(ABC):
    """An architecture that is a word and nothing else, immutable.

    Two are equal when they are the same word. A subclass says how words are read and written.

    Attributes:
        places: how many places its words have.
        choices: how many choices there are at each of them.
        names: what each place is called.
        options: what may stand there, as the constructor takes it.
    """

    __slots__ = ("_word",)

    places: ClassVar[int]
    choices: ClassVar[int]
    names: ClassVar[tuple[str, ...]]
    options: ClassVar[tuple[Any, ...]]
    _word: Word

    @classmethod
    def _of(cls: type[Self], word: Word) -> Self:
        cell = cls.__new__(cls)
        cell._word = word
        return cell

    @classmethod
    @abstractmethod
    def from_string(cls: type[Self], arch_str: str) -> Self:
        """An architecture from its string."""

    @classmethod
    def choose(cls: type[Self], pick: Pick) -> Self:
        """An architecture by what somebody picks for each of its places, one after another.

        Args:
            pick: given a name and what there is to choose from, tells which; such as
                ``suggest_categorical`` of Optuna's trials.
        """
        made: Any = cls  # whose constructor takes a list
        cell: Self = made([pick(name, cls.options) for name in cls.names])
        return cell

    @classmethod
    def from_one_hot(cls: type[Self], encoding: Sequence[Sequence[int]] | np.ndarray) -> Self:
        """An architecture from :attr:`one_hot`.

        Raises:
            InvalidArchitecture: it is not of shape (places, choices) with a single 1 in each row.
        """
        return cls._of(from_one_hot(encoding, cls.places, cls.choices))

    @classmethod
    def _all(cls: type[Self]) -> Iterator[Self]:
        """All architectures: the choice at the last place changes fastest."""
        return map(cls._of, product(range(cls.choices), repeat=cls.places))

    @classmethod
    def _random(cls: type[Self], rng: SupportsRandom | int | None) -> Self:
        """An architecture drawn uniformly from all."""
        return cls._of(random_word(cls.places, cls.choices, generator(rng)))

    @property
    @abstractmethod
    def arch_str(self) -> str:
        """The architecture string of the data set."""

    @property
    def one_hot(self) -> np.ndarray:
        """A new int8 array of shape (places, choices): a row per place, 1 at its choice."""
        return one_hot(self._word, self.choices)

    def neighbors(self: Self) -> list[Self]:
        """The architectures that differ at one place: place after place, choices ascending."""
        return [self._of(word) for word in neighbors(self._word, self.choices)]

    def mutate(self: Self, rng: SupportsRandom | int | None = None) -> Self:
        """A random neighbour, as in the original's evolution: one place gets another choice.

        Args:
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        """
        source = generator(rng)
        place = self._random_place(source)
        return self._of(changed(self._word, place, self.choices, source))

    def _random_place(self, source: SupportsRandom) -> int:
        """Where to mutate: each place as often as any other."""
        return below(self.places, source)

    def crossover(self: Self, other: Self, rng: SupportsRandom | int | None = None) -> Self:
        """A random mixture of two architectures: the choice at each place from one of them.

        Args:
            other: the other parent.
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        """
        return self._of(crossed(self._word, other._word, generator(rng)))

    def edit_distance(self: Self, other: Self) -> int:
        """At how many places two architectures differ."""
        return distance(self._word, other._word)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._word == other._word

    def __hash__(self) -> int:
        return hash(self._word)

    @abstractmethod
    def draw(self) -> Drawing:
        """A picture of it."""

    def _repr_svg_(self) -> str:
        """Its picture, for Jupyter."""
        return self.draw().svg

    def __repr__(self) -> str:
        return f"Cell.from_string({self.arch_str!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self).from_string, (self.arch_str,))


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
