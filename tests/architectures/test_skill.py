"""How good made-up trainings are: by the architecture, and by noise of known size."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.learning import spearman

from nasbench_db.architectures.skill import (
    HASTE,
    ON_EDGES,
    OWN,
    TRAINING,
    Merit,
    Talent,
    features_on_edges,
    level,
    share,
)
from nasbench_db.architectures.topology import Cell, enumerate_cells

CONV, SKIP, NONE = "nor_conv_3x3", "skip_connect", "none"


def test_a_merit_is_a_weighted_sum_of_numbers_or_arrays() -> None:
    merit = Merit({"wide": 2.0, "deep": -1.0}, centre=3.0, spread=4.0)
    assert merit.of({"wide": 5.0, "deep": 1.0, "other": 9.0}) == 1.5
    several = merit.of({"wide": np.array([5, 0]), "deep": np.array([1, 1])})
    assert several.tolist() == [1.5, -1.0]
    with pytest.raises(KeyError, match="deep"):
        merit.of({"wide": 1.0})


def test_one_architecture_draws_what_it_would_among_several_of_one() -> None:
    """Shapes of arrays are kept, and the generator given is the only one."""
    one = Talent.draw(2.0, np.random.default_rng(5))
    several = Talent.draw(np.full((1, 1), 2.0), np.random.default_rng(5))
    assert several.lasting.shape == several.haste.shape == (1, 1)
    assert (one.lasting, one.haste) == (several.lasting.item(), several.haste.item())
    own = np.random.default_rng(5).standard_normal()
    assert one.lasting == 2.0 + OWN * own


def test_the_longest_training_shows_what_lasts_and_luck() -> None:
    talent = Talent(1.0, -2.0)
    assert talent.skill(1.0, 0.0) == 1.0
    assert talent.skill(1.0, 1.0) == 1.0 + TRAINING
    assert talent.skill(0.0, 0.0) == 1.0 - 2.0 * HASTE


def test_twelve_of_200_epochs_rank_about_as_all_do() -> None:
    """The less alike, the fewer the epochs are."""
    random = np.random.default_rng(0)
    talent = Talent.draw(random.standard_normal(4000), random)
    final = talent.skill(1.0, random.standard_normal(4000))
    alike = [
        spearman(talent.skill(share(epochs, 200), random.standard_normal(4000)), final)
        for epochs in (1, 12, 50, 200)
    ]
    assert alike == sorted(alike)
    assert alike[1] == pytest.approx(0.9, abs=0.03)
    assert alike[-1] > 0.98


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_shares_are_from_0_for_one_epoch_to_1_for_the_longest(epochs: int, longest: int) -> None:
    found = share(epochs, longest)
    assert 0 <= found <= 1
    assert bool(found == 1) is (epochs >= longest)
    if longest > 1:
        assert share(1, longest) == 0
        assert share(epochs, longest) <= share(epochs + 1, longest)


@given(st.floats(-30, 30), st.floats(0.001, 5))
def test_levels_rise_with_skill(skill: float, more: float) -> None:
    assert 0 < level(skill) <= level(skill + more) <= 1
    assert level(skill) + level(-skill) == pytest.approx(1)


def test_features_on_edges_of_known_cells() -> None:
    """Operations count by their edge, and convolutions in a row on the path that has most."""
    found = features_on_edges([CONV, SKIP, CONV, NONE, SKIP, CONV])  # 0_1 0_2 1_2 0_3 1_3 2_3
    assert found == {
        "none": 1.3,
        "skip_connect": pytest.approx(0.8 + 0.9),
        "nor_conv_1x1": 0.0,
        "nor_conv_3x3": pytest.approx(1.0 + 0.6 + 1.0),
        "avg_pool_3x3": 0.0,
        "convolutions_in_a_row": 3.0,
        "connected": 1.0,
    }
    broken = features_on_edges([CONV, CONV, CONV, NONE, NONE, NONE])
    assert (broken["connected"], broken["convolutions_in_a_row"]) == (0.0, 0.0)
    far = features_on_edges([NONE, SKIP, CONV, NONE, CONV, SKIP])  # what node 1 gives is nothing
    assert (far["connected"], far["convolutions_in_a_row"]) == (1.0, 0.0)


def test_a_path_is_found_where_the_cell_has_one() -> None:
    cells = list(enumerate_cells())
    for cell in cells[::50]:
        assert features_on_edges(cell.ops)["connected"] == cell.is_connected


def test_merits_on_edges_are_centred_and_convolutions_add_to_them() -> None:
    merits = [ON_EDGES.of(features_on_edges(cell.ops)) for cell in enumerate_cells()]
    assert abs(np.mean(merits)) < 0.2
    assert np.std(merits) == pytest.approx(1, abs=0.1)
    order = [
        ON_EDGES.of(features_on_edges(Cell([op] * 6).ops))
        for op in (NONE, "avg_pool_3x3", SKIP, "nor_conv_1x1", CONV)
    ]
    assert order == sorted(order)
    assert not any(math.isclose(a, b) for a, b in pairwise(order))
