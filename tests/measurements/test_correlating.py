"""Correlations with all metrics of a set, beside those of a program that shares no code."""

from __future__ import annotations

import ast
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import explore, plotting
from nasbench_db.errors import InvalidQuery
from nasbench_db.store.database import BenchmarkDatabase

from .conftest import AT

pandas = pytest.importorskip("pandas")

_OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
OWN = {"params", "flops_with_bn_relu_pools", "test_acc_seed_888"}


@pytest.fixture(scope="module")
def real(data: Path) -> dict[str, Any]:
    """The zero-cost file, for each data set as a frame by architecture string."""
    with gzip.open(data / "zero_cost" / "zc_nasbench201.json.gz") as file:
        content = json.load(file)["nasbench201"]
    frames = {}
    for dataset, archs in content.items():
        frame = pandas.DataFrame.from_dict(archs, orient="index")
        frame.index = [_string(ast.literal_eval(key)) for key in frame.index]
        frames[dataset] = frame
    return frames


def _string(numbers: tuple[int, ...]) -> str:
    """An architecture string of NASLib's numbers, whose edges are in another order."""
    e01, e02, e03, e12, e13, e23 = (_OPERATIONS[number] for number in numbers)
    return f"|{e01}~0|+|{e02}~0|{e12}~1|+|{e03}~0|{e13}~1|{e23}~2|"


