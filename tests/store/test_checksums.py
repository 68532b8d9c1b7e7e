"""The checksums of pages: they find every change, and are in nobody's way."""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nasbench_db
from nasbench_db.store.checksums import Checked, append_checksums, check, checksum_of

FOOTER = 28


def content_bytes(path: Path) -> int:
    """How many bytes the pages have."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        ((size, pages),) = connection.execute(
            "SELECT page_size, page_count FROM pragma_page_size, pragma_page_count"
        )
        return int(size * pages)


def change(path: Path, statement: str) -> None:
    """Change a database in the way of other programs."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def test_a_built_database_has_them(built: Path) -> None:
    """Four bytes for each page behind the last one, and the footer."""
    pages = content_bytes(built) // 16_384
    assert built.stat().st_size == content_bytes(built) + 4 * pages + FOOTER
    found = check(built)
    assert found == Checked(pages, (), checksum_of(built))
    assert found.checksum is not None


def test_sqlite_does_not_see_them(copy: Path) -> None:
    """Neither when it reads, nor when it writes and grows the file, nor when it checks it."""
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        rows = connection.execute("SELECT * FROM nb101").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("CREATE TABLE own AS SELECT *, randomblob(100) FROM nb101trialstats")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("DROP TABLE own")
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT * FROM nb101").fetchall() == rows
    assert checksum_of(copy) is None


def test_a_header_that_counts_too_many_pages_is_found(built: Path) -> None:
    """Of all changed bytes the one that makes the checksums look as if they were absent."""
    path = built.with_name("counted.db")
    content = bytearray(built.read_bytes())
    content[28] ^= 1
    path.write_bytes(content)
    found = check(path)
    assert found.changed is not None
    assert found.changed[0] == len(content) // 16_384 + 1
    assert found.changed[-1] == found.pages


@given(where=st.data())
def test_every_changed_byte_is_found(where: st.DataObject, built: Path) -> None:
    """Wherever it is, in the pages or behind them; and the page is named."""
    path = built.with_name("changed.db")
    content = bytearray(built.read_bytes())
    at = where.draw(st.integers(0, len(content) - 1))
    content[at] ^= where.draw(st.integers(1, 255))
    path.write_bytes(content)
    found = check(path)
    if at >= content_bytes(built) or at in range(16, 18) or at in range(28, 32):
        assert found.changed is None or found.changed
    else:
        assert found.changed == (at // 16_384 + 1,)


@pytest.mark.parametrize("cut", [1, 4, FOOTER, FOOTER + 4, 2000, 20_000, 300_000])
def test_a_file_that_is_cut_is_found(cut: int, built: Path, tmp_path: Path) -> None:
    """Unless it has just lost the checksums, and not a number."""
    path = tmp_path / "cut.db"
    path.write_bytes(built.read_bytes()[:-cut])
    found = check(path)
    assert found.checksum is None or found.changed != ()
    whole = path.stat().st_size >= content_bytes(built)
    assert (found.changed is None) == whole
    path.write_bytes(built.read_bytes()[: content_bytes(built)])
    assert check(path) == Checked(content_bytes(built) // 16_384, (), None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nb101intermediatestats SET test_acc = test_acc + 1e-6 WHERE id % 100 = 0",
        "DROP INDEX nb101trialconfig_hash_num_epochs",
        "ALTER TABLE nb101trialstats RENAME COLUMN valid_acc TO x",
        "PRAGMA journal_mode = wal",
    ],
)
def test_what_another_program_changes_is_found(statement: str, copy: Path) -> None:
    """Also where no other number contradicts it."""
    change(copy, statement)
    found = check(copy)
    assert found.changed is None or found.changed


def test_a_small_database_that_grows_loses_them(copy: Path) -> None:
    """That is told as well: the new page lies where they were."""
    change(copy, "CREATE TABLE own (id)")
    assert check(copy) == Checked(copy.stat().st_size // 16_384, (), None)


def test_swapped_views_are_found(copy: Path) -> None:
    """That each value is one that the file had elsewhere does not help."""
    change(copy, "PRAGMA writable_schema = on")
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = on")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(replace(replace(sql, 'valid_acc', '?'), "
            "'test_acc', 'valid_acc'), '?', 'test_acc') WHERE type = 'view'"
        )
    assert check(copy).changed


def test_they_are_of_the_file_as_it_is_when_they_are_written(copy: Path) -> None:
    """Written twice they are the same; after a change they are others."""
    content = copy.read_bytes()
    append_checksums(copy)
    assert copy.read_bytes() == content
    change(copy, "UPDATE nb101trialstats SET test_acc = 1 WHERE id = 1")
    append_checksums(copy)
    assert check(copy).changed == ()
    assert checksum_of(copy) != checksum_of_bytes(content, copy)


def checksum_of_bytes(content: bytes, beside: Path) -> int | None:
    """The checksum of a file's content."""
    path = beside.with_name("content.db")
    path.write_bytes(content)
    return checksum_of(path)


@pytest.mark.parametrize("page_size", [512, 4096, 65_536])
def test_any_page_size(page_size: int, tmp_path: Path) -> None:
    """Another program may have chosen it."""
    path = tmp_path / "x.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute("CREATE TABLE t AS SELECT randomblob(3000) FROM sqlite_master")
        connection.executemany(
            "INSERT INTO t VALUES (?)", ((bytes([i]) * 999,) for i in range(99))
        )
    append_checksums(path)
    pages = content_bytes(path) // page_size
    found = check(path)
    assert (found.pages, found.changed) == (pages, ())


def test_a_migrated_database_has_them(copy: Path, tmp_path: Path) -> None:
    """Also one that another program had rewritten without."""
    change(copy, "VACUUM")
    path = tmp_path / "migrated.db"
    nasbench_db.migrate(copy, path, progress=False)
    assert checksum_of(copy) is None
    assert check(path) == Checked(content_bytes(path) // 16_384, (), checksum_of(path))


def test_random_damage_is_never_missed(
    built: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    """A bit, a block of zeros, a block from elsewhere: each is told by ``verify``."""
    chance = random.Random(1)
    whole = built.read_bytes()
    benchmark = nasbench_db.BENCHMARKS["nasbench101"]
    path = tmp_path / "damaged.db"
    for kind in range(60):
        content = bytearray(whole)
        at = chance.randrange(len(content) - 4096)
        if kind % 3 == 0:
            content[at] ^= 1 << chance.randrange(8)
        elif kind % 3 == 1:
            content[at : at + 4096] = bytes(4096)
        else:
            other = chance.randrange(len(content) - 512)
            content[at : at + 512] = content[other : other + 512]
        if content == whole:
            continue
        path.write_bytes(content)
        try:
            with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
                assert any(found.problems for found in benchmark.verify(db, progress=False))
        except nasbench_db.InvalidDatabase:
            pass


def test_info_and_verify_tell_them(copy: Path, typed: Callable[..., Any]) -> None:
    """And where there are none, that they could not be compared."""
    checksum = f"{checksum_of(copy):08x}"
    assert checksum in typed("info", copy).stdout
    told = typed("verify", copy, "--quiet").stdout
    assert "ok  every page is as it was written\n" in told
    shutil.copyfile(copy, copy.with_name("older.db"))
    change(copy, "VACUUM")
    assert "checksum  none" in typed("info", copy).stdout
    ended = typed("verify", copy, "--quiet")
    assert "not checked  every page is as it was written (the file has no" in ended.stdout
    assert ended.returncode == 0
