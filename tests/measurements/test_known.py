"""Published files of measurements are recognised by their content, and named as what they are."""

from __future__ import annotations

import gzip
import json
import pickle
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_db.errors import SourceError
from nasbench_db.measurements import opening
from nasbench_db.measurements.published import FILES
from nasbench_db.nasbench101 import Cell as Cell101
from nasbench_db.nasbench201 import official_order
from nasbench_db.transnas101 import Cell as CellOfTasks

CELLS = official_order()
DEAD = next(cell for cell in CELLS if not cell.is_connected)
SCORES = {"synflow": 3.5, "jacov": -32.0, "snip": 2.0, "flops": 62.5, "params": 0.43}


def rows(path: Path, columns: str, where: str = "1", name: str = "mine") -> list[Any]:
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT {columns} FROM {name} WHERE {where} ORDER BY 1, 2")
    result = found.fetchall()
    connection.close()
    return result


def written(path: Path, content: Any) -> Path:
    text = json.dumps(content).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def pickled(path: Path, *objects: Any) -> Path:
    path.write_bytes(b"".join(pickle.dumps(one, protocol=4) for one in objects))
    return path


@pytest.mark.parametrize("name", ["zc.json", "zc.json.gz"])
@pytest.mark.parametrize("early", [True, False])
def test_suite_zero_of_201(name: str, early: bool, made: Any, tmp_path: Path) -> None:
    """Both forms; the order of NASLib's tuples; its test accuracy; what stands for none."""
    dead = {**SCORES, "synflow": 0.0, "jacov": -1e8, "snip": 0.0}
    archs = {str(CELLS[7].naslib): SCORES, str(DEAD.naslib): dead}
    of = {
        arch: {k: v if early else {"score": v, "time": 0.5} for k, v in scores.items()}
        | {"val_accuracy": 71.5}
        for arch, scores in archs.items()
    }
    content: Any = {"cifar10": of, "ImageNet16-120": of}
    report = made(written(tmp_path / name, {"nasbench201": content} if early else content))
    assert report.architectures == 2
    found = rows(
        report.path,
        "dataset, synflow, jacov, snip, params, flops_with_bn_relu_pools, test_acc_seed_888",
        "arch_index = 7",
    )
    values = (3.5, -32.0, 2.0, 0.43, 62.5)
    assert found == [
        ("cifar10", *values, None),
        ("cifar10-valid", *values, 71.5),
        ("imagenet16-120", *values, 71.5),
    ]
    of_dead = f"arch_index = {DEAD.index}"
    dead_rows = rows(report.path, "dataset, synflow, jacov, snip, params", of_dead)
    assert [row[1:] for row in dead_rows] == [(None, None, None, 0.43)] * 3
    told = {row["name"]: row for row in opening.metric_rows(report.path)}
    assert [told[name]["sentinels"] for name in ("synflow", "jacov", "snip", "params")] == [
        3,
        3,
        3,
        0,
    ]
    assert "TEST" in told["test_acc_seed_888"]["description"]
    assert told["test_acc_seed_888"]["split"] == "test"
    assert "another quantity" in told["flops_with_bn_relu_pools"]["description"]
    assert ("synflow_time" in told) is not early
    raw = rows(report.path, "metric, value", of_dead, "sentinel")
    assert {value for metric, value in raw if metric == "jacov"} == {-1e8}


def test_suite_zero_of_101(made: Any, tmp_path: Path) -> None:
    """A cell is written as several graphs; the first counts."""
    ops = ["input", "conv3x3-bn-relu", "maxpool3x3", "output"]
    names = {"input": 0, "output": 1, "maxpool3x3": 2, "conv1x1-bn-relu": 3, "conv3x3-bn-relu": 4}

    def numbers(dangling: int) -> str:
        """A path through two vertices, and another vertex that leads nowhere."""
        matrix = np.zeros((7, 7), dtype=int)
        matrix[0, 1] = matrix[1, 2] = matrix[2, 6] = matrix[0, dangling] = 1
        labels = [0, names[ops[1]], names[ops[2]], 3, 3, 3, 1]
        return str((*matrix.ravel().tolist(), *labels))

    matrix = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    content = {
        "nasbench101": {"cifar10": {numbers(4): SCORES, numbers(5): {**SCORES, "snip": 9.0}}}
    }
    report = made(written(tmp_path / "zc.json", content), of="nasbench101")
    assert rows(report.path, "hash, snip") == [(Cell101(matrix, ops).hash, 2.0)]
    assert any("1 rows are of architectures of which another" in text for text in report.remarks)


