"""Regularized evolution: tournaments, and the oldest dies."""

import collections
import copy
import random
import sys

from nasbench import api

VERTICES = 4
OPS = ["conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3"]
Member = collections.namedtuple("Member", "reward spec")


def random_spec():
    while True:
        matrix = [
            [int(y > x and random.random() < 0.5) for y in range(VERTICES)]
            for x in range(VERTICES)
        ]
        spec = api.ModelSpec(matrix, ["input", *random.choices(OPS, k=VERTICES - 2), "output"])
        if nasbench.is_valid(spec):
            return spec


def mutate_spec(old):
    while True:
        matrix, ops = copy.deepcopy(old.original_matrix), copy.deepcopy(old.original_ops)
        for x in range(VERTICES - 1):
            for y in range(x + 1, VERTICES):
                if random.random() < 1 / VERTICES:
                    matrix[x, y] = 1 - matrix[x, y]
        for ind in range(1, VERTICES - 1):
            if random.random() < 1 / len(OPS):
                ops[ind] = random.choice(
                    [op for op in nasbench.config["available_ops"] if op != ops[ind]]
                )
        spec = api.ModelSpec(matrix, ops)
        if nasbench.is_valid(spec):
            return spec


random.seed(1)
nasbench = api.NASBench(sys.argv[1], seed=1)
population, history = [], []
while nasbench.training_time_spent < 2e5:
    if len(population) < 10:
        spec = random_spec()
    else:
        spec = mutate_spec(
            max(random.sample(population, 3), key=lambda member: member.reward).spec
        )
        population.pop(0)
    member = Member(nasbench.query(spec)["validation_accuracy"], spec)
    population.append(member)
    history.append(member)
best = max(history, key=lambda member: member.reward)
fixed, computed = nasbench.get_metrics_from_spec(best.spec)
print(len(history), best.reward, fixed["trainable_parameters"])
print(*[repeat["final_validation_accuracy"] for repeat in computed[108]])