@pytest.fixture(scope="module")
def measured(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set of the zero-cost file."""
    path = tmp_path_factory.mktemp("zc") / "zc.measurements.db"
    source = data / "zero_cost" / "zc_nasbench201.json.gz"
    report = nasbench_db.measure("zc", of="nasbench201", source=source, path=path)
    assert (report.architectures, len(report.metrics)) == (491, 12)
    return path


@pytest.fixture
def sample(samples: dict[str, Path], measured: Path) -> Iterator[BenchmarkDatabase]:
    """The real numbers of the package, with the set."""
    path = samples["nasbench201"]
    with nasbench_db.connect("nasbench201", path, measurements=[measured]) as database:
        yield database


def proxies(table: Any) -> dict[str, dict[str, Any]]:
    return {row["metric"].removeprefix("zc."): row for row in table}


@pytest.mark.parametrize("sentinels", ["lowest", "omit"])
@pytest.mark.parametrize("dataset", ["cifar100", "ImageNet16-120", "cifar10"])
def test_correlations_are_those_of_plain_pandas(
    dataset: str, sentinels: Any, sample: BenchmarkDatabase, real: dict[str, Any]
) -> None:
    """Of the raw file alone, which has the accuracy as well."""
    frame = real[dataset].rename(columns={"flops": "flops_with_bn_relu_pools"})
    if sentinels == "omit":
        dead = frame["synflow"] == 0
        frame = frame.mask(frame == -1e8)
        for name in ("snip", "grad_norm", "synflow", "plain", "grasp"):
            frame.loc[dead, name] = float("nan")
    by, of = ("ori_test_acc", "cifar10-valid") if dataset == "cifar10" else ("test_acc", dataset)
    found = proxies(
        explore.correlations(by, "zc", sentinels=sentinels, dataset=of, num_epochs=200, db=sample)
    )
    names = [name for name in frame if name != "val_accuracy"]
    assert set(names) | OWN == set(found)
    for name in names:
        both = frame[[name, "val_accuracy"]].dropna()
        assert found[name]["count"] == len(both)
        for method in ("spearman", "kendall"):
            known = both.corr(method=method).iloc[0, 1]
            assert found[name][method] == pytest.approx(known, abs=1e-9), (name, method)


def test_the_facts_that_people_get_wrong(sample: BenchmarkDatabase) -> None:
    """Signs, the best proxy, what is left of them at the top, and cells without a path."""
    which: dict[str, Any] = {"db": sample, **AT}
    whole = {
        n: r["spearman"]
        for n, r in proxies(explore.correlations("test_acc", "zc", **which)).items()
    }
    known = {"synflow": 0.757, "jacov": 0.734, "snip": 0.636, "plain": -0.252, "epe_nas": 0.431}
    assert {name: round(whole[name], 3) for name in known} == known
    assert max(whole.keys() - OWN, key=lambda name: whole[name]) == "synflow"
    top = proxies(explore.correlations("test_acc", "zc", best=0.2, **which))
    known = {"synflow": 0.575, "params": 0.396, "l2_norm": 0.347, "jacov": -0.042, "snip": 0.048}
    assert {name: round(top[name]["spearman"], 3) for name in known} == known
    assert {row["count"] for row in top.values()} == {98}
    omitted = proxies(explore.correlations("test_acc", "zc", sentinels="omit", **which))
    assert round(omitted["synflow"]["spearman"], 3) == 0.747
    counts = [omitted["synflow"][name] for name in ("count", "missing", "sentinels")]
    assert counts == [484, 7, 7]
    alone = explore.rank_correlation("test_acc", "zc.synflow", **which)
    assert (alone.count, round(alone.value, 3)) == (484, 0.747)


def test_parameters_are_ours_and_flops_are_not(
    samples: dict[str, Path], sample: BenchmarkDatabase
) -> None:
    """In all 1,473; its accuracy is the test accuracy of seed 888."""
    count = 0
    for dataset, metric in (
        ("cifar100", "test_acc"),
        ("imagenet16-120", "test_acc"),
        ("cifar10-valid", "ori_test_acc"),
    ):
        columns = ["parameters", "zc.params", "zc.test_acc_seed_888"]
        at: dict[str, Any] = {"dataset": dataset, "num_epochs": 200, "db": sample}
        rows = list(explore.top(20_000, by=metric, columns=columns, **at))
        rows = [row for row in rows if row["zc.params"] is not None]
        count += len(rows)
        for row in rows:
            assert row["zc.params"] == pytest.approx(row["parameters"], abs=1e-9)
            assert row["zc.test_acc_seed_888"] == pytest.approx(row[metric], abs=1e-6)
    assert count == 1473


def test_means_are_not_of_sentinels(sample: BenchmarkDatabase) -> None:
    ((least, count),) = sample.select(
        "SELECT min(jacov), count(jacov) FROM zc WHERE dataset = 'cifar100'"
    )
    assert least > -10_000
    assert count == 484


def test_data_set_by_data_set(sample: BenchmarkDatabase) -> None:
    table = explore.correlations("test_acc", "zc", num_epochs=200, db=sample)
    assert table.columns[:5] == ("dataset", "metric", "spearman", "kendall", "count")
    rows = list(table)
    assert {row["dataset"] for row in rows} == {"cifar100", "imagenet16-120"}
    one = explore.correlations("test_acc", "zc", db=sample, **AT)
    assert [list(row.values())[1:] for row in rows if row["dataset"] == "cifar100"] == [
        list(row.values()) for row in one
    ]


def test_a_bar_for_each_proxy(sample: BenchmarkDatabase) -> None:
    pytest.importorskip("matplotlib").use("Agg")
    ax = plotting.correlations("test_acc", "zc", db=sample, **AT)
    names = [label.get_text() for label in ax.get_yticklabels()]
    widths = [bar.get_width() for bar in ax.patches]
    found = proxies(explore.correlations("test_acc", "zc", db=sample, **AT))
    assert names[0] == "synflow"
    assert names[-1] == "plain"
    assert widths == [found[name]["spearman"] for name in names]
    assert widths == sorted(widths, reverse=True)
    assert "491 architectures" in ax.get_title()
    both = plotting.correlations("test_acc", "zc", method="kendall", num_epochs=200, db=sample)
    assert len(both.patches) == 2 * len(names)
    legend = both.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["cifar100", "imagenet16-120"]


def test_what_is_refused(db: BenchmarkDatabase) -> None:
    for arguments, message in (
        ((), "the question must say which num_epochs"),
        ({"num_epochs": 200, "best": 0}, "best is 0"),
        ({"num_epochs": 200, "sentinels": "mean"}, "no way to take sentinels called 'mean'"),
        ({"num_epochs": 200, "reduction": None}, "reduction is None"),
        ({"num_epochs": 200, "parameters": (1e9, None)}, "no architecture has a value"),
    ):
        with pytest.raises(InvalidQuery, match=message):
            explore.correlations("test_acc", "hw", db=db, **dict(arguments))
    with pytest.raises(InvalidQuery, match=r"'zc' is attached, but hw; name it when you connect"):
        explore.correlations("test_acc", "zc", db=db, **AT)


def test_ties_and_what_is_missing(db: BenchmarkDatabase, made: Any, folder: Path) -> None:
    """Equal values share their rank; of equal ones alone there is no coefficient."""
    stats = pytest.importorskip("scipy.stats")
    values = {0: 1.0, 10: 1.0, 20: 2.0, 30: 2.0, 40: None, 50: 3.0}
    rows = [{"arch": i, "tied": v, "flat": 1, "rest": None} for i, v in values.items()]
    path = made(rows).path
    with nasbench_db.connect(
        "nasbench201", folder / "nasbench201.db", measurements=[path]
    ) as both:
        found = {r["metric"]: r for r in explore.correlations("test_acc", "mine", db=both, **AT)}
        known = {
            r["arch_index"]: r["test_acc"] for r in explore.top(99, by="test_acc", db=both, **AT)
        }
    there = [i for i, value in values.items() if value is not None]
    x, y = [known[i] for i in there], [values[i] for i in there]
    tied = found["mine.tied"]
    assert tied["kendall"] == pytest.approx(float(stats.kendalltau(x, y).statistic))
    assert tied["spearman"] == pytest.approx(float(stats.spearmanr(x, y).statistic))
    assert (tied["count"], tied["missing"], tied["sentinels"]) == (5, 1, 0)
    assert (found["mine.flat"]["spearman"], found["mine.flat"]["count"]) == (None, 6)
    assert "mine.rest" not in found
