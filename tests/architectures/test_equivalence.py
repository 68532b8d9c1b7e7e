"""Which cells are the same network: known strings, published counts, and a computation."""

import hashlib
from collections import defaultdict

import pytest

from nasbench_db.architectures.edges import EDGES
from nasbench_db.architectures.topology import Cell, enumerate_cells

KNOWN = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|",
    "#+(((0)@nor_conv_3x3)@avg_pool_3x3+(0)@nor_conv_3x3)@avg_pool_3x3+"
    "((0)@nor_conv_3x3)@nor_conv_3x3",
)

# SHA-256 of the strings of all cells in the order of enumerate_cells, one a line; they were equal
# to those of nats_bench 1.8, TopologyStructure.to_unique_str, for each of the 15,625 cells.
DIGESTS = {
    None: "3f32da410f29bbcb881105fd636c11ae39f3c2b077b5ecdf9ab7b21c6cd8a6bb",
    False: "7b65535b83849ff3d40f75d7bf145c0cfe6f892cc5b16db1ba14edc6864ce245",
    True: "684c7ac326557d2a4bec1a04dab216eb2860c6bd0710e7681ebd6e53fea99b66",
}

PRIME = (1 << 61) - 1


@pytest.fixture(scope="module")
def cells():
    """All 15,625."""
    return list(enumerate_cells())


def value(cell, bias):
    """What a cell computes of an input, with an arbitrary function for each operation.

    The functions are cubic, so that none distributes over sums. Two cells that compute different
    things have equal values with a probability of about 1e-17.
    """
    functions = {
        "none": (0, 0, 0, 0),
        "skip_connect": (0, 1, 0, 0),
        "nor_conv_1x1": (bias and 271828182845904523, 3141592653589, 77345112890, 5772156649015),
        "nor_conv_3x3": (bias and 161803398874989484, 1414213562373, 17320508075, 2236067977499),
        "avg_pool_3x3": (0, 1202056903159, 91596559417, 6931471805599),
    }
    nodes = [123456789123456789]
    for target in (1, 2, 3):
        total = 0
        for (source, end), op in zip(EDGES, cell.ops, strict=True):
            if end == target:
                x = nodes[source]
                total += sum(c * x**power for power, c in enumerate(functions[op]))
        nodes.append(total % PRIME)
    return nodes[-1]


def test_known_cell_has_the_published_string():
    """Architecture 11 of NATS-Bench."""
    cell = Cell.from_string(KNOWN[0])
    assert cell.unique_str == KNOWN[1]
    assert cell.to_unique_str(True) == KNOWN[1]


def test_to_unique_str_has_the_default_of_the_original():
    """Without an argument ``none`` is an operation like others."""
    cell = Cell(["skip_connect", "none", "none", "none", "none", "avg_pool_3x3"])
    assert cell.to_unique_str() == cell.to_unique_str(False)
    assert cell.to_unique_str(False) == "((0)@none+(0)@none)@avg_pool_3x3+(0)@none+(0)@none"
    assert cell.to_unique_str(True) == "#+#+(#+#)@avg_pool_3x3"
    assert cell.to_unique_str(None) == (
        "(((0)@skip_connect)@none+(0)@none)@avg_pool_3x3+((0)@skip_connect)@none+(0)@none"
    )


@pytest.mark.parametrize("consider_zero", [None, False, True])
def test_unique_strings_are_those_of_the_original(cells, consider_zero):
    """For every cell."""
    text = "\n".join(cell.to_unique_str(consider_zero) for cell in cells)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGESTS[consider_zero]


def test_there_are_6466_unique_strings(cells):
    """The number of the paper."""
    assert len({cell.unique_str for cell in cells}) == 6_466


@pytest.mark.parametrize(("zero_rule", "count"), [("conv_bias", 5_545), ("propagate", 4_930)])
def test_canonical_strings_are_equal_exactly_if_cells_compute_the_same(cells, zero_rule, count):
    """Values and strings are in one-to-one correspondence."""
    values = [value(cell, zero_rule == "conv_bias") for cell in cells]
    strings = [cell.to_canonical_str(zero_rule) for cell in cells]
    pairs = set(zip(strings, values, strict=True))
    assert len(set(strings)) == len(set(values)) == len(pairs) == count


@pytest.mark.parametrize(
    ("zero_rule", "joining", "split"), [("conv_bias", 101, 776), ("propagate", 0, 623)]
)
def test_unique_strings_against_canonical_ones(cells, zero_rule, joining, split):
    """How many unique strings join different networks, and how many networks have several."""
    networks, strings = defaultdict(set), defaultdict(set)
    for cell in cells:
        networks[cell.unique_str].add(cell.to_canonical_str(zero_rule))
        strings[cell.to_canonical_str(zero_rule)].add(cell.unique_str)
    assert sum(len(found) > 1 for found in networks.values()) == joining
    assert sum(len(found) > 1 for found in strings.values()) == split


def test_341_cells_are_disconnected(cells):
    """They are those that are zero where zero propagates."""
    disconnected = [cell for cell in cells if not cell.is_connected]
    assert len(disconnected) == 341
    assert disconnected == [cell for cell in cells if cell.to_canonical_str("propagate") == "#"]


@pytest.mark.parametrize(
    ("ops", "conv_bias", "propagate"),
    [
        ([0, 0, 0, 0, 0, 0], "#", "#"),
        ([0, 0, 0, 1, 0, 0], "0", "0"),
        ([1, 0, 1, 0, 0, 1], "0", "0"),
        ([1, 0, 0, 1, 1, 0], "0+0", "0+0"),
        ([0, 0, 0, 0, 0, 4], "#", "#"),
        ([0, 0, 0, 0, 0, 2], "(#)@nor_conv_1x1", "#"),
        ([2, 1, 1, 4, 0, 1], "(0)@avg_pool_3x3+(0)@nor_conv_1x1+0", None),
    ],
)
def test_canonical_strings(ops, conv_bias, propagate):
    """Skips vanish, zeros vanish, and sums are one list."""
    cell = Cell(ops)
    assert cell.to_canonical_str("conv_bias") == conv_bias
    assert cell.to_canonical_str("propagate") == (propagate or conv_bias)
