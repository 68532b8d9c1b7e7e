"""Networks have the recorded parameters and FLOPs, and those of the rules that need no torch."""

from __future__ import annotations

import gzip
import json
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nasbench_db
from nasbench_db import nasbench101, nasbench201, nasbenchmacro, natssss
from nasbench_db.nats.datasets import CLASSES, OFFICIAL_OF, SIDES

torch = pytest.importorskip("torch", reason="the extra torch is not installed")
from nasbench_db.networks import build  # noqa: E402


def topology(ones: int, threes: int) -> nasbench201.Cell:
    """A cell with so many convolutions of 1x1 and of 3x3; what is left is of three kinds."""
    rest = ("none", "skip_connect", "avg_pool_3x3") * 2
    ops = ["nor_conv_1x1"] * ones + ["nor_conv_3x3"] * threes
    return nasbench201.Cell(ops + list(rest[: 6 - len(ops)]))


@pytest.mark.parametrize(
    ("ones", "threes"), [(a, b) for a, b in product(range(7), repeat=2) if a + b <= 6]
)
def test_each_size_that_cells_of_nasbench201_have(ones: int, threes: int) -> None:
    """There are 28, whatever else is in a cell."""
    dataset = list(CLASSES)[(ones + threes) % 4]
    classes, side = CLASSES[dataset], SIDES[dataset]
    cell = topology(ones, threes)
    network = build(cell, "nasbench201", dataset=dataset)
    assert network.num_parameters == cell.trainable_parameters(classes)
    assert network.flops() == cell.flops(classes, side)


@settings(max_examples=12)
@given(st.integers(0, 32_767), st.sampled_from(sorted(CLASSES)))
def test_sizes_of_natsbench(index: int, dataset: str) -> None:
    cell = natssss.Cell.from_index(index)
    network = cell.network(dataset=dataset)
    assert network.num_parameters == cell.trainable_parameters(CLASSES[dataset])
    assert network.flops() == cell.flops(CLASSES[dataset], SIDES[dataset])


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_cells_of_nasbench101(rng: Any) -> None:
    """On the device that computes nothing; the order of the vertices is the cell's."""
    cell = nasbench101.random_cell(rng)
    with torch.device("meta"):
        network = build(cell, "nasbench101")
    assert network.num_parameters == cell.trainable_parameters


@pytest.mark.parametrize(
    "code", [cell.arch_str for cell in islice(nasbenchmacro.enumerate_cells(), 0, None, 650)]
)
def test_codes_of_nasbenchmacro(code: str) -> None:
    cell = nasbenchmacro.Cell.from_string(code)
    network = cell.network()
    assert network.num_parameters == cell.trainable_parameters()
    assert network.flops() == cell.flops()


@pytest.mark.parametrize(
    ("arch_str", "parameters", "multiply_adds", "shape"),
    [
        ("64-41414-1_02_333", 22_520_608, 3_511_115_776, (512, 7, 7)),
        ("64-41414-0_00_000", 19_488, 68_640_768, (512, 7, 7)),
        ("64-1234-basic", 3_400_224, 3_061_538_816, (256, 14, 14)),
        ("64-224131-basic", 39_625_504, 26_015_653_888, (512, 14, 14)),
    ],
)
def test_encoders_of_transnas101(
    arch_str: str, parameters: int, multiply_adds: int, shape: tuple[int, ...]
) -> None:
    """Counted on the original's class; the records of the data set were not at hand."""
    with torch.device("meta"):
        network = build(arch_str, "transnas101")
        assert network(torch.zeros(1, 3, 224, 224)).shape == (1, *shape)
    assert network.num_parameters == parameters
    assert network.flops() == multiply_adds


@pytest.mark.parametrize(
    ("task", "outputs", "width"),
    [
        ("class_object", 75, 512),
        ("class_scene", 47, 512),
        ("room_layout", 9, 512),
        ("jigsaw", 1000, 9 * 512),
    ],
)
def test_heads_of_transnas101(task: str, outputs: int, width: int) -> None:
    with torch.device("meta"):
        encoder = build("64-41414-0_00_000", "transnas101")
        whole = build("64-41414-0_00_000", "transnas101", task=task)
    assert whole.num_parameters - encoder.num_parameters == width * outputs + outputs


@pytest.mark.parametrize(
    ("benchmark", "folder"),
    [
        ("nasbench201", "NATS-tss-v1_0-3ffb9-simple"),
        ("natssss", "NATS-sss-v1_0-50262-simple"),
    ],
)
def test_the_runs_of_real_records(benchmark: str, folder: str, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "real.db"
    nasbench_db.ingest(benchmark, data / "natsbench" / folder, path, progress=False)
    with nasbench_db.connect(benchmark, path) as db:
        config, trial = db.schema.config._meta.table_name, db.schema.trial._meta.table_name
        rows = list(
            db.select(
                "SELECT DISTINCT c.arch_str, c.dataset, t.parameters * 1e6, t.flops * 1e6 "
                f"FROM {trial} AS t JOIN {config} AS c ON c.id = t.config_id"
            )
        )
    assert len(rows) == 8  # two architectures, four data sets: no seed has a size of its own
    for arch_str, dataset, *recorded in rows:
        network = build(arch_str, benchmark, dataset=OFFICIAL_OF[dataset])
        assert [network.num_parameters, network.flops()] == list(map(round, recorded))


def test_real_cells_of_nasbench101(data: Path) -> None:
    """In the order of vertices that the records give."""
    path = data / "nasbench101" / "cells_15_108_epochs.json"
    for each in json.loads(path.read_bytes()).values():
        with torch.device("meta"):
            network = build((each["module_adjacency"], each["module_operations"]), "nasbench101")
        assert network.num_parameters == each["trainable_parameters"]


def test_real_codes_of_nasbenchmacro(data: Path) -> None:
    with gzip.open(data / "macro" / "nas-bench-macro_cifar10.json.gz") as file:
        records = json.load(file)
    assert len(records) == 6561
    for code, each in islice(records.items(), 0, None, 600):
        network = build(code, "nasbenchmacro")
        assert network.num_parameters == each["params"]
        assert network.flops() == each["flops"]


def test_the_rule_of_all_sizes_that_zero_cost_tables_have(data: Path) -> None:
    """Their FLOPs are counted otherwise; what they count more is known, too."""
    with gzip.open(data / "zero_cost" / "zc_nasbench201.json.gz") as file:
        tables = json.load(file)["nasbench201"]
    counted = 0
    for dataset, table in tables.items():
        classes, side = CLASSES[dataset], SIDES[dataset]
        values, rest = (143_360, 160_832) if side == 32 else (35_840, 40_512)
        for key, each in table.items():
            cell = nasbench201.Cell.from_naslib([int(op) for op in key.strip("()").split(", ")])
            assert round(each["params"] * 1e6) == cell.trainable_parameters(classes)
            convolutions = cell.ops.count("nor_conv_1x1") + cell.ops.count("nor_conv_3x3")
            more = 3 * values * convolutions + 9 * values * cell.ops.count("avg_pool_3x3")
            expected = cell.flops(classes, side) - classes + rest + more
            assert round(each["flops"] * 1e6) == expected
            counted += 1
    assert counted == 1473
