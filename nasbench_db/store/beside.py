"""The database beside an original file or folder: how a drop-in opens what a program gives it.

A program that was written for an original package names the original file. The first time, a
database is built of it and put beside it; from then on that is opened, as long as the original
has not changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nasbench_db.errors import BuildInProgress, InvalidDatabase
from nasbench_db.store.database import default_directory, default_path, open_database
from nasbench_db.store.logs import is_sqlite
from nasbench_db.store.metering import Meter
from nasbench_db.store.models import Schema
from nasbench_db.store.placing import wait_for_writer


def database_file(
    schema: Schema,
    source: str | os.PathLike[str] | None,
    size_of: Callable[[Path], int] = os.path.getsize,
    *,
    progress: bool = True,
) -> Path:
    """The database of a data set: itself, or the one beside the original, up to date.

    Args:
        schema: the benchmark's tables.
        source: a database; or an original file or folder, of which a database is built at
            :func:`place_beside` where there is none or the original has changed; or None for the
            default path.
        size_of: gives the bytes of an original, as the benchmark's ingestion counts them.
        progress: show the progress of building, and say why it is done again.

    Raises:
        InvalidDatabase: the file beside the original is not a database of it.
        SourceError: the original cannot be ingested.
        BuildError: the database cannot be written.
    """
    if source is None:
        return default_path(schema.benchmark)
    path = Path(source)
    if path.suffix == ".db" or (not path.is_dir() and is_sqlite(path)):
        return path
    from nasbench_db.benchmarks import ingest

    target = place_beside(path)
    while True:
        if target.exists():
            if _is_of(schema, target, path, size_of):
                return target
            if progress:
                print(f"{path.name} has changed since {target.name} was built: building it again")
        try:
            return ingest(schema.benchmark, path, target, progress, force=True).path
        except BuildInProgress:  # as when a program starts several of its kind at once
            if progress:
                print(f"another process is building {target.name}: waiting for it")
            wait_for_writer(target)


def place_beside(source: Path) -> Path:
    """Where the database of an original file or folder lies.

    It is beside the original, or where nothing can be written there, in the default folder.
    """
    # A folder's name may have dots that begin no suffix.
    place = source.with_name(f"{source.name}.db") if source.is_dir() else source.with_suffix(".db")
    if place.exists() or os.access(place.parent, os.W_OK):
        return place
    return default_directory() / place.name


def _is_of(
    schema: Schema, database_file: Path, source: Path, size_of: Callable[[Path], int]
) -> bool:
    """Whether a database was built of a source as it now is.

    Raises:
        InvalidDatabase: it was built of something else, so it must not be replaced.
    """
    database = open_database(schema, database_file)
    (row, *more) = database.provenance()
    database.close()
    name = source.resolve().name if source.is_dir() else source.name
    if more or row["source_name"] != name:
        raise InvalidDatabase(
            f"{database_file} was built of {row['source_name']}, not of {name} alone; "
            f"give the database itself, or build another: nasbench-db ingest {schema.benchmark} "
            f'"{source}" --db PATH'
        )
    if not source.exists():
        return True
    if size_of(source) != row["source_bytes"]:
        return False
    files = [source, *source.iterdir()] if source.is_dir() else [source]
    if max(file.stat().st_mtime for file in files) <= database_file.stat().st_mtime:
        return True
    return source.is_file() and Meter.of_file(source).sha256 == row["source_sha256"]
