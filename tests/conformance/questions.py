"""The questions of ``explore``, as plain Python answers them over all trials."""

from __future__ import annotations

import statistics as pystatistics
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from conformance.guest import Base, Guest, Row, grouped, means
from conformance.helper import NUMPY
from nasbench_db import InvalidQuery
from nasbench_db.ask.tables import Table
from nasbench_db.explore import (
    coverage,
    learning_curve,
    optimum,
    pareto,
    rank_correlation,
    select_and_report,
    statistics,
    top,
)
from nasbench_db.store.database import BenchmarkDatabase


def dominated(point: tuple[float, ...], points: list[tuple[float, ...]]) -> bool:
    """Whether another point is at least as high in all, and higher in one."""
    return any(
        all(o >= p for o, p in zip(other, point, strict=True)) and other != point
        for other in points
    )


class Questions(Base):
    """Each against loops over the flat view."""

    def test_top(
        self, guest: Guest, path: Path, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """The best by mean, the best one first; a metric's own direction unless one is given."""
        by, size = guest.accuracy, guest.size
        sign = guest.sign
        expected = sorted(
            means(scoped, by).items(), key=lambda item: (-sign * item[1][0], item[0])
        )
        found = list(top(3, by=by, **guest.scope))
        assert [row["config_id"] for row in found] == [config for config, _ in expected[:3]]
        assert [row[by] for row in found] == pytest.approx([v for _, (v,) in expected[:3]])
        for row in found:
            assert row.items() >= guest.scope.items()
            assert row["num_trials"] == sum(r["config_id"] == row["config_id"] for r in scoped)
            assert isinstance(row["arch"], (dict, list))
        other = "min" if sign > 0 else "max"
        worst = [row["config_id"] for row in top(2, by=by, direction=other, **guest.scope)]
        expected.sort(key=lambda item: (sign * item[1][0], item[0]))
        assert worst == [config for config, _ in expected[:2]]
        (least,) = top(1, by=size, **guest.scope)
        assert least[size] == pytest.approx(min(row[size] for row in scoped))
        assert len(list(top(10**6, by=by, **guest.scope))) == len(expected)
        assert list(top(0, by=by, **guest.scope)) == []
        (single,) = top(1, by=by, reduction=None, **guest.scope)
        best = max(scoped, key=lambda row: sign * row[by])
        assert (single["trial_id"], single[by]) == (best["trial_id"], best[by])
        columns = top(1, by=by, **guest.scope).columns
        assert {by, guest.on("train"), guest.on("test"), size} <= set(columns)
        assert by.endswith("loss") or not any(column.endswith("loss") for column in columns)
        # Beside a cost stands what it is paid for, and what the rows were filtered by.
        bounds = {guest.on("train"): (0, None)}
        cheapest = top(1, by=size, **guest.scope, **bounds).columns
        assert {by, *bounds} <= set(cheapest)
        filtered = top(1, by=size, where=f"{guest.third} >= 0", **guest.scope).columns
        assert {by, guest.third} <= set(filtered)
        few = top(1, by=by, columns=[size], **guest.scope).columns
        assert [column for column in few if column in guest.metrics] == [by, size]

    @pytest.mark.parametrize("count", [2, 3])
    def test_pareto(
        self, count: int, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """Nobody on the front is beaten, and everybody off it is."""
        metrics = (guest.accuracy, guest.size, guest.third)[:count]
        values = {
            config: tuple(sign * v for sign, v in zip((guest.sign, -1, -1), found, strict=False))
            for config, found in means(scoped, *metrics).items()
        }
        expected = {c for c, point in values.items() if not dominated(point, [*values.values()])}
        objectives: list[Any] = [metrics[0], *((name, "min") for name in metrics[1:])]
        front = list(pareto(objectives, **guest.scope))
        assert {row["config_id"] for row in front} == expected
        first = [row[metrics[0]] for row in front]
        assert first == sorted(first, reverse=guest.sign > 0)

    def test_optimum(self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]) -> None:
        """Its value, its rule, all who reach it, and the regret of others."""
        values = means(scoped, guest.accuracy)
        best = optimum(guest.accuracy, **guest.scope)
        right = (max if guest.sign > 0 else min)(values.values())
        assert best.value == pytest.approx(right[0])
        assert best.count == len(values)
        assert best.regret(best.value) == 0
        assert best.regret(best.value - guest.sign * 1.5) == pytest.approx(1.5)
        assert best.regret(best.value + guest.sign * 1.5) == pytest.approx(-1.5)
        (row,) = best.architectures
        assert values[row["config_id"]] == right
        which = "highest" if guest.sign > 0 else "lowest"
        told = f"the {which} mean over trials of {guest.accuracy} among {best.count} configs"
        assert told in best.rule
        assert all(repr(value) in best.rule for value in guest.scope.values())
        assert best.sql() == best.architectures.sql()
        assert str(best).startswith(f"{best.value:g}: the {which}")
        least = optimum(guest.size, **guest.scope)
        assert least.rule.startswith("the lowest")
        assert least.regret(least.value + 10) == pytest.approx(10)

    def test_learning_curve(
        self, guest: Guest, path: Path, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """All evaluations of all trials of an architecture, in order, as the tables have them."""
        by, identity = guest.curve_accuracy, guest.schema.identity[0]
        row = [one for one in rows if one.items() >= guest.scope.items()][-1]
        same = [one for one in rows if one[identity] == row[identity]]
        ids = {one["trial_id"] for one in same}
        names = ("trial_id", "current_epoch", by)
        points = [
            {name: point[name] for name in names}
            for point in guest.points(path)
            if point["trial_id"] in ids
        ]
        curve = [
            {name: one[name] for name in names}
            for one in learning_curve(row[guest.key], metrics=[by])
        ]
        assert sorted(curve, key=lambda p: (p["trial_id"], p["current_epoch"])) == points
        scoped = list(learning_curve(row[guest.key], **guest.scope))
        wanted = {one["trial_id"] for one in same if one.items() >= guest.scope.items()}
        assert {one["trial_id"] for one in scoped} == wanted
        epochs = [p["current_epoch"] for p in scoped if p["trial_id"] == scoped[0]["trial_id"]]
        assert epochs == sorted(epochs)
        *_, last = learning_curve(row[guest.key], reduction="mean", **guest.scope)
        group = [one[guest.accuracy] for one in same if one["config_id"] == row["config_id"]]
        assert (last["current_epoch"], last["num_trials"]) == (row["num_epochs"], len(group))
        assert last[by] == pytest.approx(pystatistics.fmean(group))

    def test_statistics(
        self, guest: Guest, with_holes: BenchmarkDatabase, holed_rows: list[Row]
    ) -> None:
        """Over the trials of each config, NULLs not counted; with none there is no mean."""
        by = guest.accuracy
        found = list(statistics([by, guest.size], **guest.scope))
        scoped = [row for row in holed_rows if row.items() >= guest.scope.items()]
        groups = grouped(scoped, "config_id")
        assert len(found) == len(groups)
        for row, group in zip(found, groups.values(), strict=True):
            values = [one[by] for one in group if one[by] is not None]
            assert row[f"{by}_n"] == len(values)
            for name, function in NUMPY.items():
                if name != "median":
                    right = function(values) if values else None
                    assert row[f"{by}_{name}"] == pytest.approx(right, abs=1e-9)
            assert row[f"{guest.size}_n"] == len(group)
        assert {0} < {row[f"{by}_n"] for row in found}

    def test_coverage(self, guest: Guest, database: BenchmarkDatabase, rows: list[Row]) -> None:
        """Every config is covered once."""
        found = list(coverage())
        assert found == list(coverage(benchmark=guest.name)) == database.coverage()
        (key,) = {"configs", "architectures"} & set(found[0])
        assert sum(row[key] for row in found) == len({row["config_id"] for row in rows})

    @pytest.mark.parametrize("method", ["spearman", "kendall"])
    def test_rank_correlation(
        self, method: str, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """As scipy computes it of the means."""
        names = (guest.accuracy, guest.third)
        values = means(scoped, *names)
        expected = (stats.spearmanr if method == "spearman" else stats.kendalltau)(
            *zip(*values.values(), strict=True)
        )
        found = rank_correlation(names, guest.scope, guest.scope, method=method)
        assert found.value == pytest.approx(expected.statistic)
        assert found.p_value == pytest.approx(expected.pvalue)
        assert found.count == len(values)
        assert sorted((row["x"], row["y"]) for row in found.pairs) == [
            pytest.approx(pair) for pair in sorted(values.values())
        ]
        assert str(found) == f"{method} {found.value:.4f} over {found.count} architectures"

    def test_select_on_validation_and_report_on_test(
        self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """The test value of the best by validation, not the best test value."""
        by, report = guest.accuracy, guest.on("test")
        expected = sorted(
            means(scoped, by, report).values(), key=lambda pair: -guest.sign * pair[0]
        )
        found = [(row[by], row[report]) for row in select_and_report(k=3, **guest.scope)]
        assert found == [pytest.approx(pair) for pair in expected[:3]]
        with pytest.raises(InvalidQuery, match=f"{report} is measured on test images.*by {by}"):
            select_and_report(report, by, **guest.scope)
        (row,) = select_and_report(report, by, allow_test=True, **guest.scope)
        assert row[report] == optimum(report, **guest.scope).value

    def test_all_answers_are_tables(
        self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """So each has its frames and its statement."""
        by = guest.accuracy
        answers = [
            top(by=by, **guest.scope),
            pareto([by, guest.size], **guest.scope),
            optimum(by, **guest.scope).architectures,
            statistics(by, **guest.scope),
            coverage(),
            rank_correlation(by, guest.scope, guest.scope).pairs,
        ]
        if guest.selects:
            answers.append(select_and_report(**guest.scope))
        if guest.with_points:
            answers.append(learning_curve(scoped[0][guest.key], **guest.scope))
        for answer in answers:
            assert isinstance(answer, Table)
            count = len(list(answer))
            assert count == len(answer.to_numpy()) == answer.to_arrow().num_rows > 0
            assert list(answer.to_pandas().columns) == list(answer.columns)
            assert answer.sql().startswith(("SELECT", "WITH"))
