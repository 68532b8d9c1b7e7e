"""The CIFAR-10 network around a cell: how wide its vertices are and how many parameters it has.

A 3x3 convolution to 128 channels, then three stacks of three cells, the width doubled from one
stack to the next, then a global mean and a dense layer to 10 classes. Convolutions have no bias;
each is followed by a batch normalisation with two parameters a channel. The rules are those of
the original's ``nasbench/lib/model_builder.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nasbench_db.nasbench101.constants import CONV1X1_BN_RELU, CONV3X3_BN_RELU, OPERATIONS

STEM_CHANNELS = 128
STACKS = 3
CELLS_PER_STACK = 3
CLASSES = 10
_IMAGE_CHANNELS = 3
_SIZES = {CONV1X1_BN_RELU: 1, CONV3X3_BN_RELU: 3}


def vertex_channels(inputs: int, outputs: int, rows: Sequence[int]) -> list[int]:
    """The number of channels of each vertex of a pruned cell.

    The vertices that feed the output share its channels; what does not divide evenly goes to the
    first of them, one channel each. Any other vertex is as wide as its widest successor.

    Args:
        inputs: channels of the input vertex.
        outputs: channels of the output vertex.
        rows: for each vertex, an integer with bit v set where an edge leads to vertex v.
    """
    last = len(rows) - 1
    channels = [inputs, *[0] * (last - 1), outputs]
    feeding = [v for v in range(1, last) if rows[v] >> last & 1]
    if feeding:
        share, more = divmod(outputs, len(feeding))
        for place, v in enumerate(feeding):
            channels[v] = share + (place < more)
    for v in range(last - 2, 0, -1):
        if not rows[v] >> last & 1:
            channels[v] = max(channels[w] for w in range(v + 1, last) if rows[v] >> w & 1)
    return channels


def count_parameters(rows: Sequence[int], ops: Sequence[str]) -> int:
    """The trainable parameters of the network of a pruned cell.

    It depends on the order of the vertices, through the channels that do not divide evenly, so
    cells with the same hash may have different numbers. On the matrix of a record of the data set
    it equals the record's ``trainable_parameters``.

    Args:
        rows: as for :func:`vertex_channels`.
        ops: of all vertices, the first and the last included.
    """
    free, of_ops = _by_graph(tuple(rows))
    return free + sum([adds[op] for adds, op in zip(of_ops, ops[1:-1], strict=True)])


@lru_cache(maxsize=1 << 13)  # the data set has some five thousand graphs
def _by_graph(rows: tuple[int, ...]) -> tuple[int, list[dict[str, int]]]:
    """The parameters that are none of operations, and what each operation adds at each vertex."""
    total = _convolution(3, _IMAGE_CHANNELS, STEM_CHANNELS)
    inputs = STEM_CHANNELS
    for stack in range(STACKS):
        outputs = STEM_CHANNELS << stack
        for _ in range(CELLS_PER_STACK):
            channels = vertex_channels(inputs, outputs, rows)
            for v in range(1, len(rows)):
                if rows[0] >> v & 1:  # what comes from the input is projected to the width
                    total += _convolution(1, inputs, channels[v])
            inputs = outputs
    of_ops = [dict(zip(OPERATIONS, adds, strict=True)) for adds in operation_parameters(rows)]
    return total + inputs * CLASSES + CLASSES, of_ops


def operation_parameters(rows: Sequence[int]) -> list[list[int]]:
    """What each operation would add to the network's parameters, at each interior vertex.

    Args:
        rows: a pruned cell, as for :func:`vertex_channels`.

    Returns:
        a list for each interior vertex, in the order of ``OPERATIONS``.
    """
    adds = [[0] * len(OPERATIONS) for _ in rows[1:-1]]
    for stack in range(STACKS):
        outputs = STEM_CHANNELS << stack
        channels = vertex_channels(outputs, outputs, rows)
        for of_vertex, width in zip(adds, channels[1:-1], strict=True):
            for place, name in enumerate(OPERATIONS):
                of_vertex[place] += CELLS_PER_STACK * _operation(name, width)
    return adds


def _operation(name: str, width: int) -> int:
    """The parameters of one operation."""
    size = _SIZES.get(name)
    return _convolution(size, width, width) if size else 0


def _convolution(size: int, inputs: int, outputs: int) -> int:
    """The parameters of a convolution without bias and its batch normalisation."""
    return size * size * inputs * outputs + 2 * outputs
