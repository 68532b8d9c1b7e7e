"""Questions: every value, the best epochs in the right direction, and by indexes."""

import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tasks import MACRO, MICRO, Content, ingest

import nasbench_db
from nasbench_db import InvalidQuery
from nasbench_db.nasbench201 import Cell as TopologyCell
from nasbench_db.store.database import BenchmarkDatabase, FileDatabase
from nasbench_db.store.models import canonical_json
from nasbench_db.transnas101 import (
    Cell,
    best_archs,
    query_tnb101_trial_stats,
)
from nasbench_db.transnas101.layout import METRICS_DICT
from nasbench_db.transnas101.metrics import direction_of


def of(content: Content, arch: str, task: str) -> Any:
    """What a content has of a training."""
    for archs in content["data"].values():
        if arch in archs:
            return archs[arch][task]
    raise KeyError(arch)


def number(value: float) -> float | None:
    """A value as a dict has it."""
    return None if math.isnan(value) else value


def test_architectures_of_the_file_are_found_whatever_they_are(built_odd: Path) -> None:
    db = nasbench_db.connect("transnas101", built_odd)
    (trial,) = query_tnb101_trial_stats("resnet50", None)
    assert trial["config"]["arch"] == "resnet50"
    assert trial["config"]["task"] == "normal"
    assert len(list(query_tnb101_trial_stats(None, "jigsaw", "nano"))) == 1
    (trial,) = query_tnb101_trial_stats(None, "depth", include_intermediates=True)
    assert trial["intermediates"][5]["further"]["valid_beauty"] == "x"
    (trial,) = query_tnb101_trial_stats(MACRO[0], "class_scene", include_intermediates=True)
    assert trial["intermediates"][1]["further"]["train_top1"] == {"int": str(10**400)}
    (trial,) = query_tnb101_trial_stats(MICRO[0], "class_object", best="valid_top1")
    assert trial["further_info"]["colour"] == "green"
    db.close()


def test_conditions_are_joined(db: BenchmarkDatabase) -> None:
    def count(*arguments: Any, **more: Any) -> int:
        return len(list(query_tnb101_trial_stats(*arguments, **more)))

    assert count(None, None) == 49
    assert count(None, "jigsaw") == 7
    assert count(None, "jigsaw", "macro") == 3
    assert count(None, None, num_epochs=30) == 21
    assert count(None, None, "micro", num_epochs=10, limit=2) == 2
    assert count(None, "jigsaw", valid_top1=(0, 100)) == 7
    assert count(None, None, valid_top1=(None, 100)) == 21
    values = query_tnb101_trial_stats(None, "jigsaw").to_numpy()
    middle = np.median(values["valid_top1"])
    assert count(None, "jigsaw", valid_top1=(middle, None)) == 4
    assert count(None, "jigsaw", encoder_params=(values["encoder_params"].max(), None)) >= 1


def test_best_is_the_best_in_the_metrics_own_direction(
    db: BenchmarkDatabase, content: Content
) -> None:
    """All metrics of that epoch are given, and what belongs to the training."""
    for task, names in METRICS_DICT.items():
        for metric in names:
            higher = metric.split("_", 1)[1] in ("top1", "top5", "acc", "mIoU", "ssim", "neg_loss")
            assert direction_of(metric) == ("max" if higher else "min")
            found = {
                trial["config"]["arch_str"]: trial
                for trial in query_tnb101_trial_stats(None, task, best=metric)
            }
            assert list(found) == [*MACRO, *MICRO]
            for arch, trial in found.items():
                training = of(content, arch, task)
                curve = [v for v in training["metrics"][metric] if not math.isnan(v)]
                best = training["metrics"][metric].index(max(curve) if higher else min(curve))
                assert trial["current_epoch"] == best + 1
                for name in names:
                    assert trial[name] == number(training["metrics"][name][best])
                assert trial["model_params"] == training["model_info"]["model_params"]


