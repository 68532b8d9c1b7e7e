"""The NAS-Bench-101 cell as a value: read it, check it, prune it, hash it, write it.

A cell is a directed acyclic graph of at most 7 vertices and 9 edges (Ying et al., "NAS-Bench-101:
Towards Reproducible Neural Architecture Search", 2019). Vertex 0 is the input, the last vertex
the output, each vertex between them carries one of three operations.

Inside, a graph is a pair ``(rows, ops)``: ``rows[u]`` is an integer whose bit ``v`` is set where
there is an edge from ``u`` to ``v``, and ``ops`` names each vertex's operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import as_int, bare, plain, show, told
from nasbench_db.architectures.modules import HasNetwork
from nasbench_db.architectures.randomness import SupportsRandom, generator
from nasbench_db.errors import InvalidArchitecture, nearest
from nasbench_db.nasbench101 import canonical, variation
from nasbench_db.nasbench101.constants import (
    INPUT,
    LABEL2ID,
    MAX_EDGES,
    MAX_VERTICES,
    MODULE_HASH,
    OPERATIONS,
    OUTPUT,
)
from nasbench_db.nasbench101.network import count_parameters

try:
    # CPython's own MD5 takes 0.5 us for these short strings, OpenSSL's behind hashlib 0.8 us; it
    # also works where a FIPS policy forbids MD5. Here MD5 names graphs and protects nothing.
    from _md5 import md5 as _md5
except ImportError:
    from hashlib import md5 as _md5

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.architectures.drawing import Drawing

Rows = tuple[int, ...]
Ops = tuple[str, ...]

_INTERIOR = frozenset(OPERATIONS)
_EDGES = tuple(f"{u}-{v}" for u in range(MAX_VERTICES) for v in range(u + 1, MAX_VERTICES))


class Cell(HasNetwork):
    """One NAS-Bench-101 cell, immutable, as it was written.

    The limits hold for the pruned graph, as in the original: a matrix may be larger as long as
    what lies on a path from input to output has at most 7 vertices and 9 edges. Two cells are
    equal when they are written alike; cells of the same network have the same :attr:`hash`.

    Args:
        matrix: V x V adjacency, nested sequences or an array; entry ``[u][v]`` is 1 where an edge
            leads from vertex u to vertex v, otherwise 0, and all entries on and below the diagonal
            are 0.
        ops: V operation names: ``input``, then any of :data:`OPERATIONS`, then ``output``.

    Raises:
        InvalidArchitecture: the cell is not in the search space; the message says why.
    """

    __slots__ = ("_code", "_hash", "_ops", "_pruned", "_rows")

    _benchmark = "nasbench101"
    _code: int  # below 0 until somebody asks for it
    _rows: Rows
    _ops: Ops
    _pruned: tuple[Rows, Ops] | None  # the pruned graph; None where it is the cell's own
    _hash: str

    def __init__(self, matrix: Sequence[Sequence[int]] | np.ndarray, ops: Iterable[str]) -> None:
        self._set(rows_of_matrix(matrix), ops_of(ops))

    def _set(self, rows: Rows, ops: Ops) -> None:
        pruned_rows, pruned_ops = _check_and_prune(rows, ops)
        self._rows = rows
        self._ops = ops
        self._code = -1
        self._pruned = None if pruned_rows is rows else (pruned_rows, pruned_ops)

    @classmethod
    def _as_it_is(cls, rows: Rows, ops: Ops) -> Cell:
        """A cell from a graph that was checked and has nothing to prune."""
        cell = cls.__new__(cls)
        cell._rows = rows
        cell._ops = ops
        cell._code = -1
        cell._pruned = None
        return cell

    @classmethod
    def _of(cls, rows: Rows, ops: Ops) -> Cell:
        """A cell from a graph that may need checking and pruning, but is well formed."""
        cell = cls.__new__(cls)
        cell._set(rows, ops)
        return cell

    @classmethod
    def _if_valid(cls, rows: Rows, ops: Ops) -> Cell | None:
        """The cell of a well-formed graph, if it is one; without a message if it is not."""
        order, kept, edges = _pruned(rows)
        if not order or edges > MAX_EDGES or len(order) > MAX_VERTICES:
            return None
        pruned = None if kept is rows else (kept, tuple([ops[v] for v in order]))
        if not _INTERIOR.issuperset((ops if pruned is None else pruned[1])[1:-1]):
            return None
        cell = cls.__new__(cls)
        cell._rows = rows
        cell._ops = ops
        cell._code = -1
        cell._pruned = pruned
        return cell

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """A cell from whatever is one.

        Args:
            given: a cell; NNI's dict, or JSON of it; a pair ``(matrix, ops)`` as the constructor
                or :meth:`from_string` takes it, or JSON of it; an object with the attributes
                ``original_matrix`` and ``original_ops``, or ``matrix`` and ``ops``, such as the
                original's ``ModelSpec`` and that of :mod:`nasbench_db.nasbench101.api`.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search space.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if isinstance(given, Mapping):
            return cls.from_arch(given)
        matrix, ops = map(plain, _pair(given))
        if isinstance(ops, str):
            ops = [name.strip() for name in bare(ops).split(",")]
        if isinstance(matrix, str):
            return cls.from_string(bare(matrix), ops)
        return cls(matrix, ops)

    @classmethod
    def from_arch(cls, arch: Mapping[str, Any]) -> Cell:
        """A cell from NNI's dict, in any order of its keys.

        Args:
            arch: ``op1`` .. ``op{V-2}`` name the operations of the interior vertices, ``input1``
                .. ``input{V-1}`` list the vertices that feed each vertex but the input.

        Raises:
            InvalidArchitecture: a key is missing or unknown, an input does not exist, or the cell
                is outside the search space.
        """
        if not isinstance(arch, Mapping):
            raise InvalidArchitecture(
                f"an architecture is a dict with op1.., input1.. (NNI's form), not {show(arch)}"
            )
        last = (len(arch) + 1) // 2  # V - 2 operations and V - 1 lists of inputs
        rows = [0] * (last + 1)
        op_keys, input_keys = _keys_of_arch(last)
        try:
            names = [INPUT, *[arch[key] for key in op_keys], OUTPUT]
            sources = [arch[key] for key in input_keys]
        except KeyError as error:
            raise InvalidArchitecture(
                f"the architecture has the keys {show(sorted(map(str, arch)))} and lacks "
                f"{error.args[0]!r}; a cell of V vertices has op1..op(V-2) and input1..input(V-1)"
            ) from None
        if len(arch) != 2 * last - 1 or last < 1:
            raise InvalidArchitecture(
                f"the architecture has the keys {show(sorted(map(str, arch)))}; a cell of V "
                "vertices has op1..op(V-2) and input1..input(V-1), and no others"
            )
        for v, inputs in enumerate(sources, 1):
            for u in sources_of(v, inputs):
                if rows[u] >> v & 1:
                    raise InvalidArchitecture(f"input{v} names vertex {u} twice")
                rows[u] |= 1 << v
        return cls._of(tuple(rows), ops_of(names))

    @classmethod
    def from_string(cls, adjacency: str, ops: str | Iterable[str]) -> Cell:
        """A cell from the adjacency string and the operations of the TFRecord file.

        The command line of the Rust crate takes the same two.

        Args:
            adjacency: V * V characters, 0 or 1, the matrix row by row.
            ops: V operation names, comma-joined or as a list.
        """
        if not isinstance(adjacency, str):
            raise InvalidArchitecture(f"an adjacency string is a str, not {show(adjacency)}")
        size = isqrt(len(adjacency))
        if size * size != len(adjacency) or size == 0:
            raise InvalidArchitecture(
                f"the adjacency string has {len(adjacency)} characters, which is not the square "
                "of a number of vertices"
            )
        if adjacency.strip("01"):
            raise InvalidArchitecture(
                f"the adjacency string contains {show(adjacency.strip('01')[0])}; "
                "only the characters 0 and 1 are allowed"
            )
        rows = tuple(int(adjacency[u * size : (u + 1) * size][::-1], 2) for u in range(size))
        return cls._of(_check_triangular(rows), ops_of(ops))

    @classmethod
    def choose(cls, pick: Callable[[str, Sequence[Any]], Any]) -> Cell:
        """A cell by what somebody picks: the ends of nine edges, and five operations.

        Of what is picked, edges may be the same, and parts may be pruned; so there are never too
        many edges.

        Args:
            pick: given a name and what there is to choose from, tells which; such as
                ``suggest_categorical`` of Optuna's trials.

        Raises:
            InvalidArchitecture: no path leads from the input to the output.
        """
        rows = [0] * MAX_VERTICES
        for edge in range(1, MAX_EDGES + 1):
            u, v = map(int, pick(f"edge_{edge}", _EDGES).split("-"))
            rows[u] |= 1 << v
        interior = [pick(f"vertex_{v}", OPERATIONS) for v in range(1, MAX_VERTICES - 1)]
        return cls._of(tuple(rows), ops_of([INPUT, *interior, OUTPUT]))

    @classmethod
    def from_code(cls, code: int) -> Cell:
        """The cell of a :attr:`code`."""
        try:
            return cls._of(*canonical.decode(code))
        except (TypeError, ValueError) as error:
            raise InvalidArchitecture(f"no cell has the code {code!r}: {error}") from None

    @property
    def matrix(self) -> np.ndarray:
        """The adjacency matrix: a new int8 array of shape (V, V)."""
        import numpy as np

        size = len(self._rows)
        return np.array([[row >> v & 1 for v in range(size)] for row in self._rows], dtype=np.int8)

    @property
    def ops(self) -> list[str]:
        """The V operation names, input first and output last, as a new list."""
        return list(self._ops)

    @property
    def num_vertices(self) -> int:
        """The number of vertices, input and output included."""
        return len(self._ops)

    @property
    def num_edges(self) -> int:
        """The number of edges."""
        return sum(row.bit_count() for row in self._rows)

    @property
    def arch(self) -> dict[str, Any]:
        """NNI's dict: ``{"op1": .., "input1": [0], ..}``, a new one at each call."""
        last = len(self._ops) - 1
        arch: dict[str, Any] = {f"op{v}": self._ops[v] for v in range(1, last)}
        for v in range(1, last + 1):
            arch[f"input{v}"] = [u for u in range(v) if self._rows[u] >> v & 1]
        return arch

    @property
    def adjacency(self) -> str:
        """The adjacency string of the TFRecord file: V * V characters 0 or 1, row by row."""
        size = len(self._rows)
        return "".join(f"{row:0{size}b}"[::-1] for row in self._rows)

    @property
    def hash(self) -> str:
        """The data set's module hash of the pruned cell: 32 hexadecimal digits.

        Equal for isomorphic cells (original: ``nasbench/lib/graph_util.py``, ``hash_module``).
        """
        try:
            return self._hash
        except AttributeError:
            pruned = self.prune()
            self._hash = module_hash(pruned._rows, pruned._ops)
            return self._hash

    @property
    def code(self) -> int:
        """The pruned cell as a number, in the order of its vertices; :meth:`from_code` reads it.

        See :mod:`nasbench_db.nasbench101.canonical`.
        """
        pruned = self.prune()
        return canonical.encode(pruned._rows, pruned._ops)

    @property
    def canonical_code(self) -> int:
        """The smallest code of the isomorphs: an identity as good as the hash, without MD5."""
        if self._code < 0:
            self._code = canonical.canonical_code(*(self._pruned or (self._rows, self._ops)))
        return self._code

    def canonical(self) -> Cell:
        """The one of all isomorphic cells whose code is the smallest; pruned."""
        return Cell.from_code(self.canonical_code)

    @property
    def trainable_parameters(self) -> int:
        """The trainable parameters of the CIFAR-10 network built of the pruned cell.

        Isomorphic cells can differ in it, since it depends on the order of the vertices.
        """
        pruned = self.prune()
        return count_parameters(pruned._rows, pruned._ops)

    @property
    def is_pruned(self) -> bool:
        """Whether every vertex lies on a path from the input to the output."""
        return self._pruned is None

    def prune(self) -> Cell:
        """The cell without the vertices that lie on no path from input to output.

        The order of the others is kept (original: ``nasbench/api.py``, ``ModelSpec``).
        """
        return self if self._pruned is None else Cell._as_it_is(*self._pruned)

    def is_isomorphic(self, other: Cell) -> bool:
        """Whether both describe the same network, up to pruning and the order of vertices."""
        return self.canonical_code == other.canonical_code

    def neighbors(self) -> list[Cell]:
        """The networks that one edit leads to: an edge added or removed, or an operation changed.

        The vertices are those of the cell as written, so a cell of few vertices grows only if it
        is written with unconnected ones. Of several edits that lead to isomorphic cells the first
        is taken, in a fixed order; those that prune to this very network are left out.
        """
        found = {self.canonical_code: self}
        for rows, ops in variation.edits(self._rows, self._ops):
            cell = Cell._if_valid(rows, ops)
            if cell is not None:
                found.setdefault(cell.canonical_code, cell)
        return list(found.values())[1:]

    def mutate(self, rng: SupportsRandom | int | None = None, rate: float = 1.0) -> Cell:
        """A random variation, as in the paper's evolution: tried again until it is valid.

        A cell of fewer than 7 vertices is first padded with unconnected ones, so that it can
        grow. On average ``3 * rate`` of the 21 possible edges are flipped, of which most are then
        pruned, and ``rate`` operations changed.

        Args:
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
            rate: the mutation rate, above 0.
        """
        if not rate > 0:
            raise ValueError(f"the mutation rate is {rate!r}; it must be above 0")
        source = generator(rng)
        rows, ops = self._rows, self._ops
        if len(rows) < MAX_VERTICES:
            rows, ops = variation.padded(rows, ops, MAX_VERTICES)
        while True:
            cell = Cell._if_valid(*variation.mutated(rows, ops, source, rate))
            if cell is not None:
                return cell

    def crossover(self, other: Cell, rng: SupportsRandom | int | None = None) -> Cell:
        """A random mixture of two cells: each possible edge and each operation from one of them.

        Tried again until it is valid. Both are first padded to 7 vertices.

        Args:
            other: the other parent.
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        """
        source = generator(rng)
        size = max(MAX_VERTICES, len(self._rows), len(other._rows))
        one = variation.padded(self._rows, self._ops, size)
        two = variation.padded(other._rows, other._ops, size)
        while True:
            cell = Cell._if_valid(*variation.crossed(one, two, source))
            if cell is not None:
                return cell

    def edit_distance(self, other: Cell) -> int:
        """The fewest edits that turn this cell, as written, into an isomorph of the other."""
        return variation.distance((self._rows, self._ops), (other._rows, other._ops))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        return self._rows == other._rows and self._ops == other._ops

    def __hash__(self) -> int:
        return hash((self._rows, self._ops))

    def draw(self) -> Drawing:
        """A picture of the pruned cell, its vertices numbered in their order."""
        from nasbench_db.nasbench101.drawing import draw

        pruned = self.prune()
        size = len(pruned._rows)
        edges = ((u, v) for v in range(1, size) for u in range(v) if pruned._rows[u] >> v & 1)
        return draw(pruned._ops, tuple(edges), self.num_vertices)

    def _repr_svg_(self) -> str:
        """Its picture, for Jupyter."""
        return self.draw().svg

    def __repr__(self) -> str:
        return f"Cell.from_string({self.adjacency!r}, {','.join(self._ops)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Cell.from_string, (self.adjacency, ",".join(self._ops)))


