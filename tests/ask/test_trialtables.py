"""The columns of a benchmark with those of measurement sets beside it."""

from __future__ import annotations

import pickle
from math import inf
from pathlib import Path

import pytest

from nasbench_db.ask.sqltext import in_quotes
from nasbench_db.metrics import Metric
from nasbench_db.nasbench201.query import TABLES
from nasbench_db.store.attached import AttachedSet


def a_set(name: str = "hw", *metrics: str) -> AttachedSet:
    return AttachedSet(
        name,
        Path(f"/{name}.measurements.db"),
        None,
        "arch_index",
        (),
        tuple(
            Metric(
                name=f"{name}.{metric}",
                title=metric,
                unit="ms",
                direction="min",
                split=None,
                quantity=metric,
                lowest=-inf,
                highest=inf,
                per_epoch=False,
                definition="",
            )
            for metric in metrics or ("pi",)
        ),
    )


def test_sets_add_metrics_and_change_nothing_else() -> None:
    before = dict(TABLES.metrics)
    more = TABLES.with_sets((a_set(), a_set("other", "a", "b")))
    added = {"hw.pi", "other.a", "other.b"}
    assert more.metrics.keys() - before.keys() == added
    assert {name for name, role in more.roles.items() if role == "metric"} >= added
    assert more.curve_metrics == TABLES.curve_metrics
    assert more.reports == TABLES.reports
    assert TABLES.metrics == before
    assert TABLES.of_sets == {}


def test_equal_sets_give_the_same_columns() -> None:
    """So that a statement is built once; also in another process."""
    more = TABLES.with_sets((a_set(),))
    assert TABLES.with_sets((a_set(),)) is more
    assert TABLES.with_sets(()) is TABLES
    assert pickle.loads(pickle.dumps(more)) is more
    assert pickle.loads(pickle.dumps(TABLES)) is TABLES


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("hw.pi < 5", '"hw.pi" < 5'),
        ("HW . PI < 5", '"hw.pi" < 5'),
        ("nb201.test_acc > hw.pi", 'nb201.test_acc > "hw.pi"'),
        ("arch_str = 'hw.pi'", "arch_str = 'hw.pi'"),
        ('"hw.pi" < 5', '"hw.pi" < 5'),
        ("hw.pixel < 5", "hw.pixel < 5"),
        ("arch_index IN (SELECT arch_index FROM hw WHERE hw.pi < 5)",) * 2,
    ],
)
def test_a_metric_of_a_set_is_one_name_in_a_condition(written: str, quoted: str) -> None:
    assert in_quotes(written, {"hw.pi"}) == quoted
