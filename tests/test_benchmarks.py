"""The registry, and the front door."""

from __future__ import annotations

from pkgutil import resolve_name

import click
import pytest

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS, get
from nasbench_db.store.models import Schema

WITHOUT_END = {"nds", "nlp"}
"""The benchmarks whose spaces nobody can enumerate, or nobody would."""


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_all_rooms(name: str) -> None:
    benchmark = get(name)
    assert benchmark.name == name
    assert isinstance(benchmark.schema, Schema)
    assert benchmark.schema.benchmark == name
    assert callable(benchmark.ingest)
    assert callable(benchmark.verify)
    assert callable(benchmark.export)
    assert isinstance(benchmark.title, str)
    assert benchmark.published
    if name in WITHOUT_END:
        assert not hasattr(resolve_name(f"nasbench_db.commands.{name}"), "enumerate_space")
        return
    found = resolve_name(f"nasbench_db.commands.{name}:enumerate_space")
    assert isinstance(found, click.Command)


@pytest.mark.parametrize("name", ["nasbench", "nasbench102", "", None, 5, ["nasbench101"]])
def test_unknown_benchmarks_are_refused(name: object) -> None:
    for ask in (get, nasbench_db.connect, lambda n: nasbench_db.ingest(n, "x", "y")):
        with pytest.raises(nasbench_db.UnknownBenchmark, match="known are nasbench101"):
            ask(name)


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(nasbench_db.UnknownBenchmark, match="did you mean 'nasbench101'"):
        get("nasbench1011")


def test_what_is_promised_is_there() -> None:
    for module in (nasbench_db, nasbench_db.nasbench101):
        assert all(hasattr(module, name) for name in module.__all__)
        assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="no attribute 'query_nb102'"):
        nasbench_db.nasbench101.query_nb102  # noqa: B018
