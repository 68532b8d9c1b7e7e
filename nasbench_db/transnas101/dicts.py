"""What the dicts of ``query_tnb101_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class Tnb101Config(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.transnas101.schema.Tnb101TrialConfig`."""

    id: int
    arch: Any
    arch_str: str
    arch_index: int
    search_space: str
    task: str
    num_epochs: int


class Tnb101Metrics(TypedDict, total=False):
    """What is measured after an epoch, in the file's own units; None is not measured."""

    train_top1: float | None
    valid_top1: float | None
    test_top1: float | None
    train_top5: float | None
    valid_top5: float | None
    test_top5: float | None
    train_acc: float | None
    valid_acc: float | None
    test_acc: float | None
    train_mIoU: float | None
    valid_mIoU: float | None
    test_mIoU: float | None
    train_ssim: float | None
    valid_ssim: float | None
    test_ssim: float | None
    train_neg_loss: float | None
    valid_neg_loss: float | None
    test_neg_loss: float | None
    train_loss: float | None
    valid_loss: float | None
    test_loss: float | None
    train_l1_loss: float | None
    valid_l1_loss: float | None
    test_l1_loss: float | None
    time_elapsed: float | None
    further: Any


class Tnb101Intermediate(Tnb101Metrics, total=False):
    """One evaluation during a training; reduced ones have ``num_trials`` and no ``id``."""

    num_trials: int
    id: int | None
    current_epoch: int


class Tnb101Trial(Tnb101Metrics, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    Which keys there are depends on the question: ``num_trials`` and the metrics alone with a
    reduction, ``intermediates`` where they are asked for. Metrics are in their own units;
    None is not measured.
    """

    id: int | None
    config: Tnb101Config
    num_trials: int
    intermediates: list[Tnb101Intermediate]
    inference_time: float | None
    encoder_params: float | None
    model_params: float | None
    model_flops: float | None
    encoder_flops: float | None
    further_info: Any
    current_epoch: int
