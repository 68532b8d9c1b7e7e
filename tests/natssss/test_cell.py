"""A size of NATS-Bench as a value: its forms, its variations, its drawing, what it refuses."""

import bz2
import copy
import pickle
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.svg import SVG, check_boxes, check_stands_in_a_page, root_of, sides

from nasbench_db.architectures.topology import Cell as TopologyCell
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.natssss.cell import Cell, enumerate_cells, random_cell
from nasbench_db.natssss.constants import GENOTYPE, SPACE_SIZE, WIDTHS

CHANNELS = (8, 8, 8, 16, 32)  # architecture 11 of the data set

channels = st.tuples(*[st.sampled_from(WIDTHS)] * 5)
cells = channels.map(Cell)


def test_all_forms_of_the_example_are_one():
    """Each way to write the example gives an equal value, and each is written back."""
    cell = Cell(CHANNELS)
    assert cell.channels == CHANNELS
    assert cell.arch_str == "8:8:8:16:32"
    assert cell.index == 11
    encoding = [[1, *[0] * 7]] * 3 + [[0, 1, *[0] * 6], [0, 0, 0, 1, *[0] * 4]]
    assert cell.one_hot.tolist() == encoding
    assert cell.one_hot.dtype == np.int8
    assert Cell.from_one_hot(encoding) == cell


@given(channels)
def test_every_form_comes_back(widths):
    """What a size is written as gives an equal one, with the same hash."""
    cell = Cell(widths)
    forms = [
        Cell(list(widths)),
        Cell(np.array(widths)),
        Cell(iter(map(float, widths))),
        Cell.from_string(cell.arch_str),
        Cell.from_index(cell.index),
        Cell.from_one_hot(cell.one_hot),
        pickle.loads(pickle.dumps(cell)),
        copy.deepcopy(cell),
        eval(repr(cell), {"Cell": Cell}),
        *map(Cell.parse, (cell, cell.arch_str, widths, cell.index, np.int64(cell.index))),
        Cell.parse(np.array(widths)),
    ]
    for same in forms:
        assert same == cell
        assert hash(same) == hash(cell)
        assert same.channels == widths
        assert {type(width) for width in same.channels} == {int}
    assert cell != widths
    assert cell != cell.arch_str


def test_enumeration_is_in_the_order_of_the_index():
    """32,768 sizes, the last layer changing fastest."""
    found = list(enumerate_cells())
    assert len(set(found)) == len(found) == SPACE_SIZE == 32_768
    assert [cell.index for cell in found] == list(range(SPACE_SIZE))
    assert found[1].arch_str == "8:8:8:8:16"
    assert found[-1].arch_str == "64:64:64:64:64"


def test_index_is_that_of_the_data_files(data):
    """All of ``meta_archs``."""
    path = data / "natsbench" / "NATS-sss-v1_0-50262-simple" / "meta.pickle.pbz2"
    with bz2.open(path) as file:
        names = pickle.load(file)["meta_archs"]
    assert [cell.arch_str for cell in enumerate_cells()] == names


@pytest.mark.parametrize(
    ("index", "num_classes", "expected"),
    [
        (0, 10, 11_714),
        (0, 100, 12_524),
        (0, 120, 12_704),
        (11, 10, 49_202),
        (11, 100, 52_172),
        (11, 120, 52_832),
    ],
)
def test_parameters_are_those_of_the_data_set(index, num_classes, expected):
    """As recorded, in millions with six decimals."""
    assert Cell.from_index(index).trainable_parameters(num_classes) == expected


