"""The reduced trials of many architectures at once, found by what names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nasbench_db.ask.results import array_of_rows
from nasbench_db.ask.trials import Trials
from nasbench_db.errors import InvalidQuery

if TYPE_CHECKING:
    import numpy as np

# SQLite allows 32,766 parameters in a statement since version 3.32.
_NAMES_PER_STATEMENT = 30_000


def rows_of_many(
    trials: Trials, key: str, names: np.ndarray, columns: Sequence[str]
) -> np.ndarray:
    """A row for each of many architectures, in the order given.

    Args:
        trials: which trials, with a reduction, at one fidelity.
        key: the column that names an architecture.
        names: its values, of shape (n,).
        columns: further columns that tell of the architecture.

    Returns:
        a structured array of shape (n,): ``key``, the columns, ``num_trials`` (i8, 0 where the
        database lacks the architecture), and the metrics (f8, NaN where there are none).

    Raises:
        InvalidQuery: there is no reduction, or the trials are of several fidelities.
    """
    import numpy as np

    if trials.reduction is None:
        raise InvalidQuery("reduction is None; a row for each architecture needs one")
    trials = trials.at_one_fidelity()
    metrics = trials.tables.metric_names
    kinds = {name: trials.tables.kinds[name] for name in columns}
    dtype = np.dtype(
        [
            (key, names.dtype),
            *kinds.items(),
            ("num_trials", "i8"),
            *((metric, "f8") for metric in metrics),
        ]
    )
    asked, places = np.unique(names, return_inverse=True)
    answers: np.ndarray = np.zeros(len(asked), dtype=dtype)
    for metric in metrics:
        answers[metric] = np.nan
    answers[key] = asked
    for start in range(0, len(asked), _NAMES_PER_STATEMENT):
        part = tuple(asked[start : start + _NAMES_PER_STATEMENT].tolist())
        some: dict[str, Any] = {key: part, **trials.chosen}
        statement = replace(trials, chosen=some).statement(
            [key, *columns, "num_trials", *metrics], ordered=False, group=key
        )
        rows = trials.database.select(statement.text, statement.values)
        found = array_of_rows(rows, dtype)
        answers[np.searchsorted(asked, found[key])] = found
    return answers[places]