def test_the_test_value_at_the_best_epoch_on_validation(
    db: BenchmarkDatabase, content: Content
) -> None:
    """In one call, and one statement, which runs elsewhere too."""
    result = query_tnb101_trial_stats(
        None, "class_object", "micro", best="valid_top1", order_by="-valid_top1", limit=1
    )
    statement = result.sql()
    trial = next(result)
    curves = {
        arch: results["class_object"]["metrics"]
        for arch, results in content["data"]["micro"].items()
    }
    arch = max(curves, key=lambda a: max(curves[a]["valid_top1"]))
    best = curves[arch]["valid_top1"].index(max(curves[arch]["valid_top1"]))
    assert trial["config"]["arch_str"] == arch
    assert trial["test_top1"] == curves[arch]["test_top1"][best]
    with sqlite3.connect(db.path) as connection:
        (row,) = connection.execute(statement)
    connection.close()
    assert trial["test_top1"] in row


def test_of_equal_epochs_the_first_is_best(content: Content, tmp_path: Path) -> None:
    training = content["data"]["macro"][MACRO[0]]["jigsaw"]
    metrics = {
        "valid_top1": [1.0, 3.0, 3.0, 2.0],
        "valid_loss": [math.nan, 5.0, 4.0, 4.0],
        "test_loss": [math.nan] * 4,
    }
    training = {**training, "total_epochs": 4, "metrics": metrics}
    data = {"macro": {MACRO[0]: {"jigsaw": training}}, "micro": {}}
    small = {**content, "task_list": ["jigsaw"], "data": data}
    nasbench_db.connect("transnas101", ingest(small, tmp_path / "x.db"))
    for metric, epoch in (("valid_top1", 2), ("valid_loss", 3)):
        (trial,) = query_tnb101_trial_stats(MACRO[0], "jigsaw", best=metric)
        assert trial["current_epoch"] == epoch
    assert list(query_tnb101_trial_stats(MACRO[0], "jigsaw", best="test_loss")) == []
    assert list(query_tnb101_trial_stats(MACRO[0], "jigsaw", best="train_loss")) == []


def test_best_architectures_come_in_the_right_order(
    db: BenchmarkDatabase, content: Content
) -> None:
    """The lowest losses, the highest accuracies; a curve of NaN is not among them."""
    for task, names in METRICS_DICT.items():
        for metric in names:
            for space, archs in content["data"].items():
                bests = {}
                for arch, results in archs.items():
                    curve = [v for v in results[task]["metrics"][metric] if not math.isnan(v)]
                    sign = -1 if direction_of(metric) == "max" else 1
                    bests[arch] = min(sign * value for value in curve)
                expected = sorted(bests, key=lambda arch: bests[arch])
                found = [t["config"]["arch_str"] for t in best_archs(task, metric, space, None)]
                assert found == expected
                (first,) = best_archs(task, metric, space)
                assert first["config"]["arch_str"] == expected[0]
    (all_spaces,) = best_archs("jigsaw", "valid_top1")
    per_space = [next(best_archs("jigsaw", "valid_top1", s)) for s in ("macro", "micro")]
    assert all_spaces["valid_top1"] == max(trial["valid_top1"] for trial in per_space)


def test_frames_of_final_and_best_values(db: BenchmarkDatabase, content: Content) -> None:
    """Of a task: a row for each architecture, a column for each metric."""
    final = query_tnb101_trial_stats(None, "segmentsemantic").to_numpy()
    best = query_tnb101_trial_stats(None, "segmentsemantic", best="valid_mIoU").to_numpy()
    assert final["arch_str"].tolist() == best["arch_str"].tolist() == [*MACRO, *MICRO]
    assert final["arch_index"].tolist() == list(range(7))
    assert "current_epoch" not in final.dtype.names
    for row, last in zip(best, final, strict=True):
        metrics = of(content, str(row["arch_str"]), "segmentsemantic")["metrics"]
        assert row["valid_mIoU"] == max(metrics["valid_mIoU"])
        assert row["test_mIoU"] == metrics["test_mIoU"][row["current_epoch"] - 1]
        assert last["test_mIoU"] == metrics["test_mIoU"][-1]
        assert math.isnan(row["valid_top1"])
    assert "<table>" in query_tnb101_trial_stats(None, "jigsaw", best="valid_top1")._repr_html_()


