"""How a search moves among the architectures of a sample."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nasbench_db
from nasbench_db.nds import Cell as NdsCell
from nasbench_db.nds import random_cell as random_nds
from nasbench_db.nlp import Cell as NlpCell
from nasbench_db.nlp import random_cell as random_nlp
from nasbench_db.simulation import Simulation
from nasbench_db.simulation.alike import NEAREST, Alike, drawn_near

TRAITS = st.dictionaries(
    st.sampled_from("abcd"), st.integers(0, 32).map(lambda n: n / 4), max_size=4
)


def apart(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(abs(one.get(name, 0) - other.get(name, 0)) for name in {*one, *other})


@given(st.lists(TRAITS, min_size=1, max_size=12), st.data())
def test_the_nearest_come_first(many: list[dict[str, float]], data: st.DataObject) -> None:
    found = Alike(many)
    row = data.draw(st.integers(0, len(many) - 1))
    others = [n for n in range(len(many)) if n != row]
    expected = sorted(others, key=lambda n: (apart(many[row], many[n]), n))
    assert found.from_row(row).tolist() == expected
    known = {name for one in many for name in one}
    given = data.draw(TRAITS)
    shared = {name: number for name, number in given.items() if name in known}
    expected = sorted(range(len(many)), key=lambda n: (apart(shared, many[n]), n))
    assert found.from_traits(given).tolist() == expected


def test_places_are_drawn_by_their_rank() -> None:
    """The first of seven, one of the next two, one of the last four: each in a third of all."""
    rng, order = np.random.default_rng(0), np.arange(7)
    counts = np.bincount([drawn_near(order, rng) for _ in range(6000)], minlength=7)
    for share in (counts[0], counts[1:3].sum(), counts[3:].sum()):
        assert abs(share / 6000 - 1 / 3) < 4 * math.sqrt(2 / 9 / 6000)
    assert drawn_near(np.array([5]), rng) == 5


def test_one_change_of_a_recurrent_cell() -> None:
    """Another operation of the only node: it is one less and one more, and so are its inputs."""
    recipe = {"h_new_0": {"op": "elementwise_sum", "input": ["x", "h_prev_0"]}}
    other = {"h_new_0": {"op": "elementwise_prod", "input": ["h_prev_0", "x"]}}
    one = NlpCell(recipe).traits
    assert one == {"elementwise_sum": 1} | dict.fromkeys(
        ("elementwise_sum of x", "elementwise_sum of h_prev_0"), 1
    )
    assert apart(one, NlpCell(other).traits) == 6
    cell = random_nlp(3)
    assert cell.traits == cell.canonical().traits


def test_one_change_of_a_network() -> None:
    cell = random_nds(1, proposer="darts")
    arch = cell.arch
    normal = arch["genotype"]["normal"]
    old = normal[0][0]
    normal[0][0] = "sep_conv_3x3" if old != "sep_conv_3x3" else "skip_connect"
    assert apart(cell.traits, NdsCell.parse(arch).traits) == 2
    assert apart(cell.traits, NdsCell.parse({**cell.arch, "width": arch["width"] * 2}).traits) == 2
    blocks = random_nds(1, proposer="resnet").arch
    deeper = {**blocks, "ds": [1, 3, *blocks["ds"][2:]]}
    shallow = {**blocks, "ds": [1, 1, *blocks["ds"][2:]]}
    assert apart(NdsCell.parse(deeper).traits, NdsCell.parse(shallow).traits) == 2


def test_a_sample_is_moved_in(explored: dict[str, Path], samples: dict[str, Path]) -> None:
    """From each architecture to others that were trained, and from one that was not."""
    scopes = {
        "nlp": (samples["nlp"], {"num_epochs": 50, "dataset": "wikitext-2"}, random_nlp(1)),
        "nds": (
            *(explored["nds"], {"num_epochs": 12, "dataset": "cifar10", "allow_test": True}),
            random_nds(1),
        ),
    }
    for name, (path, words, untrained) in scopes.items():
        metric = "best_test_acc" if name == "nds" else None
        db = nasbench_db.connect(name, path)
        run = Simulation(metric=metric, charge="evaluations", db=db, **words)
        rng = np.random.default_rng(0)
        first = run.space.random(rng)
        for arch in (first, untrained):
            near = run.space.neighbors(arch)
            assert len(near) == NEAREST
            assert all(one in run.space and one != arch for one in near)
            distances = [apart(arch.traits, one.traits) for one in near]
            assert distances == sorted(distances)
            moved = [run.space.mutate(arch, rng) for _ in range(60)]
            assert all(one in run.space and one != arch for one in moved)
            assert near[0] in moved
            assert len(set(moved)) > NEAREST
