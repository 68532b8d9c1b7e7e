"""Neighbours, mutation, crossover, distance, and random cells."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import graphs, reordered

from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
    variation,
)
from nasbench_db.nasbench101.named import BEST
from nasbench_db.nasbench101.space import enumerate_cells, random_cell

Graph = tuple[list[list[int]], list[str]]


@given(graphs())
def test_every_neighbour_is_valid_different_and_one_edit_away(graph: Graph) -> None:
    cell = Cell(*graph)
    neighbours = cell.neighbors()
    codes = [neighbour.canonical_code for neighbour in neighbours]
    assert len(set(codes)) == len(codes)
    assert cell.canonical_code not in codes
    for neighbour in neighbours:
        assert neighbour.num_vertices == cell.num_vertices
        assert Cell(neighbour.matrix, neighbour.ops) == neighbour
        assert cell.edit_distance(neighbour) == 1


@given(graphs(max_vertices=5))
def test_no_neighbour_is_missing(graph: Graph) -> None:
    cell = Cell(*graph)
    found = {neighbour.canonical_code for neighbour in cell.neighbors()}
    expected = set()
    size = cell.num_vertices
    for u in range(size):
        for v in range(u + 1, size):
            matrix = cell.matrix
            matrix[u, v] ^= 1
            expected.add((matrix.tobytes(), tuple(cell.ops)))
    for v in range(1, size - 1):
        for op in (CONV3X3_BN_RELU, CONV1X1_BN_RELU, MAXPOOL3X3):
            ops = cell.ops
            ops[v] = op
            expected.add((cell.matrix.tobytes(), tuple(ops)))
    codes = set()
    for entries, ops in expected:
        try:
            codes.add(
                Cell(np.frombuffer(entries, np.int8).reshape(size, size), ops).canonical_code
            )
        except ValueError:
            continue
    assert found == codes - {cell.canonical_code}


def test_neighbours_worked_out_by_hand() -> None:
    # input -> conv3x3 -> output: another operation, or a shortcut beside it, or only the shortcut
    # is not one edit; without one of its edges there is no path.
    chain = Cell.from_string("010001000", [INPUT, CONV3X3_BN_RELU, OUTPUT])
    assert [neighbour.adjacency + neighbour.ops[1] for neighbour in chain.neighbors()] == [
        "011001000" + CONV3X3_BN_RELU,
        "010001000" + CONV1X1_BN_RELU,
        "010001000" + MAXPOOL3X3,
    ]


@given(st.data(), graphs(), graphs())
def test_distance_is_a_metric_on_isomorphism_classes(
    data: st.DataObject, one: Graph, two: Graph
) -> None:
    a, b = Cell(*one), Cell(*two)
    again = Cell(*data.draw(reordered(*one)))
    assert a.edit_distance(again) == 0
    assert a.edit_distance(b) == b.edit_distance(a) == again.edit_distance(b)
    if a.num_vertices == b.num_vertices:
        near = a.neighbors()
        if near:
            assert abs(near[0].edit_distance(b) - a.edit_distance(b)) <= 1


@given(graphs(), st.integers(), st.floats(0.1, 5.0))
def test_mutation_stays_in_the_space(graph: Graph, seed: int, rate: float) -> None:
    cell = Cell(*graph)
    mutated = cell.mutate(seed, rate)
    assert Cell(mutated.matrix, mutated.ops) == mutated
    assert mutated.num_vertices == max(7, cell.num_vertices)
    assert cell.mutate(seed, rate) == mutated


class Fractions:
    """A source of the same numbers again and again."""

    def __init__(self, *numbers: float) -> None:
        self.random = itertools.cycle(numbers).__next__


@given(st.integers(2, 9), st.floats(0.01, 0.99))
def test_every_edge_and_operation_has_the_probability_of_the_paper(
    size: int, share: float
) -> None:
    """By the share of the numbers that flip it, all of which are tried."""
    rate = share * max(size - 2, 1)
    rows, ops = (0,) * size, (INPUT, *[MAXPOOL3X3] * (size - 2), OUTPUT)
    flips: Counter[tuple[int, int]] = Counter()
    changes: Counter[tuple[int, str]] = Counter()
    edge_chances, op_chances = variation._chances(size, rate)
    groups = [*edge_chances, *op_chances]
    for number, (ends, _) in enumerate(groups):
        bounds = [0.0, *ends, 1.0]
        for low, high in itertools.pairwise(bounds):
            numbers = [0.0] * len(groups)  # of which nothing comes
            numbers[number] = (low + high) / 2
            new_rows, new_ops = variation.mutated(rows, ops, Fractions(*numbers), rate)
            for u, v in itertools.combinations(range(size), 2):
                flips[u, v] += (new_rows[u] >> v & 1) * (high - low)
            for v in range(size):
                changes[v, new_ops[v]] += high - low
    for pair in itertools.combinations(range(size), 2):
        assert flips[pair] == pytest.approx(rate / size, abs=1e-12)
    for v, op in itertools.product(range(1, size - 1), (CONV3X3_BN_RELU, CONV1X1_BN_RELU)):
        assert changes[v, op] == pytest.approx(share / 2, abs=1e-12)


def test_at_a_high_rate_everything_changes() -> None:
    rows, ops = (0b110, 0b100, 0), (INPUT, MAXPOOL3X3, OUTPUT)
    for number in (0.0, 0.3, 1 - 1e-16):
        new_rows, new_ops = variation.mutated(rows, ops, Fractions(number), 3.0)
        assert new_rows == (0, 0, 0)
        assert new_ops[1] in (CONV3X3_BN_RELU, CONV1X1_BN_RELU)


def test_what_a_seed_gives_stays() -> None:
    cells = [BEST]
    for seed in range(300):
        cells.append(cells[-1].mutate(seed))
    text = ",".join(f"{cell.adjacency} {cell.ops}" for cell in cells)
    assert crc32(text.encode()) == 3491333482


def test_mutation_changes_as_much_as_its_rate_says() -> None:
    rng = random.Random(0)
    flips, changes, tries = 0, 0, 400
    # Eight edges on five interior vertices: of few mutations too much is lost to invalid ones.
    for _ in range(tries):
        mutated = BEST.mutate(rng, 0.05)
        flips += int((mutated.matrix != BEST.matrix).sum())
        changes += sum(a != b for a, b in zip(mutated.ops, BEST.ops, strict=True))
    assert 0.02 < changes / tries < 0.09
    assert 0.05 < flips / tries < 0.2


@given(graphs(), graphs(), st.integers())
def test_crossover_takes_everything_from_its_parents(one: Graph, two: Graph, seed: int) -> None:
    a, b = Cell(*one), Cell(*two)
    child = a.crossover(b, seed)
    assert Cell(child.matrix, child.ops) == child
    assert a.crossover(b, seed) == child
    if a.num_vertices == b.num_vertices == 7:
        alike = a.matrix == b.matrix
        assert (child.matrix[alike] == a.matrix[alike]).all()
        assert all(c in (x, y) for c, x, y in zip(child.ops, a.ops, b.ops, strict=True))
    if a == b:
        assert child.canonical_code == a.canonical_code


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_mutation_rate_must_be_positive(rate: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        BEST.mutate(0, rate)


def test_all_generators_will_do_and_the_global_ones_are_left_alone() -> None:
    states = random.getstate(), np.random.get_state()[1].tolist()
    for make in (random.Random, np.random.default_rng, int):
        one, other = random_cell(make(3)), random_cell(make(3))
        assert one == other
        assert one.mutate(make(4)) == other.mutate(make(4))
        assert one.crossover(BEST, make(5)) == other.crossover(BEST, make(5))
    assert len({random_cell().code for _ in range(20)}) > 1
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states


def test_random_cells_are_uniform() -> None:
    rng = random.Random(0)
    sizes = Counter(random_cell(rng).num_vertices for _ in range(4000))
    total = {7: 359_082, 6: 62_010}
    for size, cells in total.items():
        assert abs(sizes[size] / 4000 - cells / 423_624) < 0.03


def test_small_space_is_connected_by_neighbours() -> None:
    space = {cell.canonical_code: cell for cell in enumerate_cells(max_vertices=4)}
    four = [cell for cell in space.values() if cell.num_vertices == 4]
    reached = {four[0].canonical_code}
    front = [four[0]]
    while front:
        front = [
            neighbour
            for cell in front
            for neighbour in cell.neighbors()
            if neighbour.canonical_code not in reached
            and not reached.add(neighbour.canonical_code)
        ]
    assert reached == set(space)
