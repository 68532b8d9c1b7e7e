"""NAS-Bench-101 as other projects have packed it into pickles: which layout it is, and reading it.

There are two kinds. Some keep the records of the original file as they are:

- archai's ``nasbench_full.tfrecord.pkl``, which FreeREA calls ``nasbench_full.pkl``: a list of
  them;
- nasbenchapi's ``nasbench101_full.pkl``: for each hash a list, under ``entries_by_arch``.

The others keep what the original API makes of them, two dicts for each cell, of what is fixed and
of what was computed: the halves of

- NASLib's ``nasbench_only108.pkl``: a pair of them for each hash;
- nabenabe's ``nasbench_full.pkl``: ``non_static_info`` and ``static_info``, each for all hashes;
- the original API's own ``fixed_statistics`` and ``computed_statistics``, in two files;
- archai's ``nasbench_full.pkl``: one dict for each hash, whose evaluations are three.

Of which layout a file is, is told by its content: the names are the same for several of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import SourceError
from nasbench_db.formats.pickle_batches import Batch, batches
from nasbench_db.formats.pickles import ByteStream, open_pickle, shown
from nasbench_db.nasbench101.constants import MAX_VERTICES, MODULE_HASH
from nasbench_db.nasbench101.record import Row, checked_row
from nasbench_db.nasbench101.rows import Written
from nasbench_db.sources.not_trainings import not_trainings
from nasbench_db.store.models import MAX_EPOCHS

_ENTRIES, _LATEST = "entries_by_arch", "latest_by_arch"
_COMPUTED, _FIXED = "non_static_info", "static_info"
_INNER = frozenset({_ENTRIES, _LATEST, _COMPUTED, _FIXED})

_METRICS = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
_POINTS = [f"{when}_{name}" for when in ("halfway", "final") for name in _METRICS]
_EVALUATIONS = 3
_TYPES = ("int8", "uint8", "int64")
"""Of adjacency matrices: the original API has int8, NASLib int64."""


class Trained(NamedTuple):
    """A cell and all its trainings.

    Attributes:
        written: the cell as it is written.
        parameters: how many trainable parameters it has.
        epochs: for each number of epochs its trainings in the order of the original file: arrays
            of shape (repeats, 2, 4), halfway and at the end; training time in seconds, then
            training, validation and test accuracy as fractions.
    """

    written: Written
    parameters: int
    epochs: dict[int, np.ndarray]


class Halves:
    """What is known of cells of which one half has come, and the other one not yet.

    The halves of a cell may be in different files, or far apart in one. Of those with numbers, the
    numbers are kept in 64 bytes for each training.
    """

    def __init__(self) -> None:
        self._fixed: dict[str, tuple[Written, int]] = {}
        self._computed: dict[str, tuple[tuple[tuple[int, int], ...], bytes]] = {}
        self._texts: dict[Any, Any] = {}
        self._sources: list[str] = []

    def begin(self, source: str) -> None:
        """Say which source the next halves are from."""
        self._sources.append(source)

    def add_fixed(self, module_hash: str, cell: tuple[Written, int]) -> Trained | None:
        """The cell, if its other half is there already.

        Raises:
            ValueError: the same half was there.
        """
        found = self._computed.pop(module_hash, None)
        if found is not None:
            return Trained(*cell, _unpacked(*found))
        if module_hash in self._fixed:
            raise ValueError(f"the cell {module_hash} comes more than once")
        (_, adjacency, operations), parameters = cell
        keep = self._texts.setdefault
        written = module_hash, keep(adjacency, adjacency), keep(operations, operations)
        self._fixed[module_hash] = written, parameters
        return None

    def add_computed(self, module_hash: str, epochs: dict[int, np.ndarray]) -> Trained | None:
        """The cell, if its other half is there already.

        Raises:
            ValueError: the same half was there.
        """
        found = self._fixed.pop(module_hash, None)
        if found is not None:
            return Trained(*found, epochs)
        if module_hash in self._computed:
            raise ValueError(f"the trainings of the cell {module_hash} come more than once")
        counts = tuple((number, len(values)) for number, values in epochs.items())
        counts = self._texts.setdefault(counts, counts)
        self._computed[module_hash] = counts, b"".join(map(np.ndarray.tobytes, epochs.values()))
        return None

    def refuse_rest(self) -> None:
        """Make sure that all cells have found their halves.

        Raises:
            SourceError: some have not.
        """
        sources = " and ".join(self._sources)
        if self._fixed:
            raise SourceError(
                f"{sources}: {len(self._fixed):,} cells have no trainings, such as "
                f"{next(iter(self._fixed))}; their numbers are in another file, "
                "computed_statistics: give it together with this one"
            )
        if self._computed:
            raise SourceError(
                f"{sources}: the graphs of {len(self._computed):,} cells are missing, such as "
                f"that of {next(iter(self._computed))}; they are in another file, "
                "fixed_statistics: give it together with this one"
            )


def _unpacked(counts: tuple[tuple[int, int], ...], packed: bytes) -> dict[int, np.ndarray]:
    values = np.frombuffer(packed).reshape(-1, 2, len(_METRICS))
    ends = np.cumsum([count for _, count in counts])[:-1]
    return dict(zip([number for number, _ in counts], np.split(values, ends), strict=True))


class Opened(NamedTuple):
    """A file whose layout is known.

    Attributes:
        form: the layout's name, for ``Provenance``.
        records: its rows as they stand in the original file, or its cells with all trainings.
        of_rows: whether they are rows.
        position: tells at which byte of the pickle the reading is.
    """

    form: str
    records: Iterator[Row] | Iterator[Trained]
    of_rows: bool
    position: Callable[[], int]


def open_repacked(source: str, on_bytes: Callable[[bytes], None], halves: Halves) -> Opened:
    """Tell the layout of a pickle by its content.

    Args:
        source: the file.
        on_bytes: called with every block of the file as it is read; with all of them, when the
            records are at their end.
        halves: takes halves of cells whose other halves are elsewhere.

    Raises:
        SourceError: it is of no layout with trainings of NAS-Bench-101; says what it is, if that
            is known.
        CorruptRecord: it is damaged. Iterating raises it too, and a ``ValueError`` where a record
            says something that is none.
    """
    stream = open_pickle(source, on_bytes, gzipped=True)
    parts = batches(stream, _INNER)
    first = next(parts, None)
    if first is None:
        raise SourceError(f"{source} is a pickle of nothing: an empty dict or list")
    parts = _to_the_end(stream, chain([first], parts))

    def opened(form: str, records: Iterator[Any], of_rows: bool = False) -> Opened:
        return Opened(f"pickle of {form}", records, of_rows, lambda: stream.position)

    item = first.items[0]
    if first.key == _ENTRIES:
        return opened("nasbenchapi", _rows_by_hash(source, parts), of_rows=True)
    if first.key in (_COMPUTED, _FIXED):
        halves.begin(source)
        return opened("nabenabe", _of_halves(parts, halves))
    if not first.of_dict and isinstance(item, tuple) and len(item) == 5:
        rows = (checked_row(row) for part in parts for row in part.items)
        return opened("records", rows, of_rows=True)
    key, value = item if first.of_dict else (None, item)
    if isinstance(key, str) and MODULE_HASH.fullmatch(key):
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
            return opened("NASLib", _of_pairs(parts))
        if isinstance(value, dict) and "metrics" in value:
            return opened("archai", _of_archai(parts))
        if isinstance(value, dict) and "module_adjacency" in value:
            halves.begin(source)
            return opened("fixed_statistics", _of_halves(parts, halves))
        if isinstance(value, dict) and value and all(type(plain(key)) is int for key in value):
            halves.begin(source)
            return opened("computed_statistics", _of_halves(parts, halves))
    what = not_trainings(key, value)
    if what is not None:
        raise SourceError(f"{source} holds no trainings but {what}")
    raise SourceError(
        f"{source} is a pickle of no known layout of NAS-Bench-101: it begins with {shown(item)}. "
        "Known are those of NASLib, nabenabe, archai and nasbenchapi, and the original API's "
        "fixed_statistics and computed_statistics"
    )


def _to_the_end(stream: ByteStream, parts: Iterable[Batch]) -> Iterator[Batch]:
    yield from parts
    stream.drain()


# The records of the original file.


def _rows_by_hash(source: str, parts: Iterator[Batch]) -> Iterator[Row]:
    count = 0
    for part in parts:
        if part.key == _ENTRIES:
            for module_hash, entries in part.items:
                if not isinstance(entries, list):
                    raise ValueError(f"the records of {shown(module_hash)} are {shown(entries)}")
                for entry in entries:
                    yield _row_of(module_hash, entry)
                    count += 1
        elif part.key is None:
            _check_header(source, dict(_texts_only(part.items)), count)


def _texts_only(items: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in items if isinstance(key, str))


def _check_header(source: str, header: dict[str, Any], count: int) -> None:
    """What nasbenchapi says of the whole, which stands behind the records, or some of it."""
    if header.get("benchmark", "nasbench101") != "nasbench101":
        raise SourceError(f"{source} says that it is of {shown(header['benchmark'])}")
    told = plain(header.get("num_records", count))
    if told != count:
        raise SourceError(
            f"{source} says that it has {shown(told)} records, and has {count:,}: it is a part of "
            "the file, or was changed; fetch it again"
        )


def _row_of(module_hash: object, entry: object) -> Row:
    if not isinstance(entry, dict):
        raise ValueError(f"a record of {shown(module_hash)} is {shown(entry)}")
    keys = ("epoch", "adjacency_str", "operations_str", "metrics_b64")
    missing = [key for key in keys if key not in entry]
    if missing:
        raise ValueError(f"a record of {shown(module_hash)} lacks {', '.join(missing)}")
    return checked_row((module_hash, *(entry[key] for key in keys)))


# What the original API makes of them.


def _of_pairs(parts: Iterator[Batch]) -> Iterator[Trained]:
    for part in parts:
        for module_hash, value in part.items:
            if not isinstance(value, tuple) or len(value) != 2:
                raise ValueError(f"{shown(module_hash)} has {shown(value)} instead of two dicts")
            yield Trained(*_fixed(module_hash, value[0]), _computed(value[1], _two_points))


def _of_archai(parts: Iterator[Batch]) -> Iterator[Trained]:
    for part in parts:
        for module_hash, value in part.items:
            cell = _fixed(module_hash, value)
            yield Trained(*cell, _computed(value.get("metrics"), _three_evaluations))


def _of_halves(parts: Iterator[Batch], halves: Halves) -> Iterator[Trained]:
    for part in parts:
        for module_hash, value in part.items:
            if part.key is None and module_hash in (_COMPUTED, _FIXED):
                continue  # its own dict, whose items were handed out
            of_cell = isinstance(value, dict) and "module_adjacency" in value
            if part.key is not None and of_cell is not (part.key == _FIXED):
                raise ValueError(f"{part.key} has {shown(value)} for {shown(module_hash)}")
            cell = _fixed(module_hash, value) if of_cell else None
            if cell is not None:
                trained = halves.add_fixed(cell[0][0], cell)
            else:
                trained = halves.add_computed(
                    _checked_hash(module_hash), _computed(value, _two_points)
                )
            if trained is not None:
                yield trained


def _fixed(module_hash: object, value: object) -> tuple[Written, int]:
    """The cell as it is written and its parameters, of the half that is fixed."""
    module_hash = _checked_hash(module_hash)
    if not isinstance(value, dict):
        raise ValueError(f"the cell {module_hash} is {shown(value)}")
    keys = ("module_adjacency", "module_operations", "trainable_parameters")
    missing = [key for key in keys if key not in value]
    if missing:
        raise ValueError(f"the cell {module_hash} lacks {', '.join(missing)}")
    matrix, operations = value[keys[0]], value[keys[1]]
    parameters = plain(value[keys[2]])
    if type(parameters) is not int or not 0 <= parameters < 1 << 53:
        raise ValueError(f"trainable_parameters of {module_hash} is {shown(parameters)}")
    if not isinstance(operations, (list, tuple)) or not all(type(op) is str for op in operations):
        raise ValueError(f"module_operations of {module_hash} is {shown(operations)}")
    if (
        not isinstance(matrix, np.ndarray)
        or matrix.dtype.name not in _TYPES
        or matrix.ndim != 2
        or max(matrix.shape) > MAX_VERTICES
        or matrix.shape[0] != matrix.shape[1]
    ):
        raise ValueError(
            f"module_adjacency of {module_hash} is {shown(matrix)}; it must be a square array of "
            f"at most {MAX_VERTICES} rows, of one of the types {', '.join(_TYPES)}"
        )
    adjacency = _adjacency(matrix.astype(np.int64).tobytes())
    return (module_hash, adjacency, ",".join(operations)), parameters


def _checked_hash(module_hash: object) -> str:
    if not isinstance(module_hash, str) or not MODULE_HASH.fullmatch(module_hash):
        raise ValueError(f"the module hash is {shown(module_hash)}, not 32 hexadecimal digits")
    return module_hash


@lru_cache(maxsize=1 << 14)  # the published data have some five thousand different matrices
def _adjacency(matrix: bytes) -> str:
    """The adjacency string of a matrix, row by row."""
    return "".join([str(edge) for edge in np.frombuffer(matrix, np.int64).tolist()])


def _computed(
    value: object, read: Callable[[int, object], list[list[Any]]]
) -> dict[int, np.ndarray]:
    """The trainings by epochs, of the half that was computed.

    Args:
        value: a dict from epochs to lists of trainings.
        read: what reads a training.
    """
    if not isinstance(value, dict):
        raise ValueError(f"the trainings of a cell are {shown(value)}")
    found = {}
    for number, runs in value.items():
        epochs = plain(number)
        if type(epochs) is not int or not 1 <= epochs <= MAX_EPOCHS or not isinstance(runs, list):
            raise ValueError(f"a cell has {shown(runs)} for {shown(epochs)} epochs")
        if runs:  # nabenabe has an empty list where nothing was trained
            found[epochs] = np.array([read(epochs, run) for run in runs], dtype=np.float64)
    return found


def _two_points(epochs: int, run: object) -> list[list[float]]:
    numbers = _numbers(run, _POINTS, epochs)
    return [numbers[: len(_METRICS)], numbers[len(_METRICS) :]]


def _three_evaluations(epochs: int, run: object) -> list[list[float]]:
    if not isinstance(run, list) or len(run) != _EVALUATIONS:
        raise ValueError(f"a training of {epochs} epochs is {shown(run)}, not three evaluations")
    return [_numbers(evaluation, _METRICS, epochs) for evaluation in run[1:]]


def _numbers(values: object, keys: Iterable[str], epochs: int) -> list[float]:
    if not isinstance(values, dict):
        raise ValueError(f"a training of {epochs} epochs is {shown(values)}, not a dict")
    numbers = []
    for key in keys:
        number = plain(values.get(key))
        if type(number) is not float and not (type(number) is int and abs(number) < 1 << 53):
            raise ValueError(f"a training of {epochs} epochs has {shown(number)} as {key}")
        numbers.append(float(number))
    return numbers
