"""The databases that stand for NNI's are what NNI 3.0 makes of the same records."""

import contextlib
import copy
import hashlib
import itertools
import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.nni_files import DATASETS, decoded, timed_run, write_nni101, write_nni201
from support.raw import rows_of, small_info, whole

import nasbench_db
from nasbench_db.architectures.topology import official_order
from nasbench_db.nasbench101 import Cell, query_nb101_trial_stats
from nasbench_db.nasbench101.record import Evaluation, Metrics
from nasbench_db.nasbench201 import query_nb201_trial_stats

STRINGS = [cell.arch_str for cell in official_order()]
ALL_DATASETS = ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120")

# SHA-256 of the statements in sqlite_master, in their order, of databases that NNI 3.0 made with
# peewee 3.17.9.
STATEMENTS = {
    "nb101": "36848949cc3379a76f42ce3c98aabe7e0dae94c8dd62dbd7082fc12ffaa06d0c",
    "nb201": "a8f089830689784c8a082e22ea3bd051a79e5fd935ac70aa947c2dece65214d3",
}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection


def rows(path: Path, statement: str) -> list[dict[str, Any]]:
    with opened(path) as connection:
        return rows_of(connection, statement)


def records_of_one_cell() -> list[Any]:
    """All trainings of a cell of three vertices; numbers that are never the same."""
    records = []
    for number, (epochs, _) in enumerate(itertools.product((4, 12, 36, 108), range(3))):
        points = tuple(
            Evaluation(epochs * share, 32.5 * share + number, share / 2, number / 16, share / 4)
            for share in (0.0, 0.5, 1.0)
        )
        metrics = Metrics(points, 2_250_000 + number, 99.0)
        ops = "input,maxpool3x3,output"
        records.append(("5a" * 16, epochs, "010001000", ops, metrics))
    return records


