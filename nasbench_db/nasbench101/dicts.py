"""What the dicts of ``query_nb101_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class Nb101Config(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.nasbench101.schema.Nb101TrialConfig`."""

    id: int
    arch: Any
    num_vertices: int
    hash: str
    num_epochs: int


class Nb101Intermediate(TypedDict, total=False):
    """One evaluation during a training; reduced ones have ``num_trials`` and no ``id``."""

    num_trials: int
    id: int | None
    current_epoch: int
    train_acc: float | None
    valid_acc: float | None
    test_acc: float | None
    training_time: float | None


class Nb101Trial(TypedDict, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    Which keys there are depends on the question: ``num_trials`` and the metrics alone with a
    reduction, ``intermediates`` where they are asked for. Metrics are in percent, millions and
    seconds; None is not measured.
    """

    id: int | None
    config: Nb101Config
    num_trials: int
    intermediates: list[Nb101Intermediate]
    train_acc: float | None
    valid_acc: float | None
    test_acc: float | None
    parameters: float | None
    training_time: float | None
    repeat: int
