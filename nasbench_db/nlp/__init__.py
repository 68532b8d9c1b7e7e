"""NAS-Bench-NLP: trainings of recurrent cells as language models, with their learning curves."""

from nasbench_db.nlp.cell import Cell, random_cell
from nasbench_db.nlp.constants import OPERATIONS
from nasbench_db.nlp.dicts import NlpConfig, NlpIntermediate, NlpTrial
from nasbench_db.nlp.query import cell_of, query_many, query_nlp_trial_stats
from nasbench_db.nlp.schema import NlpIntermediateStats, NlpTrialConfig, NlpTrialStats

__all__ = [
    "OPERATIONS",
    "Cell",
    "NlpConfig",
    "NlpIntermediate",
    "NlpIntermediateStats",
    "NlpTrial",
    "NlpTrialConfig",
    "NlpTrialStats",
    "cell_of",
    "query_many",
    "query_nlp_trial_stats",
    "random_cell",
]