def _pair(given: Any) -> tuple[Any, Any]:
    """The matrix and the operations of what has them.

    Raises:
        InvalidArchitecture: it has none.
    """
    if not isinstance(given, type):
        for names in (("original_matrix", "original_ops"), ("matrix", "ops")):
            if all(hasattr(given, name) for name in names):
                return getattr(given, names[0]), getattr(given, names[1])
    if isinstance(given, Sequence) and not isinstance(given, (str, bytes)) and len(given) == 2:
        return given[0], given[1]
    hint = ""
    if isinstance(given, str) and MODULE_HASH.fullmatch(given):
        hint = ". A hash names a cell only to a database: no cell can be computed of it"
    elif as_int(given) is not None or (isinstance(given, str) and given.isdigit()):
        hint = ". Cell.from_code reads the code of a cell; indexes there are none"
    raise InvalidArchitecture(
        "an architecture is a Cell, a dict with op1.., input1.. (NNI's form) or JSON of it, a "
        f"pair (matrix, ops), or a ModelSpec; not {show(given)}{hint}"
    )


@lru_cache(maxsize=MAX_VERTICES)
def _keys_of_arch(last: int) -> tuple[list[str], list[str]]:
    """The keys of NNI's dict of a cell whose last vertex has a number."""
    return [f"op{v}" for v in range(1, last)], [f"input{v}" for v in range(1, last + 1)]


