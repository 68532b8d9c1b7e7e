"""What is recorded of a run by iteration, if it was asked for at ingestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasbench_db.errors import InvalidQuery
from nasbench_db.nds.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current

if TYPE_CHECKING:
    import numpy as np


def iteration_curves(
    trial: int, *, db: BenchmarkDatabase | None = None
) -> dict[str, np.ndarray | None]:
    """The training loss and error of a run by iteration, as they are recorded.

    Args:
        trial: the run's ``id`` in the dicts of ``query_nds_trial_stats``, which is ``trial_id`` in
            tables.
        db: what to ask; by default the last connected NDS database.

    Returns:
        ``train_loss`` and ``train_top1``, the latter in percent; None for one that the run lacks.
        Which iterations these are is nowhere stated.

    Raises:
        InvalidQuery: the database has none of this run, as it has of no run unless it was ingested
            with ``iterations=True``.
    """
    import numpy as np

    database = current(SCHEMA, db)
    rows = database.select(
        "SELECT train_loss, train_top1 FROM ndsiterations WHERE trial_id = ?", (trial,)
    )
    for row in rows:
        found = [None if blob is None else np.frombuffer(blob, dtype="<f8") for blob in row]
        return dict(zip(("train_loss", "train_top1"), found, strict=True))
    raise InvalidQuery(
        f"{database.path.name} has no iterations of the trial {trial!r}; they are there if the "
        "job has them and the files were ingested with iterations=True (--iterations)"
    )
