"""What the dicts of ``query_natssss_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict

from nasbench_db.nats.dicts import Epoch, Training


class NatsSssConfig(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.natssss.schema.NatsSssTrialConfig`."""

    id: int
    arch: Any
    num_epochs: int
    dataset: str
    arch_index: int
    arch_str: str


NatsSssIntermediate = Epoch


class NatsSssTrial(Training, total=False):
    """A training, or with a reduction all trainings of a config."""

    config: NatsSssConfig