def sources_of(v: int, inputs: Any) -> list[int]:
    """The vertices that ``input{v}`` of NNI's dict names, each of them before vertex v.

    Raises:
        InvalidArchitecture: ``inputs`` is not a list of such vertices.
    """
    if type(inputs) is not list:  # which most are, and to ask what else they may be takes longer
        inputs = plain(inputs)
        if isinstance(inputs, (str, bytes)) or not isinstance(inputs, Iterable):
            raise InvalidArchitecture(f"input{v} is {show(inputs)}; it must be a list of vertices")
    sources = []
    for source in inputs:
        u = as_int(source)
        if u is None or not 0 <= u < v:
            raise InvalidArchitecture(
                f"input{v} contains {show(source)}; vertex {v} takes inputs from the "
                f"vertices before it, {_range(v)}"
            )
        sources.append(u)
    return sources


def rows_of_matrix(matrix: Any) -> Rows:
    """The rows of a matrix given in any of its forms, checked to be 0/1 and upper triangular."""
    matrix = plain(matrix)
    if isinstance(matrix, (str, bytes)) or not isinstance(matrix, Sequence):
        raise InvalidArchitecture(
            f"the matrix is {show(matrix)}; it must be a square nested list or array"
        )
    size = len(matrix)
    rows = []
    for u, entries in enumerate(matrix):
        entries = plain(entries)
        if isinstance(entries, (str, bytes)) or not isinstance(entries, Sequence):
            raise InvalidArchitecture(f"row {u} of the matrix is {show(entries)}, not a list")
        if len(entries) != size:
            raise InvalidArchitecture(
                f"the matrix must be square: it has {size} rows, and row {u} has "
                f"{len(entries)} entries"
            )
        row = 0
        for v, entry in enumerate(entries):
            value = as_int(entry)
            if value == 1:
                row |= 1 << v
            elif value != 0:
                raise InvalidArchitecture(
                    f"the matrix entry [{u}][{v}] is {show(entry)}; only 0 and 1 are allowed"
                )
        rows.append(row)
    return _check_triangular(tuple(rows))


