"""Ask the NDS database for trials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import bare
from nasbench_db.ask.answers import answer, answer_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words
from nasbench_db.errors import InvalidQuery
from nasbench_db.nds.cell import Cell, canonical_cell_spec, canonical_model_spec
from nasbench_db.nds.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.store.models import canonical_json, json_value

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.metrics import Metric
    from nasbench_db.nds.dicts import NdsTrial

_HASH = re.compile("[0-9a-f]{32}")


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Raises:
        InvalidArchitecture: it is outside the search spaces.
    """
    if isinstance(arch, str) and _HASH.fullmatch(text := bare(arch)):
        return "arch_hash", text
    return "arch_hash", Cell.parse(arch).arch_hash


def of_points() -> Mapping[str, Metric]:
    """What the metrics of epochs mean."""
    from nasbench_db.nds.metrics import POINTS

    return POINTS


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nds.metrics"),
    identify,
    unlisted=("further", "sweep", "sweep_group", "job_id"),
    codes=("arch_hash",),
    of_points=of_points,
)


@known_words
def query_nds_trial_stats(
    model_family: str | None,
    proposer: str | None,
    generator: str | None,
    model_spec: Mapping[str, Any] | None,
    cell_spec: Mapping[str, Any] | None,
    dataset: str | None,
    num_epochs: int | None = None,
    reduction: Reduction | None = None,
    include_intermediates: bool = False,
    *,
    arch: Any = None,
    base_lr: float | None = None,
    weight_decay: float | None = None,
    seed: int | None = None,
    sweep: str | None = None,
    sweep_group: str | None = None,
    job_id: str | None = None,
    final_train_acc: Range | None = None,
    final_test_acc: Range | None = None,
    best_train_acc: Range | None = None,
    best_test_acc: Range | None = None,
    parameters: Range | None = None,
    flops: Range | None = None,
    iter_time: Range | None = None,
    min_test_top1: Range | None = None,
    prec_time: Range | None = None,
    act_mem: Range | None = None,
    exp_mem: Range | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
) -> TrialResult[NdsTrial]:
    """The trials that match all conditions; None matches everything.

    Accuracies are percent, parameters and FLOPs millions, times seconds. There is no validation
    split, and ``best_test_acc`` was chosen on the test images.

    Args:
        model_family: ``nas_cell``, ``residual_bottleneck``, ``residual_basic`` or ``vanilla``.
        proposer: the design space, such as ``amoeba``, ``resnext-a`` or ``vanilla``.
        generator: ``random``, ``fix_w_d`` or ``tune_lr_wd``.
        model_spec: NNI's dict of depths, widths and so on, compared by value: the order of keys
            does not matter, and 0 is 0.0.
        cell_spec: NNI's dict of the two cells, compared in the same way; ``{}`` for networks
            without cells.
        dataset: ``cifar10`` or ``imagenet``.
        num_epochs: the epochs of training.
        reduction: None or 'none' for single trials; 'mean', 'median', 'std' (divided by n), 'min'
            or 'max' over the trials of each config, whatever their seeds and sweeps.
        include_intermediates: add the list ``intermediates``, an element for each epoch.
        arch: an architecture in any form that :meth:`Cell.parse` takes, or its hash.
        base_lr, weight_decay: with which it was trained.
        seed: the random seed of the run.
        sweep: the file that the run is from, such as ``ResNet_rng1``.
        sweep_group: ``top`` or ``mid``, of a file of reruns.
        job_id: the id of the job, as text.
        final_train_acc, final_test_acc, best_train_acc, best_test_acc, min_test_top1: a range
            (lowest, highest), both included, None for no bound; with a reduction, of the reduced
            values.
        parameters, flops, iter_time, prec_time, act_mem, exp_mem: the same.
        order_by: a column, with a minus before it to descend: ``order_by="-final_test_acc"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected NDS
            database, or the one at the default path.

    Returns:
        an iterator over dicts in NNI's shape, in the order of the files; see :class:`TrialResult`
        for its further methods ``sql`` and ``to_numpy``.

    Raises:
        InvalidArchitecture: ``arch``, ``model_spec`` or ``cell_spec`` is outside the search
            spaces. One inside them that the database lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    said = locals() | {
        "model_spec": model_spec_text(model_spec),
        "cell_spec": cell_spec_text(cell_spec),
    }
    return answer(TABLES, **said)


def model_spec_text(spec: Any) -> str | None:
    """The text that the tables have of NNI's ``model_spec``; None for any.

    Raises:
        InvalidArchitecture: no architecture has such a one.
    """
    return None if spec is None else canonical_json(canonical_model_spec(spec))


def cell_spec_text(spec: Any) -> str | None:
    """The text that the tables have of NNI's ``cell_spec``; None for any.

    Raises:
        InvalidArchitecture: no architecture has such a one.
    """
    return None if spec is None else canonical_json(canonical_cell_spec(spec))


@known_words
def query_many(
    archs: Iterable[Any] | np.ndarray,
    reduction: Reduction = "mean",
    *,
    dataset: str | None = None,
    num_epochs: int | None = None,
    proposer: str | None = None,
    generator: str | None = None,
    seed: int | None = None,
    sweep: str | None = None,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The reduced trials of many architectures, found in one go.

    Trials of an architecture with different learning rates are taken together.

    Args:
        archs: n architectures, each in any form that :meth:`Cell.parse` takes, or its hash.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        dataset, num_epochs, proposer, generator, seed, sweep, db: see
            :func:`query_nds_trial_stats`.

    Returns:
        a structured array of shape (n,), a row for each architecture in the order given:
        ``arch_hash`` (empty where the database lacks it), ``num_trials`` (i8, 0 there), and the
        metrics (f8, NaN where there are none).

    Raises:
        InvalidArchitecture: an architecture is outside the search spaces.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    return answer_many(TABLES, **locals())


def cell_of(arch_hash: str, *, db: BenchmarkDatabase | None = None) -> Cell:
    """The architecture that has a hash.

    Args:
        arch_hash: 32 hexadecimal digits.
        db: where it is looked up; see :func:`query_nds_trial_stats`.

    Raises:
        InvalidQuery: the database has no such architecture.
    """
    rows = current(SCHEMA, db).select(
        "SELECT arch FROM ndstrialconfig WHERE arch_hash = ? LIMIT 1", (arch_hash,)
    )
    for (arch,) in rows:
        return Cell.parse(json_value(arch))
    raise InvalidQuery(f"the database has no architecture with the hash {arch_hash!r}")
