"""Independent random searches in a pool of workers, which are given the benchmark."""

import multiprocessing
import sys

import numpy as np
from nasbench import api


def search(job):
    nasbench, seed = job
    rng = np.random.default_rng(seed)
    hashes = list(nasbench.hash_iterator())
    found = []
    for i in rng.integers(len(hashes), size=12):
        fixed = nasbench.fixed_statistics[hashes[i]]
        spec = api.ModelSpec(fixed["module_adjacency"], fixed["module_operations"])
        data = nasbench.query(spec, np.int64(108))
        found.append((data["validation_accuracy"], data["test_accuracy"]))
    return max(found), nasbench.get_budget_counters()


if __name__ == "__main__":
    nasbench = api.NASBench(sys.argv[1])
    with multiprocessing.Pool(2) as pool:
        runs = pool.map(search, [(nasbench, seed) for seed in range(4)], chunksize=1)
    for (valid, test), (seconds, epochs) in runs:
        print(valid, test, seconds, epochs)
    print(*nasbench.get_budget_counters())