def _check_triangular(rows: Rows) -> Rows:
    for u, row in enumerate(rows):
        below = row & ((2 << u) - 1)
        if below:
            v = below.bit_length() - 1
            raise InvalidArchitecture(
                f"the matrix must be upper triangular: it has an edge from vertex {u} to vertex "
                f"{v}, and edges lead only to later vertices"
            )
    return rows


def ops_of(ops: str | Iterable[str]) -> Ops:
    """The operation names as a tuple, each of them known."""
    ops = plain(ops)
    if isinstance(ops, str):
        ops = ops.split(",")
    elif not isinstance(ops, Iterable):
        raise InvalidArchitecture(f"the operations are {show(ops)}; they must be a list of names")
    names = tuple(ops)
    for v, name in enumerate(names):
        if not isinstance(name, str) or name not in LABEL2ID:
            raise InvalidArchitecture(
                f"vertex {v} has the unknown operation {show(name)}; known are "
                f"{', '.join(OPERATIONS)}{nearest(name, OPERATIONS, 0.3)}"
            )
    return tuple(map(str, names))  # a subclass of str, such as numpy's, would print differently


def _check_and_prune(rows: Rows, ops: Ops) -> tuple[Rows, Ops]:
    """The pruned graph; the very same ``rows`` where nothing had to go.

    Raises:
        InvalidArchitecture: the pruned graph is not in the search space.
    """
    size = len(rows)
    if len(ops) != size:
        raise InvalidArchitecture(
            f"there are {len(ops)} operations for a matrix of {size} vertices; each vertex needs "
            "one, input and output included"
        )
    if size < 2:
        raise InvalidArchitecture(f"a cell has at least 2 vertices, not {size}")
    order, pruned_rows, edges = _pruned(rows)
    if not order:
        raise InvalidArchitecture("there is no path from the input to the output")
    if len(order) < size:
        rows = pruned_rows
        ops = tuple([ops[v] for v in order])
        size = len(order)
    if size > MAX_VERTICES:
        raise InvalidArchitecture(
            f"the cell has {size} vertices on paths from input to output; "
            f"at most {MAX_VERTICES} are allowed"
        )
    if edges > MAX_EDGES:
        raise InvalidArchitecture(
            f"the cell has {edges} edges on paths from input to output; "
            f"at most {MAX_EDGES} are allowed"
        )
    if ops[0] != INPUT:
        raise InvalidArchitecture(f"the first operation must be {INPUT!r}, not {ops[0]!r}")
    if ops[-1] != OUTPUT:
        raise InvalidArchitecture(f"the last operation must be {OUTPUT!r}, not {ops[-1]!r}")
    for v in range(1, size - 1):
        if ops[v] not in OPERATIONS:
            raise InvalidArchitecture(
                f"vertex {v} has the operation {ops[v]!r}, which only the "
                f"{'first' if ops[v] == INPUT else 'last'} vertex may have; allowed are "
                f"{', '.join(OPERATIONS)}"
            )
    return rows, ops


