"""What the dicts of trainings have in both spaces, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class Epoch(TypedDict, total=False):
    """One evaluation during a training; reduced ones have ``num_trials`` and no ``id``."""

    num_trials: int
    id: int | None
    current_epoch: int
    train_acc: float | None
    valid_acc: float | None
    test_acc: float | None
    ori_test_acc: float | None
    train_loss: float | None
    valid_loss: float | None
    test_loss: float | None
    ori_test_loss: float | None
    train_acc5: float | None
    training_time: float | None
    valid_evaluation_time: float | None
    test_evaluation_time: float | None
    ori_test_evaluation_time: float | None


class Training(TypedDict, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    Which keys there are depends on the question: ``num_trials`` and the metrics alone with a
    reduction, ``intermediates`` where they are asked for. Metrics are in percent, millions and
    seconds; None is not measured.
    """

    id: int | None
    num_trials: int
    intermediates: list[Epoch]
    seed: int
    train_acc: float | None
    valid_acc: float | None
    test_acc: float | None
    ori_test_acc: float | None
    train_loss: float | None
    valid_loss: float | None
    test_loss: float | None
    ori_test_loss: float | None
    train_acc5: float | None
    parameters: float | None
    flops: float | None
    latency: float | None
    latencies: Any
    training_time: float | None
    valid_evaluation_time: float | None
    test_evaluation_time: float | None
    ori_test_evaluation_time: float | None
    epoch_training_time: float | None
    time_source: str | None
    splits: str
    source: int
