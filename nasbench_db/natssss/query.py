"""Ask the database of NATS-Bench's size search space for trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import official_index
from nasbench_db.ask.results import Range, TrialResult, TrialTables
from nasbench_db.nasbench201.query import fidelity
from nasbench_db.natssss.cell import Cell
from nasbench_db.natssss.constants import SPACE_SIZE
from nasbench_db.natssss.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current

if TYPE_CHECKING:
    import numpy as np

TABLES = TrialTables(SCHEMA)


def query_natssss_trial_stats(
    arch: str | int | Sequence[int] | np.ndarray | Cell | None,
    num_epochs: int | None,
    dataset: str | None,
    reduction: str | None = None,
    include_intermediates: bool = False,
    *,
    seed: int | None = None,
    train_acc: Range | None = None,
    valid_acc: Range | None = None,
    test_acc: Range | None = None,
    ori_test_acc: Range | None = None,
    parameters: Range | None = None,
    flops: Range | None = None,
    latency: Range | None = None,
    training_time: Range | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> TrialResult:
    """The trials that match all conditions; None matches everything.

    Accuracies are percent, parameters and FLOPs millions, times seconds.

    Args:
        arch: the channels of the five layers, as a string such as ``8:8:8:16:32``, a list of
            numbers or a :class:`Cell`; or the official index.
        num_epochs: the epochs of training, 1, 12 or 90 in the published data. There is no default
            fidelity.
        dataset: see :func:`~nasbench_db.nasbench201.query.query_nb201_trial_stats`, as for all
            further arguments.

    Returns:
        an iterator over dicts, in the database's order, which is that of the source.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space. One inside it that the database
            lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    database = current(SCHEMA, db)
    equal: dict[str, Any] = {}
    if arch is not None:
        column, value = identify(database, arch)
        equal[f"c.{column}"] = value
    equal.update(fidelity(num_epochs, dataset, seed))
    ranges = {
        "train_acc": train_acc,
        "valid_acc": valid_acc,
        "test_acc": test_acc,
        "ori_test_acc": ori_test_acc,
        "parameters": parameters,
        "flops": flops,
        "latency": latency,
        "training_time": training_time,
    }
    return TrialResult(
        database, TABLES, equal, ranges, reduction, include_intermediates, order_by, limit
    )


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    index = official_index(arch, SPACE_SIZE)
    return ("arch_str", Cell.parse(arch).arch_str) if index is None else ("arch_index", index)
