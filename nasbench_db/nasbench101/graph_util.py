"""NNI's functions on its architecture dicts, under their names.

They hash and convert graphs as they are given: nothing is pruned, and the limits of the search
space are not asked for (original: ``nni/nas/benchmark/nasbench101/graph_util.py``, NNI 3.0). The
data set's own hashes are of pruned graphs: for those see
:attr:`Cell.hash <nasbench_db.nasbench101.cell.Cell.hash>`.

What is not a graph raises :class:`InvalidGraph`, where NNI raises ``KeyError``, ``IndexError`` or
``AssertionError``, or goes on: an edge that leads back, an operation unknown or out of place, and
a matrix entry other than 0 and 1 are errors here, while NNI hashes or ignores some of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101.cell import module_hash, ops_of, rows_of_matrix, sources_of
from nasbench_db.nasbench101.constants import INPUT, OPERATIONS, OUTPUT

if TYPE_CHECKING:
    import numpy as np


class InvalidGraph(InvalidArchitecture, KeyError, IndexError, AssertionError):
    """Something that is no graph in NNI's form; what catches NNI's errors catches it too."""

    __str__ = Exception.__str__  # KeyError's would quote the message


def hash_module(architecture: Mapping[str, Any], vertices: int) -> str:
    """The hash of a graph as it is given: 32 hexadecimal digits, the same for isomorphic graphs.

    Vertices that lie on no path from input to output count, unlike in the data set's hashes.

    Args:
        architecture: NNI's dict: ``op1`` .. ``op{V-2}``, and ``input1`` .. ``input{V-1}``, each a
            list of the vertices before. A vertex named twice counts once; other keys are ignored,
            so a graph with more vertices is cut.
        vertices: their number V, input and output included; at least 2.

    Raises:
        InvalidGraph: a key is missing, or what it says is not possible.
    """
    size = as_int(vertices)
    if size is None or size < 2:
        raise InvalidGraph(
            f"the number of vertices is {show(vertices)}; it must be a whole number of at least "
            "2: infer_num_vertices(architecture) finds it"
        )
    keys = [f"op{v}" for v in range(1, size - 1)] + [f"input{v}" for v in range(1, size)]
    missing = next((key for key in keys if key not in _checked(architecture)), None)
    if missing is not None:
        raise InvalidGraph(
            f"a graph of {size} vertices has op1..op(V-2) and input1..input(V-1), and {missing!r} "
            f"is missing; there are {show(sorted(map(str, architecture)))}"
        )
    rows = [0] * size
    with _errors():
        ops = _interior([architecture[key] for key in keys[: size - 2]])
        for v, key in enumerate(keys[size - 2 :], 1):
            for u in sources_of(v, architecture[key]):
                rows[u] |= 1 << v
    return module_hash(tuple(rows), (INPUT, *ops, OUTPUT))


def infer_num_vertices(architecture: Mapping[str, Any]) -> int:
    """The number of vertices of NNI's dict, input and output included.

    Args:
        architecture: of its keys only those count that begin with ``op``.

    Raises:
        InvalidGraph: they are not ``op1``, ``op2`` and so on, without a gap.
    """
    found = {key for key in map(str, _checked(architecture)) if key.startswith("op")}
    expected = [f"op{v}" for v in range(1, len(found) + 1)]
    if found != set(expected):
        raise InvalidGraph(
            f"the operations are called {show(sorted(found))}; {len(found)} operations are called "
            f"{show(expected)}"
        )
    return len(found) + 2


def nasbench_format_to_architecture_repr(
    adjacency_matrix: np.ndarray | Sequence[Sequence[int]], labeling: Sequence[str]
) -> tuple[int, dict[str, Any]]:
    """A graph in the data set's form as the number of its vertices and NNI's dict.

    Args:
        adjacency_matrix: V x V, an array or nested lists; ``[u][v]`` is 1 where an edge leads from
            vertex u to vertex v, otherwise 0, and all entries on and below the diagonal are 0.
        labeling: V operations, first ``input`` and last ``output``.

    Returns:
        V, and a dict of ``op1`` .. ``op{V-2}`` and ``input1`` .. ``input{V-1}``.

    Raises:
        InvalidGraph: the matrix or an operation is not of this form.
    """
    with _errors():
        rows, ops = rows_of_matrix(adjacency_matrix), ops_of(labeling)
        size = len(rows)
        if size < 2:
            raise InvalidArchitecture(f"a graph has at least 2 vertices, not {size}")
        if len(ops) != size:
            raise InvalidArchitecture(
                f"there are {len(ops)} operations for a matrix of {size} vertices; each vertex "
                "needs one, input and output included"
            )
        if (ops[0], ops[-1]) != (INPUT, OUTPUT):
            raise InvalidArchitecture(
                f"the operations begin with {ops[0]!r} and end with {ops[-1]!r}; they must begin "
                f"with {INPUT!r} and end with {OUTPUT!r}"
            )
        interior = _interior(ops[1:-1])
    architecture: dict[str, Any] = {f"op{v}": op for v, op in enumerate(interior, 1)}
    for v in range(1, size):
        architecture[f"input{v}"] = [u for u in range(v) if rows[u] >> v & 1]
    return size, architecture


def _interior(ops: Sequence[Any]) -> tuple[str, ...]:
    """The operations of the vertices between input and output, checked."""
    for v, op in enumerate(ops, 1):
        if isinstance(op, str) and op in (INPUT, OUTPUT):
            raise InvalidArchitecture(
                f"vertex {v} has the operation {op!r}, which only the "
                f"{'first' if op == INPUT else 'last'} vertex may have; allowed are "
                f"{', '.join(OPERATIONS)}"
            )
    # The first one is there so that an error names the right vertex.
    return ops_of([INPUT, *ops])[1:]


def _checked(architecture: Any) -> Mapping[str, Any]:
    if not isinstance(architecture, Mapping):
        raise InvalidGraph(
            "an architecture is a dict with op1.., input1.. (NNI's form), not "
            f"{show(architecture)}"
        )
    return architecture


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Raise errors about an architecture as those that NNI's callers catch as well."""
    try:
        yield
    except InvalidArchitecture as error:
        raise InvalidGraph(str(error)) from None
