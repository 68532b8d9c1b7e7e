"""What the dicts of ``query_macro_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict


class MacroConfig(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.nasbenchmacro.schema.MacroTrialConfig`."""

    id: int
    arch: Any
    num_epochs: int
    arch_str: str
    canonical_str: str
    is_copy: int


class MacroTrial(TypedDict, total=False):
    """A training, or with a reduction all trainings of a config, whose ``id`` is None.

    With a reduction there are ``num_trials`` and the metrics alone. Metrics are in percent and
    millions; None is not measured.
    """

    id: int | None
    config: MacroConfig
    num_trials: int
    seed: int
    best_test_acc: float | None
    parameters: float | None
    flops: float | None
