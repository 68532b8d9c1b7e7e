"""Sums that are rounded once: whatever the order, and whoever adds."""

import math
import statistics as standard

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.store import exact
from nasbench_db.store.statistics import sums

NUMBERS = st.floats(-1e15, 1e15, allow_subnormal=True)


@given(st.integers(1, 6).flatmap(lambda k: st.lists(st.lists(NUMBERS, min_size=k, max_size=k))))
def test_sums_of_arrays_are_those_of_python(rows: list[list[float]]) -> None:
    """To the last bit, for any number of terms."""
    if rows:
        found = sums(np.array(rows).T)
        assert found.tolist() == [math.fsum(row) for row in rows]


def test_sums_of_three_are_rounded_once() -> None:
    """Of numbers like accuracies, in which a plain sum often errs by a bit, and of hard ones."""
    rng = np.random.default_rng(0)
    plain = rng.random((20_000, 3)) * 100
    hard = rng.standard_normal((20_000, 3)) * np.exp2(rng.integers(-60, 60, (20_000, 3)))
    for terms in (plain, hard):
        expected = [math.fsum(row) for row in terms.tolist()]
        assert sums(np.ascontiguousarray(terms.T)).tolist() == expected
    assert ((plain[:, 0] + plain[:, 1]) + plain[:, 2]).tolist() != expected


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_a_mean_and_a_deviation_do_not_depend_on_the_order(values: list[float]) -> None:
    """Nor is the deviation that of n - 1."""
    assert exact.mean(values) == exact.mean(values[::-1])
    assert exact.std(values) == exact.std(values[::-1])
    rounding = max(map(abs, values)) * 1e-15 + 1e-150  # whose square is as small as numbers get
    assert exact.std(values) == pytest.approx(standard.pstdev(values), rel=1e-9, abs=rounding)


def test_infinite_values_are_added_as_numpy_does() -> None:
    """None is lost, and no error is raised."""
    terms = np.array([[1.0, 2.0], [math.inf, math.inf], [3.0, -math.inf], [4.0, 5.0]])
    for k in (3, 4):
        found = sums(terms[:k])
        assert found[0] == math.inf
        assert math.isnan(found[1])
    assert exact.mean([1.0, math.inf, 2.0]) == math.inf
    assert math.isnan(exact.mean([math.inf, -math.inf]))
    assert exact.total([1e308, 1e308]) == math.inf
