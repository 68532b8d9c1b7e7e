"""What the commands print of a benchmark."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from conformance.guest import Base, Guest, Row, invoke, option_of
from nasbench_db.ask.tables import Table
from nasbench_db.explore import (
    coverage,
    learning_curve,
    optimum,
    pareto,
    select_and_report,
    statistics,
    top,
)
from nasbench_db.store.database import BenchmarkDatabase


class Commands(Base):
    """The commands that ask."""

    def test_the_query_command_prints_what_the_helper_gives(
        self,
        guest: Guest,
        place: Path | str,
        alone: Callable[[str], list[Row]],
        database: BenchmarkDatabase,
    ) -> None:
        """With its options; as JSON, as a flat file, as a statement, and for the eye."""
        ask = ["query", guest.name, "--db", place]
        points = ["--intermediates"] if guest.with_points else []
        common: tuple[tuple[tuple[object, ...], Row], ...] = (
            ((), {}),
            (("--reduction", "mean"), {"reduction": "mean"}),
            (("--reduction", "std", *points), {"reduction": "std", **guest.with_points}),
            (("--limit", 2, *points), {"limit": 2, **guest.with_points}),
            (
                (f"--order-by=-{guest.accuracy}", "--limit", 4),
                {"order_by": f"-{guest.accuracy}", "limit": 4},
            ),
        )
        for arguments, asked in (*common, *guest.options):
            result = invoke(*ask, *arguments, "--format", "json")
            assert result.exit_code == 0, result.output
            assert json.loads(result.stdout) == list(guest.ask(**asked))
        rows = list(guest.ask(**guest.scope).all_columns())
        scope = option_of(guest.scope)
        lines = list(csv.DictReader(invoke(*ask, *scope, "--format", "csv").stdout.splitlines()))
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            assert json.loads(line["arch"]) == row["config"]["arch"]
            assert line["num_epochs"] == str(row["config"]["num_epochs"])
            for name in (guest.accuracy, guest.size):
                assert (float(line[name]) if line[name] else None) == row[name]
        long = invoke(*ask, *scope, *points, "--format", "csv").stdout.splitlines()
        with_points = list(guest.ask(**guest.with_points, **guest.scope))
        # A row for each evaluation, or for each trial where there are none.
        assert len(long) == 1 + sum(len(row.get("intermediates", "1")) for row in with_points)
        shown = invoke(*ask, *scope).stdout.splitlines()
        assert len(shown) == 2 + len(rows)
        assert "None" not in "".join(shown)
        statement = invoke(*ask, *scope, "--sql").stdout
        assert statement.endswith(";\n")
        assert len(alone(statement)) == len(rows)

    def test_questions_are_printed_as_they_are_answered(
        self,
        guest: Guest,
        place: Path | str,
        database: BenchmarkDatabase,
        scoped: list[Row],
    ) -> None:
        """Every value as JSON lines; the statement; and a table for the eye."""
        by, scope, asked = guest.accuracy, option_of(guest.scope), guest.scope
        arch = str(scoped[0][guest.key])
        answers: dict[tuple[object, ...], Table] = {
            ("top", "--by", by, "-k", 3): top(3, by=by, **asked),
            ("pareto", by, f"{guest.size}:min"): pareto([by, guest.size], **asked),
            ("optimum", "--by", by): optimum(by, **asked).architectures,
            ("statistics", "--by", by, "--by", guest.size): statistics([by, guest.size], **asked),
        }
        if guest.selects:
            answers["select", "-k", 2] = select_and_report(k=2, **asked)
        if guest.with_points:
            on = guest.curve_accuracy
            answers["curve", arch, "--metric", on] = learning_curve(arch, metrics=[on], **asked)
        for (command, *arguments), answer in answers.items():
            ask = [command, guest.name, *arguments, *scope, "--db", place]
            rows = list(answer)
            assert rows
            lines = invoke(*ask, "--format", "jsonl").stdout.splitlines()
            assert [json.loads(line) for line in lines] == rows
            statement = invoke(*ask, "--sql").stdout
            assert len(list(database.select(statement))) == len(rows)
            shown = invoke(*ask)
            assert shown.exit_code == 0
            assert len(shown.stdout.splitlines()) == len(rows) + 2
        printed = invoke("coverage", guest.name, "--db", place, "--format", "json").stdout
        assert json.loads(printed) == list(coverage())
