"""NNI's database files: how they are told, and where NNI keeps them."""

from pathlib import Path

import pytest

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.store import nni


def test_a_database_is_told_by_its_tables() -> None:
    """All three must be there; others may be."""
    for benchmark in ("nasbench101", "nasbench201", "nds", "nlp"):
        names = nni.tables(benchmark)
        assert nni.recognise([*names, "something"]) == benchmark
        assert nni.recognise(names[1:]) is None
        assert nni.recognise([*names, "provenance"]) is None
    assert nni.recognise([]) is None


@pytest.mark.parametrize("name", nni.ADOPTED)
def test_ours_have_tables_of_the_same_names(name: str) -> None:
    """So programs that ask them in SQL go on working."""
    schema = BENCHMARKS[name].schema
    models = (schema.config, schema.trial, schema.intermediate)
    assert nni.tables(name) == tuple(model._meta.table_name for model in models)
    assert nni.BUILT[name].startswith(name)


def test_the_cache_is_where_nni_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """$NNI_HOME before $XDG_CACHE_HOME before the home's .cache."""
    monkeypatch.setenv("NNI_HOME", "/nni")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert nni.cache_directory() == Path("/nni/nasbenchmark")
    monkeypatch.delenv("NNI_HOME")
    assert nni.cache_directory() == Path("/cache/nni/nasbenchmark")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert nni.cache_directory() == Path.home() / ".cache/nni/nasbenchmark"
