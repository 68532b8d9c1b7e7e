"""Architectures of TransNAS-Bench-101 as values: forms, variations, and what they refuse."""

import copy
import pickle
import random
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_db.architectures import topology as nasbench201
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.transnas101.cell import Cell, Stage, enumerate_cells, random_cell
from nasbench_db.transnas101.constants import MACRO_SIZE, MICRO_SIZE, OPERATIONS, SPACE_SIZE

MACRO, MICRO = "64-1234-basic", "64-41414-1_02_333"  # the examples of the original's README

macros = st.sampled_from(list(enumerate_cells("macro")))
micros = st.sampled_from(list(enumerate_cells("micro")))
cells = macros | micros


def test_macro_example():
    """A module of each kind, in turn: nothing, channels, resolution, both."""
    cell = Cell.from_string(MACRO)
    assert cell == Cell("1234") == Cell("1234", "basic")
    assert (cell.arch_str, cell.search_space) == (MACRO, "macro")
    assert (cell.base_channels, cell.macro_code, cell.cell_code) == (64, "1234", "basic")
    assert cell.arch == [1, 2, 3, 4]
    assert cell.stages == (
        Stage(channels=64, stride=1, reduction=4),
        Stage(channels=128, stride=1, reduction=4),
        Stage(channels=128, stride=2, reduction=8),
        Stage(channels=256, stride=2, reduction=16),
    )


def test_micro_example():
    """Node 1 is a skip from 0; 2 a 1x1 convolution of 1; 3 a 3x3 convolution of each."""
    cell = Cell.from_string(MICRO)
    ops = ["skip_connect", "none", "conv_1x1", "conv_3x3", "conv_3x3", "conv_3x3"]
    assert (
        cell
        == Cell("41414", "1_02_333")
        == Cell.from_ops(ops)
        == Cell.from_ops([1, 0, 2, 3, 3, 3])
    )
    assert (cell.arch_str, cell.search_space) == (MICRO, "micro")
    assert (cell.base_channels, cell.macro_code, cell.cell_code) == (64, "41414", "1_02_333")
    assert cell.op_indices == (1, 0, 2, 3, 3, 3)
    assert cell.ops == ops
    assert cell.arch == nasbench201.Cell.from_arch(cell.arch).arch
    assert cell.one_hot.tolist() == [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        *[[0, 0, 0, 1]] * 3,
    ]
    assert cell.one_hot.dtype == np.int8
    assert [stage.channels for stage in cell.stages] == [128, 128, 256, 256, 512]
    assert [stage.reduction for stage in cell.stages] == [8, 8, 16, 16, 32]


@given(cells)
def test_every_form_comes_back(cell):
    """What an architecture is written as gives an equal one, with the same hash."""
    forms = [
        Cell(cell.macro_code, cell.cell_code),
        Cell.from_string(cell.arch_str),
        Cell.from_string(np.str_(cell.arch_str)),
        Cell.parse(cell),
        Cell.parse(cell.arch_str),
        pickle.loads(pickle.dumps(cell)),
        copy.deepcopy(cell),
        eval(repr(cell), {"Cell": Cell}),
    ]
    if cell.search_space == "micro":
        forms += [
            Cell.from_ops(cell.ops),
            Cell.from_ops(np.array(cell.op_indices)),
            Cell.from_one_hot(cell.one_hot),
            Cell.from_nasbench201(cell.to_nasbench201()),
        ]
    for same in forms:
        assert same == cell
        assert hash(same) == hash(cell)
        assert same.arch_str == cell.arch_str
        assert type(same.macro_code) is str
    assert cell != cell.arch_str
    assert not hasattr(cell, "__dict__")


@given(cells, cells)
def test_architectures_are_equal_if_their_strings_are(one, other):
    """Also those of the same modules in different search spaces."""
    assert (one == other) == (one.arch_str == other.arch_str)
    assert Cell("41414") != Cell("41414", "0_00_000")


def test_enumeration_has_every_architecture_once():
    """As many as the original's README counts, macro first, each space in the order it says."""
    macro, micro = (list(enumerate_cells(space)) for space in ("macro", "micro"))
    assert len(set(macro)) == len(macro) == MACRO_SIZE == 3256
    assert len(set(micro)) == len(micro) == MICRO_SIZE == 4096
    assert list(enumerate_cells()) == macro + micro
    assert SPACE_SIZE == 7352
    codes = [cell.macro_code for cell in macro]
    assert codes == sorted(codes, key=lambda code: (len(code), code))
    assert [cell.op_indices for cell in micro] == sorted(cell.op_indices for cell in micro)
    assert Counter(map(len, codes)) == {4: 210, 5: 750, 6: 2296}
    for text in (MACRO, "64-2311-basic", "64-4111-basic", "64-41414-basic"):
        assert Cell.from_string(text) in macro


