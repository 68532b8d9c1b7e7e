"""The reduced trials of many architectures at once, found by what names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    # Where each has one config, the statistics of configs are the answer.
    group = key if trials.database.several_written else None
    asked, places = np.unique(names, return_inverse=True)
    answers: np.ndarray = np.zeros(len(asked), dtype=dtype)
    for metric in metrics:
        answers[metric] = np.nan
    answers[key] = asked
    for start in range(0, len(asked), _NAMES_PER_STATEMENT):
        part = tuple(asked[start : start + _NAMES_PER_STATEMENT].tolist())
        some: dict[str, Any] = {key: part, **trials.chosen}
        statement = trials._replace(chosen=some).statement(
            [key, *columns, "num_trials", *metrics], ordered=False, group=group
        )
        rows = trials.database.select(statement.text, statement.values)
        found = array_of_rows(rows, dtype)
        answers[np.searchsorted(asked, found[key])] = found
    return answers[places]


def rows_of_architectures(trials: Trials, archs: Iterable[Any] | np.ndarray) -> np.ndarray:
    """A row for each of many architectures in any of their forms, in the order given.

    Args:
        trials: which trials, with a reduction, at one fidelity.
        archs: n architectures, each in any form that the benchmark takes; an array of integers
            are indexes.

    Returns:
        a structured array of shape (n,): the columns that tell which architecture (0 and empty
        where the database lacks it), ``num_trials`` (i8, 0 there), and the metrics (f8, NaN
        where there are none).

    Raises:
        InvalidArchitecture: one is outside the search space.
        InvalidQuery: there is no reduction, or the trials are of several fidelities.
    """
    import numpy as np

    tables = trials.tables
    assert tables.identify is not None
    named = [tables.identify(trials.database, arch) for arch in archs]
    answers: np.ndarray | None = None
    # Those that are given as indexes, and those as strings; without any, a table without rows.
    for key in dict.fromkeys(name for name, _ in named) or tables.schema.identity[:1]:
        places = [place for place, (name, _) in enumerate(named) if name == key]
        names = np.array([named[place][1] for place in places], dtype=tables.kinds[key])
        others = [name for name in tables.schema.identity if name != key]
        found = rows_of_many(trials, key, names, others)
        lacking = found["num_trials"] == 0
        if answers is None:
            order = [*tables.schema.identity, "num_trials", *tables.metric_names]
            dtype = np.dtype([(name, found.dtype[name]) for name in order])
            answers = np.zeros(len(named), dtype=dtype)
        for name in order:
            answers[name][places] = found[name]
        for name in tables.schema.identity:
            answers[name][np.array(places, dtype=int)[lacking]] = dtype[name].type()
    assert answers is not None
    return answers
