"""The query helper, as hand-written SQL, pandas and numpy answer."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conformance.guest import (
    Base,
    Guest,
    Lacks,
    Row,
    decoded,
    grouped,
    invoke,
    means,
    seed,
    worded,
)
from nasbench_db import BENCHMARKS, InvalidArchitecture, InvalidQuery
from nasbench_db.explore import statistics, top
from nasbench_db.store.database import BenchmarkDatabase


def deviation(values: Any) -> Any:
    """numpy's, and None of one value, which does not tell how much values differ."""
    return np.std(values) if len(values) > 1 else None


NUMPY: dict[str, Callable[[Any], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "std": deviation,
    "min": np.min,
    "max": np.max,
}


def check_reduced(row: Row, group: list[Row], names: Sequence[str], reduction: str) -> None:
    """A row is what numpy makes of its trials; NULLs are passed over."""
    assert row["num_trials"] == len(group)
    for name in names:
        present = [one[name] for one in group if one[name] is not None]
        if present:
            right = NUMPY[reduction](present)
            close = None if right is None else pytest.approx(right, rel=1e-12, abs=1e-9)
            assert row[name] == close, name
        else:
            assert row[name] is None, name


def by_column(row: Row, name: str) -> Any:
    """What a row of the helper has in a column to order by: the config's, but for the id."""
    if name == "id" and row["id"] is not None:
        return row["id"]
    return row["config"].get(name, row.get(name))


class Helper(Base):
    """Every value, order and form of an architecture."""

    def test_every_value_is_given(
        self, guest: Guest, holed: Path, holed_rows: list[Row], with_holes: BenchmarkDatabase
    ) -> None:
        """As hand-written SQL gives it, in the order of the database."""
        tables = BENCHMARKS[guest.name].tables
        points = grouped(guest.points(holed), "trial_id")
        found = list(guest.ask(**guest.with_points).all_columns())
        assert len(found) == len(holed_rows)
        empty = 0
        for row, right in zip(found, holed_rows, strict=True):
            flat = {
                **row["config"],
                **row,
                "trial_id": row["id"],
                "config_id": row["config"]["id"],
            }
            expected = decoded(right, [*tables.config_json, *tables.trial_json])
            assert {name: flat[name] for name in right} == expected
            evaluations = points.get((row["id"],), [])
            assert len(row.get("intermediates", [])) == len(evaluations)
            empty += not evaluations
            for mine, theirs in zip(row.get("intermediates", []), evaluations, strict=True):
                expected = decoded(theirs, tables.point_json)
                assert mine["id"] == row["id"] * 65536 + theirs["current_epoch"]
                assert {name: mine[name] for name in mine if name != "id"} == {
                    name: expected[name] for name in mine if name != "id"
                }
        assert empty
        assert "intermediates" not in next(guest.ask())
        found[0]["config"]["arch"] = None  # what is handed out belongs to who asked
        assert next(guest.ask())["config"]["arch"] is not None

    def test_frames_and_arrays_are_pandas_own(
        self, guest: Guest, holed: Path, holed_rows: list[Row], with_holes: BenchmarkDatabase
    ) -> None:
        """NULL is missing in frames, NaN or an empty text in arrays."""
        result = guest.ask()
        frame, array, arrow = result.to_pandas(), result.to_numpy(), result.to_arrow()
        view = pd.DataFrame(holed_rows)
        names = list(frame.columns)
        assert names == list(array.dtype.names or ()) == arrow.column_names
        assert {"trial_id", "config_id", *guest.schema.fidelity, *guest.metrics} <= set(names)
        assert not {"arch", "intermediates"} & set(names)
        for name in set(names) & set(view):
            right = view[name]
            assert arrow[name].to_pylist() == [row[name] for row in holed_rows]
            assert frame[name].isna().tolist() == right.isna().tolist()
            assert frame[name].dropna().tolist() == right.dropna().tolist()
            if array.dtype[name].kind == "f":
                assert np.array_equal(array[name], right.astype(float), equal_nan=True)
            elif array.dtype[name].kind == "U":
                assert array[name].tolist() == right.fillna("").tolist()
            else:
                assert array[name].tolist() == right.tolist()
        none = guest.ask(arch=guest.absent)
        assert none.to_numpy().dtype == array.dtype
        assert none.to_pandas().dtypes.equals(frame.dtypes)
        assert len(none.to_numpy()) == len(none.to_pandas()) == none.to_arrow().num_rows == 0

    @pytest.mark.parametrize("reduction", NUMPY)
    def test_reductions_are_numpys(
        self,
        guest: Guest,
        holed: Path,
        holed_rows: list[Row],
        with_holes: BenchmarkDatabase,
        reduction: str,
    ) -> None:
        """Over the trials of each config, and over their evaluations after each epoch."""
        curves = list(BENCHMARKS[guest.name].tables.curve_metrics)
        points = grouped(guest.points(holed), "config_id", "current_epoch")
        groups = grouped(holed_rows, "config_id")
        result = guest.ask(reduction=reduction, **guest.with_points)
        frame = result.to_pandas()
        found = list(result)
        assert [row["config"]["id"] for row in found] == sorted(config for (config,) in groups)
        assert frame["config_id"].tolist() == [row["config"]["id"] for row in found]
        for name in ("num_trials", guest.accuracy):
            values = [math.nan if row[name] is None else row[name] for row in found]
            assert np.array_equal(frame[name], values, equal_nan=True)
        for row in found:
            assert row["id"] is None
            config = row["config"]["id"]
            check_reduced(row, groups[config,], guest.metrics, reduction)
            epochs = [epoch for one, epoch in points if one == config]
            curve = row.get("intermediates", [])
            assert [point["current_epoch"] for point in curve] == sorted(epochs)
            for point in curve[:: max(1, len(epochs) // 5)]:
                of_epoch = points[config, point["current_epoch"]]
                check_reduced(point, of_epoch, curves, reduction)

    def test_a_config_has_several_trials(self, guest: Guest, rows: list[Row]) -> None:
        """So that reductions have something to do."""
        if max(map(len, grouped(rows, "config_id").values())) < 2:
            raise Lacks("a second trial of a config")

    @pytest.mark.parametrize("reduction", [None, "mean"])
    def test_orders_and_limits(
        self, guest: Guest, with_holes: BenchmarkDatabase, reduction: str | None
    ) -> None:
        """By every column, both ways: NULL comes last, and ties stay in the database's order."""

        def ask(**how: Any) -> list[Row]:
            return list(guest.ask(reduction=reduction, **how).all_columns())

        everything = ask()
        tables = BENCHMARKS[guest.name].tables
        names = tables.sortable(reduction is not None)
        gone = 0
        for name in names:
            keyed = [(by_column(row, name), row) for row in everything]
            rest = [row for key, row in keyed if key is None]
            some = [(key, row) for key, row in keyed if key is not None]
            if not some:
                with pytest.raises(InvalidQuery, match=f"no trial has a value of {name}"):
                    ask(order_by=name)
                continue
            gone += len(rest)
            for sign in ("", "-"):
                some.sort(key=lambda pair: pair[0], reverse=bool(sign))
                ordered = [row for _, row in some] + rest
                assert ask(order_by=sign + name, limit=len(ordered)) == ordered
        assert gone
        assert {guest.accuracy, *guest.schema.fidelity} <= set(names)
        by = f"-{guest.accuracy}"
        first = ask(order_by=by, limit=3, **guest.with_points)
        assert first == ask(order_by=by, **guest.with_points)[:3]
        assert ask(limit=0) == []
        assert ask(limit=10**6) == everything
        assert ask(limit=np.int64(2)) == everything[:2]

    def test_what_looks_like_one_value_is_one(
        self, guest: Guest, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """Scalars of numpy, lists of one, pairs of equal ends; and lists of several, in turn."""

        def ids(**asked: Any) -> list[int]:
            return [row["id"] for row in guest.ask(**asked)]

        epochs = sorted({row["num_epochs"] for row in rows})
        one, other = epochs[0], epochs[-1]
        expected = [row["trial_id"] for row in rows if row["num_epochs"] == one]
        for same in (one, np.int32(one), np.array(one), [one], {one}, np.array([one])):
            assert ids(num_epochs=same) == expected
        assert ids(num_epochs=(one, one)) == expected
        assert ids(num_epochs=pd.Series([one])) == expected
        both = [row["trial_id"] for row in rows if row["num_epochs"] in (one, other)]
        for same in ([one, other], np.array([other, one]), frozenset([one, other])):
            assert ids(num_epochs=same) == both
        assert ids(num_epochs=(one, other)) == [
            row["trial_id"] for row in rows if one <= row["num_epochs"] <= other
        ]
        assert ids(num_epochs=(None, one)) == expected
        assert ids(num_epochs=(None, None)) == [row["trial_id"] for row in rows]

    def test_spellings_are_forgiven(
        self, guest: Guest, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """Case, and ``_`` for ``-``, where the database has one such value."""
        name = worded(guest)
        for value in {row[name] for row in rows}:
            expected = [row["trial_id"] for row in rows if row[name] == value]
            for spelt in (value, value.upper(), value.replace("-", "_"), np.str_(value), [value]):
                assert [row["id"] for row in guest.ask(**{name: spelt})] == expected

    def test_a_seed_chooses_trials(
        self, guest: Guest, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """Of each config the one that has it."""
        name = seed(guest)
        for value in sorted({row[name] for row in rows})[:3]:
            found = [row["id"] for row in guest.ask(**{name: value})]
            assert found == [row["trial_id"] for row in rows if row[name] == value]

    def test_ranges_hold_both_ends_and_no_null(
        self, guest: Guest, with_holes: BenchmarkDatabase, holed_rows: list[Row]
    ) -> None:
        """One end may be left open; several apply together."""
        values = sorted(row[guest.accuracy] for row in holed_rows if row[guest.accuracy])
        low, high = values[len(values) // 4], values[len(values) // 2]
        sizes = sorted(row[guest.size] for row in holed_rows if row[guest.size] is not None)
        most = sizes[len(sizes) // 2]

        def lies(row: Row) -> bool:
            return row[guest.accuracy] is not None and low <= row[guest.accuracy] <= high

        expected = [row["trial_id"] for row in holed_rows if lies(row)]
        assert 0 < len(expected) < len(holed_rows)
        assert [r["id"] for r in guest.ask(**{guest.accuracy: (low, high)})] == expected
        assert [
            r["id"] for r in guest.ask(**{guest.accuracy: [np.float64(low), high]})
        ] == expected
        both = {guest.accuracy: (low, high), guest.size: (None, most)}
        assert [r["id"] for r in guest.ask(**both)] == [
            row["trial_id"] for row in holed_rows if lies(row) and row[guest.size] <= most
        ]
        everything = list(guest.ask(**{guest.accuracy: (None, None)}))
        assert len(everything) == len(holed_rows)

    def test_architectures_are_taken_in_every_form(
        self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """All forms find the same trials, by every way of asking."""
        row = scoped[-1]
        expected = list(guest.ask(arch=row[guest.key]))
        assert row["trial_id"] in [trial["id"] for trial in expected]
        curve = guest.curve(row[guest.key], **guest.scope)
        spread = list(statistics(guest.accuracy, arch=row[guest.key], **guest.scope))
        assert curve
        assert len(spread) == 1
        for form in guest.forms(row):
            assert list(guest.ask(arch=form)) == expected, form
            assert guest.curve(form, **guest.scope) == curve
            (alone,) = top(by=guest.accuracy, arch=form, **guest.scope)
            assert alone["config_id"] == row["config_id"]
            assert list(statistics(guest.accuracy, arch=form, **guest.scope)) == spread

    def test_an_absent_architecture_has_no_rows_and_one_outside_is_refused(
        self, guest: Guest, database: BenchmarkDatabase, place: Path | str
    ) -> None:
        """At once, not when the result is asked for; the command line says it in one line."""
        assert list(guest.ask(arch=guest.absent)) == []
        assert guest.curve(guest.absent) == []
        for arch in guest.outside:
            with pytest.raises(InvalidArchitecture, match=r"\w"):
                guest.ask(arch=arch)
            with pytest.raises(InvalidArchitecture):
                guest.curve(arch)
            if isinstance(arch, str):
                result = invoke("query", guest.name, "--db", place, "--arch", arch)
                assert (result.exit_code, result.stdout) == (1, "")
                assert result.stderr.startswith("Error: ")
                assert result.stderr.count("\n") == 1

    def test_many_architectures_are_asked_for_at_once(
        self, guest: Guest, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """A row for each, in the order given."""
        query_many = resolve_name(f"nasbench_db.{guest.name}").query_many
        forms = [guest.forms(row)[0] for row in scoped[::-7]]
        many = query_many(forms, **guest.scope)
        right = means(scoped, guest.accuracy)
        configs = [row["config_id"] for row in scoped[::-7]]
        assert many[guest.accuracy].tolist() == pytest.approx([right[c][0] for c in configs])

    def test_the_sql_can_be_run_elsewhere(
        self,
        guest: Guest,
        alone: Callable[[str], list[Row]],
        database: BenchmarkDatabase,
    ) -> None:
        """With nothing but SQLite, its values filled in."""
        for asked in (
            guest.scope,
            {**guest.scope, "reduction": "max", "order_by": f"-{guest.accuracy}", "limit": 3},
            {guest.accuracy: (1, None), "limit": 5},
        ):
            result = guest.ask(**asked)
            found = list(result)
            assert found
            assert str(found[0][guest.accuracy])[:5] in repr(result)
            for row, right in zip(alone(result.sql()), found, strict=True):
                assert {right["config"]["id"], right[guest.accuracy]} <= {*row.values()}
        best = top(3, by=guest.accuracy, **guest.scope)
        assert [decoded(row, ["arch"]) for row in alone(best.sql())] == list(best)

    def test_two_statements_at_most(self, guest: Guest, traced: list[str]) -> None:
        """Once the words of a question were used."""
        for reduction, more in itertools.product((None, "mean"), ({}, guest.with_points)):
            asked = {"reduction": reduction, **more, **guest.scope}
            assert list(guest.ask(**asked))
            traced.clear()
            assert len(list(guest.ask(**asked))) > 1
            assert len(traced) == 1 + len(more)

    def test_jupyter_shows_a_table_and_keeps_the_place(
        self, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """A result is an iterator, which ends once."""
        result = guest.ask(limit=3)
        first = next(result)
        shown = result._repr_html_()
        assert shown.count("<tr>") == 1 + 3
        assert f"<th>{guest.accuracy}</th>" in shown
        assert [first, *result] == list(guest.ask(limit=3))
        assert list(result) == []
        assert iter(result) is result