def test_macro_architectures_that_naslib_draws_are_there():
    """NASLib looks up any order of modules of which the first p halve and the first q double."""
    drawn = {
        "".join(order)
        for size in (4, 5, 6)
        for p in (1, 2, 3, 4)
        for q in (1, 2, 3)
        for order in permutations(str(1 + 2 * (i < p) + (i < q)) for i in range(size))
    }
    assert {"4333", "444311"} < drawn <= {cell.macro_code for cell in enumerate_cells("macro")}


@given(macros)
def test_stages_follow_the_modules(cell):
    """Channels and resolution change where the digits say so, and the last ones tell how often."""
    for module, stage, before in zip(
        cell.macro_code, cell.stages, (Stage(64, 2, 4), *cell.stages), strict=False
    ):
        assert stage.channels == before.channels * (2 if module in "24" else 1)
        assert stage.reduction == before.reduction * stage.stride
        assert stage.stride == (2 if module in "34" else 1)
    assert cell.stages[-1].channels in (128, 256, 512)
    assert cell.stages[-1].reduction in (8, 16, 32, 64)


@given(micros)
def test_micro_cells_join_nasbench201(cell):
    """Edge by edge, whatever the order in which either lists them."""
    other = cell.to_nasbench201()
    first, second, third = cell.cell_code.split("_")
    digits = {
        "0_1": first,
        "0_2": second[0],
        "1_2": second[1],
        "0_3": third[0],
        "1_3": third[1],
        "2_3": third[2],
    }
    assert other.arch == {key: OPERATIONS[int(digit)] for key, digit in digits.items()}
    for node, part in zip((1, 2, 3), other.arch_str.split("+"), strict=True):
        names = [name.partition("~")[0].removeprefix("nor_") for name in part[1:-1].split("|")]
        code = (first, second, third)[node - 1]
        assert names == [OPERATIONS[int(digit)] for digit in code]


def test_nasbench201_cells_without_pooling_are_the_micro_space():
    """4,096 of 15,625; the others are refused with the edge."""
    found = set()
    for cell in nasbench201.enumerate_cells():
        if "avg_pool_3x3" in cell.ops:
            continue
        found.add(Cell.from_nasbench201(cell))
    assert found == set(enumerate_cells("micro"))
    pooled = nasbench201.Cell([0, 0, 4, 0, 0, 0])
    with pytest.raises(InvalidArchitecture, match=r"edge 1_2 .* has avg_pool_3x3, which TransNAS"):
        Cell.from_nasbench201(pooled)
    assert Cell.from_nasbench201(nasbench201.Cell([0] * 6).arch_str).cell_code == "0_00_000"


@pytest.mark.parametrize(
    "ask",
    [
        lambda cell: cell.ops,
        lambda cell: cell.op_indices,
        lambda cell: cell.one_hot,
        lambda cell: cell.to_nasbench201(),
    ],
)
def test_macro_architectures_have_no_operations(ask):
    """And say so."""
    with pytest.raises(InvalidQuery, match="64-1234-basic is a macro architecture"):
        ask(Cell("1234"))


@given(micros)
def test_neighbours_of_micro_cells_differ_in_one_operation(cell):
    """All 18, each once."""
    neighbours = cell.neighbors()
    assert len(set(neighbours)) == len(neighbours) == 18
    assert all(cell.edit_distance(neighbour) == 1 for neighbour in neighbours)


@settings(max_examples=25)  # each looks at all 3,256
@given(macros)
def test_neighbours_of_macro_architectures_are_all_at_distance_one(cell):
    """Each once, and none that is not in the search space."""
    neighbours = cell.neighbors()
    assert len(set(neighbours)) == len(neighbours)
    near = {other for other in enumerate_cells("macro") if cell.edit_distance(other) == 1}
    assert set(neighbours) == near


def test_macro_space_is_connected_by_neighbours():
    """From any architecture a walk leads to any other."""
    reached = front = {Cell("1234")}
    while front:
        front = {near for cell in front for near in cell.neighbors()} - reached
        reached = reached | front
    assert reached == set(enumerate_cells("macro"))


