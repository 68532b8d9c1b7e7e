"""Ask the NAS-Bench-201 database for trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.edges import CONNECTED
from nasbench_db.architectures.inputs import index_below, told
from nasbench_db.architectures.topology import SPACE_SIZE, Cell
from nasbench_db.ask.answers import answer, answer_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words, truth
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nats.datasets import SPELLINGS
from nasbench_db.store.database import BenchmarkDatabase, current

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.nasbench201.dicts import Nb201Trial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    given = told(arch)
    if isinstance(given, int) and not isinstance(given, bool):
        return "arch_index", index_below(SPACE_SIZE, given)
    return "arch_str", Cell.parse(given).arch_str


def measured(metric: str, dataset: str) -> bool:
    """Whether the published files have a metric of a data set."""
    from nasbench_db.nats.metrics import measured

    return measured(metric, dataset)


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nats.metrics"),
    identify,
    codes=("arch_index", "arch_str", "isomorphism"),
    spellings=SPELLINGS,
    properties={"connected": CONNECTED},
    measured=measured,
)


@known_words
def query_nb201_trial_stats(
    arch: Mapping[str, str] | str | int | Sequence[str | int] | np.ndarray | Cell | None,
    num_epochs: int | None,
    dataset: str | None,
    reduction: Reduction | None = None,
    include_intermediates: bool = False,
    *,
    isomorphism: bool = False,
    connected: bool | None = None,
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
) -> TrialResult[Nb201Trial]:
    """The trials that match all conditions; None matches everything.

    The positional arguments are those of NNI's function of this name, and the dicts have NNI's
    keys and some more; see :class:`~nasbench_db.nasbench201.schema.Nb201TrialStats`. Accuracies
    are percent, parameters and FLOPs millions, times seconds.

    Args:
        arch: a cell: NNI's dict, an architecture string, the official index, six operations in
            the order of the string, or a :class:`Cell`.
        num_epochs: the epochs of training, 12 or 200 in the published data. There is no default
            fidelity.
        dataset: ``cifar10-valid``, ``cifar10``, ``cifar100`` or ``ImageNet16-120``, in upper or
            lower case.
        reduction: None or 'none' for single trials; 'mean', 'median', 'std', 'min' or 'max' over
            the trials of each config, with their number as ``num_trials``. 'std' divides by n, as
            ``numpy.std`` does, and is None for a single value.
        include_intermediates: add the list ``intermediates``, an element for each epoch, counted
            from 1; reduced likewise.
        isomorphism: match every cell of the same published topology string; see
            ``Nb201Architecture.isomorphism``.
        connected: whether a path must lead from the cell's input to its output, or must not.
        seed: the random seed of the training.
        train_acc, valid_acc, test_acc, ori_test_acc, parameters, flops, latency, training_time:
            ranges (lowest, highest), both included, None for no bound. With a reduction they apply
            to the reduced values.
        order_by: a column, with a minus before it to descend: ``order_by="-valid_acc"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            NAS-Bench-201 database, or the one at the default path.

    Returns:
        an iterator over dicts, in the database's order, which is that of the source; see
        :class:`TrialResult` for its further methods ``sql`` and ``to_numpy``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space. One inside it that the database
            lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    said = locals() | {"isomorphism": None}
    if truth("isomorphism", isomorphism) and arch is not None:
        said |= {"isomorphism": class_of(current(SCHEMA, db), arch), "arch": None}
    return answer(TABLES, **said)


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
        archs: n architectures, each in any form that :func:`query_nb201_trial_stats` takes; an
            array of integers are official indexes.
        num_epochs, dataset, seed: which trials; see :func:`query_nb201_trial_stats`.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        db: what to ask; see :func:`query_nb201_trial_stats`.

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


def class_of(database: BenchmarkDatabase, arch: Any) -> int:
    """The number of a cell's published topology string; see ``Nb201Architecture.isomorphism``.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    column, value = identify(database, arch)
    statement = f"SELECT isomorphism FROM nb201architecture WHERE {column} = ?"
    (row,) = database.select(statement, (value,))
    return int(row[0])
