"""Coefficients of rank correlation, beside scipy's."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.ask.ranks import correlate

stats = pytest.importorskip("scipy.stats", reason="needs the extra explore")

# Few values, so that many are equal; and any.
NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e9, 1e9))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=40))
def test_the_same_as_scipys(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    for method, known in (("spearman", stats.spearmanr), ("kendall", stats.kendalltau)):
        value, p_value = correlate(method, x, y)
        if x.min() == x.max() or y.min() == y.max():
            assert math.isnan(value)
            assert math.isnan(p_value)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of two pairs there is no p value
            expected = known(x, y)
        assert value == pytest.approx(expected.statistic, abs=1e-12)
        # Near 1 the p value takes the last bits of the coefficient many times over.
        assert p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-9, nan_ok=True)


def test_equal_values_share_their_mean_rank() -> None:
    """1.5, 1.5, 3 and 1, 2.5, 2.5: half of what their deviations, 0.5, 0.5, 1, could give."""
    value, _ = correlate("spearman", np.array([1.0, 1.0, 2.0]), np.array([1.0, 5.0, 5.0]))
    assert value == pytest.approx(0.5)