@given(macros, macros, macros)
def test_distance_is_a_metric(one, two, three):
    """Zero for equal ones only, the same both ways, and no longer than a detour."""
    assert (one.edit_distance(two) == 0) == (one == two)
    assert one.edit_distance(two) == two.edit_distance(one)
    assert one.edit_distance(three) <= one.edit_distance(two) + two.edit_distance(three)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("1234", "1234", 0), ("1234", "41234", 1), ("1234", "2341", 2), ("4111", "114111", 2)],
)
def test_distances_worked_out_by_hand(one, other, distance):
    """Modules moved on by one that is inserted are not counted again."""
    assert Cell(one).edit_distance(Cell(other)) == distance


def test_there_is_no_distance_between_the_spaces():
    """In both directions."""
    one, other = Cell.from_string(MACRO), Cell.from_string(MICRO)
    for mine, theirs in ((one, other), (other, one)):
        with pytest.raises(InvalidQuery, match="only within one there is a distance"):
            mine.edit_distance(theirs)


@given(cells, st.integers(0, 1 << 32))
def test_mutation_is_a_neighbour(cell, seed):
    """And the same one for the same seed, however it is given."""
    mutant = cell.mutate(seed)
    assert mutant in cell.neighbors()
    assert cell.mutate(random.Random(seed)) == mutant


def test_random_architectures_are_uniform_and_leave_global_states_alone():
    """In each space, and in both together."""
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()
    rng = np.random.default_rng(0)
    draws = 4000
    spaces = Counter(random_cell(rng).search_space for _ in range(draws))
    assert abs(spaces["macro"] / draws - 3256 / 7352) < 0.03
    sizes = Counter(len(random_cell(rng, "macro").macro_code) for _ in range(draws))
    assert abs(sizes[6] / draws - 2296 / 3256) < 0.03
    counts = Counter(
        (edge, op)
        for _ in range(draws)
        for edge, op in enumerate(random_cell(rng, "micro").op_indices)
    )
    assert len(counts) == 24
    assert all(0.22 < count / draws < 0.28 for count in counts.values())
    assert random_cell(3) == random_cell(3)
    assert len({random_cell() for _ in range(20)}) > 1
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state


@pytest.mark.parametrize("space", ["Macro", "", "both", 0, ["macro"]])
@pytest.mark.parametrize("ask", [enumerate_cells, lambda space: random_cell(0, space)])
def test_unknown_search_spaces_are_refused(ask, space):
    """At once, with those that there are."""
    with pytest.raises(InvalidQuery, match="one of macro, micro, or None for both; not"):
        ask(space)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' has 1 parts joined by '-'; it must have 3: 64-1234-basic .macro. or 64-41414"),
        ("64-1234", "has 2 parts"),
        ("64-1234-basic-", "has 4 parts"),
        ("32-1234-basic", "begins with '32' channels; all architectures begin with 64"),
        (" 64-1234-basic", "begins with ' 64' channels"),
        ("64--basic", "the macro code is '': it has 0 modules; 4 to 6 are allowed"),
        ("64-123-basic", "the macro code is '123': it has 3 modules"),
        ("64-1234123-basic", "it has 7 modules"),
        ("64-1230-basic", "module 4 is '0'; the kinds are the digits 1, 2, 3 and 4"),
        ("64-5234-basic", "module 1 is '5'"),
        ("64-12٣4-basic", "module 3 is '٣'"),
        ("64-1333-basic", "the channels are doubled 0 times, .* 1 to 3 times are allowed"),
        ("64-42424-basic", "the channels are doubled 5 times"),
        ("64-1222-basic", "the resolution is halved 0 times, .* 1 to 4 times are allowed"),
        ("64-433333-basic", "the resolution is halved 6 times"),
        ("64-1234-basics", "the cell is 'basics'; .*: did you mean 'basic'"),
        ("64-1234-Basic", "the cell is 'Basic'; .*: did you mean 'basic'"),
        ("64-1234-", "the cell is ''; it must be 'basic', or 1, 2 and 3 digits"),
        ("64-41414-102333", "the cell is '102333'"),
        ("64-41414-1_2_333", "the cell is '1_2_333'"),
        ("64-41414-1_02_333\n", r"the cell is '1_02_333\\n'"),
        ("64-41414-1_02_343", "edge 1_3 of the cell '1_02_343' is '4'; known are 0 none, 1 skip_"),
        ("64-41414-1_0٣_333", "edge 1_2 of the cell .* is '٣'"),
        ("64-1234-1_02_333", "code is '1234' and .*: did you mean 64-41414-1_02_333"),
        (None, "an architecture string is a str, not None"),
        (b"64-1234-basic", "an architecture string is a str, not b'"),
    ],
)
def test_strings_outside_the_spaces_are_refused(text, reason):
    """With what is wrong and what is allowed."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_string(text)


@given(st.text(alphabet="64-1230_basic", max_size=20))
def test_any_text_is_read_or_refused(text):
    """No other exception comes out of a string, whatever it is."""
    try:
        cell = Cell.from_string(text)
    except InvalidArchitecture:
        return
    assert cell.arch_str == text


def test_long_values_are_cut_in_messages():
    """A message is a few lines even if what was given is a book."""
    for text in ("x" * 100_000, f"64-{'1' * 100_000}-basic", f"64-41414-{'1_' * 50_000}"):
        with pytest.raises(InvalidArchitecture) as caught:
            Cell.from_string(text)
        assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "codes", [(1234,), ([1, 2, 3, 4],), (None,), ("1234", None), ("41414", 1)]
)
def test_codes_are_strings(codes):
    """Digits that are numbers are refused with the forms that there are."""
    with pytest.raises(InvalidArchitecture, match=r"code is a str, not .*64-1234-basic"):
        Cell(*codes)


@pytest.mark.parametrize(
    ("ops", "reason"),
    [
        ([0] * 5, "the operations must be a list of 6, and .* has 5"),
        ("1_02_333", "the operations must be a list of 6, not '1_02_333'"),
        ([0, 0, 0, 0, 0, 4], "edge 2_3 has the unknown operation 4; known are none, skip_connect"),
        ([0, 0, 0, "conv3x3", 0, 0], "edge 0_3 .* 'conv3x3'; .*: did you mean 'conv_3x3'"),
        ([0, 0, True, 0, 0, 0], "edge 1_2 has the unknown operation True"),
    ],
)
def test_wrong_operations_are_refused(ops, reason):
    """Unknown, missing and surplus operations, with the edge and the names that are known."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_ops(ops)


