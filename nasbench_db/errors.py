"""Every error that nasbench_db raises on purpose, and its warnings.

All derive from :class:`NasbenchDBError`; most also derive from the built-in exception that a
caller would expect, so ``except ValueError`` or ``except FileNotFoundError`` work as well. Each
message says what was given, what is allowed and what to do next.
"""

from __future__ import annotations

import difflib
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def nearest(given: object, among: Iterable[str], cutoff: float = 0.6) -> str:
    """What a wrong word may have meant, as the end of a message; empty if nothing is near.

    Args:
        given: the word.
        among: the right ones.
        cutoff: how alike they must be, from 0 to 1.
    """
    of_folded = {str(word).casefold(): str(word) for word in among}
    close = difflib.get_close_matches(str(given).casefold(), of_folded, 1, cutoff)
    return f": did you mean {of_folded[close[0]]!r}?" if close else ""


def how_to_install(extra: str = "", *, newer: bool = False) -> str:
    """How this package is installed, as the end of a message: it is on no index.

    Args:
        extra: an extra to install with it.
        newer: whether it must be a newer version than this one.
    """
    what = f'".[{extra}]"' if extra else "."
    return f"in a {'newer ' if newer else ''}checkout of nasbench_db run: pip install {what}"


class NasbenchDBError(Exception):
    """Base of all errors of nasbench_db."""


class UnknownBenchmark(NasbenchDBError, LookupError):
    """A benchmark name that is not in the registry."""


class InvalidArchitecture(NasbenchDBError, ValueError):
    """An architecture outside the search space; the message gives the reason."""


class InvalidQuery(NasbenchDBError, ValueError):
    """An argument of a query or an enumeration that has a wrong type or an unknown value."""

    @classmethod
    def unknown(cls, what: str, given: object, among: Iterable[object]) -> InvalidQuery:
        """That something has no such value: what it has, and which was perhaps meant.

        Args:
            what: what was looked for, such as ``metric of NAS-Bench-101``.
            given: what was given.
            among: what there is.
        """
        words = [str(word) for word in among]
        return cls(
            f"there is no {what} called {given!r}; there {'is' if len(words) == 1 else 'are'} "
            f"{', '.join(words) or 'none'}{nearest(given, words)}"
        )


class UnsaidFidelity(InvalidQuery):
    """A question that compares trials and does not say which epochs, data set or task.

    Attributes:
        column: what is to be said, such as ``num_epochs``.
        held: what the database holds, of which one is to be chosen.
    """

    def __init__(self, column: str, held: Iterable[object]) -> None:
        # All arguments go to the base class so that the error survives pickling.
        super().__init__(column, tuple(held))
        self.column, self.held = self.args

    def worded(self, choice: str) -> str:
        """The message.

        Args:
            choice: how one says it, such as ``num_epochs=108`` or ``--epochs 108``.
        """
        return (
            f"the question must say which {self.column}, since others are not to be compared: "
            f"one of {', '.join(map(repr, self.held))}, as in {choice}"
        )

    def __str__(self) -> str:
        return self.worded(f"{self.column}={self.held[-1]!r}")


class BudgetExhausted(NasbenchDBError):
    """A simulated search has no time left for what it wants to train."""


class WrongWeights(NasbenchDBError, RuntimeError):
    """Weights that are not those of the network that shall take them."""


class SearchFailed(NasbenchDBError):
    """Some of several searches failed.

    Attributes:
        failed: why each of them failed, by the name of its algorithm.
        rows: the table of those that ended; see :func:`nasbench_db.simulation.search`.
    """

    def __init__(self, failed: Mapping[str, NasbenchDBError], rows: Any) -> None:
        # All arguments go to the base class so that the error survives pickling.
        super().__init__(failed, rows)
        self.failed = failed
        self.rows = rows

    def __str__(self) -> str:
        return "; ".join(f"{name} failed: {error}" for name, error in self.failed.items())


class SourceError(NasbenchDBError, ValueError):
    """An original data file that cannot be read: absent, of another kind, or damaged."""


class CorruptRecord(SourceError):
    """A damaged or malformed record.

    Attributes:
        path: the file.
        record: the record's number in the file, counted from 0.
        offset: the byte at which the record starts.
    """

    def __init__(self, path: str, record: int, offset: int, reason: str) -> None:
        # All arguments go to the base class so that the error survives pickling.
        super().__init__(path, record, offset, reason)
        self.path = path
        self.record = record
        self.offset = offset
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: record {self.record} at byte {self.offset}: {self.reason}"


class DatabaseNotFound(NasbenchDBError, FileNotFoundError):
    """There is no database where one was looked for."""


class ServerNotReachable(NasbenchDBError, ConnectionError):
    """A database server that does not answer, or lets nobody in under that name."""


class DatabaseExists(NasbenchDBError, FileExistsError):
    """An ingestion would replace a database and was not told to."""


class InvalidDatabase(NasbenchDBError):
    """A file that is not a database of the benchmark it was opened for."""


class DatabaseReplaced(InvalidDatabase):
    """Another file lies where a handle's database was, or it was changed; connect again."""


class PermissionDenied(InvalidDatabase):
    """A benchmark's tables on a server that this user may not read."""


class NNIDatabase(InvalidDatabase):
    """A database that NNI built; ``nasbench-db migrate`` takes it over.

    Attributes:
        benchmark: its benchmark, by NNI's name.
    """

    def __init__(self, message: str, benchmark: str) -> None:
        # All arguments go to the base class so that the error survives pickling.
        super().__init__(message, benchmark)
        self.benchmark = benchmark

    def __str__(self) -> str:
        return str(self.args[0])


class SchemaVersionError(InvalidDatabase):
    """A database whose schema is newer or older than this version of nasbench_db reads."""


class BuildError(NasbenchDBError, OSError):
    """A database could not be written: disk full, folder not writable, or the like."""


class BuildInProgress(BuildError):
    """Another process is building the same database right now."""


class DownloadError(NasbenchDBError, OSError):
    """A published file could not be fetched, or what came or lies there is not that file."""


class DownloadInProgress(DownloadError):
    """Another process is downloading the same file right now."""


class MissingExtra(NasbenchDBError, ImportError):
    """A package that is needed here and that comes with an extra of nasbench_db."""


class ExportError(NasbenchDBError):
    """A database cannot be written to a file of another format."""


class ExportWarning(UserWarning):
    """Something that is in the database and gets lost in an exported file."""


class QueryWarning(UserWarning):
    """A question that says something else than it seems to."""


class SourceWarning(UserWarning):
    """Something about a source file that its user should know and that stops nothing."""


def warn(text: str, category: type[Warning]) -> None:
    """Warn at the line of the program that asked, however many of ours are in between."""
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].startswith("nasbench_db."):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, category, stacklevel=level)
