"""The database beside an original file or folder: how a drop-in opens what a program gives it.

A program that was written for an original package names the original file. The first time, a
database is built of it and put beside it; from then on that is opened, as long as the original
has not changed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from nasbench_db.errors import BuildInProgress, DatabaseExists, InvalidDatabase, SourceError
from nasbench_db.store.addresses import Address, is_address
from nasbench_db.store.building import Report
from nasbench_db.store.database import (
    BenchmarkDatabase,
    default_address,
    default_directory,
    default_path,
    open_database,
    where_to_get,
)
from nasbench_db.store.logs import is_sqlite
from nasbench_db.store.marks import SYNTHETIC
from nasbench_db.store.metering import Meter
from nasbench_db.store.models import Schema
from nasbench_db.store.placing import wait_for_writer

Ingest = Callable[..., Report]
"""``ingest(sources, path, *, force, progress)`` of a benchmark."""


def database_file(
    schema: Schema,
    ingest: Ingest,
    source: str | os.PathLike[str] | None,
    size_of: Callable[[Path], int] = os.path.getsize,
    *,
    progress: bool = True,
) -> Path | str:
    """The database of a data set: itself, or the one beside the original, up to date.

    What is an address of a server stays as it is.

    Args:
        schema: the benchmark's tables.
        ingest: ``ingest(sources, path, *, force, progress)`` builds its database.
        source: a database; or an original file or folder, of which a database is built at
            :func:`place_beside` where there is none or the original has changed; or None for the
            default path.
        size_of: gives the bytes of an original, as the benchmark's ingestion counts them.
        progress: show the progress of building, and say why it is done again.

    If another process is building the database just now, this waits for it, and says so.

    Raises:
        InvalidDatabase: the file beside the original is not a database of it.
        SourceError: there is no original and no database of it, or it cannot be ingested, or the
            path can be none of a data set.
        BuildError: the database cannot be written.
    """
    if isinstance(source, str) and is_address(source):
        return source
    if source is None:
        return default_address() or default_path(schema.benchmark)
    path = path_of(source)
    if path.suffix == ".db" or (not os.path.isdir(path) and is_sqlite(path)):
        return path
    target = place_beside(path)
    if not any(map(os.path.exists, (path, target))):
        raise SourceError(no_original(schema, path))
    from nasbench_db.formats.recognising import refuse_other  # only for who brings an original

    refuse_other(schema.benchmark, path)
    told = False
    while True:
        stale = os.path.exists(target)
        if stale:
            if _is_of(schema, target, path, size_of):
                return target
            if progress:
                print(f"{path.name} has changed since {target.name} was built: building it again")
        try:
            return ingest([path], target, force=stale, progress=progress).path
        except DatabaseExists:
            continue  # another process has put it there since
        except BuildInProgress:
            if not told:
                print(
                    f"another process is building {target} of {path.name}: waiting for it to end",
                    file=sys.stderr,
                )
            told = True
            wait_for_writer(target)


_told: set[Path | Address] = set()


def open_original(schema: Schema, file: Path | str) -> BenchmarkDatabase:
    """Open the database of a drop-in, and say on stderr, once of each file, if it is made up.

    A program of the original's has no displays that would say so.

    Args:
        schema: the benchmark's tables.
        file: what :func:`database_file` gave.
    """
    database = open_database(schema, file)
    place = file.absolute() if isinstance(file, Path) else database.path
    if place not in _told and database.mark is SYNTHETIC:
        _told.add(place)
        print(f"{database.path}: {SYNTHETIC.long}", file=sys.stderr)
    return database


def path_of(source: object) -> Path:
    """What a program gives as the path of a data set, as a path with a name at its end.

    Raises:
        SourceError: it is no path, or one that no data set can have.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise SourceError(
            f"the data set is given as {source!r}; give the path of an original file or folder, "
            "or of a database"
        )
    text = os.fsdecode(source)
    path = (
        Path(text) if text and Path(text).name not in ("", "..") else Path(os.path.abspath(text))
    )
    if not text or not path.name or "\0" in text:
        raise SourceError(
            f"the data set has the path {text!r}, which no file or folder can have; give that of "
            "an original file or folder, or of a database, or None for the default database"
        )
    return path


def no_original(schema: Schema, path: Path) -> str:
    """That there is nothing at the path of an original, and how to get something."""
    return (
        f"there is no {path}, and no database of it; give the original file or folder, or a "
        f"database; {where_to_get(schema)}"
    )


def place_beside(source: Path) -> Path:
    """Where the database of an original file or folder lies.

    It is beside the original, or where nothing can be written there, in the default folder.
    """
    # A folder's name may have dots that begin no suffix.
    folder = os.path.isdir(source)
    place = source.with_name(f"{source.name}.db") if folder else source.with_suffix(".db")
    if os.path.exists(place) or os.access(place.parent, os.W_OK):
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
