"""What the dicts of ``query_nds_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class NdsConfig(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.nds.schema.NdsTrialConfig`."""

    id: int
    model_family: str
    model_spec: Any
    cell_spec: Any
    dataset: str
    generator: str
    proposer: str
    base_lr: float
    weight_decay: float
    num_epochs: int
    arch: Any
    arch_hash: str


class NdsIntermediate(TypedDict, total=False):
    """An epoch of a run; reduced ones have ``num_trials`` and no ``id``."""

    num_trials: int
    id: int | None
    current_epoch: int
    train_loss: float | None
    train_acc: float | None
    test_acc: float | None


class NdsTrial(TypedDict, total=False):
    """A run, or with a reduction all runs of a config, whose ``id`` is None.

    Which keys there are depends on the question: ``num_trials`` and the metrics alone with a
    reduction, ``intermediates`` where they are asked for. Accuracies are percent, parameters and
    FLOPs millions, ``iter_time`` seconds; None is not measured.
    """

    id: int | None
    config: NdsConfig
    num_trials: int
    intermediates: list[NdsIntermediate]
    seed: int
    final_train_acc: float | None
    final_train_loss: float | None
    final_test_acc: float | None
    best_train_acc: float | None
    best_train_loss: float | None
    best_test_acc: float | None
    parameters: float | None
    flops: float | None
    iter_time: float | None
    min_test_top1: float | None
    prec_time: float | None
    act_mem: float | None
    exp_mem: float | None
    further: Any
    sweep: str | None
    sweep_group: str | None
    job_id: str | None
