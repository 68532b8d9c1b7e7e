"""The logs that SQLite keeps beside a database, and how a file is put where another one lay.

SQLite finds a log by its name alone: what a program left in ``x.db-wal`` or ``x.db-journal``
when it was killed would be applied to whatever file is called ``x.db`` next
(https://www.sqlite.org/howtocorrupt.html, 1.4 and 2.4). So a new database is put in its place
only when no log is there, and a log that cannot be of the file beside it is never applied.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from nasbench_db.errors import BuildError, BuildInProgress, DatabaseExists, InvalidDatabase
from nasbench_db.store.placing import UNFINISHED, NewFile

LOG_SUFFIXES = ("-journal", "-wal", "-shm")
"""What SQLite appends to a database's name for the names of its logs."""

_SQLITE_MAGIC = b"SQLite format 3\x00"
_WRITE_VERSION = 18  # the byte of the header that is 2 in a database whose log is a WAL, else 1
_DEAD_MAN_SWITCH = 128  # the byte of a -shm on which every connection holds a lock while it lives


def is_sqlite(file: Path) -> bool:
    """Whether a file exists and begins as SQLite databases do."""
    if not os.path.exists(file):
        return False
    with open(file, "rb") as opened:
        return opened.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC


def refuse_unfinished(file: Path) -> None:
    """Refuse a database with changes that are still in a log beside it.

    A copy of the file would lack them.

    Raises:
        InvalidDatabase: there is such a log.
    """
    for suffix in ("-wal", "-journal"):
        beside = _beside(file, suffix)
        if _size(beside):
            raise InvalidDatabase(
                f"{file} has unfinished changes in {beside.name}: end the program that has it "
                f'open, or let SQLite finish them: sqlite3 "{file}" "PRAGMA journal_mode=delete"'
            )


def refuse_stray_log(file: Path) -> None:
    """Refuse a database beside which the log of another file lies.

    A database says in its header whether it has a WAL, before the first change goes there. One
    that says no and lies beside a WAL was put in the place of the file that had it.

    Raises:
        InvalidDatabase: there is such a log.
    """
    log = _beside(file, "-wal")
    if not _size(log):
        return
    if _write_version(file) == b"\x01":
        raise InvalidDatabase(
            f"{log} is not of {file.name} but of another file that lay there, and SQLite would "
            "mix the two: end the program that has it open, then delete "
            f"{log.name} and {file.name}-shm"
        )


def refuse_wal_where_none_can_be(file: Path, error: sqlite3.OperationalError) -> None:
    """Tell what it means if SQLite may not write beside a database whose log is a WAL.

    It needs a ``-shm`` also to read, so such a database does not open where a file of another
    journal mode does: in a folder or on a medium that is read-only.

    Args:
        file: the database.
        error: what SQLite says of it.

    Raises:
        InvalidDatabase: this is the cause.
    """
    told = str(error)
    if _write_version(file) == b"\x02" and ("readonly" in told or "unable to open" in told):
        raise InvalidDatabase(
            f"{file} is in WAL mode, in which SQLite writes {file.name}-shm beside it even to "
            f"read, and {file.absolute().parent} cannot be written ({told}); copy it to where you "
            "may write, or let somebody who may write there end that mode: "
            f'sqlite3 "{file}" "PRAGMA journal_mode=delete"'
        ) from None


def _write_version(file: Path) -> bytes:
    with open(file, "rb") as opened:
        return opened.read(_WRITE_VERSION + 1)[_WRITE_VERSION:]


@contextlib.contextmanager
def held_still(file: Path) -> Iterator[None]:
    """Keep other programs from changing a database until another file is put in its place.

    What is in its logs is brought into the file first, by SQLite itself, so that none is left to
    be applied to the new file, and the old one has lost nothing if no new one comes. Logs of a
    file that is gone, or that is no database, are deleted.

    Args:
        file: a database, another file, or nothing.

    Raises:
        InvalidDatabase: another program is changing the file, or has it open with a log.
    """
    if not is_sqlite(file):
        _delete_orphans(file)
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)
            stack.enter_context(contextlib.closing(connection))
            connection.isolation_level = None
            _finish_log(connection)
            # What is left of a journal now has nothing to roll back, and whoever wrote to it
            # would have the lock.
            _beside(file, "-journal").unlink(missing_ok=True)
        except sqlite3.DatabaseError as error:
            _judge(file, error)
        yield


