"""How well 12 epochs tell the order after 200, in the words of nas_201_api 1.x."""

import sys

import numpy as np
from nas_201_api import NASBench201API as API


def kendall(one, other):
    signs = [np.sign(np.subtract.outer(x, x))[np.triu_indices(len(x), 1)] for x in (one, other)]
    return float(np.sum(signs[0] * signs[1]) / len(signs[0]))


api = API(sys.argv[1], verbose=False)
short, long, costs = [], [], []
for index in api.evaluated_indexes:
    less, full = api.arch2infos_less[index], api.arch2infos_full[index]
    short.append(less.get_metrics("cifar10-valid", "x-valid")["accuracy"])
    long.append(full.get_metrics("cifar10-valid", "x-valid", None, False)["accuracy"])
    assert (
        long[-1] == api.get_more_info(index, "cifar10-valid", None, False, False)["valid-accuracy"]
    )
    costs.append(full.get_compute_costs("cifar100")["flops"])
best, accuracy = api.find_best("cifar10-valid", "x-valid", use_12epochs_result=False)
print(len(api), len(short), kendall(np.array(short), np.array(long)), max(costs))
print(best, accuracy, api.query_by_arch(api[best]).count("\n"))
print(*sorted(api.query_by_index(best, "cifar10", False)))
