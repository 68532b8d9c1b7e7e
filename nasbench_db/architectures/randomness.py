"""Where random numbers come from: generators that belong to whoever draws."""

from __future__ import annotations

import os
import random
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.errors import InvalidQuery


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


class Chances:
    """With which probability each of some things happens.

    Args:
        bounds: the probabilities.
    """

    __slots__ = ("_array", "bounds")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self._array: Any = None  # of numpy, which not everybody needs who draws

    def drawn(self, rng: SupportsRandom) -> tuple[list[int], Sequence[float]]:
        """What happens.

        Args:
            rng: a generator; one of numpy is asked once for all of them.

        Returns:
            the places of what happens, and for each place the random number that decided it, of
            at least 0, and below the probability where it happens.
        """
        if hasattr(rng, "standard_normal"):  # which no generator of Python's has
            if self._array is None:
                import numpy as np

                self._array = np.array(self.bounds)
            many: Any = rng.random(len(self.bounds))  # type: ignore[call-arg]
            return (many < self._array).nonzero()[0].tolist(), many
        numbers = [rng.random() for _ in self.bounds]
        places = [n for n, bound in enumerate(self.bounds) if numbers[n] < bound]
        return places, numbers
