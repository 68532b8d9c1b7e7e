"""Where random architectures get their random numbers from."""

from __future__ import annotations

import random
from typing import Protocol

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.errors import InvalidQuery


class SupportsRandom(Protocol):
    """A source of random numbers: ``random.Random``, ``numpy.random.Generator``, and others."""

    def random(self) -> float:
        """A number of at least 0 and below 1."""


def generator(rng: SupportsRandom | int | None) -> SupportsRandom:
    """A random generator from one, or from a seed; from None, one of unpredictable seed.

    The global generators of Python and numpy are never used.

    Raises:
        InvalidQuery: it is neither, nor None.
    """
    rng = plain(rng)  # an integer of numpy is a seed like any other
    if rng is None or isinstance(rng, int):
        return random.Random(rng)
    if isinstance(rng, type) or not callable(getattr(rng, "random", None)):
        raise InvalidQuery(
            f"rng is {show(rng)}; it must be a random.Random, a numpy.random.Generator, a whole "
            "number as a seed, or None"
        )
    return rng


def below(count: int, rng: SupportsRandom) -> int:
    """A random integer of at least 0 and below ``count``."""
    return int(rng.random() * count)