def _pruned(rows: Rows) -> tuple[tuple[int, ...], Rows, int]:
    """The vertices on paths from the first to the last, their graph, and how many edges it has."""
    order = vertices_on_paths(rows)
    kept = rows if len(order) == len(rows) else subgraph(rows, order)
    return order, kept, sum(map(int.bit_count, kept))


def vertices_on_paths(rows: Rows) -> tuple[int, ...]:
    """The vertices that lie on a path from the first to the last; none if there is no path."""
    reached = bit = 1
    for row in rows:
        if reached & bit:
            reached |= row
        bit <<= 1
    reaching = bit = bit >> 1
    for row in rows[-2::-1]:
        bit >>= 1
        if row & reaching:
            reaching |= bit
    return _bits(reached & reaching) if reaching & 1 else ()


def subgraph(rows: Rows, order: tuple[int, ...]) -> Rows:
    """The graph of some vertices, in their order."""
    size = len(rows)
    if size <= MAX_VERTICES:
        row_of = _rows_without(size, order)
        return tuple([row_of[rows[u]] for u in order])
    left_out = _left_out(size, order)
    return tuple([_without(rows[u], left_out) for u in order])


@lru_cache(maxsize=1 << 10)
def _rows_without(size: int, order: tuple[int, ...]) -> list[int]:
    """For each possible row of a graph what is left of it in that of some vertices."""
    left_out = _left_out(size, order)
    return [_without(row, left_out) for row in range(1 << size)]


