"""Random search with a time budget, and the incumbent's trajectory."""

import random
import sys

import numpy as np
from nasbench import api

OPS = ["conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3"]
VERTICES = 4


def random_spec(nasbench):
    while True:
        matrix = np.triu(np.random.choice([0, 1], size=(VERTICES, VERTICES)), 1)
        ops = ["input", *np.random.choice(OPS, size=VERTICES - 2).tolist(), "output"]
        spec = api.ModelSpec(matrix=matrix, ops=ops)
        if nasbench.is_valid(spec):
            return spec


def random_search(nasbench, max_time_budget):
    nasbench.reset_budget_counters()
    times, best_valids, best_tests = [0.0], [0.0], [0.0]
    while True:
        data = nasbench.query(random_spec(nasbench))
        if data["validation_accuracy"] > best_valids[-1]:
            best_valids.append(data["validation_accuracy"])
            best_tests.append(data["test_accuracy"])
        else:
            best_valids.append(best_valids[-1])
            best_tests.append(best_tests[-1])
        time_spent, _ = nasbench.get_budget_counters()
        times.append(time_spent)
        if time_spent > max_time_budget:
            return times, best_valids, best_tests


np.random.seed(0)
random.seed(0)
nasbench = api.NASBench(sys.argv[1])
times, valids, tests = random_search(nasbench, 5e4)
print(len(times) - 1, times[-1], nasbench.get_budget_counters()[1], valids[-1], tests[-1])