def test_the_real_file_of_101(data: Path, made: Any) -> None:
    """Of its 500 graphs 292 are different cells; its parameters are those of the cells."""
    source = data / "zero_cost" / "zc_nasbench101.json.gz"
    report = made(source, of="nasbench101")
    assert (report.architectures, report.sentinels) == (292, 0)
    assert "208 rows are of architectures of which another row is already" in report.remarks
    with gzip.open(source) as file:
        raw = json.load(file)["nasbench101"]["cifar10"]
    names = ("input", "output", "maxpool3x3", "conv1x1-bn-relu", "conv3x3-bn-relu")
    cells = {}
    for text in raw:
        numbers = json.loads(text.replace("(", "[").replace(")", "]"))
        matrix = np.array(numbers[:49]).reshape(7, 7)
        cell = Cell101(matrix, [names[number] for number in numbers[49:]])
        cells.setdefault(cell.hash, (cell.trainable_parameters / 1e6, raw[text]["synflow"]))
    found = {hash: rest for hash, *rest in rows(report.path, "hash, params, synflow")}
    assert found.keys() == cells.keys()
    for hash, (parameters, synflow) in cells.items():
        assert found[hash] == [pytest.approx(parameters, abs=1e-9), synflow]


@pytest.mark.parametrize(
    ("numbers", "arch"),
    [((1, 0, 2, 3, 3, 3), "64-41414-1_02_333"), ((1, 2, 3, 4, 0, 0), "64-1234-basic")],
)
@pytest.mark.parametrize("early", [True, False])
def test_suite_zero_of_transnas(
    numbers: tuple[int, ...], arch: str, early: bool, made: Any, tmp_path: Path
) -> None:
    data = {"jigsaw": {str(numbers): {**SCORES, "val_accuracy": 95.0}}}
    space = "transbench101_macro" if 4 in numbers else "transbench101_micro"
    content = {space: data} if early else data
    report = made(written(tmp_path / "zc.json", content), of="transnas101")
    assert CellOfTasks.parse(arch).arch_str == arch
    assert rows(report.path, "arch_str, task, final_valid_score") == [(arch, "jigsaw", 95.0)]


def test_files_of_another_benchmark_are_refused(made: Any, tmp_path: Path) -> None:
    zero_cost = written(tmp_path / "zc.json", {"nasbench201": {"cifar10": {"(0,)": SCORES}}})
    latency = pickled(tmp_path / "a.pickle", {(0, 1, 2, 3, 4, 0): 0.01})
    hardware = pickled(tmp_path / "b.pickle", hw_nas_bench(2))
    for source in (zero_cost, latency, hardware):
        with pytest.raises(SourceError, match="of nasbench201, and not of nasbench101"):
            made(source, of="nasbench101")
    with pytest.raises(SourceError, match="JSON of no form that is known"):
        made(written(tmp_path / "c.json", {"a": 1}))
    with pytest.raises(SourceError, match="no measurements that are known"):
        made(pickled(tmp_path / "c.pickle", {"a": 1}))
    path = tmp_path / "c.txt"
    path.write_text("text")
    with pytest.raises(SourceError, match="none of the files"):
        made(path)


