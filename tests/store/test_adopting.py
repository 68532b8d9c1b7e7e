"""Taking over NNI's databases: nothing is lost, nothing is touched before it is sure."""

import contextlib
import dataclasses
import functools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import pytest
from click.testing import CliRunner
from support.nni_files import write_nni101

import nasbench_db
from nasbench_db import (
    BuildError,
    BuildInProgress,
    DatabaseExists,
    DatabaseNotFound,
    InvalidDatabase,
    NNIDatabase,
)
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101 import adopt as adopt101
from nasbench_db.nasbench101 import api, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import Nb101TrialStats
from nasbench_db.store import adopting, nni
from nasbench_db.store.placing import BUILDING_SUFFIX

TRIALS = 1092


@pytest.fixture(scope="session")
def nni101(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NNI's database of ``source``; copy it before you change it."""
    path = tmp_path_factory.mktemp("nni") / "nasbench101-00000000.db"
    write_nni101(path, source)
    return path


@pytest.fixture
def theirs(nni101: Path, tmp_path: Path) -> Path:
    """A copy of NNI's database that a test may change."""
    path = tmp_path / "theirs.db"
    shutil.copyfile(nni101, path)
    return path


def change(path: Path, *statements: str) -> None:
    """Run statements in a database."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def tables(path: Path) -> dict[str, list[Any]]:
    """The rows of the three tables."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM nb101{name} ORDER BY 1, 2").fetchall()
            for name in ("trialconfig", "trialstats", "intermediatestats")
        }


def migrate(path: Path, to: Path | None = None, **options: Any) -> adopting.AdoptionReport:
    """Take over without a progress bar."""
    report = nasbench_db.migrate(path, to, progress=False, **options)
    assert isinstance(report, adopting.AdoptionReport)
    return report


def test_it_becomes_what_the_original_file_becomes(
    theirs: Path, built: Path, tmp_path: Path
) -> None:
    """Every column of every row; NNI's file stays as it is."""
    before = theirs.read_bytes()
    report = migrate(theirs, tmp_path / "ours.db")
    assert theirs.read_bytes() == before
    assert tables(tmp_path / "ours.db") == tables(built)
    assert report.built is not None
    assert (report.built.configs, report.built.trials) == (364, TRIALS)
    assert report.changes == (
        (
            "training_time was 60 times that of the trial's last intermediate, and is now the "
            "same",
            TRIALS,
        ),
    )
    assert "1,092 rows: training_time was 60 times" in str(report)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.db", "theirs.db"]


def test_in_its_place(theirs: Path, built: Path) -> None:
    """The file is ours then, and a second migration finds nothing to do."""
    assert migrate(theirs).built is not None
    assert tables(theirs) == tables(built)
    db = nasbench_db.connect("nasbench101", theirs)
    (provenance,) = db.provenance()
    assert provenance["source_name"] == "theirs.db"
    assert provenance["source_format"] == "NNI database"
    assert provenance["records"] == TRIALS
    assert [change["rows"] for change in provenance["changes"]] == [TRIALS]
    db.close()
    again = nasbench_db.migrate(theirs)
    assert str(again) == f"{theirs} is up to date"


def test_that_nni_will_not_open_it_any_more_is_told(theirs: Path, tmp_path: Path) -> None:
    """Where a file is replaced that has the published name, whose hash NNI checks."""
    path = theirs.rename(tmp_path / "nasbench101-209f5694.db")
    assert migrate(path, tmp_path / "ours.db", dry_run=True).remarks == ()
    (remark,) = migrate(path).remarks
    assert "NNI itself opens no other nasbench101-209f5694.db" in remark


def test_a_dry_run_tells_the_same_and_writes_nothing(theirs: Path, tmp_path: Path) -> None:
    """Neither in its place nor elsewhere, nor a lock or a journal."""
    before = theirs.read_bytes()
    told = migrate(theirs, dry_run=True)
    assert migrate(theirs, tmp_path / "ours.db", dry_run=True) == told
    assert theirs.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]
    assert told.built is None
    assert "nothing was written" in str(told)
    done = migrate(theirs)
    assert (done.changes, done.dropped, done.remarks) == (told.changes, told.dropped, told.remarks)