def test_parameters_are_those_of_the_records(data):
    """Every run of the two architectures whose records are there."""
    classes = {"cifar10-valid": 10, "cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
    for index in (0, 11):
        folder = data / "natsbench" / "NATS-sss-v1_0-50262-simple"
        with bz2.open(folder / f"{index:06d}.pickle.pbz2") as file:
            record = pickle.load(file)
        for budget in record.values():
            cell = Cell.from_string(budget["arch_str"])
            assert cell.index == index
            for (dataset, _), run in budget["all_results"].items():
                parameters = cell.trainable_parameters(classes[dataset])
                assert round(run["params"] * 1e6) == parameters


def test_the_genotype_is_a_cell_of_the_topology_search_space():
    """Five convolutions and a skip."""
    cell = TopologyCell.from_string(GENOTYPE)
    assert cell.arch_str == GENOTYPE
    assert Counter(cell.ops) == {"nor_conv_3x3": 5, "skip_connect": 1}


@given(cells)
def test_neighbours_differ_in_one_layer(cell):
    """All 35, each once."""
    neighbours = cell.neighbors()
    assert len(set(neighbours)) == len(neighbours) == 35
    assert all(cell.edit_distance(neighbour) == 1 for neighbour in neighbours)


@given(cells, cells, st.integers(0, 1 << 32))
def test_variations(one, other, seed):
    """A mutant is a neighbour, a child has each layer from a parent; both repeat by seed."""
    mutant = one.mutate(seed)
    assert mutant in one.neighbors()
    assert one.mutate(random.Random(seed)) == mutant
    child = one.crossover(other, seed)
    assert one.crossover(other, random.Random(seed)) == child
    for mine, theirs, both in zip(one.channels, other.channels, child.channels, strict=True):
        assert both in (mine, theirs)
    assert (one.edit_distance(other) == 0) == (one == other)


def test_mutation_reaches_every_neighbour_alike():
    """Layers and widths are drawn uniformly."""
    cell = Cell(CHANNELS)
    rng = random.Random(0)
    found = Counter(cell.mutate(rng) for _ in range(35_000))
    assert set(found) == set(cell.neighbors())
    assert all(850 < count < 1150 for count in found.values())


def test_random_sizes_are_uniform_and_leave_global_states_alone():
    """Each width is as frequent as any other in each layer."""
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()
    rng = np.random.default_rng(0)
    counts = Counter(
        (layer, width)
        for _ in range(8_000)
        for layer, width in enumerate(random_cell(rng).channels)
    )
    assert len(counts) == 40
    assert all(870 < count < 1130 for count in counts.values())
    assert random_cell(3) == random_cell(3)
    assert len({random_cell() for _ in range(20)}) > 1
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ((8, 8, 8, 8, 9), "layer 5 has 9 channels; allowed are 8, 16, 24, .*56 and 64"),
        ((0, 8, 8, 8, 8), "layer 1 has 0 channels"),
        ((8, -8, 8, 8, 8), "layer 2 has -8 channels"),
        ((8, 8, 72, 8, 8), "layer 3 has 72 channels"),
        ((8, 8, 8.5, 8, 8), "layer 3 has 8.5 channels"),
        ((8, 8, float("inf"), 8, 8), "layer 3 has inf channels"),
        ((8, 8, "8", 8, 8), "layer 3 has '8' channels"),
        ((8, 8, None, 8, 8), "layer 3 has None channels"),
        ((8, 8, [8], 8, 8), r"layer 3 has \[8\] channels"),
        ((8, 8, True, 8, 8), "layer 3 has True channels"),
        ((8, 8, 8, 8), "the channels must be a list of 5, and .* has 4"),
        ((8, 8, 8, 8, 8, 8), "the channels must be a list of 5, and .* has 6"),
        (np.zeros((5, 8)), "layer 1 has .* channels"),
        (None, "the channels must be a list of 5, not None"),
        ("8:8:8:8:8", "the channels must be a list of 5, not '8:8:8:8:8'"),
        ({8: 8}, "the channels must be a list of 5, not {8: 8}"),
    ],
)
def test_wrong_channels_are_refused(given_, reason):
    """Unknown, missing and surplus numbers, with the layer and those that are allowed."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell(given_)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' has 1 parts joined by ':'; it must have 5, as 8:8:8:16:32"),
        ("8:8:8:8", "has 4 parts"),
        ("8:8:8:8:8:", "has 6 parts"),
        ("8,8,8,8,8", "has 1 parts"),
        ("8:8:8:8:", "layer 5 has '' channels"),
        ("08:8:8:8:8", "layer 1 has '08' channels"),
        ("8: 8:8:8:8", "layer 2 has ' 8' channels"),
        ("8:8:8:8:8\n", r"layer 5 has '8\\n' channels"),
        ("8:8:8:8:12", "layer 5 has '12' channels; allowed are"),
        ("8:8:8:8:٨", "layer 5 has '٨' channels"),
        (None, "an architecture string is a str, not None"),
        (b"8:8:8:8:8", "an architecture string is a str, not b'"),
        (CHANNELS, "an architecture string is a str, not"),
    ],
)
def test_malformed_strings_are_refused(text, reason):
    """Only the text that the data set has is read."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_string(text)