def test_reductions_are_over_one_trial(db: BenchmarkDatabase) -> None:
    for best in (None, "valid_loss"):
        single = list(query_tnb101_trial_stats(None, "jigsaw", best=best))
        for reduction in ("mean", "median", "min", "max"):
            reduced = list(
                query_tnb101_trial_stats(None, "jigsaw", None, reduction, True, best=best)
            )
            assert [row["valid_top1"] for row in reduced] == [t["valid_top1"] for t in single]
            assert {row["num_trials"] for row in reduced} == {1}
            assert {len(row["intermediates"]) for row in reduced} == {10}
    (row,) = query_tnb101_trial_stats(MACRO[0], "jigsaw", None, "std")
    assert row["valid_top1"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"search_space": "nano"}, "search_space is 'nano', .*it has 'macro', 'micro'"),
        ({"best": "valid_top2"}, r"there are .*did you mean 'valid_top"),
        ({"best": "valid_acc", "task": "jigsaw"}, "no metric called 'valid_acc'; .*train_top1"),
        ({"best": "valid_top1", "task": "jigsaws"}, "task is 'jigsaws'.*did you mean 'jigsaw'"),
        ({"best": "further"}, "no metric called 'further'"),
        ({"best": 5}, "no metric called 5"),
        ({"valid_top9": (0, 1)}, "no metric called 'valid_top9'; there are inference_time"),
        ({"valid_top1; DROP": (0, 1)}, "no metric called"),
        ({"order_by": "current_epoch"}, "order_by is 'current_epoch'"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: dict[str, Any], message: str, db: BenchmarkDatabase
) -> None:
    with pytest.raises(InvalidQuery, match=message):
        query_tnb101_trial_stats(None, **{"task": None, **arguments})


def test_the_best_epochs_of_a_task_in_any_spelling(db: BenchmarkDatabase) -> None:
    expected = list(query_tnb101_trial_stats(None, "class_object", best="valid_top1"))
    for task in ("Class_Object", ["class_object"], "class-object"):
        found = query_tnb101_trial_stats(None, task, best="valid_top1")  # type: ignore[arg-type]
        assert list(found) == expected


def test_best_archs_refuses_other_metrics(db: BenchmarkDatabase) -> None:
    for metric in ("beauty", None, 5, "valid_acc"):
        with pytest.raises(InvalidQuery, match=r"there are"):
            best_archs("jigsaw", metric)


def test_the_epoch_can_be_ordered_by(db: BenchmarkDatabase) -> None:
    result = query_tnb101_trial_stats(None, "jigsaw", best="valid_top1", order_by="-current_epoch")
    epochs = [trial["current_epoch"] for trial in result]
    assert epochs == sorted(epochs, reverse=True)


def test_questions_go_by_indexes(db: BenchmarkDatabase) -> None:
    """None scans a table, and none but an order needs a sorter."""
    for result in (
        query_tnb101_trial_stats(MACRO[0], "jigsaw"),
        query_tnb101_trial_stats(MACRO[0], None),
        query_tnb101_trial_stats(0, "jigsaw"),
        query_tnb101_trial_stats(None, "jigsaw"),
        query_tnb101_trial_stats(None, "jigsaw", "micro"),
        query_tnb101_trial_stats(MACRO[0], "jigsaw", best="valid_loss"),
        query_tnb101_trial_stats(None, "jigsaw", "macro", best="valid_top1"),
        best_archs("jigsaw", "valid_top1", "micro"),
    ):
        plan = [row[3] for row in db.select(f"EXPLAIN QUERY PLAN {result.sql()}")]
        assert plan[0].startswith("SEARCH c USING INDEX tnb101trialconfig_")
        assert not [step for step in plan if step.startswith(("SCAN", "MATERIALIZE"))], plan


def test_statements_are_few(db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for the trials, one for the intermediates, and one for the names of the task's metrics,
    once the words were used."""
    ask = lambda: list(  # noqa: E731
        query_tnb101_trial_stats(None, "jigsaw", "macro", None, True, best="valid_top1")
    )
    ask()
    asked: list[str] = []
    select = FileDatabase.select
    monkeypatch.setattr(
        FileDatabase,
        "select",
        lambda self, statement, *values: (
            asked.append(statement) or select(self, statement, *values)
        ),
    )
    ask()
    assert sum("trialstats" in statement for statement in asked) == 2
    assert len(asked) == 3


def test_micro_cells_are_joined_to_nasbench201(db: BenchmarkDatabase) -> None:
    """By the text of the architecture, which is the same on both sides."""
    topology = TopologyCell.from_arch(Cell.from_string(MICRO[0]).arch)
    statement = "SELECT DISTINCT arch_str FROM tnb101trialconfig WHERE arch = ?"
    assert list(db.select(statement, (canonical_json(topology.arch),))) == [(MICRO[0],)]