@pytest.mark.parametrize("rows", [1, 7, 364, 1092, 10_000])
def test_the_rows_that_are_copied_at_a_time_make_no_difference(
    rows: int, theirs: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do numbers with gaps, as deleted rows leave them."""
    monkeypatch.setattr(adopting, "_CHUNK", rows)
    if rows == 1:  # a few rows are enough
        change(
            theirs,
            "DELETE FROM nb101trialstats WHERE id > 20",
            "DELETE FROM nb101intermediatestats WHERE trial_id > 20",
            "UPDATE nb101intermediatestats SET id = id * 1000000007 WHERE id > 9",
        )
        migrate(theirs)
        expected = {name: rows[:20] for name, rows in tables(built).items()}
        assert tables(theirs)["trialstats"] == expected["trialstats"]
        return
    change(theirs, "UPDATE nb101intermediatestats SET id = -id WHERE id % 3 = 0")
    migrate(theirs)
    assert tables(theirs) == tables(built)


def test_configs_that_were_never_trained_are_dropped_and_counted(
    theirs: Path, built: Path
) -> None:
    """The others keep their numbers."""
    change(
        theirs,
        "INSERT INTO nb101trialconfig (arch, num_vertices, hash, num_epochs) "
        "SELECT arch, num_vertices, hash, 5 FROM nb101trialconfig WHERE id <= 3",
    )
    report = migrate(theirs)
    assert report.dropped == 3
    assert "3 rows: configs that were never trained are left out" in str(report)
    assert tables(theirs) == tables(built)
    changes = nasbench_db.connect("nasbench101", theirs).provenance()[0]["changes"]
    assert changes[-1] == {"change": "configs that were never trained are left out", "rows": 3}


def test_a_query_never_meets_nnis_units(theirs: Path, databases: Path) -> None:
    """Whoever opens the file is told in one line which command makes it work."""
    databases.mkdir()
    shutil.copyfile(theirs, databases / "nasbench101.db")
    for ask in (
        lambda: nasbench_db.connect("nasbench101", theirs),
        lambda: query_nb101_trial_stats(None, 108),
        lambda: api.NASBench(theirs),
        lambda: Nb101TrialStats.get(),
        lambda: nasbench_db.load_benchmark("nasbench101"),
    ):
        with pytest.raises(NNIDatabase, match=r'nasbench-db migrate ".*\.db"') as caught:
            ask()
        assert caught.value.benchmark == "nasbench101"
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("folder", ["ours", "NNI's"])
def test_a_database_that_nni_left_is_pointed_to(
    folder: str, theirs: Path, databases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder that both share, or in NNI's own."""
    monkeypatch.setenv("NNI_HOME", str(tmp_path / "nni"))
    place = databases if folder == "ours" else tmp_path / "nni" / "nasbenchmark"
    place.mkdir(parents=True)
    shutil.move(theirs, place / "nasbench101-209f5694.db")
    with pytest.raises(DatabaseNotFound) as caught:
        nasbench_db.connect("nasbench101")
    command = f'nasbench-db migrate "{place / "nasbench101-209f5694.db"}" --to '
    assert command + f'"{databases / "nasbench101.db"}"' in str(caught.value)
    assert (
        command + f'"{databases / "nasbench101.db"}"' in CliRunner().invoke(cli, ["info"]).stderr
    )
    with pytest.raises(DatabaseNotFound, match="nasbench-db ingest nasbench201 FILE"):
        nasbench_db.connect("nasbench201")


def test_all_databases_of_nni_can_be_taken_over(tmp_path: Path) -> None:
    """What has their tables and not their columns is refused, and nothing happens to it."""
    assert set(nni.BUILT) == set(nni.ADOPTED)
    path = tmp_path / "nlp.db"
    change(
        path,
        *(
            f"CREATE TABLE nlp{kind} (id)"
            for kind in ("trialconfig", "trialstats", "intermediatestats")
        ),
    )
    before = path.read_bytes()
    with pytest.raises(InvalidDatabase, match="nlptrialconfig lacks arch, dataset"):
        nasbench_db.migrate(path)
    with pytest.raises(NNIDatabase, match=r"of nlp, .*take it over with: nasbench-db migrate"):
        nasbench_db.connect("nasbench101", path)
    assert path.read_bytes() == before


LAST = "(SELECT max(id) FROM nb101trialstats)"

WRONG: dict[str, tuple[str, str]] = {
    "text for a number": (
        "UPDATE nb101trialstats SET test_acc = 'high' WHERE id = 7",
        "row 7 of nb101trialstats has a value of a wrong type",
    ),
    "a fraction for a whole number": (
        "UPDATE nb101intermediatestats SET current_epoch = 2.5 WHERE id = 9",
        "row 9 of nb101intermediatestats has a value of a wrong type",
    ),
    "a blob for the cell": (
        "UPDATE nb101trialconfig SET arch = x'00' WHERE id = 2",
        "row 2 of nb101trialconfig has a value of a wrong type",
    ),
    "no JSON": (
        "UPDATE nb101trialconfig SET arch = '{\"op1\": ' WHERE id = 3",
        "row 3 of nb101trialconfig: ",
    ),
    "no cell": (
        'UPDATE nb101trialconfig SET arch = \'{"op1":"conv9x9","input1":[0],"input2":[1]}\' '
        "WHERE id = 5",
        "row 5 of nb101trialconfig: .*conv9x9",
    ),
    "another number of vertices": (
        "UPDATE nb101trialconfig SET num_vertices = 7 WHERE id = 5",
        "row 5 of nb101trialconfig: num_vertices is 7",
    ),
    "no hash": (
        "UPDATE nb101trialconfig SET hash = 'abc' WHERE id = 6",
        "row 6 of nb101trialconfig: the hash is 'abc'",
    ),
    "no epochs": (
        "UPDATE nb101trialconfig SET num_epochs = 0 WHERE id = 8",
        "row 8 of nb101trialconfig: the number of epochs is 0",
    ),
    "a trial without its config": (
        "UPDATE nb101trialstats SET config_id = 100000 WHERE id = 11",
        "row 11 of nb101trialstats belongs to a row that is not there",
    ),
    "an intermediate without its trial": (
        "UPDATE nb101intermediatestats SET trial_id = 100000 WHERE id = 12",
        "row 12 of nb101intermediatestats belongs to a row that is not there",
    ),
    "an epoch that comes twice": (
        "UPDATE nb101intermediatestats SET current_epoch = 4 WHERE trial_id = 1",
        "is a second one of trial 1 and epoch 4",
    ),
    "an epoch that is too late": (
        "UPDATE nb101intermediatestats SET current_epoch = 70000 WHERE id = 9",
        "row 9 of nb101intermediatestats has a value of a wrong type, or out of range",
    ),
    "no trials": ("DELETE FROM nb101trialstats", "has no trials|belongs to a row"),
    "a column less": (
        "ALTER TABLE nb101trialstats RENAME COLUMN parameters TO params",
        "nb101trialstats lacks parameters",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("in_place", [False, True])
def test_a_file_that_nni_would_not_write_is_refused_untouched(
    case: str, in_place: bool, theirs: Path, tmp_path: Path
) -> None:
    """The message names the row; the dry run says the same."""
    statement, reason = WRONG[case]
    change(theirs, statement)
    before = theirs.read_bytes()
    target = None if in_place else tmp_path / "ours.db"
    for dry_run in (True, False):
        with pytest.raises(InvalidDatabase, match=reason) as caught:
            migrate(theirs, target, dry_run=dry_run)
        assert str(theirs) in str(caught.value)
    assert theirs.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]


def test_what_is_not_nnis_is_not_lost(theirs: Path, tmp_path: Path, built: Path) -> None:
    """A file with more in it is not replaced; a new one may be made beside it."""
    change(
        theirs,
        "CREATE TABLE scores (arch TEXT, score REAL)",
        "ALTER TABLE nb101trialstats ADD COLUMN note TEXT",
        "CREATE VIEW best AS SELECT max(test_acc) FROM nb101trialstats",
    )
    found = "the table scores, nb101trialstats.note, the view best"
    for dry_run in (False, True):
        with pytest.raises(InvalidDatabase, match=r"--to NEW\.db") as caught:
            migrate(theirs, dry_run=dry_run)
        assert set(found.split(", ")) <= set(
            str(caught.value).replace(";", ",").split(": ")[-1].split(", ")
        )
    report = migrate(theirs, tmp_path / "ours.db")
    (remark,) = report.remarks
    assert remark.startswith("not NNI's, and not taken over: ")
    assert remark in str(report)
    assert tables(tmp_path / "ours.db") == tables(built)


def test_damage_is_found_before_anything_is_done(theirs: Path, tmp_path: Path) -> None:
    """Cut short, or with bytes overwritten."""
    whole = theirs.read_bytes()
    theirs.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidDatabase):
        migrate(theirs)
    middle = len(whole) // 2
    for place in (middle, middle + 20_000):
        theirs.write_bytes(whole[:place] + bytes(range(256)) * 16 + whole[place + 4096 :])
        with pytest.raises(InvalidDatabase, match=r"damaged|cannot be taken over|wrong type"):
            migrate(theirs)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]


