"""NDS: more than a hundred thousand networks of ten design spaces, trained and recorded."""

from nasbench_db.nds.cell import AnyNet, Cell, CellNet
from nasbench_db.nds.constants import (
    AVG_POOL_3X3,
    CONV_1X1,
    CONV_3X1_1X3,
    CONV_3X3,
    CONV_7X1_1X7,
    DIL_CONV_3X3,
    DIL_CONV_5X5,
    DIL_SEP_CONV_3X3,
    MAX_POOL_3X3,
    MAX_POOL_5X5,
    MAX_POOL_7X7,
    NONE,
    OPERATIONS,
    SEP_CONV_3X3,
    SEP_CONV_5X5,
    SEP_CONV_7X7,
    SKIP_CONNECT,
)
from nasbench_db.nds.dicts import NdsConfig, NdsIntermediate, NdsTrial
from nasbench_db.nds.iterations import iteration_curves
from nasbench_db.nds.query import cell_of, query_many, query_nds_trial_stats
from nasbench_db.nds.sampling import random_cell
from nasbench_db.nds.schema import NdsIntermediateStats, NdsTrialConfig, NdsTrialStats

__all__ = [
    "AVG_POOL_3X3",
    "CONV_1X1",
    "CONV_3X1_1X3",
    "CONV_3X3",
    "CONV_7X1_1X7",
    "DIL_CONV_3X3",
    "DIL_CONV_5X5",
    "DIL_SEP_CONV_3X3",
    "MAX_POOL_3X3",
    "MAX_POOL_5X5",
    "MAX_POOL_7X7",
    "NONE",
    "OPERATIONS",
    "SEP_CONV_3X3",
    "SEP_CONV_5X5",
    "SEP_CONV_7X7",
    "SKIP_CONNECT",
    "AnyNet",
    "Cell",
    "CellNet",
    "NdsConfig",
    "NdsIntermediate",
    "NdsIntermediateStats",
    "NdsTrial",
    "NdsTrialConfig",
    "NdsTrialStats",
    "cell_of",
    "iteration_curves",
    "query_many",
    "query_nds_trial_stats",
    "random_cell",
]
