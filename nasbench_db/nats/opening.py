"""What a drop-in is given, as an open database: a path of many kinds, a dict, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.nats.stored import InvalidArgument
from nasbench_db.store.addresses import is_address
from nasbench_db.store.beside import (
    Ingest,
    database_file,
    no_original,
    open_original,
    path_of,
    place_beside,
)
from nasbench_db.store.database import BenchmarkDatabase, open_database
from nasbench_db.store.models import Schema

_DICT_KEYS = ("meta_archs", "arch2infos", "evaluated_indexes")


class SourceNotFound(SourceError, AssertionError):
    """There is no original file or folder at a path."""


def open_data(
    owner: object, schema: Schema, ingest: Ingest, source: Any, verbose: bool
) -> BenchmarkDatabase:
    """The database of what a drop-in is given.

    Args:
        owner: the drop-in; the database of a dict lasts as long as it does.
        schema: the benchmark's tables.
        ingest: ``ingest(sources, path, *, force, progress)`` builds its database.
        source: a database, an original file or folder, its content as a dict, or None.
        verbose: show the progress of building.

    Raises:
        InvalidArgument: it is none of these, or the dict lacks a key.
        SourceNotFound: there is no such original, and no database of it.
        SourceError: the original cannot be ingested.
        DatabaseNotFound: there is no such database, or none at the default path.
        InvalidDatabase: the file, or the one beside the original, is of something else.
    """
    if isinstance(source, dict):
        return _open_dict(owner, schema, ingest, source, verbose)
    if source is not None and not is_address(source):
        if not isinstance(source, (str, os.PathLike)):
            raise InvalidArgument(
                f"the data set is a {type(source).__name__}; it must be a path, a dict as an "
                "original file holds it, or None for the default database"
            )
        path = path_of(source)
        if path.suffix != ".db" and not any(map(os.path.exists, (path, place_beside(path)))):
            raise SourceNotFound(no_original(schema, path))
    return open_original(schema, database_file(schema, ingest, source, _size_of, progress=verbose))


def _open_dict(
    owner: object, schema: Schema, ingest: Ingest, source: dict[str, Any], verbose: bool
) -> BenchmarkDatabase:
    missing = [key for key in _DICT_KEYS if key not in source]
    if missing:
        raise InvalidArgument(f"the dict lacks {', '.join(map(repr, missing))}")
    folder = tempfile.mkdtemp(prefix="nasbench_db-")
    try:
        path = Path(folder) / f"{schema.benchmark}.db"
        ingest([source], path, progress=verbose)
        database = open_database(schema, path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(owner, _discard, database, folder, os.getpid())
    return database


def _size_of(source: Path) -> int:
    # Imported when it is needed: what opens a database does without the readers of sources.
    from nasbench_db.nats.sources import size_of

    return size_of(source)


def _discard(database: BenchmarkDatabase, folder: str, process: int) -> None:
    if os.getpid() == process:  # a forked child leaves it to its parent
        database.close()
        shutil.rmtree(folder, ignore_errors=True)
