"""Ask the NAS-Bench-Macro database for trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.ask.answers import answer, answer_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words
from nasbench_db.nasbenchmacro.cell import Cell
from nasbench_db.nasbenchmacro.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.nasbenchmacro.dicts import MacroTrial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    return "arch_str", Cell.parse(arch).arch_str


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nasbenchmacro.metrics"),
    identify,
    codes=("arch_str", "canonical_str"),
)


@known_words
def query_macro_trial_stats(
    arch: str | Sequence[str | int] | np.ndarray | Cell | None,
    reduction: Reduction | None = None,
    *,
    is_copy: int | None = None,
    canonical_str: str | None = None,
    num_epochs: int | None = None,
    seed: int | None = None,
    best_test_acc: Range | None = None,
    parameters: Range | None = None,
    flops: Range | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> TrialResult[MacroTrial]:
    """The trials that match all conditions; None matches everything.

    Accuracies are percent, parameters and FLOPs millions. The accuracy is the highest of 50 epochs
    on the test images.

    Args:
        arch: a code such as ``22212220``, a list of eight operations or digits, or a
            :class:`Cell`.
        reduction: None or 'none' for single trials; 'mean', 'median', 'std' (divided by n), 'min'
            or 'max' over the trials of each config.
        is_copy: 0 for the 3,969 codes that were trained, so that each network comes once; 1 for
            the 2,592 that repeat their numbers.
        canonical_str: the code under which a network was trained, for it and its copies.
        num_epochs: the epochs of training, which are 50.
        seed: the random seed of the training: 0, 1 or 2.
        best_test_acc, parameters, flops: a range (lowest, highest), both included, None for no
            bound; with a reduction, of the reduced values.
        order_by: a column, with a minus before it to descend: ``order_by="-best_test_acc"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            NAS-Bench-Macro database, or the one at the default path.

    Returns:
        an iterator over dicts, in the order of the codes; see :class:`TrialResult` for its further
        methods ``sql`` and ``to_numpy``.

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
    reduction: Reduction = "mean",
    *,
    num_epochs: int | None = None,
    seed: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The reduced trials of many architectures, found in one go.

    Args:
        archs: n architectures, each in any form that :func:`query_macro_trial_stats` takes.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        num_epochs, seed, db: see :func:`query_macro_trial_stats`.

    Returns:
        a structured array of shape (n,), a row for each architecture in the order given:
        ``arch_str`` and ``canonical_str`` (empty where the database lacks it), ``num_trials`` (i8,
        0 there), and the metrics (f8, percent and millions, NaN where there are none).

    Raises:
        InvalidArchitecture: an architecture is outside the search space.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    return answer_many(TABLES, **locals())
