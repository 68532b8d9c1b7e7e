"""The query helper: NNI's signature and dicts, and every way to name an architecture."""

from __future__ import annotations

import inspect
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import Key, Record, expected, small_info, small_run, whole

import nasbench_db
from nasbench_db.architectures.edges import EDGES
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.nasbench201 import Cell, official_order, query_nb201_trial_stats
from nasbench_db.store.database import BenchmarkDatabase

NNI_TRIAL = {
    *("id", "config", "seed", "train_acc", "valid_acc", "test_acc", "ori_test_acc"),
    *("train_loss", "valid_loss", "test_loss", "ori_test_loss", "parameters", "latency"),
    *("flops", "training_time", "valid_evaluation_time", "test_evaluation_time"),
    "ori_test_evaluation_time",
}
NNI_CONFIG = {"id", "arch", "num_epochs", "num_channels", "num_cells", "dataset"}
NNI_POINT = {
    *("id", "current_epoch", "train_acc", "valid_acc", "test_acc", "ori_test_acc"),
    *("train_loss", "valid_loss", "test_loss", "ori_test_loss"),
}
ACCURACIES = ("train_acc", "valid_acc", "test_acc", "ori_test_acc")
METRICS = (
    *ACCURACIES,
    *("train_loss", "valid_loss", "test_loss", "ori_test_loss", "train_acc5"),
    *("parameters", "flops", "latency", "training_time", "valid_evaluation_time"),
    *("test_evaluation_time", "ori_test_evaluation_time", "epoch_training_time"),
)
INDEX = 11


@pytest.fixture(scope="module")
def truth(infos: dict[int, Record], strings: list[str]) -> dict[Key, dict[str, Any]]:
    """What the raw records say."""
    return expected(infos, strings)


def keys_of(rows: Any) -> list[Key]:
    """Which trials some rows are."""
    return [
        (
            row["config"]["arch_index"],
            row["config"]["num_epochs"],
            row["config"]["dataset"],
            row["seed"],
        )
        for row in rows
    ]


def chosen(truth: dict[Key, Any], index: Any, epochs: Any, dataset: Any) -> list[Key]:
    """The trials of an architecture, epochs and data set in the order of the source."""
    return [
        key
        for key in truth
        if all(
            asked in (None, has)
            for asked, has in zip((index, epochs, dataset), key[:3], strict=True)
        )
    ]


def test_the_signature_begins_as_nnis() -> None:
    """So that calls with positional arguments work; all further ones are by keyword."""
    parameters = inspect.signature(query_nb201_trial_stats).parameters.values()
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["arch", "num_epochs", "dataset", "reduction", "include_intermediates"]
    assert {p.kind for p in parameters} == {
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    }


