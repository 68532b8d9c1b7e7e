"""From percent back to fractions: exact for every float32, the same percent for every double."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nasbench_db.nasbench101.fractions import to_fraction, to_fractions


@pytest.mark.parametrize("images", [9984, 10000])
def test_every_share_of_the_images_comes_back(images: int) -> None:
    """The published accuracies are k/9984 as float32; those of other programs are k/10000."""
    fractions = (np.arange(images + 1, dtype=np.float32) / np.float32(images)).astype(np.float64)
    assert to_fractions(fractions * 100).tobytes() == fractions.tobytes()
    for fraction in fractions.tolist():
        assert to_fraction(fraction * 100) == fraction


def test_float32_values_come_back_bit_for_bit() -> None:
    """A million of any magnitude up to 1, the smallest among them."""
    bits = np.random.default_rng(101).integers(0, 0x3F800000, 1_000_000, dtype=np.uint32)
    bits[:2] = (1, 0x3F800000)
    fractions = bits.view(np.float32).astype(np.float64)
    assert to_fractions(fractions * 100).tobytes() == fractions.tobytes()


@given(st.floats(0, 1, width=32))
def test_any_float32_comes_back(fraction: float) -> None:
    """One at a time, as an API gives them."""
    assert to_fraction(fraction * 100) == fraction


@given(st.floats(0, 1))
@example(0.9417)
@example(math.nextafter(1.28, 0))
@example(math.nextafter(1.28, 2) / 2)
@example(math.nextafter(1.0, 0))
@example(5e-324)
def test_any_double_keeps_its_percent(fraction: float) -> None:
    """What comes back is stored as the same percent, and is at most the neighbour of what was."""
    found = to_fraction(fraction * 100)
    assert found * 100 == fraction * 100
    assert found in (fraction, math.nextafter(fraction, -1), math.nextafter(fraction, 2))


def test_some_doubles_come_back_as_their_neighbours() -> None:
    """Neighbours can share a percent, and then nothing can tell which of them it was."""
    doubles = np.random.default_rng(7).random(100_000)
    found = to_fractions(doubles * 100)
    assert (found * 100 == doubles * 100).all()
    assert 0.05 < (found != doubles).mean() < 0.25
    mantissas = 2 * np.frexp(doubles)[0]
    assert (mantissas[found != doubles] >= 1.28).all()


def test_arrays_keep_their_shape_and_gaps() -> None:
    """NaN stands for what is not measured; the array given is left alone."""
    percents = np.array([[50.0, np.nan], [100.0, 0.0]])
    found = to_fractions(percents)
    np.testing.assert_array_equal(found, [[0.5, np.nan], [1.0, 0.0]])
    assert percents[0, 0] == 50.0
    assert to_fractions(np.array([25], dtype=np.int64)).tolist() == [0.25]
    assert math.isnan(to_fraction(math.nan))
