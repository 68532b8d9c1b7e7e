"""Where random architectures get their random numbers from."""

from __future__ import annotations

import random
from typing import Protocol


class SupportsRandom(Protocol):
    """A source of random numbers: ``random.Random``, ``numpy.random.Generator``, and others."""

    def random(self) -> float:
        """A number of at least 0 and below 1."""


def generator(rng: SupportsRandom | int | None) -> SupportsRandom:
    """A random generator from one, or from a seed; from None, one of unpredictable seed.

    The global generators of Python and numpy are never used.
    """
    return random.Random(rng) if rng is None or isinstance(rng, int) else rng


def below(count: int, rng: SupportsRandom) -> int:
    """A random integer of at least 0 and below ``count``."""
    return int(rng.random() * count)
