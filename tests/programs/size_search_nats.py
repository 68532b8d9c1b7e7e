"""Local search on the numbers of channels, within a limit on the cost."""

import sys

from nats_bench import create

api = create(sys.argv[1], "sss", fast_mode=True, verbose=False)
limit = sorted(api.get_cost_info(i, "cifar10")["flops"] for i in api.evaluated_indexes)[20]


def evaluate(channels):
    index = api.query_index_by_arch(":".join(map(str, channels)))
    if api.get_cost_info(index, "cifar10", hp="90")["flops"] > limit:
        return -1.0
    return api.get_more_info(index, "cifar10-valid", hp="90", is_random=False)["valid-accuracy"]


now = [8, 8, 8, 8, 8]
asked = 0
while True:
    neighbors = [[*now[:i], 72 - now[i], *now[i + 1 :]] for i in range(5)]
    best = max(neighbors, key=evaluate)
    asked += len(neighbors)
    if evaluate(best) <= evaluate(now):
        break
    now = best
index, accuracy = api.find_best("cifar10", "valid", flop_max=limit, hp="90", enforce_all=False)
print(now, asked, evaluate(now), index, accuracy)
print(api.find_best("cifar10", "valid", flop_max=0.001, hp="90", enforce_all=False))
