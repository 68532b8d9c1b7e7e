"""How long a statement of the user's may work, and how much memory it may take.

SQLite looks at the clock between two steps of its machine. What happens within one step, such as
a function that makes a text of a gigabyte, is bounded by the size of values, and in a command,
which has nothing to lose, by the end of the process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any, TypeVar

from peewee import OperationalError

from nasbench_db.errors import InvalidQuery

Row = TypeVar("Row")

MOST_SECONDS = 60.0
"""How long a statement may work unless it is told otherwise."""

MOST_MEMORY = 1 << 30
"""How many bytes SQLite may take in a command."""

_LARGEST_VALUE = 1 << 26  # bytes; the largest of our values are weights of a few megabytes
_LONGEST_PATTERN = 200  # characters of LIKE and GLOB, whose time grows as a power of them
_STEPS = 10_000  # of SQLite's machine between two looks at the clock: a millisecond or less
_GRACE = 2.0  # seconds in which SQLite should come to the end of a step
_LOOKS = 0.25  # seconds between two looks of the watch


def limit_values(connection: sqlite3.Connection) -> None:
    """Bound the values that a statement may make; Python 3.10 cannot."""
    if sys.version_info >= (3, 11):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)


class Limit:
    """How long SQLite may work for a statement; it stops at Ctrl-C as well.

    What is done with the rows does not count: one may take an hour to read a page of them. It is
    used as a context manager.

    Args:
        connection: what is asked.
        seconds: how long it may work.
        clock: tells the time in seconds.
        give_up: called from another thread, with the reason, when SQLite goes on in one step
            some seconds after it should have stopped; it must end the process. Without it
            nothing can be done about that.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        give_up: Callable[[str], None] | None = None,
    ) -> None:
        self._connection = connection
        self._seconds = seconds
        self._clock = clock
        self._give_up = give_up
        self._since: float | None = None  # while SQLite works
        self._stopped = False
        self._ended = threading.Event()

    def __enter__(self) -> Limit:
        self._connection.set_progress_handler(self._is_over, _STEPS)
        self._handler: Any = None
        self._wakeup: tuple[int, int] | None = None
        # A KeyboardInterrupt within SQLite's callbacks, such as the steps of median(), would get
        # lost in an error of theirs.
        # Who ignores it, as nohup and a shell's & do, goes on doing so.
        ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
        if threading.current_thread() is threading.main_thread() and not ignored:
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        if self._give_up is not None:
            if self._handler is not None and os.name == "posix":
                # Python's own handler of a signal waits for SQLite's step to end; this does not.
                self._wakeup = os.pipe()
                for end in self._wakeup:
                    os.set_blocking(end, False)
                signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
            threading.Thread(target=self._watch, args=(self._give_up,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._wakeup is not None:
            signal.set_wakeup_fd(-1)
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
        with contextlib.suppress(sqlite3.ProgrammingError):  # it was closed meanwhile
            self._connection.set_progress_handler(None, 0)

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of a question.

        Raises:
            InvalidQuery: the time was over, it needs too much memory, or the question raises it.
            KeyboardInterrupt: the user has interrupted it.
        """
        self._since = self._clock()
        try:
            for row in rows:
                used = self._clock() - self._since
                self._since = None
                if self._stopped:
                    break
                yield row
                self._since = self._clock() - used
        except (InvalidQuery, sqlite3.OperationalError, OperationalError):
            if self._stopped or not self._is_over():
                raise
            raise InvalidQuery(self._told()) from None
        except MemoryError:
            raise InvalidQuery(
                f"the statement was given up, since it needs more than {MOST_MEMORY:,} bytes of "
                "memory; ask for less"
            ) from None
        finally:
            self._since = None
            if self._stopped:
                raise KeyboardInterrupt

    def _told(self) -> str:
        return (
            f"the statement was given up after {self._seconds:g} seconds; give it longer with "
            "--timeout, or see with --explain what takes so long"
        )

    def _is_over(self) -> bool:
        if self._since is None:
            return False
        return self._stopped or self._clock() - self._since > self._seconds

    def _interrupt(self, signum: int, frame: FrameType | None) -> None:
        if self._since is None:
            raise KeyboardInterrupt
        self._stopped = True

    def _watch(self, give_up: Callable[[str], None]) -> None:
        """In another thread: see to it that no step takes for ever."""
        late = 0.0
        pressed = False
        while not self._ended.wait(_LOOKS):
            if self._wakeup is not None:
                with contextlib.suppress(OSError):
                    pressed = signal.SIGINT in os.read(self._wakeup[0], 64) or pressed
            # Counted in looks, so that a machine that has slept is not taken for a long step.
            late = late + _LOOKS if self._is_over() or (pressed and self._since) else 0.0
            if late >= _GRACE:
                give_up("Aborted!" if pressed else f"Error: {self._told()}")


_TELLING = {
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
}
"""The pragmas that take a value and set nothing, such as in ``pragma_table_info('nb101')``."""


def authorize(action: int, name: str | None, value: str | None, *_: str | None) -> int:
    """Whether SQLite may do something; it asks when it compiles a statement.

    The database is opened read-only, whatever happens here. But another file can be attached to
    it, and a pragma may be run when it is compiled, even after EXPLAIN.
    """
    sets = action == sqlite3.SQLITE_PRAGMA and value is not None and name not in _TELLING
    if sets or action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def limited(connection: sqlite3.Connection, rows: Iterable[Row], seconds: float) -> Iterator[Row]:
    """The rows of a question in a command: within limits of time and memory.

    Args:
        connection: what is asked.
        rows: asks it when they are wanted.
        seconds: how long SQLite may work.

    Raises:
        InvalidQuery: a limit was reached.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as any_other:  # it is of the process
        any_other.execute(f"PRAGMA hard_heap_limit = {MOST_MEMORY}")
    with Limit(connection, seconds, give_up=_end) as limit:
        yield from limit.over(rows)


def _end(told: str) -> None:
    """End the process at once, from whatever thread: it only reads, and leaves nothing."""
    sys.stderr.write(told + "\n")
    sys.stderr.flush()
    os._exit(1)
