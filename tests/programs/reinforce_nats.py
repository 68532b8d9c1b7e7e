"""REINFORCE with a table of logits, on simulated training."""

import sys

import numpy as np
from nats_bench import create, search_space_info

rng = np.random.RandomState(4)
api = create(sys.argv[1], "tss", fast_mode=True, verbose=False)
names = search_space_info("nats-bench", "tss")["op_names"]
ops = [names.index("skip_connect"), names.index("nor_conv_3x3")]
logits, baseline, rewards = np.zeros((5, len(ops))), None, []
api.reset_time()
while api.used_time < 30000:
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    picked = [rng.choice(len(ops), p=row) for row in probabilities]
    a, b, c, d, e = (names[ops[i]] for i in picked)
    arch = f"|{a}~0|+|{b}~0|{c}~1|+|{d}~0|{e}~1|nor_conv_3x3~2|"
    reward, latency, time_cost, used = api.simulate_train_eval(arch, dataset="cifar100", hp="12")
    assert used == api.used_time
    rewards.append(reward)
    baseline = reward if baseline is None else 0.9 * baseline + 0.1 * reward
    gradient = -probabilities
    gradient[np.arange(5), picked] += 1
    logits += 0.01 * (reward - baseline) * gradient
index = api.query_index_by_arch(arch)
print(len(rewards), api.used_time, max(rewards), index, latency)
print(sorted(api.get_more_info(index, "cifar100", hp="200", is_random=False)))
