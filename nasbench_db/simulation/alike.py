"""Which of the architectures of a sample are most alike: how a search moves where edits lead out.

Of spaces such as those of NDS and NAS-Bench-NLP a few thousand architectures of far more than
billions were trained, drawn at random. A single edit of one of them is hardly ever another one. So
a search moves to those that are nearest, by what they have in common: the ``traits`` of a cell
count what it is made of, and two are as far apart as these numbers differ together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from nasbench_db.architectures.randomness import SupportsRandom

NEAREST = 10
"""How many of a sample count as the neighbours of an architecture."""

_PARTS = 256
"""Of what a part of a number counts: so distances are integers, the same on every platform."""


class Alike:
    """The architectures of a sample by how much they are alike.

    Args:
        traits: those of each, in the order of the database.
    """

    def __init__(self, traits: Iterable[Mapping[str, float]]) -> None:
        found = list(traits)
        names = dict.fromkeys(name for one in found for name in one)
        self._columns = dict(zip(names, range(len(names)), strict=True))
        self._numbers = np.zeros((len(found), len(names)), np.int32)
        for row, one in enumerate(found):
            for name, number in one.items():
                self._numbers[row, self._columns[name]] = round(number * _PARTS)
        self.from_row = lru_cache(1 << 10)(self._from_row)

    @property
    def numbers(self) -> np.ndarray:
        """The traits as float64, to 1/256: a row for each architecture, a column for each trait
        that any of them has."""
        return self._numbers / _PARTS

    def from_traits(self, traits: Mapping[str, float]) -> np.ndarray:
        """The places of all, by how near they are to an architecture that is not among them.

        What it has and none of them has is as far from each, and does not count.
        """
        numbers = np.zeros(len(self._columns), np.int32)
        for name, number in traits.items():
            if name in self._columns:
                numbers[self._columns[name]] = round(number * _PARTS)
        return self._nearest(numbers)

    def _from_row(self, row: int) -> np.ndarray:
        """The places of all others, by how near they are to one of them."""
        order = self._nearest(self._numbers[row])
        others: np.ndarray = order[order != row]
        return others

    def _nearest(self, numbers: np.ndarray) -> np.ndarray:
        """All places, the nearest first; of equally near ones the first in the database."""
        apart = np.abs(self._numbers - numbers).sum(axis=1)
        return np.argsort(apart, kind="stable").astype(np.int32)


def drawn_near(order: np.ndarray, rng: SupportsRandom) -> int:
    """One of some places, the nearest first: each as near as its rank, drawn log-uniformly.

    As often the first as the second or third, or one of the next four, and so on: mostly a near
    one, and each in the end, since a search that knows the nearest ones only soon knows no other.
    """
    return int(order[int((len(order) + 1) ** rng.random()) - 1])
