"""NAS-Bench-101: 423,624 cells trained on CIFAR-10 for 4, 12, 36 and 108 epochs."""

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
)
from nasbench_db.nasbench101.query import query_nb101_trial_stats
from nasbench_db.nasbench101.schema import (
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
)

__all__ = [
    "CONV1X1_BN_RELU",
    "CONV3X3_BN_RELU",
    "INPUT",
    "MAXPOOL3X3",
    "OUTPUT",
    "Cell",
    "Nb101IntermediateStats",
    "Nb101TrialConfig",
    "Nb101TrialStats",
    "query_nb101_trial_stats",
]
