"""Build networks of whole search spaces, and compare their sizes with the rules and the records.

Parameters are counted of every network. Multiply-adds are counted layer by layer as an image goes
through, which takes longer: of one network in so many, and of all those with records::

    python scripts/count_networks.py --data DATA
    python scripts/count_networks.py --every 100

DATA is a folder with real records, laid out as the tests have it; without it only the rules are
compared. ``--every 100`` takes one architecture of a hundred. It takes about an hour on one
processor with all. ``--thousand`` measures memory and time of building 1,000 networks instead.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import torch
from torch import nn

import nasbench_db
from nasbench_db import nasbench101, nasbench201, nasbenchmacro, natssss
from nasbench_db.nats.datasets import CLASSES, OFFICIAL_OF, SIDES
from nasbench_db.networks import build

Sizes = tuple[Any, int | None, int | None]
"""A network, and the parameters and multiply-adds that it should have, None where not known."""

DATASETS = tuple(CLASSES)[1:]  # cifar10-valid has the networks of cifar10


@contextlib.contextmanager
def without_weights() -> Iterator[None]:
    """Build networks without drawing their weights, which takes most of the time."""
    with contextlib.ExitStack() as stack:
        for kind in (nn.Conv2d, nn.Linear):
            stack.enter_context(patch.object(kind, "reset_parameters", lambda self: None))
        for name in ("trunc_normal_", "xavier_uniform_"):
            stack.enter_context(patch.object(nn.init, name, lambda tensor, **_: tensor))
        yield


def compare(what: str, networks: Iterable[Sizes]) -> None:
    """Print how many networks there are, and how many have the right sizes."""
    began = time.perf_counter()
    counts = {"parameters": [0, 0], "FLOPs": [0, 0]}
    number = 0
    for network, *expected in networks:
        number += 1
        for (name, tally), size in zip(counts.items(), expected, strict=True):
            if size is not None:
                found = network.num_parameters if name == "parameters" else network.flops()
                tally[0] += found == size
                tally[1] += 1
    said = [f"{name} {equal:,} of {all_:,}" for name, (equal, all_) in counts.items() if all_]
    seconds = time.perf_counter() - began
    print(f"{what:<46}{number:>8,}   {', '.join(said)}   ({seconds:.0f} s)", flush=True)


def topologies(every: int, run: int) -> Iterator[Sizes]:
    """Cells of NAS-Bench-201, each for one data set after the other."""
    for place, cell in enumerate(islice(nasbench201.enumerate_cells(), 0, None, every)):
        dataset = DATASETS[place % len(DATASETS)]
        classes, side = CLASSES[dataset], SIDES[dataset]
        flops = None if place % run else cell.flops(classes, side)
        yield cell.network(dataset=dataset), cell.trainable_parameters(classes), flops


def sizes(every: int, run: int) -> Iterator[Sizes]:
    """Architectures of the size search space, each for one data set after the other."""
    for place, cell in enumerate(islice(natssss.enumerate_cells(), 0, None, every)):
        dataset = DATASETS[place % len(DATASETS)]
        classes, side = CLASSES[dataset], SIDES[dataset]
        flops = None if place % run else cell.flops(classes, side)
        yield cell.network(dataset=dataset), cell.trainable_parameters(classes), flops


def cells_of_101(count: int) -> Iterator[Sizes]:
    """Random cells of NAS-Bench-101; of their multiply-adds there are no records."""
    rng = random.Random(0)
    for _ in range(count):
        cell = nasbench101.random_cell(rng)
        yield cell.network(), cell.trainable_parameters, None


def macro(every: int, run: int) -> Iterator[Sizes]:
    """Architectures of NAS-Bench-Macro."""
    for place, cell in enumerate(islice(nasbenchmacro.enumerate_cells(), 0, None, every)):
        yield cell.network(), cell.trainable_parameters(), None if place % run else cell.flops()


def recorded_runs(benchmark: str, source: Path) -> Iterator[Sizes]:
    """The runs of real records, as they are ingested."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "real.db"
        nasbench_db.ingest(benchmark, source, path, progress=False)
        with nasbench_db.connect(benchmark, path) as db:
            config, trial = (db.schema.config._meta.table_name, db.schema.trial._meta.table_name)
            rows = list(
                db.select(
                    f"SELECT c.arch_str, c.dataset, t.parameters, t.flops FROM {trial} AS t "
                    f"JOIN {config} AS c ON c.id = t.config_id"
                )
            )
    for arch_str, dataset, parameters, flops in rows:
        network = build(arch_str, benchmark, dataset=OFFICIAL_OF[dataset])
        yield network, round(parameters * 1e6), round(flops * 1e6)