def hw_nas_bench(count: int, kind: Any = list) -> dict[str, Any]:
    def of(factor: float) -> dict[str, Any]:
        found = {
            name: kind([factor * (index + 1) for index in range(count)])
            for name in ("raspi4_latency", "fpga_energy", "eyeriss_arithmetic_intensity")
        }
        return {
            **found,
            "config": [{"arch_str": CELLS[i].arch_str, "C": 16} for i in range(count)],
        }

    data = {"cifar10": of(1.0), "cifar100": of(2.0), "ImageNet16-120": of(3.0)}
    return {"nasbench201": data, "fbnet": {"raspi4_latency": {"block": 1.0}}}


@pytest.mark.parametrize("kind", [list, np.array])
def test_hw_nas_bench(kind: Any, made: Any, tmp_path: Path) -> None:
    source = pickled(tmp_path / "HW-NAS-Bench-v1_0.pickle", hw_nas_bench(3, kind))
    report = made(source)
    assert rows(report.path, "dataset, raspi4_latency, fpga_energy", "arch_index = 2") == [
        ("cifar10", 3.0, 3.0),
        ("cifar10-valid", 3.0, 3.0),
        ("cifar100", 6.0, 6.0),
        ("imagenet16-120", 9.0, 9.0),
    ]
    told = {row["name"]: row for row in opening.metric_rows(report.path)}
    units = {name: row["unit"] for name, row in told.items()}
    assert units == {
        "raspi4_latency": "ms",
        "fpga_energy": "mJ",
        "eyeriss_arithmetic_intensity": "1",
    }
    assert told["raspi4_latency"]["batch"] == 1
    assert told["raspi4_latency"]["device"] == "Raspberry Pi 4"
    assert any("FBNet" in text for text in report.remarks)


def test_the_real_answers_of_hw_nas_bench(data: Path, made: Any, tmp_path: Path) -> None:
    """Given as the file that its API reads; matched by index."""
    answers = json.loads((data / "hwnas" / "example_outputs.json").read_text())
    known = {
        (one["arch"], one["dataset"]): one["metrics"]
        for one in answers
        if one["space"] == "nasbench201"
    }
    assert len(known) == 9
    indexes = sorted({index for index, _ in known})
    assert indexes == list(range(len(indexes)))
    content: dict[str, Any] = {}
    for dataset in {dataset for _, dataset in known}:
        names = [n for n in known[indexes[0], dataset] if n != "average_hw_metric"]
        content[dataset] = {n: [known[i, dataset][n] for i in indexes] for n in names}
    report = made(pickled(tmp_path / "hw.pickle", {"nasbench201": content}))
    for (index, dataset), metrics in known.items():
        for name in content[dataset]:
            where = f"arch_index = {index} AND dataset = '{dataset}'"
            assert rows(report.path, f"{name}, 0", where) == [(metrics[name], 0)]


def test_nats_bench_mcu(made: Any, tmp_path: Path) -> None:
    """Cells that failed have a row without values."""
    header = (
        "arch_idx,arch_str,int8_kb,rom_kb,ram_kb,latency_s,current_uA,power_mW,energy_mJ,board,"
        "arena_used_kb,arena_size_kb,operators"
    )
    good = f"7,{CELLS[7].arch_str},300,500.5,200,1.25,3300,10.9,13.6,nrf5340dk_1,90,350,CONV_2D"
    source = tmp_path / "hw_metrics.csv"
    source.write_text(f"{header}\n{good}\n")
    (tmp_path / "failures.csv").write_text(
        f"arch_idx,arch_str,outcome,int8_kb\n11,{CELLS[11].arch_str},too large,900\n"
    )
    report = made(source)
    assert rows(report.path, "arch_index, latency_s, energy_mJ, int8_kb") == [
        (7, 1.25, 13.6, 300.0),
        (11, None, None, 900.0),
    ]
    assert "board" not in report.metrics
    (provenance,) = opening.provenance(report.path)
    assert (provenance["licence"], provenance["records"]) == ("CC BY 4.0", 2)


