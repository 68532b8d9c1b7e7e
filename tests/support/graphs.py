"""Random cells for hypothesis, and the cell's definitions once more in their plainest form."""

import hashlib
from itertools import pairwise

from hypothesis import strategies as st

OPERATIONS = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"]
LABELS = {
    "input": -1,
    "output": -2,
    "conv3x3-bn-relu": 0,
    "conv1x1-bn-relu": 1,
    "maxpool3x3": 2,
}


def matrix_of(size, edges):
    """The adjacency matrix of some edges, as nested lists."""
    return [[int((u, v) in edges) for v in range(size)] for u in range(size)]


@st.composite
def graphs(draw, max_vertices=7, max_edges=9):
    """A matrix and operations within the limits, some of its vertices perhaps on no path."""
    size = draw(st.integers(2, max_vertices))
    visited = [v for v in range(1, size - 1) if draw(st.booleans())]
    edges = set(pairwise([0, *visited, size - 1]))
    others = [(u, v) for v in range(size) for u in range(v) if (u, v) not in edges]
    if others:
        edges |= draw(st.sets(st.sampled_from(others), max_size=max_edges - len(edges)))
    interior = draw(st.lists(st.sampled_from(OPERATIONS), min_size=size - 2, max_size=size - 2))
    return matrix_of(size, edges), ["input", *interior, "output"]


@st.composite
def enlarged(draw, matrix, ops):
    """The same cell with more vertices between its own, none of them on a path."""
    order = list(range(len(ops)))  # the cell's own vertices by number, the new ones by kind
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["never reached", "leads nowhere"]))
        order.insert(draw(st.integers(1, len(order) - 1)), kind)
    edges = set()
    for j, target in enumerate(order):
        for i, source in enumerate(order[:j]):
            if isinstance(source, int) and isinstance(target, int):
                if matrix[source][target]:
                    edges.add((i, j))
            elif (source == "never reached" or target == "leads nowhere") and draw(st.booleans()):
                edges.add((i, j))
    names = [
        ops[vertex] if isinstance(vertex, int) else draw(st.sampled_from(OPERATIONS))
        for vertex in order
    ]
    return matrix_of(len(order), edges), names


@st.composite
def reordered(draw, matrix, ops):
    """The same cell with its interior vertices in another order, edges still leading onward."""
    size = len(ops)
    rank = draw(st.permutations(range(size - 2)))
    order = [0]
    waiting = set(range(1, size - 1))
    while waiting:
        free = [v for v in waiting if not any(matrix[u][v] for u in waiting)]
        order.append(min(free, key=lambda v: rank[v - 1]))
        waiting.remove(order[-1])
    order.append(size - 1)
    return [[matrix[u][v] for v in order] for u in order], [ops[v] for v in order]


def plainly_pruned(matrix, ops):
    """The graph without the vertices that are on no path from the first to the last."""
    size = len(ops)

    def paths_from(u):
        return {u}.union(*(paths_from(v) for v in range(size) if matrix[u][v]))

    reached = paths_from(0)
    kept = [v for v in range(size) if v in reached and size - 1 in paths_from(v)]
    return [[matrix[u][v] for v in kept] for u in kept], [ops[v] for v in kept]


def plain_hash(matrix, ops):
    """The module hash of a pruned graph, word for word after its definition."""

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    vertices = range(len(ops))
    hashes = []
    for v in vertices:
        out_degree = sum(matrix[v])
        in_degree = sum(matrix[u][v] for u in vertices)
        hashes.append(md5(str((out_degree, in_degree, LABELS[ops[v]]))))
    for _ in vertices:
        after = []
        for v in vertices:
            before = sorted(hashes[u] for u in vertices if matrix[u][v])
            behind = sorted(hashes[w] for w in vertices if matrix[v][w])
            after.append(md5("".join(before) + "|" + "".join(behind) + "|" + hashes[v]))
        hashes = after
    return md5(str(sorted(hashes)))
