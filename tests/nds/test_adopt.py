"""NNI's database of NDS is taken over; built here in NNI's own tables, as NNI fills them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.nds_cases import EPOCHS, one_job
from support.nni_files import write_nni_nds

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.nds import query_nds_trial_stats
from nasbench_db.nds.synthetic import made_up
from nasbench_db.nds.verify import verify
from nasbench_db.store.adopting import AdoptionReport

OURS = ("min_test_top1", "prec_time", "act_mem", "exp_mem", "further", "sweep", "sweep_group")
NOTHING = [None] * 6


def rows_of(path: Path) -> list[dict[str, Any]]:
    """All trials of a database of ours, with their curves."""
    with nasbench_db.connect("nds", path):
        return list(query_nds_trial_stats(*NOTHING, include_intermediates=True).all_columns())


@pytest.fixture
def content() -> dict[str, Any]:
    found = made_up(epochs=EPOCHS)
    found["Vanilla.json"].append(one_job(rng_seed=5, train_ep_loss=[1, float("nan"), 1, 1, 2]))
    return found


def test_every_value_is_taken_over(tmp_path: Path, content: dict[str, Any]) -> None:
    """What NNI drops is NULL; a run that two files have stays there twice, and that is told."""
    write_nni_nds(tmp_path / "nni.db", content)
    report = nasbench_db.migrate(tmp_path / "nni.db", tmp_path / "adopted.db", False)
    assert isinstance(report, AdoptionReport)
    assert report.changes == ()
    told = " ".join(report.remarks)
    assert "NNI drops which file a run is from, its job_id" in told
    assert "1 trials have the seed and all values of another one of their config" in told
    nasbench_db.ingest("nds", content, tmp_path / "ours.db", False)
    adopted, ours = rows_of(tmp_path / "adopted.db"), rows_of(tmp_path / "ours.db")
    assert len(adopted) == len(ours) + 1
    twice = [
        row["id"]
        for row in adopted
        if any(same(row, other) and row["id"] > other["id"] for other in adopted)
    ]
    assert len(twice) == 1
    left = [row for row in adopted if row["id"] not in twice]
    for row, right in zip(left, ours, strict=True):
        assert same(row, right)
        assert [row[name] for name in (*OURS, "job_id")] == [None] * 8
        assert row["config"] == right["config"]
    with nasbench_db.connect("nds", tmp_path / "adopted.db") as database:
        assert not [found for found in verify(database, progress=False) if found.problems]
        (source,) = database.provenance()
        assert source["source_format"] == "NNI database"
        assert "NNI drops which file a run is from" in database._repr_html_()


def same(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two trials have the same numbers, but for what NNI drops."""

    def plain(one: dict[str, Any]) -> dict[str, Any]:
        points = [{k: v for k, v in p.items() if k != "id"} for p in one["intermediates"]]
        left_out = {"id", "job_id", *OURS}
        return {k: v for k, v in one.items() if k not in left_out} | {"intermediates": points}

    return plain(row) == plain(other)


def test_numbers_of_another_type_are_the_same(tmp_path: Path, content: dict[str, Any]) -> None:
    """NNI keeps 0 where a file has it, and we have 0.0."""
    for job in content["DARTS.json"]:
        job["net"]["drop_prob"] = 0
        job["net"]["aux"] = 0
    write_nni_nds(tmp_path / "nni.db", {"DARTS.json": content["DARTS.json"]})
    with closing(sqlite3.connect(tmp_path / "nni.db")) as connection:
        specs = [row[0] for row in connection.execute("SELECT model_spec FROM ndstrialconfig")]
    assert all('"drop_prob":0,' in spec for spec in specs)
    nasbench_db.migrate(tmp_path / "nni.db", progress=False)
    for row in rows_of(tmp_path / "nni.db"):
        assert row["config"]["model_spec"]["drop_prob"] == 0.0
        assert row["config"]["model_spec"]["aux"] is False


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE ndstrialconfig SET model_spec = '{}' WHERE id = 2", "row 2 .* lacks"),
        ("UPDATE ndstrialconfig SET model_family = 'x' WHERE id = 2", "row 2 .*family is 'x'"),
        ("UPDATE ndstrialconfig SET dataset = 'mnist' WHERE id = 3", "row 3 .*'mnist'"),
        ("UPDATE ndstrialconfig SET cell_spec = 'x' WHERE id = 1", "row 1 of ndstrialconfig"),
        ("UPDATE ndstrialstats SET flops = 'x' WHERE id = 1", "row 1 .* wrong type"),
        ("UPDATE ndsintermediatestats SET current_epoch = 1 WHERE id = 2", "a second one"),
    ],
)
def test_rows_that_are_not_nnis_are_refused(
    statement: str, reason: str, tmp_path: Path, content: dict[str, Any]
) -> None:
    path = tmp_path / "nni.db"
    write_nni_nds(path, content)
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount == 1
    shutil.copyfile(path, tmp_path / "before.db")
    with pytest.raises(InvalidDatabase, match=reason):
        nasbench_db.migrate(path, progress=False)
    assert path.read_bytes() == (tmp_path / "before.db").read_bytes()


def test_the_file_is_told_to_be_nnis(tmp_path: Path, content: dict[str, Any]) -> None:
    """With the command that takes it over."""
    path = tmp_path / "nds-5745c235.db"
    write_nni_nds(path, content)
    with pytest.raises(nasbench_db.NNIDatabase, match=f'nasbench-db migrate "{path}"'):
        nasbench_db.connect("nds", path)
