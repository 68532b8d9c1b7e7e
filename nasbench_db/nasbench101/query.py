"""Ask the NAS-Bench-101 database for trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import bare, show
from nasbench_db.ask.many import rows_of_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words, truth
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MODULE_HASH
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.store.models import canonical_json, json_value

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.nasbench101.dicts import Nb101Trial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    It is the canonical code, which is found in a fraction of the time of the hash.

    Args:
        database: what will be asked.
        arch: NNI's dict, a :class:`Cell`, or a module hash.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    found = _hash_or_cell(arch)
    return ("hash", found) if isinstance(found, str) else ("canonical", found.canonical_code)


def _hash_or_cell(arch: Any) -> str | Cell:
    """A module hash, if a text is one, or a cell in any of its forms."""
    if isinstance(arch, str) and MODULE_HASH.fullmatch(text := bare(arch)):
        return text
    return Cell.parse(arch)


def cell_of(hash: str, *, db: BenchmarkDatabase | None = None) -> Cell:
    """The cell that has a module hash, as the data set writes it.

    Args:
        hash: 32 hexadecimal digits.
        db: where it is looked up; see :func:`query_nb101_trial_stats`.

    Raises:
        InvalidArchitecture: the database has no such cell.
    """
    rows = current(SCHEMA, db).select(
        "SELECT arch FROM nb101trialconfig WHERE hash = ? LIMIT 1", (hash,)
    )
    for (arch,) in rows:
        return Cell.from_arch(json_value(arch))
    raise InvalidArchitecture(f"the database has no cell with the hash {show(hash)}")


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nasbench101.metrics"),
    identify,
    alike="canonical",  # which is compared faster than the hash
    unlisted=("repeat", "num_epochs"),
    unlisted_config=("canonical",),
    codes=("hash", "canonical"),
    text_widths={"hash": 32},
)


def of_cell(
    arch: Any, hash: str | None, isomorphism: bool
) -> tuple[str | Cell | None, dict[str, Any]]:
    """What a question says of its cell; see :func:`query_nb101_trial_stats`.

    Returns:
        the cell, or the module hash that is given in its place; and conditions besides.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: ``hash`` is no module hash, or another one than that of ``arch``.
    """
    cell = None if arch is None else _hash_or_cell(arch)
    conditions: dict[str, Any] = {}
    if hash is not None:
        if cell is not None:
            found = cell if isinstance(cell, str) else cell.hash
            if hash != found:
                raise InvalidQuery(f"the hash of arch is {found}, and hash is {hash!r}")
        if not isinstance(hash, str) or not MODULE_HASH.fullmatch(hash):
            raise InvalidQuery(
                f"hash is {hash!r}; a module hash has 32 hexadecimal digits, in lower case"
            )
        conditions["hash"] = hash
    if cell is not None and not truth("isomorphism", isomorphism):
        conditions["arch"] = canonical_json(Cell.parse(cell).arch)
    return cell, conditions


@known_words
def query_nb101_trial_stats(
    arch: Mapping[str, Any] | Cell | None,
    num_epochs: int | None,
    isomorphism: bool = True,
    reduction: Reduction | None = None,
    include_intermediates: bool = False,
    *,
    num_vertices: int | None = None,
    hash: str | None = None,
    repeat: int | None = None,
    train_acc: Range | None = None,
    valid_acc: Range | None = None,
    test_acc: Range | None = None,
    parameters: Range | None = None,
    training_time: Range | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> TrialResult[Nb101Trial]:
    """The trials that match all conditions; None matches everything.

    The positional arguments, and the dicts, are those of NNI's function of this name. Accuracies
    are percent, parameters millions, times seconds.

    Args:
        arch: a cell, as NNI's dict or a :class:`Cell`.
        num_epochs: the epochs of training. There is no default fidelity.
        isomorphism: match every cell of the same network (by module hash, after pruning), so the
            order of vertices and vertices that lead nowhere do not matter. If false, match the
            cell exactly as written.
        reduction: None or 'none' for single trials; 'mean', 'median', 'std', 'min' or 'max' over
            the trials of each config, with their number as ``num_trials``. 'std' divides by n, as
            ``numpy.std`` does, and is None for a single value.
        include_intermediates: add the list ``intermediates``, ordered by epoch; reduced likewise.
        num_vertices: the number of vertices of the cell as the data set writes it.
        hash: the module hash.
        repeat: which repeat of each config, counted from 0 in the order of the original file.
        train_acc, valid_acc, test_acc, parameters, training_time: ranges (lowest, highest), both
            included, None for no bound. With a reduction they apply to the reduced values.
        order_by: a column, with a minus before it to descend: ``order_by="-test_acc"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            NAS-Bench-101 database, or the one at the default path.

    Returns:
        an iterator over dicts, in the database's order, which is that of the original file; see
        :class:`TrialResult` for its further methods ``sql`` and ``to_numpy``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space. One inside it that the database
            lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    cell, conditions = of_cell(arch, hash, isomorphism)
    conditions |= {
        "num_epochs": num_epochs,
        "num_vertices": num_vertices,
        "repeat": repeat,
        "train_acc": train_acc,
        "valid_acc": valid_acc,
        "test_acc": test_acc,
        "parameters": parameters,
        "training_time": training_time,
    }
    trials = Trials.of(
        current(SCHEMA, db), TABLES, arch=cell, reduction=reduction, conditions=conditions
    )
    return trials.dicts(
        include_intermediates=include_intermediates, order_by=order_by, limit=limit
    )


@known_words
def query_many(
    cells: Iterable[Cell | Mapping[str, Any]] | np.ndarray,
    num_epochs: int,
    reduction: Reduction = "mean",
    *,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The reduced trials of many cells at one fidelity, found by canonical code in one go.

    Args:
        cells: n cells, as :class:`Cell` or NNI's dict, or an integer array of their codes (which
            is the fastest). Isomorphs find the same trials.
        num_epochs: the epochs of training.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        db: what to ask; see :func:`query_nb101_trial_stats`.

    Returns:
        a structured array of shape (n,), a row for each cell in the order given: ``canonical``
        (the canonical code, i4), ``num_trials`` (i8, 0 where the database lacks the cell), and
        the metrics (f8, percent, millions and seconds, NaN where there are none).

    Raises:
        InvalidArchitecture: a cell is outside the search space.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    import numpy as np

    from nasbench_db.nasbench101.packed import canonical_codes

    if isinstance(cells, np.ndarray):
        codes = canonical_codes(cells)
    else:
        values = map(Cell.parse, cells)
        codes = np.fromiter((cell.canonical_code for cell in values), dtype=np.int32)
    trials = Trials.of(
        current(SCHEMA, db), TABLES, reduction=reduction, conditions={"num_epochs": num_epochs}
    )
    return rows_of_many(trials, "canonical", codes, ())
