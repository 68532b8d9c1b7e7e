"""The same question in every way that it can be asked has the same answer."""

import math
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.scopes import ACCURACY, SCOPES, SIZE

import nasbench_db
from nasbench_db.explore import optimum, pareto, top
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.natssss import query_natssss_trial_stats
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.transnas101 import query_tnb101_trial_stats

QUERIES: dict[str, Callable[..., Any]] = {
    "nasbench101": query_nb101_trial_stats,
    "nasbench201": query_nb201_trial_stats,
    "natssss": query_natssss_trial_stats,
    "transnas101": query_tnb101_trial_stats,
}
POSITIONAL = {
    "nasbench101": ("arch", "num_epochs"),
    "nasbench201": ("arch", "num_epochs", "dataset"),
    "natssss": ("arch", "num_epochs", "dataset"),
    "transnas101": ("arch", "task"),
}
AGGREGATES = {"mean": "avg", "min": "min", "max": "max"}
"""Those that SQLite has of its own."""


@pytest.fixture(params=SCOPES)
def asked(
    request: pytest.FixtureRequest, explored: dict[str, Path]
) -> Iterator[tuple[str, BenchmarkDatabase, pd.DataFrame]]:
    """A benchmark's name, its database, and all its trials as a frame of pandas' own reading."""
    name: str = request.param
    with nasbench_db.connect(name, explored[name]) as database:
        view = nasbench_db.BENCHMARKS[name].schema.view
        connection = sqlite3.connect(explored[name])
        frame = pd.read_sql_query(f"SELECT * FROM {view}", connection)
        connection.close()
        yield name, database, frame