def test_dicts_have_nnis_keys_and_the_values_of_the_source(
    db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Every trial and every epoch of the database."""
    rows = list(query_nb201_trial_stats(None, None, None, None, True))
    assert keys_of(rows) == list(truth)
    assert [row["id"] for row in rows] == list(range(1, len(truth) + 1))
    for row, right in zip(rows, truth.values(), strict=True):
        config, points = row.pop("config"), row.pop("intermediates")
        assert set(row) >= NNI_TRIAL - {"config"}
        assert set(config) >= NNI_CONFIG
        assert {name: config[name] for name in right["config"]} == right["config"]
        assert {name: row[name] for name in right["trial"]} == right["trial"]
        assert [point["current_epoch"] for point in points] == list(right["points"])
        for point in points:
            assert set(point) >= NNI_POINT
            number, epoch = point.pop("id"), point.pop("current_epoch")
            assert number == row["id"] * 65536 + epoch
            assert point == right["points"][epoch]


def test_a_call_as_in_nnis_documentation(
    db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """With a dict, and the data set as NNI spells it."""
    arch = official_order()[INDEX].arch
    rows = list(query_nb201_trial_stats(arch, 200, "cifar100"))
    assert keys_of(rows) == chosen(truth, INDEX, 200, "cifar100")
    assert all(row["config"]["arch"] == arch for row in rows)
    assert "intermediates" not in rows[0]


CELL = official_order()[INDEX]
WAYS: dict[str, Any] = {
    "dict": CELL.arch,
    "dict in another order": dict(reversed(CELL.arch.items())),
    "dict with the data set's names": {
        f"{source}_{target}": op for (source, target), op in zip(EDGES, CELL.ops, strict=True)
    },
    "string": CELL.arch_str,
    "index": INDEX,
    "numpy index": np.int64(INDEX),
    "small numpy index": np.uint8(INDEX),
    "names": tuple(CELL.ops),
    "list of NNI's names": [name.removeprefix("nor_") for name in CELL.ops],
    "text of the index": str(INDEX),
    "JSON": json.dumps(CELL.arch),
    "matrix": CELL.matrix,
    "Cell": CELL,
    "equal Cell": Cell.from_string(CELL.arch_str),
}


@pytest.mark.parametrize("arch", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("dataset", ["imagenet16-120", "ImageNet16-120", "IMAGENET16-120"])
def test_an_architecture_is_named_in_many_ways(
    arch: Any, dataset: str, db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """All of them find the same trials."""
    rows = list(query_nb201_trial_stats(arch, 200, dataset))
    assert keys_of(rows) == chosen(truth, INDEX, 200, "imagenet16-120")
    same = query_nb201_trial_stats(arch, 200, dataset, isomorphism=True)
    assert keys_of(same) == keys_of(rows)


def test_what_the_database_lacks_gives_no_row(db201: BenchmarkDatabase) -> None:
    """An architecture that was not trained, and epochs that nobody trained for."""
    for arch in (5, official_order()[5], official_order()[15624].arch):
        assert list(query_nb201_trial_stats(arch, None, None)) == []
        assert list(query_nb201_trial_stats(arch, None, None, isomorphism=True)) == []
    assert list(query_nb201_trial_stats(INDEX, 90, None)) == []
    assert list(query_nb201_trial_stats(INDEX, 200, None, seed=5)) == []
    assert query_nb201_trial_stats(5, 200, None).to_numpy().shape == (0,)


@pytest.mark.parametrize(
    "arch",
    [
        *(-1, 15625, np.int64(15625), 1 << 70, True, 1.5, b"x", "", "-1", "|none~0|", object()),
        *([], [0] * 5, [0] * 7, [5] * 6, ["none"] * 5, {}, {"0_1": "none"}),
        {**CELL.arch, "0_1": "conv_5x5"},
        {**CELL.arch, "4_5": "none"},
        CELL.arch_str.replace("none", "zero"),
        CELL.matrix.T,
        CELL.op_indices,
        np.array(CELL.op_indices),
    ],
)
def test_architectures_outside_the_space_are_refused(arch: Any, db201: BenchmarkDatabase) -> None:
    """At once, not when the result is asked for."""
    with pytest.raises(InvalidArchitecture) as caught:
        query_nb201_trial_stats(arch, 200, "cifar10")
    assert isinstance(caught.value, ValueError)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("dataset", "suggestion"),
    [
        ("cifar-10", "did you mean 'cifar10'?"),
        ("CIFAR_100", "did you mean 'cifar100'?"),
        ("imagenet16", "did you mean 'imagenet16-120'?"),
        ("ImageNet-16-120", "did you mean 'imagenet16-120'?"),
        ("cifar10_valid", "did you mean 'cifar10-valid'?"),
        ("mnist", "allowed are 'cifar10-valid', 'cifar10', 'cifar100', 'imagenet16-120'$"),
        ("", "dataset is ''; allowed are"),
        (10, "dataset is 10; allowed are"),
        (["cifar10"], r"dataset is \['cifar10'\]"),
    ],
)
def test_unknown_data_sets_are_refused(
    dataset: Any, suggestion: str, db201: BenchmarkDatabase
) -> None:
    """NNI answers with nothing, which looks as if it had not been trained."""
    with pytest.raises(InvalidQuery, match=suggestion.replace("?", r"\?")):
        query_nb201_trial_stats(None, 200, dataset)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"num_epochs": "200"}, "num_epochs is '200'"),
        ({"num_epochs": 200.0}, "num_epochs is 200.0"),
        ({"num_epochs": -1}, "at least 0"),
        ({"seed": "777"}, "seed is '777'"),
        ({"seed": -777}, "seed is -777"),
        ({"reduction": "average"}, "reduction is 'average'"),
        ({"limit": -1}, "limit is -1"),
        ({"order_by": "latencies"}, "order_by is 'latencies'"),
        ({"order_by": "arch"}, "order_by is 'arch'"),
        ({"order_by": "seed", "reduction": "mean"}, "order_by is 'seed'"),
        ({"order_by": "time_source", "reduction": "mean"}, "order_by is 'time_source'"),
        ({"valid_acc": 90}, "valid_acc is 90; a range is a pair"),
        ({"flops": (10, 5)}, "the lowest value is above the highest"),
    ],
)
def test_wrong_arguments_are_refused_at_once(
    ask: dict[str, Any], message: str, db201: BenchmarkDatabase
) -> None:
    """Before the database is asked."""
    with pytest.raises(InvalidQuery, match=message):
        query_nb201_trial_stats(**{"arch": None, "num_epochs": 200, "dataset": None, **ask})


def test_cells_of_one_topology_string_are_found_together(
    tmp_path: Path, infos: dict[int, Record], strings: list[str], memoised: None
) -> None:
    """By any of them, also by one that was not trained."""
    classes: dict[str, list[int]] = {}
    for index, text in enumerate(strings):
        classes.setdefault(Cell.from_string(text).unique_str, []).append(index)
    same = next(group for group in classes.values() if len(group) > 3 and group[0] > 20)
    trained = {i: small_info(i, strings[i], small_run()) for i in (5, *same[1:3])}
    path = tmp_path / "x.db"
    nasbench_db.ingest("nasbench201", whole(trained, strings), path, progress=False)
    db = nasbench_db.connect("nasbench201", path)
    for index in same[:4]:
        for arch in (index, strings[index], Cell.from_string(strings[index]).arch):
            rows = list(query_nb201_trial_stats(arch, 12, None, isomorphism=True))
            assert [row["config"]["arch_index"] for row in rows] == same[1:3]
            assert {row["config"]["isomorphism"] for row in rows} == {same[0]}
            exact = list(query_nb201_trial_stats(arch, 12, None))
            assert [row["config"]["arch_index"] for row in exact] == [
                i for i in same[1:3] if i == index
            ]
    db.close()


def test_filters_combine(db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]) -> None:
    """Seeds and ranges of each kind, both ends included; NULL lies in no range."""

    def ask(**filters: Any) -> list[Key]:
        fixed = {name: filters.pop(name, None) for name in ("arch", "num_epochs", "dataset")}
        return keys_of(query_nb201_trial_stats(**fixed, **filters))

    def right(condition: Any) -> list[Key]:
        return [key for key, row in truth.items() if condition(key, row["trial"])]

    def within(value: float | None, low: float, high: float) -> bool:
        return value is not None and low <= value <= high

    assert ask(seed=111) == right(lambda key, _: key[3] == 111)
    assert ask(seed=777, num_epochs=12) == right(lambda key, _: key[1] == 12 and key[3] == 777)
    assert ask(seed=np.int64(888)) == right(lambda key, _: key[3] == 888)
    for name in ("train_acc", "valid_acc", "test_acc", "ori_test_acc", "parameters", "flops"):
        values = sorted(row["trial"][name] for row in truth.values() if row["trial"][name])
        low, high = values[len(values) // 4], values[len(values) // 2]
        expected_keys = right(lambda _, trial: within(trial[name], low, high))  # noqa: B023
        assert 0 < len(expected_keys) < len(truth)
        assert ask(**{name: (low, high)}) == expected_keys
        assert ask(**{name: (None, None)}) == list(truth)
    assert ask(latency=(0, None)) == right(lambda _, trial: trial["latency"] is not None)
    assert ask(training_time=(0, None)) == right(lambda _, t: t["training_time"] is not None)
    assert ask(valid_acc=(None, 100), dataset="cifar10") == []  # cifar10 has no such split
    both = ask(arch=INDEX, dataset="CIFAR100", ori_test_acc=(0, 100), limit=2)
    assert both == chosen(truth, INDEX, None, "cifar100")[:2]


NUMPY = {"mean": np.mean, "median": np.median, "std": np.std, "min": np.min, "max": np.max}


@pytest.mark.parametrize("reduction", NUMPY)
def test_reductions_agree_with_numpy(
    reduction: str, db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Over the seeds of each config; NULLs are passed over, and nothing but NULLs gives NULL."""
    groups: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for key, row in truth.items():
        groups.setdefault(key[:3], []).append(row)
    rows = list(query_nb201_trial_stats(None, None, None, reduction, True))
    assert len(rows) == len(groups)
    for row in rows:
        config = row["config"]
        group = groups[config["arch_index"], config["num_epochs"], config["dataset"]]
        assert row["id"] is None
        assert "seed" not in row
        assert row["num_trials"] == len(group)

        def check(found: Any, rights: list[Any]) -> None:
            present = [value for value in rights if value is not None]
            if not present or (reduction == "std" and len(present) == 1):
                assert found is None
            else:
                right = NUMPY[reduction](present)
                assert found == pytest.approx(right, rel=1e-12, abs=1e-12)

        for metric in METRICS:
            check(row[metric], [trial["trial"][metric] for trial in group])
        assert [p["current_epoch"] for p in row["intermediates"]] == list(group[0]["points"])
        for point in row["intermediates"][:: max(1, len(row["intermediates"]) // 7)]:
            assert point["num_trials"] == len(group)
            for metric in (*ACCURACIES, "train_loss", "test_loss", "training_time"):
                check(point[metric], [t["points"][point["current_epoch"]][metric] for t in group])


def test_reductions_are_those_of_one_config(
    db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """As NNI's mean: of the seeds of one data set, not of several."""
    (row,) = query_nb201_trial_stats(INDEX, 200, "cifar100", "mean")
    trials = [truth[key]["trial"] for key in chosen(truth, INDEX, 200, "cifar100")]
    assert row["num_trials"] == len(trials) > 1
    assert row["valid_acc"] == pytest.approx(np.mean([t["valid_acc"] for t in trials]))
    rows = list(query_nb201_trial_stats(INDEX, 200, None, "mean"))
    assert [r["config"]["dataset"] for r in rows] == [
        "cifar10-valid",
        "cifar10",
        "cifar100",
        "imagenet16-120",
    ]


@pytest.mark.parametrize(
    "order_by",
    [
        "valid_acc",
        "-ori_test_acc",
        "seed",
        "-num_epochs",
        "dataset",
        "time_source",
        "-splits",
        "arch_index",
    ],
)
@pytest.mark.parametrize("limit", [None, 0, 7])
def test_orders_and_limits(order_by: str, limit: int | None, db201: BenchmarkDatabase) -> None:
    """NULL comes last in both directions; ties stay in the order of the source."""
    rows = list(query_nb201_trial_stats(None, None, None))
    name = order_by.removeprefix("-")

    def rank(row: Any) -> Any:
        value = row.get(name, row["config"].get(name))
        return ((value is None) != descending, 0 if value is None else value)

    descending = order_by.startswith("-")
    rows.sort(key=rank, reverse=descending)
    found = query_nb201_trial_stats(
        None, None, None, order_by=order_by, limit=limit, include_intermediates=limit is not None
    )
    assert keys_of(found) == keys_of(rows)[:limit]


def test_two_statements_at_most(db201: BenchmarkDatabase) -> None:
    """One for the trials and one for all their epochs; isomorphism looks up the class before."""
    statements: list[str] = []
    db201.connection().set_trace_callback(statements.append)
    for arch in (None, INDEX, CELL):
        for reduction in (None, "mean"):
            for intermediates in (False, True):
                statements.clear()
                assert len(list(query_nb201_trial_stats(arch, 12, None, reduction, intermediates)))
                assert len(statements) == 1 + intermediates
    statements.clear()
    assert len(list(query_nb201_trial_stats(CELL, 12, None, None, True, isomorphism=True)))
    assert len(statements) == 3
    db201.connection().set_trace_callback(None)


def test_arrays_hold_what_the_dicts_hold(db201: BenchmarkDatabase) -> None:
    """Text as U, empty for NULL; whole numbers as integers; NaN for NULL metrics."""
    for ask in ({}, {"order_by": "-valid_acc", "limit": 9}, {"dataset": "cifar10"}):
        ask = {"arch": None, "num_epochs": None, "dataset": None, **ask}
        array = query_nb201_trial_stats(**ask).to_numpy()
        rows = list(query_nb201_trial_stats(**ask))
        assert len(array) == len(rows) > 0
        for found, row in zip(array, rows, strict=True):
            assert found["trial_id"] == row["id"]
            for name in ("arch_index", "arch_str", "isomorphism", "num_epochs", "dataset"):
                assert found[name] == row["config"][name]
            for name in ("seed", "splits", "source"):
                assert found[name] == row[name]
            assert found["time_source"] == (row["time_source"] or "")
            for metric in METRICS:
                value = row[metric]
                assert found[metric] == value or (value is None and math.isnan(found[metric]))
    kinds = {name: array.dtype[name].str for name in array.dtype.names or ()}
    assert set(kinds.values()) == {"<i8", "<f8", "<U9", "<U16", "<U32", "<U110"}
    assert [name for name, kind in kinds.items() if kind == "<f8"] == list(METRICS)
    assert "latencies" not in kinds
    assert "arch" not in kinds


def test_arrays_of_reduced_rows(db201: BenchmarkDatabase) -> None:
    """With the number of trials, and without what only single trials have."""
    result = query_nb201_trial_stats(None, 200, "cifar100", "max")
    array = result.to_numpy()
    rows = list(result)
    assert array["num_trials"].tolist() == [row["num_trials"] for row in rows]
    assert array["valid_acc"].tolist() == [row["valid_acc"] for row in rows]
    assert np.isnan(array["training_time"]).tolist() == [r["training_time"] is None for r in rows]
    assert not {"trial_id", "seed", "splits", "source"} & set(array.dtype.names or ())


def test_latencies_are_a_list_where_there_are_several(
    db201: BenchmarkDatabase, truth: dict[Key, dict[str, Any]]
) -> None:
    """Those of version 1.0; and JSON can be made of all rows."""
    rows = list(query_nb201_trial_stats(None, None, None))
    for row, right in zip(rows, truth.values(), strict=True):
        assert row["latencies"] == right["trial"]["latencies"]
    assert {len(row["latencies"] or []) for row in rows} >= {0, 10, 18, 38}
    assert json.loads(json.dumps(rows)) == rows


def test_the_sql_can_be_run_as_it_is(db201: BenchmarkDatabase) -> None:
    """With all values filled in."""
    result = query_nb201_trial_stats(CELL, 200, "ImageNet16-120", valid_acc=(1.5, None), seed=777)
    rows = db201.execute_sql(result.sql()).fetchall()
    found = list(result)
    assert len(rows) == len(found)
    for row, trial in zip(rows, found, strict=True):
        assert {trial["valid_acc"], trial["id"], trial["seed"], CELL.arch_str} <= set(row)


def test_jupyter_shows_a_table(db201: BenchmarkDatabase) -> None:
    """Without its taking the rows away."""
    result = query_nb201_trial_stats(INDEX, 12, None)
    shown = result._repr_html_()
    assert shown.count("<tr>") == 1 + 5
    assert "<td>imagenet16-120</td>" in shown
    assert len(list(result)) == 5


def search(column: str, *also: str) -> str:
    """A step of a plan that begins with an index of the configs."""
    columns = " AND ".join(f"{name}=?" for name in (column, *also))
    return f"SEARCH c USING INDEX nb201trialconfig_{column}_num_epochs_dataset ({columns})"


BOTH = ("num_epochs", "dataset")
PLANS: list[tuple[dict[str, Any], str]] = [
    ({"arch": CELL}, search("arch_str")),
    ({"arch": CELL, "num_epochs": 200}, search("arch_str", "num_epochs")),
    ({"arch": CELL, "num_epochs": 200, "dataset": "cifar100"}, search("arch_str", *BOTH)),
    (
        {"arch": CELL, "num_epochs": 200, "dataset": "cifar100", "reduction": "mean"},
        search("arch_str", *BOTH),
    ),
    ({"arch": INDEX}, search("arch_index")),
    ({"arch": INDEX, "num_epochs": 200, "dataset": "ImageNet16-120"}, search("arch_index", *BOTH)),
    (
        {"arch": CELL, "num_epochs": 200, "dataset": "cifar100", "isomorphism": True},
        search("isomorphism", *BOTH),
    ),
    ({"arch": INDEX, "isomorphism": True}, search("isomorphism")),
    (
        {"num_epochs": 200, "dataset": "cifar100"},
        "SEARCH c USING INDEX nb201trialconfig_dataset_num_epochs (dataset=? AND num_epochs=?)",
    ),
    (
        {
            "num_epochs": 200,
            "dataset": "ImageNet16-120",
            "reduction": "mean",
            "order_by": "-valid_acc",
            "limit": 5,
        },
        "SEARCH c USING INDEX nb201trialconfig_dataset_num_epochs (dataset=? AND num_epochs=?)",
    ),
]


@pytest.mark.parametrize(("ask", "first"), PLANS)
def test_plans_begin_at_an_index(planned: Path, ask: dict[str, Any], first: str) -> None:
    """With the published data's proportions; the epochs are found by their trial."""
    db = nasbench_db.connect("nasbench201", planned)
    ask = {"arch": None, "num_epochs": None, "dataset": None, **ask}
    result = query_nb201_trial_stats(**ask, include_intermediates=True)
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {result.sql()}")]
    assert plan[:2] == [first, "SEARCH t USING INDEX nb201trialstats_config_id (config_id=?)"]
    assert all(step.startswith("USE TEMP B-TREE FOR") for step in plan[2:])
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    list(result)
    db.connection().set_trace_callback(None)
    (of_points,) = (text for text in statements if "nb201intermediatestats" in text)
    steps = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {of_points}")]
    assert "SEARCH i USING PRIMARY KEY (trial_id=?)" in steps
    never = ("SCAN i",) if ask["arch"] is None else ("SCAN i", "SCAN c", "SCAN t")
    assert not any(step.startswith(never) for step in steps)
    db.close()


def test_the_class_of_an_architecture_is_looked_up_by_an_index(planned: Path) -> None:
    """By its string or by its index."""
    db = nasbench_db.connect("nasbench201", planned)
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    for arch in (CELL, INDEX):
        statements.clear()
        query_nb201_trial_stats(arch, None, None, isomorphism=True)
        (row,) = db.execute_sql(f"EXPLAIN QUERY PLAN {statements[0]}")
        assert row[3].startswith("SEARCH nb201architecture USING")
    db.close()