def _finish_log(connection: sqlite3.Connection) -> None:
    """Bring a log into the file, and lock it against changes."""
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # rolls a journal back
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "delete":
        # It fails while another connection is open, since those read and write the WAL.
        (mode,) = connection.execute("PRAGMA journal_mode = delete").fetchone()
        if mode != "delete":
            raise sqlite3.OperationalError("database is locked")
    connection.execute("BEGIN IMMEDIATE")


def _judge(file: Path, error: sqlite3.DatabaseError) -> None:
    """What it means for the replacement of a file that its log cannot be finished.

    Raises:
        InvalidDatabase: that it cannot be replaced now.
    """
    logs = [log for log in (_beside(file, suffix) for suffix in LOG_SUFFIXES) if _size(log)]
    told = str(error)
    if "readonly" in told and not logs:
        return  # who may write the folder may replace a file that nobody may write
    if isinstance(error, sqlite3.OperationalError):
        raise InvalidDatabase(
            f"{file} cannot be replaced now: {told}"
            + (f", with changes in {logs[0].name}" if logs else "")
            + "; end the program that has it open, or give another path (--db, --to)"
        ) from None
    _delete_orphans(file)  # the file is damaged beyond what SQLite can finish


def _delete_orphans(file: Path) -> None:
    """Delete the logs of a file that is gone or no database.

    Raises:
        InvalidDatabase: a program still has that file open.
    """
    shared = _beside(file, "-shm")
    if os.path.exists(shared) and _is_locked(shared):
        raise InvalidDatabase(
            f"{shared} is in use: a program still has open what lay at {file}; end it first, or "
            "give another path (--db, --to)"
        )
    for suffix in LOG_SUFFIXES:
        _beside(file, suffix).unlink(missing_ok=True)


def _is_locked(shared: Path) -> bool:
    """Whether a connection is open to the database of a ``-shm``."""
    try:
        import fcntl
    except ImportError:  # Windows deletes no file that is open, and says so
        return False
    with contextlib.suppress(FileNotFoundError), open(shared, "rb+") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _DEAD_MAN_SWITCH)
        except OSError:
            return True
    return False


class NewDatabase(NewFile):
    """A new database, which meets no log of an older file in its place.

    Args:
        path: its place.
        suffix: see :class:`~nasbench_db.store.placing.NewFile`.
        force: see there.
        still: whether no other program may change the old database from the beginning on, and
            not only while it is replaced.
    """

    def __init__(self, path: Path, suffix: str, *, force: bool, still: bool = False) -> None:
        super().__init__(
            path,
            suffix,
            force=force,
            error=BuildError,
            exists=DatabaseExists,
            busy=BuildInProgress,
        )
        self._still = still
        self._held = contextlib.ExitStack()

    def __enter__(self) -> NewDatabase:
        super().__enter__()
        try:
            # Also where it shall not stay still: who cannot replace it should know at once.
            self._held.enter_context(held_still(self.path))
            if not self._still:
                self._held.close()
        except BaseException:
            self._release()
            raise
        return self

    def put(self) -> None:
        """Put the database in its place, for good, where no log is left.

        Raises:
            InvalidDatabase: another program has the old one open and is changing it.
        """
        if not self._still:
            self._held.enter_context(held_still(self.path))
        if os.name == "nt":  # where no file can be replaced that is open
            self._held.close()
        super().put()

    def __exit__(self, *error: object) -> None:
        self._held.close()
        super().__exit__(None, None, None)

    def _delete_unfinished(self) -> None:
        super()._delete_unfinished()
        for unfinished in UNFINISHED:
            for suffix in LOG_SUFFIXES:
                _beside(self.path, unfinished + suffix).unlink(missing_ok=True)


def _beside(file: Path, suffix: str) -> Path:
    # SQLite follows links before it names the logs.
    real = Path(os.path.realpath(file))
    return real.with_name(real.name + suffix)


def _size(file: Path) -> int:
    """How large a file is, 0 if there is none."""
    try:
        return os.stat(file).st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0
