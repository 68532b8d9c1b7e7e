"""The whole search space: how many cells there are, and that none is missing or there twice."""

import json
from collections import Counter
from itertools import combinations, permutations, product

import numpy as np
import pytest
from support.graphs import OPERATIONS, matrix_of

from nasbench_db.nasbench101 import Cell, space
from nasbench_db.nasbench101.space import enumerate_cells, enumerate_codes


@pytest.fixture(scope="module")
def small():
    """All cells of up to five vertices."""
    return list(enumerate_cells(5))


def labelled_graphs(size):
    """Every matrix and operations of this many vertices, each vertex on a path."""
    pairs = list(combinations(range(size), 2))
    for chosen in product((False, True), repeat=len(pairs)):
        edges = {pair for pair, is_edge in zip(pairs, chosen, strict=True) if is_edge}
        # Where all vertices have an edge in and an edge out, all lie on a path.
        leads_on = {u for u, _ in edges}
        is_reached = {v for _, v in edges}
        if len(edges) <= 9 and len(leads_on) == len(is_reached) == size - 1:
            for interior in product(OPERATIONS, repeat=size - 2):
                yield matrix_of(size, edges), ["input", *interior, "output"]


def smallest_form(matrix, ops):
    """The first of all ways to write the graph: equal for isomorphic graphs and no others."""
    size = len(ops)
    forms = []
    for interior in permutations(range(1, size - 1)):
        order = (0, *interior, size - 1)
        forms.append(([ops[v] for v in order], [[matrix[u][v] for v in order] for u in order]))
    return str(min(forms))


@pytest.mark.parametrize(
    ("max_vertices", "expected"), [(2, 1), (3, 7), (4, 91), (5, 2532), (6, 64_542)]
)
def test_count_of_smaller_spaces(max_vertices, expected):
    """The counts that the original's enumeration gives for fewer vertices."""
    assert sum(1 for _ in enumerate_cells(max_vertices)) == expected


def test_count_of_the_whole_space():
    """The paper's 423,624 cells, by their number of vertices."""
    counts = Counter(cell.num_vertices for cell in enumerate_cells())
    assert counts == {2: 1, 3: 6, 4: 84, 5: 2441, 6: 62_010, 7: 359_082}
    assert counts.total() == 423_624


def test_cells_are_those_found_by_trying_every_graph(small):
    """For up to five vertices: every graph is written out, and sorted into classes two ways."""
    labelled = Counter()
    classes = set()
    for size in range(2, 6):
        for matrix, ops in labelled_graphs(size):
            labelled[size] += 1
            classes.add((Cell(matrix, ops).hash, smallest_form(matrix, ops)))
    assert labelled == {2: 1, 3: 6, 4: 90, 5: 3267}
    # Hash and smallest form sort alike: neither joins two classes of the other.
    assert len(classes) == 2532
    assert len({module_hash for module_hash, _ in classes}) == 2532
    assert len({form for _, form in classes}) == 2532
    assert {cell.hash for cell in small} == {module_hash for module_hash, _ in classes}


def test_no_two_cells_have_the_same_hash(small):
    """Each cell of up to five vertices has a hash of its own."""
    assert len({cell.hash for cell in small}) == len(small) == 2532


def test_cells_are_pruned_and_within_the_limits(small):
    """Each is written without dangling vertices, fewest vertices first."""
    assert all(cell.is_pruned for cell in small)
    assert max(cell.num_edges for cell in small) == 9
    sizes = [cell.num_vertices for cell in small]
    assert sizes == sorted(sizes)


def test_order_is_fixed(small):
    """Two enumerations give the same cells in the same order, whatever the largest size."""
    assert list(enumerate_cells(5)) == small
    assert list(enumerate_cells(4)) == small[:91]


def test_first_cells_are_the_simplest(small):
    """First comes the cell without vertices between, then those with one."""
    assert small[0] == Cell.from_string("0100", "input,output")
    assert {cell.hash for cell in small[1:7]} == {
        Cell.from_string(adjacency, ["input", operation, "output"]).hash
        for adjacency in ("010001000", "011001000")
        for operation in OPERATIONS
    }


