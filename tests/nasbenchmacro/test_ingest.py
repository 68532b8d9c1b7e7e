"""From the original file to the database: every value, and what is no such file."""

import gzip
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db.formats.gzipped_json import write_json
from nasbench_db.nasbenchmacro import (
    Cell,
    MacroTrialConfig,
    MacroTrialStats,
    query_macro_trial_stats,
)
from nasbench_db.nasbenchmacro.published import FILES
from nasbench_db.nasbenchmacro.synthetic import made_up
from nasbench_db.nasbenchmacro.verify import verify
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.store.database import BenchmarkDatabase


def test_every_value_is_that_of_the_file(
    published: dict[str, Any], real: BenchmarkDatabase
) -> None:
    """With the seeds in its order; the deviation that it has divides by n."""
    rows = query_macro_trial_stats(None)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["config"]["arch_str"], []).append(row)
    assert found.keys() == published.keys()
    for code, entry in published.items():
        trials = found[code]
        assert [trial["seed"] for trial in trials] == [0, 1, 2]
        accuracies = [trial["best_test_acc"] for trial in trials]
        assert accuracies == entry["test_acc"]
        assert np.std(accuracies) == entry["std"]
        assert {round(trial["parameters"] * 1e6) for trial in trials} == {entry["params"]}
        assert {round(trial["flops"] * 1e6) for trial in trials} == {entry["flops"]}
        assert trials[0]["config"]["arch"] == Cell.from_string(code).arch
    assert not any(finding.problems for finding in verify(real, progress=False))


def test_the_published_file_is_the_one_that_is_known(data: Path) -> None:
    with gzip.open(data / "macro" / f"{FILES[0].name}.gz") as file:
        content = file.read()
    assert len(content) == FILES[0].size
    assert hashlib.sha256(content).hexdigest() == FILES[0].sha256


@pytest.mark.parametrize("name", ["few.json", "few.json.gz"])
def test_a_file_compressed_or_not_gives_what_its_dict_gives(name: str, tmp_path: Path) -> None:
    """In the order of the codes, whatever its own."""
    few = ["22212202", "00000012", "22212220"]
    write_json(tmp_path / name, made_up(few))
    of_file = nasbench_db.ingest("nasbenchmacro", tmp_path / name, tmp_path / "a.db", False)
    nasbench_db.ingest("macro", made_up(reversed(few)), tmp_path / "b.db", False)
    assert (of_file.cells, of_file.configs, of_file.trials, of_file.intermediates) == (3, 3, 9, 0)
    (source,) = of_file.sources
    assert source["source_sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert source["synthetic"]
    rows = []
    for path in ("a.db", "b.db"):
        with nasbench_db.connect("nasbenchmacro", tmp_path / path):
            rows.append(list(query_macro_trial_stats(None)))
            (config,) = MacroTrialConfig.select().where(MacroTrialConfig.is_copy == 1)
            assert (config.arch_str, config.canonical_str) == ("22212202", "22212220")
            assert MacroTrialStats.select().count() == 9
            assert len(config.trial_stats) == 3
    assert rows[0] == rows[1]
    assert [row["config"]["arch_str"] for row in rows[0][::3]] == sorted(few)


def entry(**changes: Any) -> dict[str, Any]:
    (found,) = (value for value in made_up(["22212220"]).values() if value is not True)
    return {"22212220": {**found, **changes}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "not a dict of architectures; give nas-bench-macro_cifar10.json"),
        ({SYNTHETIC_KEY: True}, "not a dict of architectures"),
        ({"2221222": {}}, "the key '2221222': the code of an architecture is a text of 8"),
        ({"22212220": [1]}, r"architecture 22212220: it is \[1\], not a dict with test_acc"),
        (entry(test_acc=[90.0, 91.0]), "test_acc is .90.0, 91.0.; it must be three numbers"),
        (entry(test_acc=[90.0, 91.0, 101.0]), "three numbers from 0 to 100"),
        (entry(test_acc=[90.0, 91.0, math.nan]), "three numbers from 0 to 100"),
        (entry(test_acc=[90, 91, "92"]), "three numbers from 0 to 100"),
        (entry(test_acc=None), "test_acc is None"),
        (entry(mean_acc=50.0), "mean_acc is 50.0, but of test_acc it is"),
        (entry(std=9.0), "std is 9.0, but of test_acc it is"),
        (entry(std=None), "std is None"),
        (entry(params=1.5), "params is 1.5; it must be a whole number"),
        (entry(flops=None), "flops is None"),
        (entry(flops=-1), "flops is -1"),
    ],
)
def test_what_is_no_such_content_is_refused(content: Any, reason: str, tmp_path: Path) -> None:
    """And nothing is left behind."""
    with pytest.raises(nasbench_db.SourceError, match=reason):
        nasbench_db.ingest("nasbenchmacro", content, tmp_path / "x.db", False)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expecting value"),
        (b"[1]", r"is \[1\], not a dict"),
        (b"\x1f\x8b\x08", "cannot read .*; give nas-bench-macro_cifar10.json, compressed"),
        (b"\xff\xfe{", "cannot read"),
        (gzip.compress(json.dumps(made_up(["0" * 8])).encode())[:-9], "cannot read"),
        (b"[" * 100_000, "cannot read"),
        (None, "no such file"),
    ],
)
def test_what_is_no_such_file_is_refused(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(nasbench_db.SourceError, match=reason):
        nasbench_db.ingest("nasbenchmacro", path, tmp_path / "x.db", False)


def test_several_sources_are_refused(tmp_path: Path) -> None:
    sources = [tmp_path / "a.json", tmp_path / "b.json"]
    for source in sources:
        source.touch()
    with pytest.raises(nasbench_db.SourceError, match=r"2 sources were given; .* is one file"):
        nasbench_db.ingest("nasbenchmacro", sources, tmp_path / "x.db", False)
