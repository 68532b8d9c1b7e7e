"""What the dicts of ``query_nb201_trial_stats`` have, for type checkers."""

from __future__ import annotations

from typing import Any, TypedDict

from nasbench_db.nats.dicts import Epoch, Training


class Nb201Config(TypedDict):
    """What was trained: a row of :class:`~nasbench_db.nasbench201.schema.Nb201TrialConfig`."""

    id: int
    arch: Any
    num_epochs: int
    num_channels: int
    num_cells: int
    dataset: str
    arch_index: int
    arch_str: str
    isomorphism: int


Nb201Intermediate = Epoch


class Nb201Trial(Training, total=False):
    """A training, or with a reduction all trainings of a config."""

    config: Nb201Config
