"""What a benchmark's own functions answer, from all of their words at once.

Such a function is a signature and a docstring for those who call it, and hands on its arguments as
they are: ``return answer(TABLES, **locals())``. What is none of the words below is a column, and
the value what it must be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nasbench_db.ask.many import rows_of_architectures
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.store.database import BenchmarkDatabase, current

if TYPE_CHECKING:
    import numpy as np


def answer(
    tables: TrialTables,
    *,
    arch: Any,
    reduction: str | None,
    include_intermediates: bool = False,
    order_by: str | None,
    limit: int | None,
    db: BenchmarkDatabase | None,
    **conditions: Any,
) -> TrialResult[Any]:
    """The trials that match all conditions; see :meth:`Trials.of` and :meth:`Trials.dicts`."""
    database = current(tables.schema, db)
    trials = Trials.of(database, tables, arch=arch, reduction=reduction, conditions=conditions)
    return trials.dicts(
        include_intermediates=include_intermediates, order_by=order_by, limit=limit
    )


def answer_many(
    tables: TrialTables,
    *,
    archs: Iterable[Any] | np.ndarray,
    reduction: str | None,
    db: BenchmarkDatabase | None,
    **conditions: Any,
) -> np.ndarray:
    """A row for each architecture; see :func:`~nasbench_db.ask.many.rows_of_architectures`."""
    database = current(tables.schema, db)
    trials = Trials.of(database, tables, reduction=reduction, conditions=conditions)
    return rows_of_architectures(trials, archs)
