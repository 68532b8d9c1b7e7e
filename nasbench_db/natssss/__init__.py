"""The size search space of NATS-Bench: 32,768 networks that differ in their channels."""

from nasbench_db.natssss.cell import Cell, enumerate_cells, random_cell
from nasbench_db.natssss.dicts import NatsSssConfig, NatsSssIntermediate, NatsSssTrial
from nasbench_db.natssss.query import query_many, query_natssss_trial_stats
from nasbench_db.natssss.schema import (
    NatsSssArchitecture,
    NatsSssIntermediateStats,
    NatsSssTrialConfig,
    NatsSssTrialStats,
    NatsSssWeights,
)

__all__ = [
    "Cell",
    "NatsSssArchitecture",
    "NatsSssConfig",
    "NatsSssIntermediate",
    "NatsSssIntermediateStats",
    "NatsSssTrial",
    "NatsSssTrialConfig",
    "NatsSssTrialStats",
    "NatsSssWeights",
    "enumerate_cells",
    "query_many",
    "query_natssss_trial_stats",
    "random_cell",
]
