"""A recurrent cell as a value: its forms, its canonical form, its parameters, its picture."""

import copy
import itertools
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.svg import SVG, check_boxes, check_stands_in_a_page, root_of, sides

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nlp import Cell, random_cell
from nasbench_db.nlp.constants import ARITIES, OPERATIONS

Recipe = dict[str, dict[str, Any]]

cells = st.integers(0, 10_000).map(random_cell)

LSTM = {
    "i": {"op": "linear", "input": ["x", "h_prev_0"]},
    "i_act": {"op": "activation_tanh", "input": ["i"]},
    "j": {"op": "linear", "input": ["x", "h_prev_0"]},
    "j_act": {"op": "activation_sigm", "input": ["j"]},
    "f": {"op": "linear", "input": ["x", "h_prev_0"]},
    "f_act": {"op": "activation_sigm", "input": ["f"]},
    "o": {"op": "linear", "input": ["x", "h_prev_0"]},
    "o_act": {"op": "activation_tanh", "input": ["o"]},
    "h_new_1_part1": {"op": "elementwise_prod", "input": ["f_act", "h_prev_1"]},
    "h_new_1_part2": {"op": "elementwise_prod", "input": ["i_act", "j_act"]},
    "h_new_1": {"op": "elementwise_sum", "input": ["h_new_1_part1", "h_new_1_part2"]},
    "h_new_1_act": {"op": "activation_tanh", "input": ["h_new_1"]},
    "h_new_0": {"op": "elementwise_prod", "input": ["h_new_1_act", "o_act"]},
}


def disguised(recipe: Recipe, rng: random.Random) -> Recipe:
    """The same cell: other names of inner nodes, other orders of nodes and of most inputs."""
    inner = [name for name in recipe if not name.startswith("h_new_") or "part" in name]
    names = {name: f"n{k}_input_0" for k, name in enumerate(rng.sample(inner, len(inner)))}
    other = {}
    for name in rng.sample(list(recipe), len(recipe)):
        node = recipe[name]
        inputs = [names.get(one, one) for one in node["input"]]
        if node["op"] != "blend":
            rng.shuffle(inputs)
        other[names.get(name, name)] = {"op": node["op"], "input": inputs}
    return other


@given(cells, st.randoms(use_true_random=False))
def test_names_and_orders_without_a_meaning_do_not_matter(cell: Cell, rng: random.Random) -> None:
    other = Cell(disguised(cell.recipe, rng))
    assert other == cell
    assert hash(other) == hash(cell)
    assert other.hash == cell.hash
    assert other.canonical().recipe == cell.canonical().recipe
    assert other.trainable_parameters() == cell.trainable_parameters()


@given(cells)
def test_every_form_comes_back(cell: Cell) -> None:
    """As it was written, not only as an equal one."""
    forms = [
        *(Cell(cell.recipe), Cell.from_arch(cell.arch), Cell.parse(json.dumps(cell.recipe))),
        *(Cell.parse(json.dumps(cell.arch)), pickle.loads(pickle.dumps(cell)), copy.copy(cell)),
        *(copy.deepcopy(cell), eval(repr(cell), {"Cell": Cell}), Cell.parse(cell)),
    ]
    for same in forms:
        assert same == cell
        assert same.recipe == cell.recipe
    again = cell.canonical()
    assert again == cell
    assert again.canonical().recipe == again.recipe == Cell(again.recipe).canonical().recipe
    assert list(again.recipe) == list(Cell(again.recipe).canonical().recipe)


@given(cells)
def test_the_canonical_form_takes_nothing_before_it_is_there(cell: Cell) -> None:
    known = {"x", *(f"h_prev_{n}" for n in range(cell.num_hidden))}
    for name, node in cell.canonical().recipe.items():
        assert set(node["input"]) <= known
        known.add(name)


@settings(max_examples=10)
@given(cells, st.integers(0, 1000))
def test_a_neighbour_is_another_cell_and_has_this_one_for_a_neighbour(
    cell: Cell, seed: int
) -> None:
    other = cell.mutate(seed)
    assert other != cell
    assert other.hash != cell.hash
    near = cell.neighbors()
    assert other in near
    assert cell in other.neighbors()
    assert len(set(near)) == len(near)
    assert cell not in near


def blend(*inputs: str) -> Cell:
    return Cell(
        {
            "g": {"op": "linear", "input": ["x", "h_prev_0"]},
            "h_new_0": {"op": "blend", "input": list(inputs)},
        }
    )


def test_the_order_of_what_is_blended_matters() -> None:
    """Of all orders there are as many cells; of a sum there is one."""
    orders = [blend(*order) for order in itertools.permutations(["g", "x", "h_prev_0"])]
    assert len(set(orders)) == 6
    sums = {
        Cell({"h_new_0": {"op": "elementwise_sum", "input": list(order)}})
        for order in (["x", "h_prev_0"], ["h_prev_0", "x"])
    }
    assert len(sums) == 1


