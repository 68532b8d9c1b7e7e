"""Tabular NAS benchmarks as SQLite databases with peewee models."""

from nasbench_db._version import __version__
from nasbench_db.benchmarks import BENCHMARKS, connect, ingest, load_benchmark, migrate
from nasbench_db.database import default_directory, default_path
from nasbench_db.errors import (
    BuildError,
    BuildInProgress,
    CorruptRecord,
    DatabaseExists,
    DatabaseNotFound,
    ExportError,
    ExportWarning,
    InvalidArchitecture,
    InvalidDatabase,
    InvalidQuery,
    NasbenchDBError,
    NNIDatabase,
    SchemaVersionError,
    SourceError,
    SourceWarning,
    UnknownBenchmark,
)

__all__ = [
    "BENCHMARKS",
    "BuildError",
    "BuildInProgress",
    "CorruptRecord",
    "DatabaseExists",
    "DatabaseNotFound",
    "ExportError",
    "ExportWarning",
    "InvalidArchitecture",
    "InvalidDatabase",
    "InvalidQuery",
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
    "ingest",
    "load_benchmark",
    "migrate",
]
