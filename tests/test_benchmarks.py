"""The registry, and the front door."""

from __future__ import annotations

import ast
from pathlib import Path

import click
import pytest

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS, get
from nasbench_db.store.models import Schema

PACKAGE = Path(nasbench_db.__file__).parent


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_all_rooms(name: str) -> None:
    benchmark = get(name)
    assert benchmark.name == name
    assert isinstance(benchmark.schema, Schema)
    assert benchmark.schema.benchmark == name
    assert callable(benchmark.ingest)
    assert callable(benchmark.verify)
    assert callable(benchmark.export)
    for command in ("query", "enumerate_space"):
        assert isinstance(benchmark.command(command), click.Command)


@pytest.mark.parametrize("name", ["nasbench-101", "nasbench102", "", None, 5, ["nasbench101"]])
def test_unknown_benchmarks_are_refused(name: object) -> None:
    for ask in (get, nasbench_db.connect, lambda n: nasbench_db.ingest(n, "x", "y")):
        with pytest.raises(nasbench_db.UnknownBenchmark, match="known are nasbench101"):
            ask(name)


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(nasbench_db.UnknownBenchmark, match="did you mean 'nasbench101'"):
        get("nasbench-101")


def test_what_is_promised_is_there() -> None:
    for module in (nasbench_db, nasbench_db.nasbench101):
        assert all(hasattr(module, name) for name in module.__all__)
        assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="no attribute 'query_nb102'"):
        nasbench_db.nasbench101.query_nb102  # noqa: B018


def test_arrows_point_one_way() -> None:
    """Readers import no schema, schemas no reader, and the cell nothing that needs a database."""

    def imports(path: Path) -> set[str]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        return {
            node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        } | {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}

    for reader in (PACKAGE / "formats").glob("*.py"):
        ours = {name for name in imports(reader) if name.startswith("nasbench_db")}
        if reader.stem != "rows":  # which writes
            known = ("nasbench_db.errors", "nasbench_db.formats")
            assert all(name.startswith(known) for name in ours)
    for name in BENCHMARKS:
        schema = imports(PACKAGE / name / "schema.py")
        assert not any("formats" in module or "ingest" in module for module in schema)
    cells = [PACKAGE / "architectures" / "topology.py", *PACKAGE.glob("*/cell.py")]
    assert len(cells) == 4
    for path in cells:
        assert not any(word in m for m in imports(path) for word in ("peewee", "store", "ask"))