def recorded_101(folder: Path) -> Iterator[Sizes]:
    """The real cells of NAS-Bench-101, in the order of vertices of their records."""
    records = list(json.loads((folder / "cells_15_108_epochs.json").read_bytes()).values())
    records += json.loads((folder / "cells_300_valid_acc.json").read_bytes())
    for each in records:
        cell = nasbench101.Cell(each["module_adjacency"], each["module_operations"])
        yield cell.network(), each["trainable_parameters"], None


def recorded_macro(path: Path, every: int) -> Iterator[Sizes]:
    """The records of NAS-Bench-Macro."""
    with gzip.open(path) as file:
        records = json.load(file)
    for code, each in islice(records.items(), 0, None, every):
        yield build(code, "nasbenchmacro"), each["params"], each["flops"]


def recorded_zero_cost(path: Path) -> Iterator[Sizes]:
    """The cells of the zero-cost tables, whose parameters are in millions."""
    with gzip.open(path) as file:
        tables = json.load(file)["nasbench201"]
    for dataset, table in tables.items():
        for key, each in table.items():
            cell = nasbench201.Cell.from_naslib([int(op) for op in key.strip("()").split(", ")])
            yield cell.network(dataset=dataset), round(each["params"] * 1e6), None


def thousand() -> None:
    """Print the memory and time that 1,000 networks take which are all kept."""
    for benchmark, module in (("nasbench201", nasbench201), ("natssss", natssss)):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        networks = [module.random_cell(seed).network() for seed in range(1000)]
        seconds = time.process_time() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        weights = sum(network.num_parameters for network in networks) * 4 / 1e6
        print(
            f"1,000 networks of {benchmark}: {seconds:.1f} s of a processor, {grown:,.0f} MiB "
            f"above the peak before, of which {weights:,.0f} MB are parameters",
            flush=True,
        )
        del networks


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="Real records.")
@click.option("--every", default=1, show_default=True, help="Take one architecture of so many.")
@click.option("--run", default=50, show_default=True, help="Run one network of so many.")
@click.option("--cells", default=20_000, show_default=True, help="Cells of NAS-Bench-101.")
@click.option("--thousand", "only_thousand", is_flag=True, help="Build 1,000 networks instead.")
def main(data: Path | None, every: int, run: int, cells: int, only_thousand: bool) -> None:
    """Compare the sizes of networks with the rules and the records."""
    torch.set_num_threads(1)
    if only_thousand:
        thousand()
        return
    with without_weights():
        if data is not None:
            nats = data / "natsbench"
            compare(
                "NAS-Bench-201: runs of real records",
                recorded_runs("nasbench201", nats / "NATS-tss-v1_0-3ffb9-simple"),
            )
            compare(
                "NATS-Bench, sizes: runs of real records",
                recorded_runs("natssss", nats / "NATS-sss-v1_0-50262-simple"),
            )
            compare("NAS-Bench-101: real cells", recorded_101(data / "nasbench101"))
            compare(
                "zero-cost tables of NAS-Bench-201",
                recorded_zero_cost(data / "zero_cost" / "zc_nasbench201.json.gz"),
            )
            compare(
                "NAS-Bench-Macro: the records",
                recorded_macro(data / "macro" / "nas-bench-macro_cifar10.json.gz", every),
            )
        compare("NAS-Bench-201: all, by the rule", topologies(every, run))
        compare("NATS-Bench, sizes: all, by the rule", sizes(every, run))
        compare("NAS-Bench-101: random cells, by the rule", cells_of_101(cells // every))
        if data is None:
            compare("NAS-Bench-Macro: all, by the rule", macro(every, run))


if __name__ == "__main__":
    main()