def test_robustness_is_of_whole_classes(made: Any, tmp_path: Path) -> None:
    """One cell of each class was evaluated; values are percent here."""
    first: dict[str, int] = {}
    pair = next(
        (first[cell.unique_str], index)
        for index, cell in enumerate(CELLS)
        if first.setdefault(cell.unique_str, index) != index
    )
    root = tmp_path / "robustness-data"
    (root / "cifar10").mkdir(parents=True)
    ids = {str(i): {"nb201-string": CELLS[i].arch_str, "isomorph": str(pair[1])} for i in pair}
    written(root / "meta.json", {"ids": ids, "epsilons": {"pgd@Linf": [0.5, 1.0]}})
    evaluated = str(pair[1])
    for key, value in (("clean", 0.893), ("pgd@Linf", [0.5, 0.336]), ("fog", [0.8, 0.7])):
        content = {"cifar10": {key: {"accuracy": {evaluated: value}}}}
        written(root / "cifar10" / f"{key}_accuracy.json", content)
    report = made(root)
    columns = "isomorphism, clean, pgd_linf_eps_1, fog_severity_2"
    assert rows(report.path, columns) == [(pair[0], 89.3, pytest.approx(33.6), 70.0)]
    assert opening.identify(report.path).key == "isomorphism"
    assert any("class of isomorphic cells" in text for text in report.remarks)
    assert "of 1 classes of isomorphic architectures" in str(report)
    single = made(root / "cifar10" / "clean_accuracy.json", name="clean")
    assert single.metrics == ("clean",)


def test_latencies_of_brp_nas(made: Any, tmp_path: Path) -> None:
    """Six digits in the order of architecture strings."""
    content = {tuple(CELLS[i].op_indices): np.float64(i / 1000) for i in (7, 11)}
    report = made(pickled(tmp_path / "mobile-gpu.pickle", content))
    assert rows(report.path, "arch_index, latency") == [(7, 0.007), (11, 0.011)]
    (metric,) = opening.metric_rows(report.path)
    assert (metric["unit"], metric["device"]) == ("seconds", "mobile-gpu")
    for value in (-1.5, 71.2):
        content[tuple(CELLS[3].op_indices)] = np.float64(value)
        with pytest.raises(SourceError, match="no latencies"):
            made(pickled(tmp_path / "norm.pickle", content), force=True)


def test_pickles_of_zero_cost_nas(made: Any, tmp_path: Path) -> None:
    """One after another; of a cell the last counts; accuracies are means."""
    objects = [
        {
            "i": i,
            "arch": CELLS[i].arch_str,
            "logmeasures": {"synflow": value, "jacob_cov": -30.0},
            "trainacc": 99.0,
            "valacc": 70.0,
            "testacc": 71.0,
        }
        for i, value in ((7, 1.0), (11, 2.0), (7, 3.0))
    ]
    source = pickled(tmp_path / "nb2_cf10_seed42_x.p", *objects)
    report = made(source)
    assert rows(report.path, "arch_index, dataset, synflow, mean_test_acc") == [
        (7, "cifar10", 3.0, None),
        (7, "cifar10-valid", 3.0, 71.0),
        (11, "cifar10", 2.0, None),
        (11, "cifar10-valid", 2.0, 71.0),
    ]
    with pytest.raises(SourceError, match="does not say of which data set"):
        made(pickled(tmp_path / "results.p", *objects), force=True)
    cell = Cell101([[0, 1], [0, 0]], ["input", "output"])
    of_101 = pickled(tmp_path / "nb1.p", {"hash": cell.hash, "logmeasures": {"snip": 2.0}})
    report = made(of_101, of="nasbench101", name="other")
    assert rows(report.path, "hash, snip", name="other") == [(cell.hash, 2.0)]


class Harmful:
    """What a pickle must not make."""

    def __reduce__(self) -> Any:
        return print, ("harm",)


def test_a_pickle_runs_nothing(
    made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceError, match=r"builtins\.print"):
        made(pickled(tmp_path / "x.pickle", {"nasbench201": Harmful()}))
    assert capsys.readouterr().out == ""


def test_where_they_lie_is_known() -> None:
    assert len(FILES) > 15
    assert {file.kind for file in FILES} == {"measurements"}
