"""Tabular NAS benchmarks as SQLite databases with peewee models."""

from __future__ import annotations

from nasbench_db.__version__ import __version__
from nasbench_db.benchmarks import (
    BENCHMARKS,
    connect,
    download,
    download_benchmark,
    ingest,
    load_benchmark,
    migrate,
    sample,
)
from nasbench_db.errors import (
    BudgetExhausted,
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
    QueryWarning,
    SchemaVersionError,
    SearchFailed,
    SourceError,
    SourceWarning,
    UnknownBenchmark,
    UnsaidFidelity,
)
from nasbench_db.store.database import default_directory, default_path

__all__ = [
    "BENCHMARKS",
    "BudgetExhausted",
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
    "QueryWarning",
    "SchemaVersionError",
    "SearchFailed",
    "SourceError",
    "SourceWarning",
    "UnknownBenchmark",
    "UnsaidFidelity",
    "__version__",
    "connect",
    "default_directory",
    "default_path",
    "download",
    "download_benchmark",
    "ingest",
    "load_benchmark",
    "migrate",
    "sample",
]


def __dir__() -> list[str]:
    return __all__
