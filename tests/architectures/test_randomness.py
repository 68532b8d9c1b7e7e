"""Where random architectures get their random numbers from."""

import random

import numpy as np
import pytest

from nasbench_db import nasbench101, nasbench201, natssss, transnas101
from nasbench_db.architectures.randomness import generator
from nasbench_db.errors import InvalidQuery


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), np.array(3), True + 2])
def test_whole_numbers_of_any_make_are_seeds(seed):
    """They give the numbers that Python's integer gives."""
    assert generator(seed).random() == random.Random(3).random()


@pytest.mark.parametrize("module", [nasbench101, nasbench201, natssss, transnas101])
def test_architectures_take_seeds_of_numpy(module):
    """To draw, to mutate and, where cells have it, to cross."""
    cell, seed = module.random_cell(np.int64(3)), np.int64(4)
    assert cell == module.random_cell(3)
    assert cell.mutate(seed) == cell.mutate(4)
    if hasattr(cell, "crossover"):
        other = module.random_cell(5)
        assert cell.crossover(other, seed) == cell.crossover(other, 4)


def test_generators_are_used_as_they_are():
    """Those of Python and of numpy."""
    for rng in (random.Random(1), np.random.default_rng(1), np.random.RandomState(1)):
        assert generator(rng) is rng


@pytest.mark.parametrize("rng", ["3", 1.5, [3], np.array([3]), object(), random.Random])
def test_what_is_neither_is_refused(rng):
    """With what it must be."""
    with pytest.raises(InvalidQuery, match=r"rng is .*; it must be a random\.Random, a numpy"):
        generator(rng)