def chain(pairs: list[tuple[int, int]]) -> Cell:
    """Nodes that look alike from near, and sums of pairs of them."""
    count = 1 + max(max(pair) for pair in pairs)
    recipe: Recipe = {f"a{n}": {"op": "linear", "input": ["x", "h_prev_0"]} for n in range(count)}
    for n, (one, other) in enumerate(pairs):
        recipe[f"b{n}"] = {"op": "elementwise_sum", "input": [f"a{one}", f"a{other}"]}
    recipe["h_new_0"] = {"op": "activation_tanh", "input": ["x"]}
    return Cell(recipe)


def test_graphs_that_look_alike_from_near_are_told_apart() -> None:
    """A ring of six is not two rings of three, and is itself whichever way it is written."""
    ring = [(n, (n + 1) % 6) for n in range(6)]
    rings = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    order = [4, 2, 0, 5, 1, 3]
    assert chain(ring) != chain(rings)
    assert chain(ring) == chain([(order[b], order[a]) for a, b in reversed(ring)])
    assert chain(rings) == chain([(order[a], order[b]) for a, b in rings])


def test_a_node_taken_twice_is_not_two_that_are_alike() -> None:
    """Each linear node has weights of its own."""
    one = {"a": {"op": "linear", "input": ["x", "h_prev_0"]}}
    two = {**one, "b": one["a"]}
    shared = Cell({**one, "h_new_0": {"op": "elementwise_prod", "input": ["a", "a"]}})
    apart = Cell({**two, "h_new_0": {"op": "elementwise_prod", "input": ["a", "b"]}})
    assert shared != apart


def test_too_much_symmetry_is_refused_in_time() -> None:
    """It is not tried for hours."""
    pairs = [(3 * k + a, 3 * k + (a + 1) % 3) for k in range(10) for a in range(3)]
    with pytest.raises(InvalidArchitecture, match="so symmetrical that it has more than 1,000"):
        chain(pairs)


def test_the_lstm() -> None:
    """h_new_1_part1 is no hidden state; the parameters are the published ones."""
    cell = Cell(LSTM)
    assert (cell.num_nodes, cell.num_edges, cell.num_hidden) == (13, 21, 2)
    assert cell.ops == tuple(node["op"] for node in LSTM.values())
    assert cell.trainable_parameters() == 20_230_878
    assert cell.trainable_parameters(0) == 20_230_878 - 401 * 33_278
    assert cell.arch["h_new_1_part1_input_1"] == "h_prev_1"
    assert Cell.from_arch(cell.arch) == cell


def test_every_published_recipe_is_a_cell_with_the_published_parameters(
    published: dict[str, dict[str, Any]],
) -> None:
    """345 logs of 344 recipe numbers: 291 different recipes, which are 265 different cells."""
    written, cells = set(), set()
    for log in published.values():
        recipe = json.loads(log["recepie"])
        cell = Cell(recipe)
        assert cell.recipe == recipe
        assert cell.trainable_parameters() == log["num_params"]
        written.add(json.dumps(recipe, sort_keys=True))
        cells.add(cell)
    ids = {log["recepie_id"] for log in published.values()}
    assert (len(published), len(ids), len(written), len(cells)) == (345, 344, 291, 265)


def test_the_examples_of_the_original_are_cells(data: Path) -> None:
    """All of them, and the first three are those that everybody knows."""
    recipes = json.loads((data / "nlp" / "recepies_example.json").read_text())
    found = [Cell(recipe) for recipe in recipes]
    assert found[1] == Cell(LSTM)
    assert [cell.trainable_parameters() for cell in found[:3]] == [
        15_066_078,
        20_230_878,
        18_509_278,
    ]


def test_what_is_drawn_keeps_the_rules_of_the_generator() -> None:
    """All that comes in is used, no hidden state is handed straight on, and a seed repeats it."""
    assert random_cell(7).recipe == random_cell(7).recipe
    counts = set()
    for seed in range(60):
        cell = random_cell(seed)
        taken = {one for node in cell.recipe.values() for one in node["input"]}
        assert {"x", *(f"h_prev_{n}" for n in range(cell.num_hidden))} <= taken
        for name, node in cell.recipe.items():
            assert len(node["input"]) in ARITIES[node["op"]]
            if name.startswith("h_new_"):
                assert not any(one.startswith("h_prev_") for one in node["input"])
        counts.add(cell.num_hidden)
        assert cell.num_nodes <= 25
    assert counts == {1, 2, 3}


