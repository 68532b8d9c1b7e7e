"""From the percents of the database back to the fractions of the original files.

Ingestion stores an accuracy as ``fraction * 100``. The division by 100 undoes it:

- The accuracies of the published files are float32 values, stored as doubles. One has at most 24
  significant bits and 100 has five, so the product fits the 53 bits of a double and is exact, and
  so is the quotient: the original comes back to the last bit.
- Of any other double the product may be rounded. The quotient then is a double with the very same
  percent, so nothing that the database holds is changed by it, but it may be a neighbour of the
  original: where the leading digits of the fraction's binary mantissa lie between 1.28 and 2,
  some pairs of neighbouring doubles share their percent. No double is farther off than that one
  unit in the last place.

(The second, for a fraction x whose percent is y. Up to a power of 2 let x lie between 1 and 2, its
doubles spaced by u. Below 1.28 doubles near y are 64 u apart, so y differs from 100 x by at most
32 u, y / 100 from x by less than u / 2, and the quotient is x. From 1.28 on doubles near y are
128 u apart; the quotient differs from y / 100 by at most u / 2, hence 100 times the quotient from
y by at most 50 u, which rounds to y.)
"""

from __future__ import annotations

import numpy as np


def to_fraction(percent: float) -> float:
    """The fraction that was stored as ``percent``: an accuracy between 0 and 1.

    Equal to the last bit to a fraction that is a float32 value, as all published ones are; for
    any other double, a double of the same percent, at most one unit in the last place off.
    """
    return percent / 100


def to_fractions(percents: np.ndarray) -> np.ndarray:
    """:func:`to_fraction` of an array of any shape, as a new float64 array; NaN stays NaN."""
    return np.asarray(percents, dtype=np.float64) / 100
