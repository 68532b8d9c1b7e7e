"""Ask the NAS-Bench-NLP database for trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import bare, show
from nasbench_db.ask.answers import answer_many
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import TrialTables, meanings_in
from nasbench_db.ask.words import Range, Reduction, known_words, truth
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.metrics import find
from nasbench_db.nlp.cell import HASH, Cell
from nasbench_db.nlp.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.store.models import canonical_json, json_value

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.nlp.dicts import NlpTrial


def identify(database: BenchmarkDatabase, arch: Any) -> tuple[str, Any]:
    """The column that identifies an architecture, and its value there.

    Args:
        database: what will be asked.
        arch: a recipe, NNI's dict, a :class:`Cell`, or a hash.

    Raises:
        InvalidArchitecture: it is outside the search space.
    """
    if isinstance(arch, str) and HASH.fullmatch(text := bare(arch)):
        return "hash", text
    return "hash", Cell.parse(arch).hash


def cell_of(hash: str, *, db: BenchmarkDatabase | None = None) -> Cell:
    """The cell that has a hash, in the first of its recipes.

    Args:
        hash: 32 hexadecimal digits.
        db: where it is looked up; see :func:`query_nlp_trial_stats`.

    Raises:
        InvalidArchitecture: the database has no such cell.
    """
    statement = "SELECT arch FROM nlptrialconfig WHERE hash = ? ORDER BY id LIMIT 1"
    for (arch,) in current(SCHEMA, db).select(statement, (hash,)):
        return Cell.from_arch(json_value(arch))
    raise InvalidArchitecture(f"the database has no cell with the hash {show(hash)}")


TABLES = TrialTables(
    SCHEMA,
    meanings_in("nasbench_db.nlp.metrics"),
    identify,
    codes=("hash",),
    spellings={"wikitext2": "wikitext-2", "penn-treebank": "ptb"},
)


@known_words
def query_nlp_trial_stats(
    arch: Mapping[str, Any] | Cell | str | None,
    dataset: str | None,
    reduction: Reduction | None = None,
    include_intermediates: bool = False,
    *,
    isomorphism: bool = True,
    num_epochs: int | None = None,
    status: str | None = None,
    recipe_id: int | None = None,
    experiment_id: int | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    db: BenchmarkDatabase | None = None,
    **ranges: Range | None,
) -> TrialResult[NlpTrial]:
    """The trials that match all conditions; None matches everything.

    The positional arguments, and the dicts, are those of NNI's function of this name, with
    ``training_time`` of all epochs, also in ``intermediates``. Losses are nats per token, less
    being better; times are seconds, parameters millions.

    Args:
        arch: a recurrent cell: a recipe, NNI's dict, a :class:`Cell`, or the hash of one.
        dataset: ``ptb`` or ``wikitext-2``.
        reduction: None or 'none' for single trials; 'mean', 'median', 'std', 'min' or 'max' over
            the trials of each config, which is a recipe on a data set, with their number as
            ``num_trials``. A trial that failed has no losses after its last epoch, and no part in
            theirs.
        include_intermediates: add the list ``intermediates``, ordered by epoch; reduced likewise.
        isomorphism: match every recipe of the same cell, so that the names of inner nodes, and
            the order of inputs where it has no meaning, do not matter. If false, match the recipe
            as it is written.
        num_epochs: the epochs that the training was to have.
        status: how it ended: ``OK``, or for those that failed ``loss is nan!`` and others.
        recipe_id, experiment_id: the numbers of recipe and training in the name of the log.
        order_by: a column, with a minus before it to descend: ``order_by="test_loss"``.
        limit: the most rows to give.
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            NAS-Bench-NLP database, or the one at the default path.
        ranges: for any metric, such as ``test_loss`` or ``training_time``, a range (lowest,
            highest), both included, None for no bound. With a reduction they apply to the reduced
            values.

    Returns:
        an iterator over dicts, in the database's order; see :class:`TrialResult` for its further
        methods ``sql`` and ``to_numpy``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space. One inside it that the database
            lacks gives no row.
        InvalidQuery: another argument has the wrong type or an unknown value.
        DatabaseNotFound: there is no database at the default path.
    """
    for name in ranges:
        find("metric", name, TABLES.metrics)
    conditions: dict[str, Any] = {
        "dataset": dataset,
        "num_epochs": num_epochs,
        "status": status,
        "recipe_id": recipe_id,
        "experiment_id": experiment_id,
        **ranges,
    }
    if not truth("isomorphism", isomorphism) and arch is not None:
        conditions["arch"] = as_written(arch)
    trials = Trials.of(
        current(SCHEMA, db), TABLES, arch=arch, reduction=reduction, conditions=conditions
    )
    return trials.dicts(
        include_intermediates=include_intermediates, order_by=order_by, limit=limit
    )


def as_written(arch: Any) -> str:
    """The text of a recipe in the column ``arch``.

    Raises:
        InvalidArchitecture: it is outside the search space.
        InvalidQuery: it is a hash, of which one cannot tell how its cell is written.
    """
    if isinstance(arch, str) and HASH.fullmatch(bare(arch)):
        raise InvalidQuery(
            "isomorphism is False, and arch is a hash, which all recipes of a cell share; give "
            "the recipe"
        )
    return canonical_json(Cell.parse(arch).arch)


@known_words
def query_many(
    archs: Iterable[Any] | np.ndarray,
    dataset: str,
    reduction: Reduction = "mean",
    *,
    num_epochs: int | None = None,
    status: str | None = None,
    db: BenchmarkDatabase | None = None,
) -> np.ndarray:
    """The reduced trials of many cells on a data set, found in one go.

    Args:
        archs: n cells, each in any form that :func:`query_nlp_trial_stats` takes. The trials are
            those of all recipes of a cell together.
        dataset: ``ptb`` or ``wikitext-2``.
        reduction: 'mean', 'median', 'std', 'min' or 'max'.
        num_epochs, status, db: see :func:`query_nlp_trial_stats`.

    Returns:
        a structured array of shape (n,), a row for each cell in the order given: ``hash`` (empty
        where the database lacks it), ``num_trials`` (i8, 0 there), and the metrics (f8, in their
        units, NaN where there are none).

    Raises:
        InvalidArchitecture: a cell is outside the search space.
        InvalidQuery: another argument has the wrong type or an unknown value.
    """
    return answer_many(TABLES, **locals())
