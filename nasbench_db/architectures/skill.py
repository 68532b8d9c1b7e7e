"""How good made-up trainings are: a smooth function of the architecture, and noise.

Files of made-up metrics are to be searched, ranked and learnt from as files of measured ones are.
So their numbers follow from the architecture, by the same function in all benchmarks::

    merit    = (sum of weight * feature - centre) / spread
    lasting  = merit + OWN * a
    skill    = lasting + HASTE * (1 - share) * b + TRAINING * c
    level    = 1 / (1 + exp(-skill)), which a benchmark shifts, stretches and makes accuracies of

The weights and features are the benchmark's; over its search space merits are about 0 on average,
with a standard deviation of about 1. ``a``, ``b`` and ``c`` are standard normal numbers: ``a`` is
what no feature tells of the architecture, ``b`` whether it learns early or late, ``c`` the luck of
a training. ``share`` is how far a training goes, from 0 for one epoch to 1 for the longest, by
the logarithm of the epochs. Nothing here was measured, nor fitted to what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.architectures.edges import EDGES

OWN = 0.35
"""The part of an architecture's skill that its features do not tell."""

HASTE = 0.85
"""What learning early or late does to skill after one epoch.

After 12 of 200 epochs it leaves a rank correlation of about 0.9 with all 200.
"""

TRAINING = 0.06
"""The part of skill that differs between trainings of one architecture."""

Numbers = Any
"""A number, or an array of numbers of several architectures."""


class Merit(NamedTuple):
    """What makes the architectures of a search space good.

    Attributes:
        weights: of the features, by name.
        centre: about the mean of the weighted sums over the search space.
        spread: about their standard deviation.
    """

    weights: Mapping[str, float]
    centre: float
    spread: float

    def of(self, features: Mapping[str, Numbers]) -> Numbers:
        """The merit of an architecture, or of several.

        Args:
            features: by the names of the weights.
        """
        total = sum(weight * features[name] for name, weight in self.weights.items())
        return (total - self.centre) / self.spread


class Talent(NamedTuple):
    """What an architecture, or each of several, brings to all of its trainings.

    Attributes:
        lasting: its skill after the longest training, but for luck.
        haste: whether it learns early, above 0, or late.
    """

    lasting: Numbers
    haste: Numbers

    @classmethod
    def draw(cls, merit: Numbers, random: np.random.Generator) -> Talent:
        """The talent that goes with a merit, by two numbers drawn for each."""
        own, haste = random.standard_normal((2, *np.shape(merit)))
        return cls(merit + OWN * own, haste)

    def skill(self, share: Numbers, luck: Numbers) -> Numbers:
        """The skill of trainings; their shapes are broadcast.

        Args:
            share: what :func:`share` gives.
            luck: a standard normal number for each training.
        """
        return self.lasting + HASTE * (1.0 - share) * self.haste + TRAINING * luck


def share(epochs: Numbers, longest: int) -> Numbers:
    """How far trainings of 1 or more epochs go towards the longest: from 0 to 1.

    Where the longest has one epoch too, that is all the way.
    """
    if longest == 1:
        return np.ones(np.shape(epochs))
    return np.minimum(np.log(epochs) / np.log(longest), 1.0)


def level(skill: Numbers) -> Numbers:
    """Skill as a share of what can be reached: between 0 and 1, 0.5 for a skill of 0."""
    return 1.0 / (1.0 + np.exp(-skill))


_IMPORTANCE = (1.0, 0.8, 0.6, 1.3, 0.9, 1.0)
"""How much an operation counts on each of ``EDGES``; most between input and output."""

ON_EDGES = Merit(
    {
        "none": -0.6,
        "skip_connect": 0.2,
        "nor_conv_1x1": 0.7,
        "nor_conv_3x3": 1.0,
        "avg_pool_3x3": -0.4,
        "convolutions_in_a_row": 0.5,
        "connected": 2.0,
    },
    centre=3.8,
    spread=1.9,
)
"""The merit of cells whose operations are on edges, by :func:`features_on_edges`."""


def features_on_edges(ops: Sequence[str]) -> dict[str, float]:
    """The features of a cell whose operations are on edges.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.

    Returns:
        by the name of each operation how often it is there, weighted by the edges; the most
        convolutions on any path from input to output, and whether there is such a path.
    """
    found = dict.fromkeys(ON_EDGES.weights, 0.0)
    most: list[int | None] = [0, None, None, None]  # by node, on any path to it, if there is one
    for (source, target), op, importance in zip(EDGES, ops, _IMPORTANCE, strict=True):
        found[op] += importance
        before = most[source]
        if op != "none" and before is not None:
            passed = before + op.startswith("nor_conv")
            most[target] = max(most[target] or 0, passed)
    found["convolutions_in_a_row"] = float(most[-1] or 0)
    found["connected"] = float(most[-1] is not None)
    return found