@pytest.mark.parametrize(
    "index", [-1, 32_768, 1.5, float("nan"), True, np.True_, None, "0", [0], 1 << 80]
)
def test_wrong_indexes_are_refused(index):
    """Negative ones too: they do not count from the end."""
    with pytest.raises(InvalidArchitecture, match=r"no architecture has the index .* 0 to 32767"):
        Cell.from_index(index)


@pytest.mark.parametrize("given_", [None, b"8:8:8:8:8", {0: 8}, object(), Cell, 1.5])
def test_parse_says_what_it_reads(given_):
    """What is no architecture in any of the forms is refused with the list of forms."""
    with pytest.raises(InvalidArchitecture, match=r"is a Cell, a string 8:8:8:16:32, .*; not"):
        Cell.parse(given_)


@pytest.mark.parametrize("given_", [-1, 1 << 80, "8:8", [8, 8], True])
def test_parse_refuses_what_the_form_refuses(given_):
    """The form is told by the type, then read as strictly as by its own method."""
    with pytest.raises(InvalidArchitecture):
        Cell.parse(given_)


def test_malformed_one_hot_encodings_are_refused():
    """The messages are those of NAS-Bench-201."""
    with pytest.raises(InvalidArchitecture, match=r"row 0 .*; it must be one 1 among 7 zeros"):
        Cell.from_one_hot(np.zeros((5, 8)))
    with pytest.raises(InvalidArchitecture, match=r"must be a list of 5, and .* has 8"):
        Cell.from_one_hot(np.zeros((8, 5)))


@given(cells)
def test_drawing_has_a_bar_for_each_layer(cell):
    """As high as the layer is wide, side by side, on one line, with its number above."""
    root = root_of(cell.draw())
    bars = [sides(rect) for rect in root.iter(f"{SVG}rect")]
    check_boxes(root, bars, 8)
    heights = [bottom - top for _, top, _, bottom in bars]
    assert heights == [heights[0] / cell.channels[0] * width for width in cell.channels]
    assert len({bottom for _, _, _, bottom in bars}) == 1
    assert bars == sorted(bars)
    texts = list(root.iter(f"{SVG}text"))
    numbers = [text.text for text in texts if text.text.isdecimal()]
    assert numbers == [str(width) for width in cell.channels]
    assert all(10 < float(text.get("y")) < float(root.get("height")) for text in texts)


def test_drawing_says_in_words_what_it_shows():
    """Also what Jupyter shows."""
    cell = Cell(CHANNELS)
    drawing = cell.draw()
    root = root_of(drawing)
    assert root[0].text == drawing.title == "NATS-Bench size 8:8:8:16:32"
    assert root[1].text == (
        "Channels of the layers: cell of 8, block of 8, cell of 8, block of 16, cell of 32."
    )
    assert cell._repr_svg_() == drawing.svg
    check_stands_in_a_page(drawing.svg)
