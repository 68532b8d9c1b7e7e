"""Ask the NAS-Bench-101 database for trials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nasbench_db.database import BenchmarkDatabase, current
from nasbench_db.errors import InvalidQuery
from nasbench_db.models import canonical_json
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.querying import Range, TrialResult, TrialTables, whole_number

TABLES = TrialTables(SCHEMA, unlisted=("repeat", "num_epochs"), unlisted_config=("canonical",))

_HASH = re.compile("[0-9a-f]{32}")


def query_nb101_trial_stats(
    arch: Mapping[str, Any] | Cell | None,
    num_epochs: int | None,
    isomorphism: bool = True,
    reduction: str | None = None,
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
) -> TrialResult:
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
            ``numpy.std`` does.
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
    equal: dict[str, Any] = {}
    if arch is not None:
        cell = arch if isinstance(arch, Cell) else Cell.from_arch(arch)
        if hash not in (None, cell.hash):
            raise InvalidQuery(f"the hash of arch is {cell.hash}, and hash is {hash!r}")
        equal["c.hash"] = cell.hash
        if not isomorphism:
            equal["c.arch"] = canonical_json(cell.arch)
    elif hash is not None:
        if not isinstance(hash, str) or not _HASH.fullmatch(hash):
            raise InvalidQuery(
                f"hash is {hash!r}; a module hash has 32 hexadecimal digits, in lower case"
            )
        equal["c.hash"] = hash
    if num_vertices is not None:
        equal["c.num_vertices"] = whole_number("num_vertices", num_vertices, 0)
    if num_epochs is not None:
        epochs = whole_number("num_epochs", num_epochs, 0)
        # The index of the configs starts with the hash or the number of vertices. Without those
        # a scan of the trials, which repeat the epochs, is faster than one of the configs.
        equal["c.num_epochs" if equal else "t.num_epochs"] = epochs
    if repeat is not None:
        equal["t.repeat"] = whole_number("repeat", repeat, 0)
    return TrialResult(
        current(SCHEMA, db),
        TABLES,
        equal,
        {
            "train_acc": train_acc,
            "valid_acc": valid_acc,
            "test_acc": test_acc,
            "parameters": parameters,
            "training_time": training_time,
        },
        reduction,
        include_intermediates,
        order_by,
        limit,
    )
