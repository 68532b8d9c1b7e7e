"""TransNAS-Bench-101: 7,352 backbones, each trained for seven vision tasks."""

from nasbench_db.architectures.edges import CONNECTED
from nasbench_db.transnas101.cell import Cell, enumerate_cells, random_cell
from nasbench_db.transnas101.constants import OPERATIONS, SEARCH_SPACES
from nasbench_db.transnas101.dicts import Tnb101Config, Tnb101Intermediate, Tnb101Trial
from nasbench_db.transnas101.query import best_archs, query_many, query_tnb101_trial_stats
from nasbench_db.transnas101.schema import (
    Tnb101Architecture,
    Tnb101Header,
    Tnb101IntermediateStats,
    Tnb101Metric,
    Tnb101TrialConfig,
    Tnb101TrialStats,
)

__all__ = [
    "CONNECTED",
    "OPERATIONS",
    "SEARCH_SPACES",
    "Cell",
    "Tnb101Architecture",
    "Tnb101Config",
    "Tnb101Header",
    "Tnb101Intermediate",
    "Tnb101IntermediateStats",
    "Tnb101Metric",
    "Tnb101Trial",
    "Tnb101TrialConfig",
    "Tnb101TrialStats",
    "best_archs",
    "enumerate_cells",
    "query_many",
    "query_tnb101_trial_stats",
    "random_cell",
]