@pytest.mark.parametrize("max_edges", [0, 1, 4, 6, 8, 9])
def test_fewer_edges_give_the_cells_with_fewer_edges(small, max_edges):
    """The limit of edges leaves out the others, and nothing else."""
    found = [cell.hash for cell in enumerate_cells(5, max_edges=max_edges)]
    assert found == [cell.hash for cell in small if cell.num_edges <= max_edges]


@pytest.mark.parametrize("num_ops", [1, 2, 3])
def test_fewer_operations_give_the_cells_with_those(small, num_ops):
    """The first operations alone give the cells that have no others."""
    allowed = {"input", "output", *OPERATIONS[:num_ops]}
    found = [cell.hash for cell in enumerate_cells(5, num_ops=num_ops)]
    assert len(found) == len(set(found))
    assert set(found) == {cell.hash for cell in small if set(cell.ops) <= allowed}


@pytest.mark.parametrize("max_vertices", [-1, 0, 1, 8, 100])
def test_other_numbers_of_vertices_are_refused(max_vertices):
    """A cell has two to seven vertices."""
    with pytest.raises(ValueError, match=f"max_vertices must be 2 to 7, not {max_vertices}"):
        next(enumerate_cells(max_vertices))


@pytest.mark.parametrize("num_ops", [-1, 0, 4])
def test_other_numbers_of_operations_are_refused(num_ops):
    """There are three operations."""
    with pytest.raises(ValueError, match=f"num_ops must be 1 to 3, not {num_ops}"):
        next(enumerate_cells(num_ops=num_ops))


def test_command_counts_and_writes_the_space(tmp_path, run):
    """The command line gives the counts by vertices, and a line of JSON for each cell."""
    printed = run("enumerate", "nasbench101", "--max-vertices", 5)
    assert printed.returncode == 0, printed.stderr
    assert [line.split() for line in printed.stdout.splitlines()[2:]] == [
        ["2", "1", "1"],
        ["3", "6", "7"],
        ["4", "84", "91"],
        ["5", "2441", "2532"],
    ]
    out = tmp_path / "cells.jsonl"
    assert run("enumerate", "nasbench101", "--max-vertices", 4, "--out", out).returncode == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(lines) == 91
    for line, cell in zip(lines, enumerate_cells(max_vertices=4), strict=True):
        assert Cell.from_string(line["adjacency"], line["ops"]) == cell
        assert (line["hash"], line["code"]) == (cell.hash, cell.code)
        assert line["trainable_parameters"] == cell.trainable_parameters
    for refused in (("--max-vertices", 8), ("--num-ops", 0), ("--max-edges", -1)):
        failed = run("enumerate", "nasbench101", *refused)
        assert failed.returncode == 1
        assert failed.stderr.startswith("Error: ")


def test_hashes_are_cached_and_a_foreign_cache_is_refused(tmp_path, monkeypatch):
    """The cache is read again; a file that is no such cache is not taken for one."""
    few = enumerate_codes(max_vertices=5)
    monkeypatch.setattr(space, "_all_codes", lambda: few)
    cache = tmp_path / "hashes.npy"
    table = space.enumerate_hashes(cache)
    cells = list(enumerate_cells(max_vertices=5))
    assert table["code"].tolist() == [cell.code for cell in cells]
    assert table["hash"].tolist() == [cell.hash.encode() for cell in cells]
    assert [path.name for path in tmp_path.iterdir()] == ["hashes.npy"]
    monkeypatch.setattr(space, "iterate_elsewhere", None)  # nothing is computed again
    assert (space.enumerate_hashes(cache) == table).all()
    for foreign in (np.zeros(3), table[:-1]):
        np.save(cache, foreign)
        with pytest.raises(ValueError, match="is not a cache"):
            space.enumerate_hashes(cache)
