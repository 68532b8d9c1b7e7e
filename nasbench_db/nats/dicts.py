"""What the dicts of trainings have in both spaces, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class Measured(TypedDict, total=False):
    """What is measured of a training and of each epoch of it, in percent and seconds.

    None is not measured.
    """

    num_trials: int
    id: int | None
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


class Epoch(Measured, total=False):
    """One evaluation during a training; reduced ones have ``num_trials`` and no ``id``."""

    current_epoch: int


class Training(Measured, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    Which keys there are depends on the question: ``num_trials`` and the metrics alone with a
    reduction, ``intermediates`` where they are asked for. Parameters and FLOPs are in millions.
    """

    intermediates: list[Epoch]
    seed: int
    parameters: float | None
    flops: float | None
    latency: float | None
    latencies: Any
    epoch_training_time: float | None
    time_source: str | None
    splits: str
    source: int
