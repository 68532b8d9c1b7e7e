"""The same question in all ways that there are has the same answer."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.guest import Base, Guest, Lacks, Row, grouped, means, of_file
from conformance.helper import NUMPY
from nasbench_db import InvalidQuery
from nasbench_db.explore import optimum, pareto, top
from nasbench_db.store.database import BenchmarkDatabase

AGGREGATES = {"mean": "avg", "min": "min", "max": "max"}
"""The reductions that SQLite has of its own."""


def condition(scope: Row, bounds: Row) -> str:
    """Scope and bounds as a condition in SQL."""
    parts = [f"{column} = {value!r}" for column, value in scope.items()]
    for metric, (low, high) in bounds.items():
        parts += [f"{metric} >= {low!r}"] if low is not None else []
        parts += [f"{metric} <= {high!r}"] if high is not None else []
    return " AND ".join(parts) or "1"


def reduced(reduction: str, metric: str) -> str:
    """A reduced metric in SQL."""
    return f"{AGGREGATES[reduction]}({metric}) AS r_{metric}"


def by_pandas(
    frame: pd.DataFrame, scope: Row, reduction: str | None, bounds: Row
) -> dict[int, dict[str, float]]:
    """The metrics of each config or trial, as pandas selects and reduces them."""
    for column, value in scope.items():
        frame = frame[frame[column] == value]
    metrics = frame[["config_id", *bounds]].groupby("config_id")
    if reduction is None:
        found = frame.set_index("trial_id")
    elif reduction == "std":
        found = metrics.std(ddof=0)[metrics.size() > 1]  # of one value there is none
    else:
        found = getattr(metrics, reduction)()
    for metric, (low, high) in bounds.items():
        found = found[found[metric] >= low] if low is not None else found
        found = found[found[metric] <= high] if high is not None else found
    return {int(key): {m: row[m] for m in bounds} for key, row in found.iterrows()}


def check_same(found: dict[int, dict[str, float]], expected: dict[int, dict[str, float]]) -> None:
    """The same rows with the same values, but for the last digits of means."""
    assert found.keys() == expected.keys()
    for key, values in found.items():
        for metric, value in values.items():
            assert math.isclose(value, expected[key][metric], rel_tol=1e-12, abs_tol=1e-9)


class Answers(Base):
    """By the helper, by the questions, by SQL and by pandas."""

    @given(data=st.data())
    @settings(
        max_examples=15,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.differing_executors,
        ],
    )
    def test_the_same_conditions_have_the_same_answer(
        self,
        data: st.DataObject,
        guest: Guest,
        path: Path,
        database: BenchmarkDatabase,
        rows: list[Row],
    ) -> None:
        """By the helper, by ``top`` with keywords and with SQL, by GROUP BY, and by pandas."""
        frame = pd.DataFrame(rows)
        reduction = data.draw(st.sampled_from([None, *NUMPY]))
        bounds: Row = {}
        metrics = st.sets(st.sampled_from([guest.accuracy, guest.size]), min_size=1)
        for metric in sorted(data.draw(metrics)):
            values = sorted(value for value in frame[metric] if value == value)
            ends = st.none() | st.sampled_from(values) | st.floats(1.0, values[-1] + 1)
            low, high = data.draw(ends), data.draw(ends)
            if low is not None and high is not None and low > high:
                low, high = high, low
            bounds[metric] = (low, high)
        expected = by_pandas(frame, guest.scope, reduction, bounds)
        found = {
            row["config"]["id"] if reduction else row["id"]: {m: row[m] for m in bounds}
            for row in guest.ask(reduction=reduction, **guest.scope, **bounds)
            if all(row[metric] is not None for metric in bounds)
        }
        check_same(found, expected)
        key = "config_id" if reduction else "trial_id"
        by, names = next(iter(bounds)), list(bounds)
        ask = {"by": by, "reduction": reduction, "columns": names}
        for answer in (
            top(10**6, **ask, **guest.scope, **bounds),
            top(10**6, **ask, where={**guest.scope, **bounds}),
            top(10**6, **ask, where=condition(guest.scope, bounds)),
        ):
            check_same({row[key]: {m: row[m] for m in bounds} for row in answer}, expected)
        if reduction in AGGREGATES:
            by_hand = of_file(
                path,
                f"SELECT config_id, {', '.join(reduced(reduction, m) for m in bounds)} "
                f"FROM {guest.schema.view} WHERE {condition(guest.scope, {})} GROUP BY config_id "
                f"HAVING {condition({}, {f'r_{m}': ends for m, ends in bounds.items()})}",
            )
            check_same(
                {row["config_id"]: {m: row[f"r_{m}"] for m in bounds} for row in by_hand},
                expected,
            )

    def test_bounds_are_of_means_and_not_of_trials(
        self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """Nothing on a front or at an optimum breaks the bound that was asked for."""
        by = guest.accuracy
        best = optimum(by, **guest.scope)
        limit = best.value - guest.sign * 0.5
        bounds: Row = {by: (limit, None) if guest.sign > 0 else (None, limit)}
        front = list(pareto([(guest.size, "min"), by], **guest.scope, **bounds))
        assert front
        assert all(0 <= guest.sign * (best.value - row[by]) <= 0.5 for row in front)
        second = sorted(guest.sign * value for (value,) in means(scoped, by).values())[-2]
        beyond = guest.sign * (second + 1e-9)
        bounds = {by: (None, beyond) if guest.sign > 0 else (beyond, None)}
        capped = optimum(by, **guest.scope, **bounds)
        assert capped.value == pytest.approx(guest.sign * second)

    def test_a_text_that_only_names_the_fidelity_does_not_say_it(
        self, guest: Guest, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """What may be several is not to be compared, however it is written."""
        if len(grouped(rows, *guest.schema.fidelity)) < 2:
            raise Lacks("a second fidelity")
        told = " AND ".join(f"{column} IS NOT NULL" for column in guest.schema.fidelity)
        for where in (told, f"({told}) OR 1=1", f"{told} AND {guest.accuracy} > 0"):
            with pytest.raises(InvalidQuery, match="since others are not to be compared"):
                top(by=guest.accuracy, where=where)
