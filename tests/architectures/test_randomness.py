"""Where random numbers come from: seeds, and copies, pickles and forked children."""

import copy
import os
import pickle
import random
import warnings
from collections.abc import Callable
from importlib import import_module

import numpy as np
import pytest

from nasbench_db import BENCHMARKS
from nasbench_db.architectures.randomness import OwnRandom, generator
from nasbench_db.errors import InvalidQuery

COPIES: list[Callable[[OwnRandom], OwnRandom]] = [
    copy.copy,
    copy.deepcopy,
    lambda rng: pickle.loads(pickle.dumps(rng)),
]


@pytest.mark.parametrize("seed", [3, "text", 0, np.int64(3), np.uint8(200)])
def test_the_same_numbers_as_pythons(seed: int | str) -> None:
    plain = int(seed) if isinstance(seed, np.integer) else seed
    assert OwnRandom(seed).random() == random.Random(plain).random()


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_a_seeded_one_goes_on_with_the_same_numbers(
    copied: Callable[[OwnRandom], OwnRandom],
) -> None:
    rng = OwnRandom(5)
    rng.random()
    again = copied(copied(rng))
    assert [rng.random() for _ in range(9)] == [again.random() for _ in range(9)]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_an_unseeded_one_has_numbers_of_its_own(
    copied: Callable[[OwnRandom], OwnRandom],
) -> None:
    rng = OwnRandom()
    again = copied(copied(rng))
    assert [rng.random() for _ in range(9)] != [again.random() for _ in range(9)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("seed", "same"), [(7, True), (None, False)])
def test_forked_children(seed: int | None, same: bool) -> None:
    rng = OwnRandom(seed)
    numbers = set()
    for _ in range(3):
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads that forking does without
            child = os.fork()
        if child == 0:
            os.write(writing, repr(rng.random()).encode())
            os._exit(0)
        os.waitpid(child, 0)
        numbers.add(os.read(reading, 100))
        os.close(reading)
        os.close(writing)
    numbers.add(repr(rng.random()).encode())
    assert len(numbers) == (1 if same else 4)


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), np.array(3), True + 2])
def test_whole_numbers_of_any_make_are_seeds(seed):
    """They give the numbers that Python's integer gives."""
    assert generator(seed).random() == random.Random(3).random()


@pytest.mark.parametrize("name", BENCHMARKS)
def test_architectures_take_seeds_of_numpy(name):
    """To draw and, where cells have it, to mutate and to cross."""
    module = import_module(f"nasbench_db.{name}")
    cell, seed = module.random_cell(np.int64(3)), np.int64(4)
    assert cell == module.random_cell(3)
    if hasattr(cell, "mutate"):
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
