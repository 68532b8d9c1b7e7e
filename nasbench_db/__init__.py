"""Tabular NAS benchmarks as SQLite databases with peewee models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nasbench_db._version import __version__
from nasbench_db.benchmarks import BENCHMARKS, connect, ingest, load_benchmark, migrate
from nasbench_db.errors import (
    BuildError,
    BuildInProgress,
    CorruptRecord,
    DatabaseExists,
    DatabaseNotFound,
    DatabaseReplaced,
    DownloadError,
    DownloadInProgress,
    ExportError,
    ExportWarning,
    InvalidArchitecture,
    InvalidDatabase,
    InvalidQuery,
    MissingExtra,
    NasbenchDBError,
    NNIDatabase,
    SchemaVersionError,
    SourceError,
    SourceWarning,
    UnknownBenchmark,
)
from nasbench_db.store.database import default_directory, default_path

if TYPE_CHECKING:
    from nasbench_db.sources.downloading import download, download_benchmark

__all__ = [
    "BENCHMARKS",
    "BuildError",
    "BuildInProgress",
    "CorruptRecord",
    "DatabaseExists",
    "DatabaseNotFound",
    "DatabaseReplaced",
    "DownloadError",
    "DownloadInProgress",
    "ExportError",
    "ExportWarning",
    "InvalidArchitecture",
    "InvalidDatabase",
    "InvalidQuery",
    "MissingExtra",
    "NNIDatabase",
    "NasbenchDBError",
    "SchemaVersionError",
    "SourceError",
    "SourceWarning",
    "UnknownBenchmark",
    "__version__",
    "connect",
    "default_directory",
    "default_path",
    "download",
    "download_benchmark",
    "ingest",
    "load_benchmark",
    "migrate",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import what downloads need only when it is asked for: a query does not."""
    if name in ("download", "download_benchmark"):
        from nasbench_db.sources import downloading

        return getattr(downloading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