@pytest.mark.parametrize("mistake", ["another value", "a row less", "rows twice"])
def test_a_difference_is_found_by_the_comparison(
    mistake: str, theirs: Path, tmp_path: Path
) -> None:
    """Were a statement of ours wrong, nothing would be put in place."""
    derived = {**adopt101.ADOPTION.derived[Nb101TrialStats]}
    joins = adopt101.ADOPTION.joins[Nb101TrialStats]
    if mistake == "another value":
        derived["valid_acc"] = "o.test_acc"
    elif mistake == "a row less":
        joins = joins.replace("c.id = o.config_id", "c.id = o.config_id AND o.id <> 3")
    else:
        derived["id"] = "o.id + 10000 * second.more"
        joins += " JOIN (SELECT 0 AS more UNION SELECT 1) AS second"
    adoption = dataclasses.replace(
        adopt101.ADOPTION, derived={Nb101TrialStats: derived}, joins={Nb101TrialStats: joins}
    )
    with pytest.raises(InvalidDatabase, match=r"was not taken over: .* of nb101trialstats"):
        adopting.adopt(adoption, theirs, tmp_path / "ours.db", dry_run=False, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]


def test_whatever_goes_wrong_nnis_file_stays(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new database is thrown away."""
    before = theirs.read_bytes()

    def fail(*arguments: object) -> None:
        assert (tmp_path / f"theirs.db{BUILDING_SUFFIX}").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(adopting._TakeOver, "compare", fail)
    with pytest.raises(KeyboardInterrupt):
        migrate(theirs)
    assert theirs.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.db"]


def test_places_that_are_taken(theirs: Path, tmp_path: Path) -> None:
    """By another file, or by another process."""
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(DatabaseExists):
        migrate(theirs, taken)
    assert taken.read_text() == "mine"
    with filelock.FileLock(tmp_path / "theirs.db.lock"), pytest.raises(BuildInProgress):
        migrate(theirs)


def test_the_command(theirs: Path, tmp_path: Path, built: Path, typed: Callable[..., Any]) -> None:
    """It shows its progress, tells what it did, and is silent when asked."""
    new = tmp_path / "new.db"
    ended = typed("migrate", theirs, "--dry-run", "--quiet")
    assert "nothing was written" in ended.stdout
    assert ended.stderr == ""
    ended = typed("migrate", theirs, "--to", new)
    assert "1,092 trials" in ended.stdout
    assert "comparing" in ended.stderr
    ended = typed("info", new)
    assert "training_time was 60 times that of the trial's last intermediate" in ended.stdout
    ended = typed("verify", new, "--quiet")
    assert ended.returncode == 1  # NNI's database does not say that these numbers are made up
    assert "1 checks failed" in ended.stderr
    assert "is the published one" in ended.stdout
    ended = typed("migrate", theirs, "--quiet")
    assert (ended.stdout, ended.stderr) == ("", "")
    assert tables(theirs) == tables(built)
    ended = typed("info", tmp_path / "absent.db")
    assert ended.returncode == 1


@pytest.mark.parametrize("in_place", [False, True])
def test_unfinished_changes_beside_the_file(
    in_place: bool, theirs: Path, tmp_path: Path, built: Path
) -> None:
    """They belong to it: a new file in its place would be damaged by them."""
    target = None if in_place else tmp_path / "ours.db"
    writer = sqlite3.connect(theirs, isolation_level=None)
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute("UPDATE nb101trialstats SET test_acc = 1 WHERE id = 1")
    before = theirs.read_bytes()
    with pytest.raises(InvalidDatabase, match=r"unfinished changes in theirs\.db-wal"):
        migrate(theirs, target)
    assert theirs.read_bytes() == before
    writer.close()
    migrate(theirs, target)
    (row, *_) = tables(target or theirs)["trialstats"]
    assert row[6] == 1


def test_a_link_stays_a_link(theirs: Path, tmp_path: Path, built: Path) -> None:
    """The file that it leads to is replaced."""
    link = tmp_path / "link.db"
    link.symlink_to(theirs)
    migrate(link)
    assert link.is_symlink()
    assert tables(theirs) == tables(built)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotFound, match=r"there is no file .*absent\.db"):
        nasbench_db.migrate(tmp_path / "absent.db")


def test_a_program_that_is_writing_is_waited_for_or_told(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its changes would be lost with the file; and none can begin until the file is replaced."""
    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, timeout=0.1))
    writer = sqlite3.connect(theirs, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(InvalidDatabase, match="cannot be replaced now: database is locked"):
        migrate(theirs)
    writer.execute("ROLLBACK")
    compare = adopting._TakeOver.compare

    def meanwhile(self: Any, *arguments: Any) -> None:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            writer.execute("UPDATE nb101trialstats SET test_acc = 1")
        compare(self, *arguments)

    monkeypatch.setattr(adopting._TakeOver, "compare", meanwhile)
    assert migrate(theirs).built is not None
    writer.close()


def test_permissions_stay(theirs: Path) -> None:
    """Those of the file that is replaced."""
    theirs.chmod(0o640)
    migrate(theirs)
    assert theirs.stat().st_mode & 0o777 == 0o640


def test_a_new_place_may_be_replaced_when_told_to(theirs: Path, tmp_path: Path) -> None:
    """A dry run tells that it would not; a folder is no place."""
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(DatabaseExists):
        migrate(theirs, taken, dry_run=True)
    assert migrate(theirs, taken, force=True).built is not None
    for place in ("", "."):
        with pytest.raises(BuildError, match="is a folder; give the name of a file"):
            nasbench_db.migrate(theirs, place, progress=False)


def test_download_benchmark_takes_over_what_nni_left(
    theirs: Path, databases: Path, built: Path
) -> None:
    """Nothing is downloaded then."""
    databases.mkdir()
    shutil.move(theirs, databases / "nasbench101-209f5694.db")
    path = nasbench_db.download_benchmark("nasbench101", progress=False)
    assert path == databases / "nasbench101.db"
    assert tables(path) == tables(built)
    assert nasbench_db.download_benchmark("nasbench101") == path
    shutil.copyfile(databases / "nasbench101-209f5694.db", path)
    with pytest.raises(NNIDatabase):
        nasbench_db.download_benchmark("nasbench101")
