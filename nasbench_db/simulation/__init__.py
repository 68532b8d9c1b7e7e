"""Searches on a simulated clock, as if every network they ask for had been trained.

::

    from nasbench_db.simulation import Simulation, regularized_evolution

    run = Simulation("nasbench101", num_epochs=108, budget=5e6, seed=0)
    regularized_evolution(run)
    run.trajectory().to_pandas()
"""

from __future__ import annotations

from nasbench_db.errors import BudgetExhausted, SearchFailed
from nasbench_db.simulation.many import search, trajectories
from nasbench_db.simulation.rows import Rows
from nasbench_db.simulation.running import Evaluation, Simulation
from nasbench_db.simulation.searches import (
    ALGORITHMS,
    asynchronous_successive_halving,
    evaluated,
    hyperband,
    local_search,
    random_search,
    regularized_evolution,
    rungs_of,
    successive_halving,
    until_spent,
)
from nasbench_db.simulation.splitting import Cells, Split, split
from nasbench_db.simulation.tuning import objective, study, suggest

__all__ = [
    "ALGORITHMS",
    "BudgetExhausted",
    "Cells",
    "Evaluation",
    "Rows",
    "SearchFailed",
    "Simulation",
    "Split",
    "asynchronous_successive_halving",
    "evaluated",
    "hyperband",
    "local_search",
    "objective",
    "random_search",
    "regularized_evolution",
    "rungs_of",
    "search",
    "split",
    "study",
    "successive_halving",
    "suggest",
    "trajectories",
    "until_spent",
]
