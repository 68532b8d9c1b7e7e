"""A new file beside its place, put there only when it is complete.

Until then it has another name, so that nobody takes half of it for the whole, and an older file
stays in the place. A lock beside it keeps a second writer away; the operating system gives it
back however the first one ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from nasbench_db.errors import NasbenchDBError

BUILDING_SUFFIX = ".building"
"""What a database's file name ends in while it is built."""

MIGRATING_SUFFIX = ".migrating"
"""What the name of the copy ends in on which migrations are run."""

EXPORTING_SUFFIX = ".exporting"
"""What the name of an exported file or folder ends in until it is complete."""

REPLACED_SUFFIX = ".replaced"
"""What the name of an exported folder ends in while another one takes its place."""

UNFINISHED = (BUILDING_SUFFIX, MIGRATING_SUFFIX, EXPORTING_SUFFIX)
"""What the names of files end in that a writer leaves behind only if it is killed. The next
writer of the same place, of whatever kind, deletes them all."""


def wait_for_writer(path: Path) -> None:
    """Wait until no other process writes a file of a name.

    Raises:
        OSError: no lock can be made there.
    """
    import filelock  # what only asks has no use for it

    with filelock.FileLock(_lock_file(path)):
        _lock_file(path).unlink(missing_ok=True)  # see NewFile


def _lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


class NewFile:
    """A file to be written at :attr:`partial` and put in its place; use it as a context manager.

    Leaving the context without :meth:`put` deletes what was written.

    Args:
        path: the file's place. What a link leads to is replaced, not the link.
        suffix: what its name ends in until it is there.
        force: whether to replace a file that lies there.
        error: raised if no file can be written there.
        exists: raised if there is a file and ``force`` is false.
        busy: raised if another process is writing the same file.
    """

    def __init__(
        self,
        path: Path,
        suffix: str,
        *,
        force: bool,
        error: type[NasbenchDBError],
        exists: type[NasbenchDBError],
        busy: type[NasbenchDBError],
    ) -> None:
        if not path.name:
            raise error(f"{path} is a folder; give the name of a file")
        if os.path.islink(path):
            path = Path(os.path.realpath(path))
        self.path = path
        self.partial = path.with_name(path.name + suffix)
        self._force = force
        self._error = error
        self._exists = exists
        self._busy = busy
        self._lock_file = _lock_file(path)
        import filelock

        self._lock = filelock.FileLock(self._lock_file, timeout=0)
        self._timeout = filelock.Timeout

    def __enter__(self) -> NewFile:
        self._refuse_to_replace()
        try:
            self._lock.acquire()
        except self._timeout:
            if not os.path.exists(self._lock_file):  # some folders say so only in this way
                raise self._error(self._not_writable("no file can be made there")) from None
            raise self._busy(
                f"another process is building {self.path}; wait for it to end, or give another "
                "path"
            ) from None
        except OSError as error:
            raise self._error(self._not_writable(str(error.strerror))) from None
        try:
            self._refuse_to_replace()  # another writer may have ended a moment ago
            self._delete_unfinished()
        except BaseException:
            self._release()
            raise
        return self

    def _delete_unfinished(self) -> None:
        """Delete what a writer left here that was killed; it no longer holds the lock."""
        for suffix in {*UNFINISHED, self.partial.name.removeprefix(self.path.name)}:
            _delete(self.path.with_name(self.path.name + suffix))

    def put(self) -> None:
        """Put the file in its place, for good: it outlasts a power cut."""
        if os.path.exists(self.path):
            self._take_after(os.stat(self.path))
        with open(self.partial, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(self.partial, self.path)
        _keep_names(self.path.parent)

    def _take_after(self, old: os.stat_result) -> None:
        """Give the file the permissions, and where possible the owner, of the one it replaces."""
        with contextlib.suppress(OSError, AttributeError):  # Windows has no owners of this kind
            os.chown(self.partial, old.st_uid, old.st_gid)
        with contextlib.suppress(OSError):
            os.chmod(self.partial, old.st_mode & 0o7777)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            _delete(self.partial)
        self._release()

    def _release(self) -> None:
        # Deleted while it is held: whoever has just opened it finds that its file has no name
        # any more, and opens a new one (filelock 3.25 and later look).
        with contextlib.suppress(OSError):  # Windows deletes no open file, and leaves it behind
            self._lock_file.unlink()
        self._lock.release()

    def _refuse_to_replace(self) -> None:
        # The functions of os.path, unlike Path's methods, answer for impossible names as well.
        if os.path.isdir(self.path):
            raise self._error(f"{self.path} is a folder; give the name of a file")
        if os.path.lexists(self.path) and not self._force:
            raise self._exists(
                f"{self.path} exists already; give --force (force=True in Python) to replace it, "
                "or another path"
            )

    def _not_writable(self, reason: str) -> str:
        return f"cannot write to the folder {self.path.parent}: {reason}; give another path"


class NewFolder(NewFile):
    """A folder of files to be written at :attr:`partial` and put in its place.

    It is used as a :class:`NewFile` is. A folder that is replaced is away for the moment between
    two renames; whoever is killed then leaves it beside its place, where the next writer finds it.

    Args:
        path: the folder's place.
        ours: tells whether a folder is of the kind that may be replaced: another one is not
            deleted, whatever ``force`` says.
        suffix, force, error, exists, busy: as of a :class:`NewFile`.
    """

    def __init__(
        self,
        path: Path,
        suffix: str,
        ours: Callable[[Path], bool],
        *,
        force: bool,
        error: type[NasbenchDBError],
        exists: type[NasbenchDBError],
        busy: type[NasbenchDBError],
    ) -> None:
        super().__init__(path, suffix, force=force, error=error, exists=exists, busy=busy)
        self._ours = ours
        self._replaced = self.path.with_name(self.path.name + REPLACED_SUFFIX)

    def _delete_unfinished(self) -> None:
        if self._replaced.exists() and not self.path.exists():
            os.replace(self._replaced, self.path)
            self._refuse_to_replace()
        _delete(self._replaced)
        super()._delete_unfinished()

    def put(self) -> None:
        """Put the folder in its place, for good: it outlasts a power cut."""
        for folder, _, names in os.walk(self.partial):
            for name in names:
                with open(os.path.join(folder, name), "rb+") as file:
                    os.fsync(file.fileno())
            _keep_names(Path(folder))
        if self.path.exists():
            os.replace(self.path, self._replaced)
        os.replace(self.partial, self.path)
        _keep_names(self.path.parent)
        _delete(self._replaced)

    def _refuse_to_replace(self) -> None:
        if not os.path.lexists(self.path):
            return
        if not self._force:
            raise self._exists(
                f"{self.path} exists already; give --force (force=True in Python) to replace it, "
                "or another path"
            )
        if not os.path.isdir(self.path) or not self._ours(self.path):
            raise self._error(
                f"{self.path} is not a folder of an earlier export, and is not replaced; give "
                "another path"
            )


def _delete(path: Path) -> None:
    """Delete a file, or a folder with all that is in it, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """See to it that the names in a folder outlast a power cut."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