NODE = {"op": "activation_tanh", "input": ["x"]}


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ({}, "a recipe is a dict of nodes such as"),
        ([], r"not \[\]"),
        (12, "an architecture is a Cell, a recipe such as .*; not 12"),
        ("lstm", "not 'lstm'"),
        ("{", "is not JSON"),
        ({"x": NODE}, "a node is called 'x'; a name has letters"),
        ({"h_prev_0": NODE}, "a node is called 'h_prev_0'"),
        ({"a b": NODE}, "a node is called 'a b'"),
        ({"n" * 65: NODE}, "at most 64"),
        ({"h_new_0": {"op": "linear"}}, "node h_new_0 is .*; it must be a dict with 'op'"),
        ({"h_new_0": {**NODE, "more": 1}}, "node h_new_0 is .*; it must be a dict with 'op'"),
        ({"h_new_0": {**NODE, "op": "tanh"}}, "operation 'tanh'; known are linear, blend"),
        ({"h_new_0": {**NODE, "op": "activation_tan"}}, "did you mean 'activation_tanh'"),
        ({"h_new_0": {**NODE, "op": ["linear"]}}, "has the operation .*; known are"),
        ({"h_new_0": {**NODE, "input": []}}, "activation_tanh takes a list of 1"),
        ({"h_new_0": {**NODE, "input": "x"}}, "activation_tanh takes a list of 1"),
        ({"h_new_0": {"op": "linear", "input": ["x"]}}, "linear takes a list of 2 or 3"),
        ({"h_new_0": {**NODE, "input": [3]}}, "node h_new_0 takes 3, which is no node"),
        ({"h_new_0": {**NODE, "input": ["y"]}}, "takes 'y', which is no node and does not come"),
        ({"h_new_0": {**NODE, "input": ["h_prev_1"]}}, "what comes in is x, h_prev_0"),
        ({"h_new_1": NODE}, "its hidden states are h_new_1; there must be h_new_0 and so on"),
        ({"a": NODE}, "its hidden states are none"),
        ({f"h_new_{n}": NODE for n in range(4)}, "at most 3"),
        ({"h_new_00": NODE}, "its hidden states are none"),
        ({f"h_new_{n}": NODE for n in range(65)}, "it has 65 nodes; at most 64 are read"),
        ({"h_new_0": {**NODE, "input": ["h_new_0"]}}, "take one another in a circle"),
        (
            {"a": {**NODE, "input": ["h_new_0"]}, "h_new_0": {**NODE, "input": ["a"]}},
            "take one another in a circle",
        ),
        ({"h_new_0_op": "activation_tanh"}, "h_new_0 has the input .*takes a list of 1"),
        ({"h_new_0_op": "linear", "f": "x"}, "'f': 'x' is not of NNI's dict"),
        ({"h_new_0_op": 3}, "'h_new_0_op': 3 is not of NNI's dict"),
        ({"h_new_0_input_0": "x"}, "node 'h_new_0' has no operation"),
        ({"h_new_0_op": "activation_tanh", "h_new_0_input_1": "x"}, r"has the inputs \[1\]"),
        ({1: NODE}, "a node is called 1"),
        ({"h_new_0": [1]}, r"'h_new_0': \[1\] is not of NNI's dict"),
        ({"h_new_0": NODE, "f": [1]}, r"node f is \[1\]; it must be a dict"),
        ({"h_new_0_input_" + "9" * 500: "x", "h_new_0_op": "linear"}, "is not of NNI's dict"),
    ],
)
def test_what_is_no_cell_is_refused(given_: Any, reason: str) -> None:
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.parse(given_)


@pytest.mark.parametrize("cell", [Cell(LSTM), blend("x", "g", "h_prev_0"), random_cell(3)])
def test_a_picture_has_all_nodes_and_edges(cell: Cell) -> None:
    """Boxes keep their distance, and what is blended has its letters."""
    drawing = cell.draw()
    root = root_of(drawing)
    rects = {int(rect.get("data-vertex")): rect for rect in root.iter(f"{SVG}rect")}
    incoming = 1 + cell.num_hidden
    assert sorted(rects) == list(range(incoming + cell.num_nodes))
    check_boxes(root, [sides(rect) for rect in rects.values()], 20)
    check_stands_in_a_page(drawing.svg)
    edges = [
        (int(path.get("data-from")), int(path.get("data-to")))
        for path in root.iter(f"{SVG}path")
        if path.get("data-from")
    ]
    names = ["x", *(f"h_prev_{n}" for n in range(cell.num_hidden)), *cell.recipe]
    assert sorted((names[u], names[v]) for u, v in edges) == sorted(
        (one, name) for name, node in cell.recipe.items() for one in node["input"]
    )
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("a") == cell.ops.count("blend")
    assert cell.draw() == drawing
    assert all(op.split("_", 1)[-1] in drawing.svg for op in set(cell.ops) & set(OPERATIONS))