@pytest.fixture(scope="module")
def nni101(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nni101") / "nni.db"
    write_nni101(path, source)
    return path


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    """An architecture trained on all data sets with two seeds, and two that were not trained."""
    runs = [
        timed_run(dataset, seed, epochs)
        for epochs in (12, 200)
        for dataset in ALL_DATASETS
        for seed in (777, 888)
    ]
    infos = {
        1: {
            **small_info(1, STRINGS[1], *runs[:8], fidelity="less"),
            **small_info(1, STRINGS[1], *runs[8:], fidelity="full"),
        }
    }
    return whole(infos, STRINGS[:3])


@pytest.fixture(scope="module")
def nni201(content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("nni201") / "nni.db"
    write_nni201(path, content)
    return path


@pytest.mark.parametrize("prefix", ["nb101", "nb201"])
def test_tables_are_word_for_word_those_of_nni(prefix: str, nni101: Path, nni201: Path) -> None:
    path = nni101 if prefix == "nb101" else nni201
    statements = rows(path, "SELECT sql FROM sqlite_master ORDER BY rootpage")
    text = "\n".join(row["sql"] for row in statements)
    assert hashlib.sha256(text.encode()).hexdigest() == STATEMENTS[prefix]
    with opened(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_indexes_have_one_column_each(nni101: Path, nni201: Path) -> None:
    found: dict[str, set[str]] = {}
    for path in (nni101, nni201):
        with opened(path) as connection:
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                for _, index, unique, *_ in connection.execute(f"PRAGMA index_list({table})"):
                    ((_, _, column),) = connection.execute(f"PRAGMA index_info({index})")
                    assert not unique
                    assert index == f"{table}_{column}"
                    found.setdefault(table, set()).add(column)
    assert found == {
        "nb101trialconfig": {"arch", "num_vertices", "hash", "num_epochs"},
        "nb101trialstats": {"config_id"},
        "nb101intermediatestats": {"trial_id", "current_epoch"},
        "nb201trialconfig": {"arch", "num_epochs", "dataset"},
        "nb201trialstats": {"config_id"},
        "nb201intermediatestats": {"trial_id", "current_epoch"},
    }


def test_a_cell_of_101_is_stored_as_nni_stores_it(tmp_path: Path) -> None:
    path = tmp_path / "nni.db"
    write_nni101(path, records_of_one_cell())
    configs = rows(path, "SELECT * FROM nb101trialconfig")
    assert configs == [
        {
            "id": number,
            "arch": '{"input1":[0],"input2":[1],"op1":"maxpool3x3"}',
            "num_vertices": 3,
            "hash": "5a" * 16,
            "num_epochs": epochs,
        }
        for number, epochs in enumerate((4, 12, 36, 108), 1)
    ]
    trials = rows(path, "SELECT * FROM nb101trialstats")
    assert [(row["id"], row["config_id"]) for row in trials] == [
        (number + 1, number // 3 + 1) for number in range(12)
    ]
    assert trials[4] == {
        "id": 5,
        "config_id": 2,
        "train_acc": 50.0,
        "valid_acc": 25.0,
        "test_acc": 25.0,
        "parameters": 2.25,  # the first record's, for all trainings of the cell
        "training_time": 60 * 36.5,  # not seconds
    }
    assert rows(path, "SELECT * FROM nb101intermediatestats WHERE trial_id = 5") == [
        {
            "id": 9,
            "trial_id": 5,
            "current_epoch": 6,
            "train_acc": 25.0,
            "valid_acc": 25.0,
            "test_acc": 12.5,
            "training_time": 20.25,
        },
        {
            "id": 10,
            "trial_id": 5,
            "current_epoch": 12,
            "train_acc": 50.0,
            "valid_acc": 25.0,
            "test_acc": 25.0,
            "training_time": 36.5,
        },
    ]


def test_a_file_of_101_gives_what_ingestion_gives_but_for_the_times(
    nni101: Path, built: Path, source: Path
) -> None:
    theirs = rows(
        nni101,
        "SELECT hash, num_vertices, c.num_epochs, arch, train_acc, valid_acc, test_acc, "
        "parameters, training_time FROM nb101trialstats t "
        "JOIN nb101trialconfig c ON c.id = config_id ORDER BY hash, c.num_epochs, t.id",
    )
    db = nasbench_db.connect("nasbench101", built)
    ours = [
        {
            **{name: row["config"][name] for name in ("hash", "num_vertices", "num_epochs")},
            "arch": json.dumps(row["config"]["arch"], sort_keys=True, separators=(",", ":")),
            **{name: row[name] for name in ("train_acc", "valid_acc", "test_acc", "parameters")},
            "training_time": row["training_time"] * 60,
        }
        for row in query_nb101_trial_stats(None, None, db=db)
    ]
    db.close()
    assert len(theirs) == len(list(decoded(source))) == 1092
    assert theirs == sorted(ours, key=lambda row: (row["hash"], row["num_epochs"]))
    for row in theirs[::100]:
        assert Cell.from_arch(json.loads(row["arch"])).hash == row["hash"]


def test_a_cell_of_101_without_all_trainings_fails(tmp_path: Path) -> None:
    records = records_of_one_cell()
    path = tmp_path / "nni.db"
    with pytest.raises(IndexError):
        write_nni101(path, records[:-1])
    with pytest.raises(KeyError):
        write_nni101(path, records[:9])
    assert not path.exists()


def test_all_configs_of_201_are_there_trained_or_not(nni201: Path) -> None:
    configs = rows(nni201, "SELECT * FROM nb201trialconfig")
    assert len(configs) == 3 * 2 * 4
    assert [row["id"] for row in configs] == list(range(1, 25))
    assert [(row["num_epochs"], row["dataset"]) for row in configs[8:16]] == [
        *((12, dataset) for dataset in DATASETS),
        *((200, dataset) for dataset in DATASETS),
    ]
    assert {(row["num_channels"], row["num_cells"]) for row in configs} == {(16, 5)}
    # STRINGS[0] is |avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|...
    assert configs[0]["arch"] == (
        '{"0_1":"avg_pool_3x3","0_2":"conv_1x1","0_3":"conv_1x1",'
        '"1_2":"skip_connect","1_3":"skip_connect","2_3":"skip_connect"}'
    )
    trained = {row["config_id"] for row in rows(nni201, "SELECT * FROM nb201trialstats")}
    assert trained == set(range(9, 17))


@pytest.mark.parametrize("dataset", ALL_DATASETS)
@pytest.mark.parametrize(("fidelity", "epochs"), [("less", 12), ("full", 200)])
def test_a_training_of_201_has_the_splits_that_nni_takes(
    dataset: str, fidelity: str, epochs: int, content: dict[str, Any], nni201: Path
) -> None:
    run = content["arch2infos"][1][fidelity]["all_results"][dataset, 888]
    splits = {
        "cifar10-valid": ["x-valid", "ori-test", "ori-test"],
        "cifar10": ["ori-test"] * 3,
    }.get(dataset, ["x-valid", "x-test", "ori-test"])
    (trial,) = rows(
        nni201,
        "SELECT t.* FROM nb201trialstats t JOIN nb201trialconfig c ON c.id = config_id "
        f"WHERE dataset = '{dataset.lower()}' AND num_epochs = {epochs} AND seed = 888",
    )
    last = epochs - 1
    for column, split in zip(("valid", "test", "ori_test"), splits, strict=True):
        assert trial[f"{column}_acc"] == run["eval_acc1es"][f"{split}@{last}"]
        assert trial[f"{column}_loss"] == run["eval_losses"][f"{split}@{last}"]
        assert trial[f"{column}_evaluation_time"] == run["eval_times"][f"{split}@{last}"]
    assert trial["train_acc"] == run["train_acc1es"][last]
    assert trial["train_loss"] == run["train_losses"][last]
    assert trial["training_time"] == run["train_times"][last] * epochs
    assert (trial["parameters"], trial["flops"], trial["latency"]) == (0.5, 12.25, 0.015625)
    points = rows(nni201, f"SELECT * FROM nb201intermediatestats WHERE trial_id = {trial['id']}")
    assert [point["current_epoch"] for point in points] == list(range(1, epochs + 1))
    for epoch, point in enumerate(points):
        assert point["train_acc"] == run["train_acc1es"][epoch]
        assert point["valid_loss"] == run["eval_losses"][f"{splits[0]}@{epoch}"]
        assert point["test_acc"] == run["eval_acc1es"][f"{splits[1]}@{epoch}"]


def test_what_was_not_measured_gives_null_or_no_row(tmp_path: Path) -> None:
    run = timed_run("cifar100", latency=[0.5, 0.25])
    run["train_losses"][11] = math.nan
    for epoch in (3, 5):
        for name in ("train_acc1es", "train_losses"):
            del run[name][epoch]
    for name in ("eval_acc1es", "eval_losses"):
        for split in run["eval_names"]:
            del run[name][f"{split}@3"]
        del run[name]["x-test@5"]
    path = tmp_path / "nni.db"
    write_nni201(path, whole({0: small_info(0, STRINGS[0], run)}, STRINGS[:1]))
    (trial,) = rows(path, "SELECT * FROM nb201trialstats")
    assert trial["train_loss"] is None
    assert trial["latency"] == 0.5
    points = rows(path, "SELECT * FROM nb201intermediatestats")
    assert [point["current_epoch"] for point in points] == [1, 2, 3, *range(5, 13)]
    (fifth,) = (point for point in points if point["current_epoch"] == 6)
    nothing = {name for name, value in fifth.items() if value is None}
    assert nothing == {"train_acc", "train_loss", "test_acc", "test_loss"}
    assert points[-1]["train_loss"] is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"train_times": None}, TypeError),
        ({"latency": None}, TypeError),
        ({"eval_times": {}}, KeyError),
        ({"train_acc1es": {11: math.nan}}, sqlite3.IntegrityError),
    ],
)
def test_a_training_that_nni_does_not_take_fails(
    changes: dict[str, Any], error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "nni.db"
    content = whole({0: small_info(0, STRINGS[0], timed_run(**changes))}, STRINGS[:1])
    with pytest.raises(error):
        write_nni201(path, content)
    assert not path.exists()


def test_an_architecture_without_configs_fails(tmp_path: Path) -> None:
    content = whole({1: small_info(1, STRINGS[1], timed_run())}, STRINGS[:1])
    with pytest.raises(KeyError):
        write_nni201(tmp_path / "nni.db", content)


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nni.db"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_nni101(path, records_of_one_cell())
    assert path.read_text() == "mine"


@pytest.mark.usefixtures("memoised")
def test_the_same_content_is_ingested_and_its_columns_are_comparable(
    content: dict[str, Any], nni201: Path, tmp_path: Path
) -> None:
    given = {**copy.deepcopy(content), "meta_archs": STRINGS, "total_archs": len(STRINGS)}
    nasbench_db.ingest("nasbench201", given, tmp_path / "ours.db", progress=False)
    db = nasbench_db.connect("nasbench201", tmp_path / "ours.db")
    ours = list(query_nb201_trial_stats(1, None, "cifar100", db=db))
    db.close()
    theirs = rows(
        nni201,
        "SELECT t.* FROM nb201trialstats t JOIN nb201trialconfig c ON c.id = config_id "
        "WHERE dataset = 'cifar100' ORDER BY t.id",
    )
    assert len(ours) == len(theirs) == 4
    for our, their in zip(ours, theirs, strict=True):
        for name in set(their) - {"id", "config_id", "training_time"}:
            assert our[name] == their[name], name
        assert our["training_time"] == pytest.approx(their["training_time"], rel=1e-14)
