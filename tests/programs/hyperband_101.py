"""Hyperband on the epochs that NAS-Bench-101 was trained for: 4, 12, 36 and 108."""

import random
import sys

import numpy as np
from nasbench import api

BUDGETS = [4, 12, 36, 108]

random.seed(2)
np.random.seed(2)
nasbench = api.NASBench(sys.argv[1])
cells = [
    api.ModelSpec(fixed["module_adjacency"], fixed["module_operations"])
    for fixed in nasbench.fixed_statistics.values()
]
seen = 0
incumbent = (0.0, None)
for bracket in range(3, -1, -1):
    rung = [cells[i] for i in np.random.choice(len(cells), 3**bracket, replace=False)]
    for epochs in np.array(BUDGETS[3 - bracket :]):
        accuracies = [nasbench.query(spec, epochs)["validation_accuracy"] for spec in rung]
        seen += len(rung)
        order = np.argsort(accuracies)[::-1]
        if epochs == 108 and accuracies[order[0]] > incumbent[0]:
            data = nasbench.query(rung[order[0]], epochs=int(epochs), stop_halfway=True)
            incumbent = (accuracies[order[0]], data["training_time"])
        rung = [rung[i] for i in order[: max(1, len(rung) // 3)]]
seconds, epochs = nasbench.get_budget_counters()
print(seen, sorted(nasbench.valid_epochs), epochs, seconds, *incumbent)
