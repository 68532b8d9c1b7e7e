"""Wrong words: nothing unknown gives an empty answer."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nasbench_db
from conformance.guest import (
    Base,
    Guest,
    Lacks,
    Row,
    change,
    grouped,
    invoke,
    of_file,
    option_of,
    seed,
    table,
    worded,
)
from nasbench_db import BENCHMARKS, InvalidDatabase, InvalidQuery, NasbenchDBError
from nasbench_db.explore import optimum, top
from nasbench_db.store.database import BenchmarkDatabase

NEAR = "did you mean"

JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 220),
    st.sampled_from([1 << 63, -(1 << 63) - 1, 10**400, Fraction(10**400)]),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.text(max_size=8),
    st.sampled_from(["cifar10", "CIFAR10", "jigsaw", "mean", "none", "max", "\ud800", "a\0b"]),
    st.sampled_from(["valid_acc", "-valid_top1", "num_epochs", "1=1", "1; DROP TABLE x"]),
    st.binary(max_size=4),
    st.dates(),
    st.sampled_from(
        [
            *(np.int64(12), np.uint8(200), np.float32(1.5), np.float64("nan"), np.bool_(True)),
            *(np.str_("cifar100"), np.complex128(1j), np.datetime64("2020-01-01"), np.zeros(())),
            *(np.zeros(2), np.zeros((2, 2)), np.array(["x"]), np.array([12, 200]), np.array([])),
            *(pd.NA, pd.NaT, pd.Timestamp(0), pd.Series([12]), pd.Series(["cifar10", None])),
            *(pd.DataFrame({"a": [1]}), pd.Index([108]), pd.Categorical(["cifar10"])),
            *(object(), Ellipsis, ValueError, range(3), print, iter([12]), 1j),
        ]
    ),
)
"""Values of all types, some of which a database holds."""

ASKED = ("k", "by", "where", "benchmark", "reduction", "columns", "direction", "db")
"""The keywords of ``top`` besides columns."""


WORDS: dict[str, Callable[[Guest, list[Row]], tuple[Row, str]]] = {
    "epochs of which there are none": lambda g, rows: ({"num_epochs": 100}, held(rows)),
    "negative epochs": lambda g, rows: ({"num_epochs": -1}, held(rows)),
    "epochs beyond what SQLite has": lambda g, rows: ({"num_epochs": 1 << 70}, held(rows)),
    "one of several epochs": lambda g, rows: (
        {"num_epochs": [rows[0]["num_epochs"], 7]},
        "num_epochs is 7, .*" + held(rows),
    ),
    "epochs between which there are none": lambda g, rows: (
        {"num_epochs": (1000, None)},
        held(rows),
    ),
    "epochs the wrong way round": lambda g, rows: ({"num_epochs": (200, 1)}, "lowest .* above"),
    "epochs as a text": lambda g, rows: ({"num_epochs": "108"}, "num_epochs is '108'; .* whole"),
    "epochs as a fraction": lambda g, rows: ({"num_epochs": 12.5}, "num_epochs is 12.5; .* whole"),
    "epochs that are a truth": lambda g, rows: ({"num_epochs": True}, "num_epochs is True; "),
    "no epochs": lambda g, rows: ({"num_epochs": []}, "num_epochs is an empty list"),
    "a data set or task with a slip": lambda g, rows: (
        {worded(g): longest(g, rows)[:-2] + "zz"},
        f"it has .*{longest(g, rows)}.*{NEAR}",
    ),
    "another data set or task": lambda g, rows: (
        {worded(g): "mnist"},
        f"{worded(g)} is 'mnist', and .* has no trial of that; it has .*{rows[0][worded(g)]}",
    ),
    "a number for a data set or task": lambda g, rows: ({worded(g): 10}, "must be a text, one of"),
    "a seed that nobody used": lambda g, rows: (
        {seed(g): 123456},
        f"{seed(g)} is 123456, and .* has no trial of that; "
        f"it has {min(row[seed(g)] for row in rows)}",
    ),
    "a number for a range": lambda g, rows: ({g.accuracy: 90}, "a range is a pair"),
    "a range of three": lambda g, rows: ({g.accuracy: (1, 2, 3)}, "a range is a pair"),
    "a range of texts": lambda g, rows: ({g.accuracy: ("90", None)}, "a range is a pair"),
    "a range that begins with NaN": lambda g, rows: (
        {g.accuracy: (math.nan, None)},
        "a range is a pair",
    ),
    "a range the wrong way round": lambda g, rows: ({g.size: (5, 1)}, "lowest .* above"),
    "another reduction": lambda g, rows: ({"reduction": "average"}, "'mean', 'median', 'std'"),
    "a reduction with a slip": lambda g, rows: ({"reduction": "meen"}, f"{NEAR} 'mean'"),
}
"""Wrong words that helpers and questions share: what is given, and what the message says."""


OWN_WORDS: dict[str, Callable[[Guest], tuple[Row, str]]] = {
    "an order by no column": lambda g: ({"order_by": "accuracies"}, f"allowed are .*{g.accuracy}"),
    "an order by the architecture": lambda g: ({"order_by": "arch"}, "order_by is 'arch'"),
    "an order of another type": lambda g: ({"order_by": [g.accuracy]}, "order_by is"),
    "an order by what was reduced": lambda g: (
        {"order_by": g.schema.seed or "further", "reduction": "mean"},
        f"allowed are .*{g.accuracy}",
    ),
    "a negative limit": lambda g: ({"limit": -1}, "limit is -1; .* at least 0"),
    "a limit as a text": lambda g: ({"limit": "3"}, "limit is '3'; .* whole number"),
    "a handle that is none": lambda g: ({"db": "small.db"}, f"connect.*{g.name}"),
}
"""Those of the helpers alone."""


TOP_WORDS: dict[str, Callable[[Guest], tuple[Row, str]]] = {
    "no metric": lambda g: ({"by": g.schema.identity[0]}, f"there are .*{g.accuracy}"),
    "a metric with a slip": lambda g: ({"by": g.accuracy + "x"}, f"{NEAR} '{g.accuracy}'"),
    "a column with a slip": lambda g: ({"num_epoch": 4}, f"{NEAR} 'num_epochs'"),
    "a direction": lambda g: ({"direction": "up"}, "'up'; there are max, min"),
    "a benchmark with a slip": lambda g: ({"benchmark": g.name + "s"}, f"{NEAR} '{g.name}'"),
    "columns as a text": lambda g: ({"columns": g.size}, "give a list of metrics"),
    "a column that is no metric": lambda g: ({"columns": ["arch"]}, f"there are .*{g.accuracy}"),
    "where of another type": lambda g: ({"where": 7}, "where is 7; it must be a dict"),
    "where with epochs of which there are none": lambda g: (
        {"where": "num_epochs = 100"},
        "num_epochs is 100, and .* has no trial of that; it has",
    ),
    "how many as a text": lambda g: ({"k": "3"}, "k is '3'; .* whole number"),
}
"""Those of ``top`` alone."""


def longest(guest: Guest, rows: list[Row]) -> str:
    """The longest name of a data set or task, of which a slip changes least."""
    return max((str(row[worded(guest)]) for row in rows), key=len)


def held(rows: list[Row]) -> str:
    """What is told of the epochs that there are."""
    return "it has " + ", ".join(map(str, sorted({row["num_epochs"] for row in rows})))


NESTED = JUNK | st.lists(JUNK, max_size=3) | st.tuples(JUNK, JUNK) | st.tuples(JUNK)

NESTED = NESTED | st.dictionaries(st.text(max_size=3), JUNK, max_size=2)


def keywords(guest: Guest) -> list[str]:
    """What the helper can be asked by."""
    parameters = inspect.signature(guest.query).parameters.values()
    named = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
    further = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return [*named, *(guest.metrics if further else ())]


class Words(Base):
    """What was given, what there is, and what is near."""

    @pytest.mark.parametrize("case", WORDS)
    @pytest.mark.filterwarnings("ignore::nasbench_db.errors.QueryWarning")
    def test_wrong_words_are_told(
        self, case: str, guest: Guest, database: BenchmarkDatabase, rows: list[Row]
    ) -> None:
        """By the helper and by ``top``, at the call: what there is, and what is near."""
        asked, reason = WORDS[case](guest, rows)
        with pytest.raises(InvalidQuery, match=reason):
            guest.ask(**asked)
        with pytest.raises(InvalidQuery, match=reason):
            top(by=guest.accuracy, **{**guest.scope, **asked})

    @pytest.mark.parametrize("case", OWN_WORDS)
    def test_wrong_words_to_the_helper_are_told(
        self, case: str, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """At the call, not when the result is asked for."""
        asked, reason = OWN_WORDS[case](guest)
        with pytest.raises((InvalidQuery, InvalidDatabase), match=reason):
            guest.ask(**asked)

    @pytest.mark.parametrize("case", TOP_WORDS)
    def test_wrong_words_to_a_question_are_told(
        self, case: str, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """As to the helper."""
        asked, reason = TOP_WORDS[case](guest)
        scope = {} if "where" in asked else guest.scope
        with pytest.raises(NasbenchDBError, match=reason):
            top(**{"by": guest.accuracy, **scope, **asked})

    def test_a_metric_that_was_not_measured_is_told(
        self, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """With what to take instead."""
        if guest.unmeasured is None:
            raise Lacks("a metric that some trials do not have")
        asked, metric = guest.unmeasured
        for ask in (
            lambda: top(by=metric, **asked),
            lambda: optimum(metric, **asked),
            lambda: guest.ask(order_by=f"-{metric}", **asked),
            lambda: guest.ask(**asked, **{metric: (1, None)}),
        ):
            with pytest.raises(InvalidQuery, match=f"no trial has a value of {metric} where .*"):
                ask()

    def test_what_is_held_apart_but_not_together_is_told(self, guest: Guest, copied: Path) -> None:
        """Epochs that there are, but not of this data set or task."""
        name, schema = worded(guest), guest.schema
        configs = of_file(copied, f"SELECT * FROM {table(schema.config)}")
        epochs = next(c["num_epochs"] for c in configs if c[name] == guest.scope[name])
        change(
            copied,
            f"UPDATE {table(schema.config)} SET num_epochs = 777 "
            f"WHERE {name} <> '{guest.scope[name]}' AND num_epochs = {epochs}",
        )
        with nasbench_db.connect(guest.name, copied):
            asked = {**guest.scope, "num_epochs": 777}
            with pytest.raises(InvalidQuery, match=f"no trial where .*777.*it has .*{epochs}"):
                guest.ask(**asked)
            with pytest.raises(InvalidQuery, match=f"no trial where .*777.*it has .*{epochs}"):
                top(by=guest.accuracy, **asked)

    def test_wrong_words_to_the_original_interface_are_told(
        self, guest: Guest, place: Path | str
    ) -> None:
        """As the original refuses them, but with what there is."""
        if guest.open_dropin is None:
            raise Lacks("an original interface")
        opened = guest.open_dropin(place)
        assert guest.dropin_words
        for ask, error, reason in guest.dropin_words:
            with pytest.raises(error, match=reason):
                ask(opened)

    def test_wrong_words_on_the_command_line_are_told(
        self, guest: Guest, place: Path | str, rows: list[Row]
    ) -> None:
        """Exit 1 and one line on stderr, with what Python says."""
        scope = option_of(guest.scope)
        cases = [
            (["query", "--epochs", 100], held(rows)),
            (["query", "--order-by", "accuracies"], f"allowed are .*{guest.accuracy}"),
            (["query", "--limit", -1], "limit is -1"),
            (["top", "--by", guest.accuracy, *scope, "--epochs", 100], held(rows)),
            (["top", "--by", guest.accuracy + "x", *scope], f"{NEAR} '{guest.accuracy}'"),
            (["top", "--by", guest.accuracy, *scope, "--where", "num_epochs = 100"], "num_epochs"),
            (["pareto", f"{guest.accuracy}:up", guest.size, *scope], "'up'; there are max, min"),
            (["optimum", "--by", guest.size + "x", *scope], f"{NEAR} '{guest.size}'"),
            (["statistics", "--by", "nothing", *scope], "there are"),
        ]
        if len(grouped(rows, *guest.schema.fidelity)) > 1:
            unsaid = r"which (num_epochs|dataset|task).*, as in --"
            cases.append((["top", "--by", guest.accuracy], unsaid))
        for name, value in guest.scope.items():
            if isinstance(value, str):
                wrong = option_of({**guest.scope, name: value + "x"})
                cases.append((["top", "--by", guest.accuracy, *wrong], f"{NEAR} '{value[:3]}"))
        for (command, *arguments), reason in cases:
            result = invoke(command, guest.name, "--db", place, *arguments)
            assert (result.exit_code, result.stdout) == (1, ""), (command, result.output)
            assert result.stderr.startswith("Error: ")
            assert result.stderr.count("\n") == 1
            assert re.search(reason, result.stderr), (command, arguments, result.stderr)

    @given(data=st.data())
    @settings(
        max_examples=150,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.differing_executors,
        ],
    )
    @pytest.mark.filterwarnings("ignore::nasbench_db.errors.QueryWarning")
    def test_junk_is_refused_or_answered(
        self, data: st.DataObject, guest: Guest, database: BenchmarkDatabase
    ) -> None:
        """Only our errors come out, and nothing that is not held has an empty answer."""
        tables = BENCHMARKS[guest.name].tables
        columns = [name for name in tables.roles if tables.kinds[name] != "json"]
        to_helper = data.draw(st.booleans())
        name = data.draw(st.sampled_from(keywords(guest) if to_helper else [*ASKED, *columns]))
        junk = data.draw(NESTED)
        try:
            if to_helper:
                more = {"arch": guest.absent} if name == "isomorphism" else {}
                found = list(guest.ask(**{name: junk}, **more))
            else:
                found = list(top(**{"by": guest.accuracy, **guest.scope, name: junk}))
        except NasbenchDBError:
            return
        identifies = name in columns and tables.roles[name] != "metric"
        if identifies and name not in tables.unchecked:
            assert found, (name, junk)
