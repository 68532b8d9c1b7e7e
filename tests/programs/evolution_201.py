"""Aging evolution on the topology search space, with an object that knows its string."""

import collections
import random
import sys

from nas_201_api import NASBench201API as API

OPS = ["skip_connect", "nor_conv_3x3"]


class Structure:
    def __init__(self, ops):
        self.ops, self.accuracy = list(ops), None

    def tostr(self):
        a, b, c, d, e = self.ops
        return f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|nor_conv_3x3~2|"


def train_and_eval(arch, nas_bench, dataname):
    arch_index = nas_bench.query_index_by_arch(arch)
    assert arch_index >= 0, f"can not find this arch : {arch.tostr()}"
    info = nas_bench.get_more_info(arch_index, dataname, iepoch=11, hp="12", is_random=True)
    return info["valid-accuracy"], info["train-all-time"] + info["valid-per-time"]


random.seed(3)
nas_bench = API(sys.argv[1], verbose=False)
population, history, total_time_cost = collections.deque(), [], 0
while total_time_cost < 20000:
    if len(population) < 8:
        model = Structure(random.choices(OPS, k=5))
    else:
        model = Structure(
            max(random.sample(list(population), 3), key=lambda one: one.accuracy).ops
        )
        model.ops[random.randint(0, 4)] = random.choice(OPS)
        population.popleft()
    model.accuracy, time_cost = train_and_eval(model, nas_bench, "cifar10-valid")
    total_time_cost += time_cost
    population.append(model)
    history.append(model)
best = max(history, key=lambda one: one.accuracy)
index = nas_bench.query_index_by_arch(best)
results = nas_bench.query_meta_info_by_index(index, "200")
test = results.get_metrics("cifar10", "ori-test")["accuracy"]
print(len(history), total_time_cost, best.accuracy, index, test)
