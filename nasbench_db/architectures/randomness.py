"""Where random numbers come from: generators that belong to whoever draws."""

from __future__ import annotations

import os
import random
import weakref
from collections.abc import Callable, Sequence
from itertools import accumulate, chain, product
from math import prod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.errors import InvalidQuery

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
Outcome = TypeVar("Outcome")


class SupportsRandom(Protocol):
    """A source of random numbers: ``random.Random``, ``numpy.random.Generator``, and others."""

    def random(self) -> float:
        """A number of at least 0 and below 1."""


class OwnRandom(random.Random):
    """A generator of one owner, that does not share its unpredictable numbers by accident.

    With a seed, a forked child, a copy and a pickle of it go on with the same numbers, as they
    must for the numbers to be repeatable. Without one, each begins with numbers of its own, as
    Python's global generator does after a fork; else workers that search independently would all
    see the same noise.

    Args:
        seed: what ``random.Random`` takes, or a number of numpy.
    """

    def __init__(self, seed: Any = None) -> None:
        super().__init__(plain(seed))
        if seed is None:
            _unpredictable.add(self)

    def __new__(cls, seed: Any = None) -> OwnRandom:
        """An unseeded one; Python's takes the seed here as well, which may be numpy's."""
        return super().__new__(cls)

    def __reduce__(self) -> tuple[Callable[..., OwnRandom], tuple[Any, ...]]:
        """What a copy and a pickle are made of."""
        return (OwnRandom, ()) if self in _unpredictable else (_restored, (self.getstate(),))


_unpredictable: weakref.WeakSet[OwnRandom] = weakref.WeakSet()


def _restored(state: Any) -> OwnRandom:
    rng = OwnRandom(0)
    rng.setstate(state)
    return rng


def _seed_anew() -> None:
    """In a forked child: give numbers of its own to what nobody gave a seed."""
    for rng in _unpredictable:
        rng.seed()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_seed_anew)


def generator(rng: SupportsRandom | int | None) -> SupportsRandom:
    """A random generator from one, or from a seed; from None, one of unpredictable seed.

    The global generators of Python and numpy are never used.

    Raises:
        InvalidQuery: it is neither, nor None.
    """
    if callable(getattr(rng, "random", None)) and not isinstance(rng, type):
        return rng  # type: ignore[return-value]
    rng = plain(rng)  # an integer of numpy is a seed like any other
    if rng is None or isinstance(rng, int):
        return random.Random(rng)
    raise InvalidQuery(
        f"rng is {show(rng)}; it must be a random.Random, a numpy.random.Generator, a whole "
        "number as a seed, or None"
    )


def below(count: int, rng: SupportsRandom) -> int:
    """A random integer of at least 0 and below ``count``."""
    return int(rng.random() * count)


class Stream:
    """The numbers of a generator of numpy, drawn by the block: a tenth of the time for each.

    Args:
        rng: the generator; it is a block ahead of what was taken.
        block: how many are drawn at once.

    Attributes:
        random: gives the next one.
    """

    __slots__ = ("random",)

    def __init__(self, rng: np.random.Generator, block: int = 1024) -> None:
        blocks = iter(lambda: rng.random(block).tolist(), None)
        # An attribute and no method, since a method would take most of the time.
        self.random: Callable[[], float] = chain.from_iterable(blocks).__next__


def outcomes(
    chances: Sequence[Sequence[tuple[T, float]]], combined: Callable[[Sequence[T]], Outcome]
) -> tuple[list[float], list[Outcome]]:
    """What comes of several chances at once, to be drawn with a single random number.

    Args:
        chances: for each of them what may come of it, each with its probability; they are
            independent of each other. The products of all are written out, so there must be few.
        combined: what comes of all together, from what comes of each.

    Returns:
        ``ends`` and ``outcomes``: of a number that is evenly distributed from 0 to below 1 comes
        ``outcomes[bisect_right(ends, number)]``.
    """
    found, shares = [], []
    for each in product(*chances):
        found.append(combined([outcome for outcome, _ in each]))
        shares.append(prod(probability for _, probability in each))
    return list(accumulate(shares))[:-1], found
