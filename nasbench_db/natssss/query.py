"""Ask the database of NATS-Bench's size search space for trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import index_below, told
from nasbench_db.ask.answers import answer, answer_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words
from nasbench_db.nats.datasets import SPELLINGS
from nasbench_db.natssss.cell import Cell
from nasbench_db.natssss.constants import SPACE_SIZE
from nasbench_db.natssss.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.natssss.dicts import NatsSssTrial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    given = told(arch)
    if isinstance(given, int) and not isinstance(given, bool):
        return "arch_index", index_below(SPACE_SIZE, given)
    return "arch_str", Cell.parse(given).arch_str


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nats.metrics"),
    identify,
    codes=("arch_index", "arch_str"),
    spellings=SPELLINGS,
)


@known_words
def query_natssss_trial_stats(
    arch: str | int | Sequence[int] | np.ndarray | Cell | None,
    num_epochs: int | None,
    dataset: str | None,
    reduction: Reduction | None = None,
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
) -> TrialResult[NatsSssTrial]:
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
    return answer(TABLES, **locals())


@known_words
def query_many(
    archs: Iterable[Any] | np.ndarray,
    num_epochs: int,
    dataset: str,
    reduction: Reduction = "mean",
    *,
    seed: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The reduced trials of many architectures at one fidelity, found in one go.

    Args:
        archs: n architectures, each in any form that :func:`query_natssss_trial_stats` takes; an
            array of integers are official indexes.
        num_epochs, dataset, seed: which trials; see :func:`query_natssss_trial_stats`.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        db: what to ask; see :func:`query_natssss_trial_stats`.

    Returns:
        a structured array of shape (n,), a row for each architecture in the order given:
        ``arch_index`` and ``arch_str`` (0 and empty where the database lacks it), ``num_trials``
        (i8, 0 there), and the metrics (f8, percent, millions and seconds, NaN where there are
        none).

    Raises:
        InvalidArchitecture: an architecture is outside the search space.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    return answer_many(TABLES, **locals())
