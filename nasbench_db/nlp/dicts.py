"""What the dicts of ``query_nlp_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class NlpConfig(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.nlp.schema.NlpTrialConfig`."""

    id: int
    arch: Any
    dataset: str
    hash: str
    num_epochs: int
    num_nodes: int
    num_hidden: int
    settings: Any


class NlpIntermediate(TypedDict, total=False):
    """One epoch of a training; reduced ones have ``num_trials`` and no ``id``."""

    num_trials: int
    id: int | None
    current_epoch: int
    train_loss: float | None
    val_loss: float | None
    test_loss: float | None
    training_time: float | None
    epoch_training_time: float | None


class NlpTrial(TypedDict, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    With a reduction there are ``num_trials`` and the metrics alone; ``intermediates`` are there
    where they are asked for. Losses are in nats per token, times in seconds, parameters in
    millions; None is not measured.
    """

    id: int | None
    config: NlpConfig
    num_trials: int
    intermediates: list[NlpIntermediate]
    train_loss: float | None
    val_loss: float | None
    test_loss: float | None
    training_time: float | None
    epoch_training_time: float | None
    best_epoch: int | None
    train_loss_at_best: float | None
    val_loss_at_best: float | None
    test_loss_at_best: float | None
    train_perplexity: float | None
    val_perplexity: float | None
    test_perplexity: float | None
    train_perplexity_at_best: float | None
    val_perplexity_at_best: float | None
    test_perplexity_at_best: float | None
    parameters: float | None
    trained_epochs: int
    status: str
    recipe_id: int | None
    experiment_id: int | None
    init_time: str | None
    sets: str | None
    further: Any
