"""Write the 34 files of NDS in their real layout and size, with made-up metrics.

It shares no code with what reads them: names, layout, counts of parameters and FLOPs are written
here anew, so that reading a folder of these tests both. The jobs of each file are as many as is
published, or as the sums allow that are known; trainings have 100 epochs on CIFAR-10 and 50 on
ImageNet. How long the curves by iteration are nobody states; ``--iterations`` says it here.

::

    python scripts/generate_nds.py /tmp/nds_data
    nasbench-db ingest nds /tmp/nds_data --db /tmp/nds.db
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import click

CELLS = {
    "Amoeba": 4983,
    "Amoeba_in": 124,
    "DARTS": 5000,
    "DARTS_fix-w-d": 5000,
    "DARTS_in": 199,
    "DARTS_lr-wd": 5000,
    "DARTS_lr-wd_in": 199,
    "ENAS": 4999,
    "ENAS_fix-w-d": 5000,
    "ENAS_in": 199,
    "NASNet": 4846,
    "NASNet_in": 199,
    "PNAS": 4999,
    "PNAS_fix-w-d": 4559,
    "PNAS_in": 198,
}
BLOCKS = {
    "ResNeXt-A": 20_000,
    "ResNeXt-A_in": 150,
    "ResNeXt-B": 20_000,
    "ResNeXt-B_in": 150,
    "ResNet-B": 23_193,
    "ResNet": 25_000,
    "ResNet_lr-wd": 5000,
    "ResNet_lr-wd_in": 494,
    "ResNet_reruns": 200,
    "ResNet_rng1": 5000,
    "ResNet_rng2": 5000,
    "ResNet_rng3": 5000,
    "Vanilla": 5000,
    "Vanilla_lr-wd": 5000,
    "Vanilla_lr-wd_in": 494,
    "Vanilla_reruns": 200,
    "Vanilla_rng1": 5000,
    "Vanilla_rng2": 5000,
    "Vanilla_rng3": 5000,
}
SIZES = (3, 5, 7)
OPS = [
    "skip_connect",
    "avg_pool_3x3",
    *(f"max_pool_{k}x{k}" for k in SIZES),
    *("conv_1x1", "conv_3x3", "conv_3x1_1x3", "conv_7x1_1x7"),
    *("dil_conv_3x3", "dil_conv_5x5", "dil_sep_conv_3x3"),
    *(f"sep_conv_{k}x{k}" for k in SIZES),
]


def conv_bn(wide_in: int, wide_out: int, kernel: int, groups: int = 1) -> int:
    return wide_in * wide_out * kernel * kernel // groups + 2 * wide_out


def op_size(op: str, c: int, stride: int) -> int:
    """Parameters of an operation on c channels, from its name."""
    kind, _, kernels = op.rpartition("_")
    if op == "skip_connect":
        return conv_bn(c, c, 1) if stride == 2 else 0
    if kind in ("avg_pool", "max_pool"):
        return 0
    if op.startswith(("conv_3x1", "conv_7x1")):
        return 2 * int(op[5]) * c * c + 2 * c
    k = int(kernels[0])
    if kind == "conv":
        return conv_bn(c, c, k)
    separable = k * k * c + conv_bn(c, c, 1)
    return separable if kind == "dil_conv" else 2 * separable


def cell_network(rng: random.Random) -> tuple[dict[str, Any], int, int]:
    """A net of cells, its parameters, and something like its FLOPs."""
    genotype: dict[str, Any] = {}
    for name in ("normal", "reduce"):
        edges = [[rng.choice(OPS), rng.randrange(2 + e // 2)] for e in range(10)]
        used = {source for _, source in edges}
        genotype[name] = edges
        genotype[name + "_concat"] = [n for n in range(2, 7) if n not in used]
    depth, width = rng.randrange(4, 21), 4 * rng.randrange(4, 9)
    total = conv_bn(3, 3 * width, 3)
    c_prev2 = c_prev = 3 * width
    c = width
    for layer in range(depth):
        reduction = layer in {depth // 3, 2 * depth // 3}
        c = 2 * c if reduction else c
        name = "reduce" if reduction else "normal"
        total += conv_bn(c_prev2, c, 1) + conv_bn(c_prev, c, 1)
        for op, source in genotype[name]:
            total += op_size(op, c, 2 if reduction and source < 2 else 1)
        c_prev2, c_prev = c_prev, c * len(genotype[name + "_concat"])
    total += 10 * c_prev + 10
    net = {"genotype": genotype, "depth": depth, "width": width, "aux": False, "drop_prob": 0.0}
    return net, total, 150 * total


def block_network(rng: random.Random, kind: str) -> tuple[dict[str, Any], int, int]:
    """A net of blocks, its parameters and FLOPs."""
    ds = [1] + [rng.randrange(1, 17) for _ in range(3)]
    ws = [16] + [16 * 2 ** rng.randrange(0, 5) for _ in range(3)]
    ss = [1, 1, 2, 2]
    muls, groups = [0.0] + [0.25 * 2 ** rng.randrange(3) for _ in range(3)], [1, 2, 1, 4]
    params, flops = conv_bn(3, 16, 3), (27 * 16 + 5 * 16) * 1024
    before, rows = 16, 32

    def add(a: int, b: int, k: int, side: int, g: int = 1) -> None:
        nonlocal params, flops
        params += conv_bn(a, b, k, g)
        flops += side * side * (a * b * k * k // g + 5 * b)

    for d, w, s, m, g in list(zip(ds, ws, ss, muls, groups, strict=True))[1:]:
        for i in range(d):
            after = rows // s if i == 0 else rows
            if kind != "double_plain_block" and (before != w or after != rows):
                add(before, w, 1, after)
            if kind == "res_bottleneck_block":
                inner = int(w * m)
                add(before, inner, 1, rows)
                add(inner, inner, 3, after, g)
                add(inner, w, 1, after)
            else:
                add(before, w, 3, after)
                add(w, w, 3, after)
            before, rows = w, after
    net: dict[str, Any] = {"block_type": kind, "ds": ds, "ws": ws, "ss": ss}
    bottleneck = kind == "res_bottleneck_block"
    net |= {"bot_muls": muls if bottleneck else [], "num_gs": groups if bottleneck else []}
    return net, params + 10 * before + 10, flops + 10 * before + 10


def job(name: str, number: int, iterations: int, seed: int) -> dict[str, Any]:
    """A job of a file."""
    family = name.split("_")[0]
    reruns = "reruns" in name
    models = random.Random(f"{seed} {family} {number % 2 if reruns else number}")
    if name in CELLS:
        net, params, flops = cell_network(models)
    else:
        kind = {"ResNet": "res_basic_block", "Vanilla": "double_plain_block"}
        net, params, flops = block_network(models, kind.get(family, "res_bottleneck_block"))
    rng_seed = int(name[-1]) if "_rng" in name else 1 + number * reruns
    # Files of seed 1 and the plain ones have the very same runs in them.
    run = f"{seed} {family} {number} {rng_seed}" if name in ("ResNet", "ResNet_rng1") else None
    rng = random.Random(run or f"{seed} {name} {number}")
    epochs = 50 if name.endswith("_in") else 100
    floor = 5 + 20 * math.exp(-params / 2e6) + rng.random()
    test = [
        round(min(100, floor + 75 * math.exp(-5 * e / epochs) + rng.random()), 2)
        for e in range(epochs)
    ]
    train = [round(x * 0.8 + rng.random() / 10, 3) for x in test]
    losses: list[float] = [round(x / 40, 3) for x in train]
    if number % 1000 == 999:
        losses[3] = math.nan
    tuned = "lr-wd" in name
    found = {
        "nasbench_db_synthetic": True,
        "act_mem": 12.5,
        "exp_mem": 25.25,
        "flops": flops,
        "iter_time": round(0.04 + flops / 1e10, 3),
        "job_id": number if run else number + 100_000,
        "min_test_top1": min(test),
        "net": net,
        "optim": {
            "base_lr": 10 ** rng.uniform(-3, 0) if tuned else 0.1,
            "max_ep": epochs,
            "wd": 10 ** rng.uniform(-5, -2) if tuned else 0.0005,
        },
        "params": params,
        "rng_seed": rng_seed,
        "test_ep_top1": test,
        "train_ep_loss": losses,
        "train_ep_top1": train,
        "train_it_loss": [2.303] * iterations,
        "train_it_top1": [89.844] * iterations,
    }
    if not name.endswith("_in"):
        found["prec_time"] = 7.75
    return found


def write(path: Path, name: str, count: int, iterations: int, seed: int) -> None:
    """Write a file, one job after another."""
    with open(path, "w", encoding="ascii") as file:
        if "reruns" in name:
            half = count // 2
            jobs = [job(name, n, iterations, seed) for n in range(count)]
            json.dump({"top": jobs[:half], "mid": jobs[half:]}, file)
            return
        for number in range(count):
            file.write("[" if number == 0 else ", ")
            file.write(json.dumps(job(name, number, iterations, seed)))
        file.write("]")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--every", default=1, show_default=True, help="Write an N-th of the jobs.")
@click.option("--iterations", default=500, show_default=True, help="Values of a curve by it.")
@click.option("--seed", default=0, show_default=True, help="Of the numbers.")
def generate(folder: Path, every: int, iterations: int, seed: int) -> None:
    """Write synthetic NDS data to FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {name: math.ceil(count / every) for name, count in {**CELLS, **BLOCKS}.items()}
    for name, count in counts.items():
        write(folder / f"{name}.json", name, count, iterations, seed)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(counts)} files, {sum(counts.values()):,} jobs, {size:,} bytes: {folder}")


if __name__ == "__main__":
    generate()