def _left_out(size: int, order: tuple[int, ...]) -> list[int]:
    """For each vertex that is not in an order, the bits of those before it.

    The highest first, so that the others stay in their places when its own bit is taken out.
    """
    return [(1 << v) - 1 for v in range(size - 1, -1, -1) if v not in order]


def _without(row: int, left_out: list[int]) -> int:
    """A row without the bits of the vertices that are left out."""
    for below in left_out:
        row = row & below | row >> 1 & ~below
    return row


def module_hash(rows: Rows, ops: Ops) -> str:
    """The data set's module hash of a graph, which the data set has pruned before."""
    return hash_graph(rows, tuple([LABEL2ID[op] for op in ops]))


@lru_cache(maxsize=1 << 14)
def hash_graph(rows: Rows, labels: tuple[int, ...]) -> str:
    """MD5 hash of a labelled graph, invariant under the order of its vertices.

    Args:
        rows: the graph.
        labels: a plain Python integer for each vertex; see :data:`LABEL2ID`.
    """
    sources = [0] * len(rows)
    for u, row in enumerate(rows):
        for v in _bits(row):
            sources[v] |= 1 << u
    befores = [_bits(mask) for mask in sources]
    afters = [_bits(row) for row in rows]
    hashes = [
        _initial_hash(len(after), len(before), label)
        for before, after, label in zip(befores, afters, labels, strict=True)
    ]
    for _ in rows:
        hashes = [
            _md5_hex(f"{_joined(hashes, before)}|{_joined(hashes, after)}|{own}")
            for own, before, after in zip(hashes, befores, afters, strict=True)
        ]
    return _md5_hex(str(sorted(hashes)))


@lru_cache(maxsize=1 << 10)
def _bits(mask: int) -> tuple[int, ...]:
    return tuple(bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def _md5_hex(text: str) -> str:
    digest: str = _md5(text.encode()).hexdigest()
    return digest


def _joined(hashes: list[str], vertices: tuple[int, ...]) -> str:
    """The sorted hashes of some vertices as one string; most vertices have one or two."""
    count = len(vertices)
    if count == 1:
        return hashes[vertices[0]]
    if count == 2:
        one, other = hashes[vertices[0]], hashes[vertices[1]]
        return one + other if one < other else other + one
    return "".join(sorted([hashes[v] for v in vertices]))


@cache  # at most 7 * 7 * 5 different vertices
def _initial_hash(out_degree: int, in_degree: int, label: int) -> str:
    return _md5_hex(str((out_degree, in_degree, label)))


def _range(v: int) -> str:
    return "0" if v == 1 else f"0 to {v - 1}"