def test_malformed_one_hot_encodings_are_refused():
    """The messages are those of NAS-Bench-201."""
    with pytest.raises(InvalidArchitecture, match=r"row 0 .*; it must be one 1 among 3 zeros"):
        Cell.from_one_hot(np.zeros((6, 4)))


@pytest.mark.parametrize("given_", [None, 1.5, b"64-1234-basic", {1}, object(), Cell])
def test_parse_says_what_it_reads(given_):
    """What is no architecture in any of the forms is refused with the list of forms."""
    with pytest.raises(InvalidArchitecture, match=r"is a Cell, a string, .*, a dict .*; not"):
        Cell.parse(given_)


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (5, "not 5. An index is the place in a file, which only a database knows"),
        ("5", "not 5. An index is the place"),
        ([1, 0, 2, 3, 3, 3], r"six numbers, .*Cell\.from_arch reads, .*Cell\.from_ops reads"),
        (np.array([1, 2, 3, 4, 1, 1]), "six numbers"),
        ({}, r"has the keys \[\]; a cell has 0_1"),
        (["none"] * 5, "module 1 is 'none'; the kinds are"),
        ([1, 2, 3, 5], "module 4 is 5; the kinds are the numbers 1, 2, 3 and 4"),
        ([12, 3, 4, 1], "module 1 is 12"),
        ([True, 2, 3, 4], "module 1 is true|module 1 is True"),
        ([1, 2, 3], "has 3 modules; 4 to 6 are allowed"),
        (["none", "none", "pool", "none", "none", "none"], "edge 1_2 has the unknown .* 'pool'"),
    ],
)
def test_parse_refuses_what_the_form_refuses(given_, reason):
    """Six numbers, which could be modules or operations, are no form at all."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.parse(given_)


@given(cells)
def test_what_arch_gives_comes_back(cell):
    """Modules of any number, and operations."""
    assert Cell.from_arch(cell.arch) == cell
    with pytest.raises(InvalidArchitecture, match=r"a list of modules such as .* not '64-"):
        Cell.from_arch(cell.arch_str)


def test_reading_an_architecture_imports_no_numpy(run):
    """A process that only looks something up does not pay for arrays."""
    code = (
        "import sys\n"
        "from nasbench_db.transnas101.cell import Cell\n"
        f"Cell.from_string({MACRO!r}).stages, Cell.from_string({MICRO!r}).to_nasbench201()\n"
        "print('numpy' in sys.modules)"
    )
    assert run("-c", code).stdout == "False\n"
