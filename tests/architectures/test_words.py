"""Words: their neighbours and mixtures, their encodings, and the operations they are made of."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.architectures import words
from nasbench_db.errors import InvalidArchitecture

CHOICES = 4

word = st.lists(st.integers(0, CHOICES - 1), min_size=1, max_size=7).map(tuple)
pairs = st.integers(1, 7).flatmap(
    lambda size: st.tuples(*[st.tuples(*[st.integers(0, CHOICES - 1)] * size)] * 2)
)
NAMES = {"none": 0, "skip": 1, "conv": 2, "convolution": 2}


@given(word)
def test_neighbours_are_all_words_at_distance_one(one):
    """Each once, in ascending order at each place."""
    found = list(words.neighbors(one, CHOICES))
    assert len(set(found)) == len(found) == len(one) * (CHOICES - 1)
    assert all(words.distance(one, other) == 1 for other in found)


@given(pairs, st.integers())
def test_mixtures_lie_between_their_parents(pair, seed):
    """No place has what neither of them has."""
    one, other = pair
    child = words.crossed(one, other, random.Random(seed))
    total = words.distance(one, child) + words.distance(child, other)
    assert total == words.distance(one, other)


def test_changes_and_draws_are_uniform():
    """All other choices at a changed place, all choices at each place of a new word."""
    rng = random.Random(0)
    changed = Counter(words.changed((0, 2, 1), 1, CHOICES, rng) for _ in range(3000))
    assert set(changed) == {(0, new, 1) for new in (0, 1, 3)}
    drawn = Counter(words.random_word(1, CHOICES, rng) for _ in range(4000))
    assert set(drawn) == {(choice,) for choice in range(CHOICES)}
    assert all(880 < count < 1120 for count in (*changed.values(), *drawn.values()))


@given(word)
def test_one_hot_encodings_come_back(one):
    """As arrays and as nested lists of any numbers."""
    encoding = words.one_hot(one, CHOICES)
    assert encoding.shape == (len(one), CHOICES)
    assert encoding.dtype == np.int8
    for same in (encoding, encoding.tolist(), encoding.astype(float)):
        assert words.from_one_hot(same, len(one), CHOICES) == one


@pytest.mark.parametrize("given_", ["conv", "convolution", 2, 2.0, np.int8(2), np.array(2)])
def test_choices_are_read_by_name_or_number(given_):
    """One choice can have several names."""
    assert words.choice("edge 0_1", given_, NAMES, "three") == 2


@pytest.mark.parametrize("given_", [3, -1, 1.5, True, None, "", "2", b"conv", [2], float("nan")])
def test_other_choices_are_refused(given_):
    """With the place and what there is."""
    with pytest.raises(InvalidArchitecture, match=r"edge 0_1 has the unknown .*known are three$"):
        words.choice("edge 0_1", given_, NAMES, "three")


def test_misspelt_choices_are_told_the_nearest():
    """By their name."""
    with pytest.raises(InvalidArchitecture, match="did you mean 'skip'"):
        words.choice("edge 0_1", "skp", NAMES, "three")