def by_query(name: str, reduction: str | None, conditions: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the benchmark's query helper."""
    given = {**dict.fromkeys(POSITIONAL[name]), **conditions}
    return list(QUERIES[name](**given, reduction=reduction))


def by_pandas(
    frame: pd.DataFrame, scope: dict[str, Any], reduction: str | None, bounds: dict[str, Any]
) -> dict[int, dict[str, float]]:
    """The metrics of each config or trial, as pandas selects and reduces them."""
    for column, value in scope.items():
        frame = frame[frame[column] == value]
    metrics = frame.select_dtypes("number").drop(columns=["trial_id"]).groupby("config_id")
    if reduction is None:
        found = frame.set_index("trial_id")
    elif reduction == "std":
        found = metrics.std(ddof=0).where(metrics.count() > 1)
    else:
        found = getattr(metrics, reduction)()
    for metric, (low, high) in bounds.items():
        found = found[found[metric] >= low] if low is not None else found
        found = found[found[metric] <= high] if high is not None else found
    wanted = list(bounds)
    return {int(key): {m: row[m] for m in wanted} for key, row in found.iterrows()}


def condition(name: str, bounds: dict[str, Any]) -> str:
    """Scope and bounds as a condition in SQL."""
    parts = [
        f"{column} = '{value}'" if isinstance(value, str) else f"{column} = {value}"
        for column, value in SCOPES[name].items()
    ]
    for metric, (low, high) in bounds.items():
        parts += [f"{metric} >= {low!r}"] if low is not None else []
        parts += [f"{metric} <= {high!r}"] if high is not None else []
    return " AND ".join(parts)


@given(data=st.data())
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_same_conditions_have_the_same_answer(
    data: st.DataObject, asked: tuple[str, BenchmarkDatabase, pd.DataFrame]
) -> None:
    """By the helper, by ``top`` with keywords and with SQL, by GROUP BY, and by pandas."""
    name, database, frame = asked
    scope = SCOPES[name]
    reduction = data.draw(st.sampled_from([None, "mean", "median", "std", "min", "max"]))
    bounds: dict[str, Any] = {}
    for metric in data.draw(st.sets(st.sampled_from([ACCURACY[name], SIZE[name]]), min_size=1)):
        values = sorted(value for value in frame[metric] if value == value)
        ends = st.none() | st.sampled_from(values) | st.floats(1.0, values[-1] + 1)
        low, high = data.draw(ends), data.draw(ends)
        if low is not None and high is not None and low > high:
            low, high = high, low
        bounds[metric] = (low, high)
    key = "config_id" if reduction else "trial_id"
    expected = by_pandas(frame, scope, reduction, bounds)

    rows = by_query(name, reduction, {**scope, **bounds})
    found = {
        row["config"]["id"] if reduction else row["id"]: {m: row[m] for m in bounds}
        for row in rows
    }
    same(found, expected)
    by = next(iter(bounds))
    tables = [
        top(10**6, by=by, reduction=reduction, columns=list(bounds), **scope, **bounds),
        top(10**6, by=by, reduction=reduction, columns=[], where={**scope, **bounds}),
        top(
            10**6, by=by, reduction=reduction, columns=list(bounds), where=condition(name, bounds)
        ),
    ]
    for table in tables:
        same({row[key]: {m: row[m] for m in bounds if m in row} for row in table}, expected)
    if reduction in AGGREGATES:
        whole = {
            row[key]: {m: row[m] for m in bounds}
            for row in by_hand(name, reduction, bounds, database)
        }
        same(whole, expected)


def by_hand(
    name: str, reduction: str, bounds: dict[str, Any], database: BenchmarkDatabase
) -> list[dict[str, Any]]:
    """What one writes oneself."""
    view = database.schema.view
    aggregate = AGGREGATES[reduction]
    columns = ", ".join(f"{aggregate}({metric}) AS r_{metric}" for metric in bounds)
    parts = []
    for metric, (low, high) in bounds.items():
        parts += [f"r_{metric} >= {low!r}"] if low is not None else []
        parts += [f"r_{metric} <= {high!r}"] if high is not None else []
    statement = (
        f"SELECT config_id, {columns} FROM {view} WHERE {condition(name, {})} GROUP BY config_id"
        + (f" HAVING {' AND '.join(parts)}" if parts else "")
    )
    return [
        dict(zip(["config_id", *bounds], row, strict=True)) for row in database.select(statement)
    ]


def same(found: dict[int, dict[str, float]], expected: dict[int, dict[str, float]]) -> None:
    """The same rows with the same values, but for the last digits of means."""
    assert found.keys() == expected.keys()
    for key, values in found.items():
        for metric, value in values.items():
            right = expected[key][metric]
            if value is None:  # the deviation of one value, which pandas has as NaN
                assert math.isnan(right)
            else:
                assert math.isclose(value, right, rel_tol=1e-12, abs_tol=1e-9)


def test_bounds_are_of_means_and_not_of_trials(
    asked: tuple[str, BenchmarkDatabase, pd.DataFrame],
) -> None:
    """Nothing on a front or at an optimum breaks the bound that was asked for."""
    name, _, frame = asked
    by = ACCURACY[name]
    best = optimum(by, **SCOPES[name])
    bound = best.value - 0.5
    front = list(pareto([(SIZE[name], "min"), by], **SCOPES[name], **{by: (bound, None)}))
    assert front
    assert all(bound <= row[by] <= best.value for row in front)
    means = by_pandas(frame, SCOPES[name], "mean", {by: (None, None)})
    below = sorted(value[by] for value in means.values())[:-1]
    if below:
        capped = optimum(by, **SCOPES[name], **{by: (None, below[-1] + 1e-9)})
        assert capped.value == pytest.approx(below[-1])


def test_a_text_that_only_names_the_fidelity_does_not_say_it(
    asked: tuple[str, BenchmarkDatabase, pd.DataFrame],
) -> None:
    """What may be several is not to be compared, however it is written."""
    name, database, _ = asked
    fidelity = database.schema.fidelity
    told = " AND ".join(f"{column} IS NOT NULL" for column in fidelity)
    for where in (told, f"({told}) OR 1=1", f"{told} AND {ACCURACY[name]} > 0"):
        with pytest.raises(nasbench_db.InvalidQuery, match="since others are not to be compared"):
            top(by=ACCURACY[name], where=where)
