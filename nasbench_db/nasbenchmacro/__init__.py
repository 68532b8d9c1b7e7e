"""NAS-Bench-Macro: 6,561 codes of 3,969 networks, each trained with three seeds on CIFAR-10."""

from nasbench_db.nasbenchmacro.cell import Cell, enumerate_cells, random_cell
from nasbench_db.nasbenchmacro.constants import OPERATIONS
from nasbench_db.nasbenchmacro.dicts import MacroConfig, MacroTrial
from nasbench_db.nasbenchmacro.query import query_macro_trial_stats, query_many
from nasbench_db.nasbenchmacro.schema import MacroTrialConfig, MacroTrialStats

__all__ = [
    "OPERATIONS",
    "Cell",
    "MacroConfig",
    "MacroTrial",
    "MacroTrialConfig",
    "MacroTrialStats",
    "enumerate_cells",
    "query_macro_trial_stats",
    "query_many",
    "random_cell",
]
