"""Where measurement sets lie, and what is attached of one to a benchmark's database."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from peewee import PeeweeException, SqliteDatabase

from nasbench_db.errors import (
    DatabaseNotFound,
    InvalidDatabase,
    InvalidQuery,
    nearest,
)
from nasbench_db.measurements.models import (
    MeasuredMetric,
    SetLayout,
    SetProvenance,
)
from nasbench_db.measurements.names import check_metric_names, check_set_name
from nasbench_db.metrics import Metric
from nasbench_db.store.attached import MOST_SETS, AttachedSet, identity_of
from nasbench_db.store.database import (
    SET_SUFFIX,
    default_directory,
    default_path,
    lies_there,
    stamp_of,
)
from nasbench_db.store.models import Schema, canonical_json, check_version, json_value

_STAMP = "SELECT name, benchmark, key, scope, placed_of FROM measurement_set"


class SetFile(NamedTuple):
    """What a file says that it is.

    Attributes:
        path: the file, wherever the working folder is.
        version: of its tables.
        name: the set's name.
        benchmark: whose architectures were measured.
        key, scope: see :class:`~nasbench_db.store.attached.AttachedSet`.
        placed_of: the :func:`fingerprint` of the database whose configs it has the keys of.
    """

    path: Path
    version: int
    name: str
    benchmark: str
    key: str
    scope: tuple[str, ...]
    placed_of: str | None

    def layout(self, schema: Schema) -> SetLayout:
        """Its tables, given those of the benchmark."""
        names = [row["name"] for row in metric_rows(self.path)]
        return SetLayout(self.name, schema, self.key, self.scope, names)


def place_of(schema: Schema, name: str, beside: Path | None = None) -> Path:
    """Where a set lies.

    Args:
        schema: the benchmark's tables.
        name: the set's name.
        beside: the benchmark's database, or the folder; by default the default one.
    """
    database = default_path(schema.benchmark) if beside is None else beside
    folder = database if os.path.isdir(database) else database.parent
    return folder / f"{schema.benchmark}.{name}{SET_SUFFIX}"


def is_set(path: str | os.PathLike[str]) -> bool:
    """Whether a path is called as a measurement set is."""
    return os.fspath(path).endswith(SET_SUFFIX)


def named(name: str) -> Path:
    """The file of a set that is named by its path, or by its name in the default folder.

    Raises:
        DatabaseNotFound: there is none.
    """
    path = Path(name)
    beside = default_directory() / path.name
    for place in (path, *([beside] if path.name == name else [])):
        if lies_there(place):
            return place
    raise DatabaseNotFound(
        f"there is no measurement set {path}, nor {beside}; nasbench-db info BENCHMARK tells "
        "which lie beside its database"
    )


def identify(path: Path) -> SetFile:
    """What a measurement set says that it is, whatever its version.

    Raises:
        InvalidDatabase: the file is none, or it is damaged.
    """
    version, rows = stamp_of(path, SetLayout.application_id, _STAMP)
    if len(rows) != 1:
        raise InvalidDatabase(f"{path} does not say what it is: it is damaged; measure it again")
    ((name, benchmark, key, scope, placed),) = rows
    of = tuple(json_value(scope))
    return SetFile(path.absolute(), version, name, benchmark, key, of, placed)


def fingerprint(path: Path) -> str | None:
    """What tells a benchmark's database from one that was built at another time or of other files.

    Args:
        path: the database.

    Returns:
        a text; None if the file is none.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            rows = found.execute(
                "SELECT created_at, source_sha256, configs FROM provenance ORDER BY id"
            ).fetchall()
    except sqlite3.Error:
        return None  # whoever opens it says what is wrong
    return canonical_json(rows)


def read(path: Path, schema: Schema) -> SetFile:
    """What a measurement set of a benchmark says that it is.

    Raises:
        InvalidDatabase: the file is none, or of another benchmark, or it is damaged.
        SchemaVersionError: it is of a newer version than this program, or of an older one.
    """
    found = identify(path)
    if found.benchmark != schema.benchmark:
        raise InvalidDatabase(
            f"{path} is a measurement set of {found.benchmark}, not of {schema.benchmark}"
        )
    mend = f'bring it up to date: nasbench-db migrate "{path}"'
    tables = "the tables of measurement sets"
    check_version(path, found.version, SetLayout.version, tables, mend)
    _check_names(found, schema)
    return found


def _check_names(found: SetFile, schema: Schema) -> None:
    """Refuse a file whose names are none of ours: they become parts of statements.

    Raises:
        InvalidDatabase: it may be a stranger's.
    """
    columns = {*schema.config._meta.fields, *schema.trial._meta.fields}
    try:
        check_set_name(schema, found.name)
        check_metric_names([row["name"] for row in metric_rows(found.path)], ())
        strange = {found.key, *found.scope} - columns
    except InvalidQuery as error:
        raise InvalidDatabase(f"{found.path} is none that nasbench_db made: {error}") from None
    if strange:
        raise InvalidDatabase(
            f"{found.path} is none that nasbench_db made: its rows are found by "
            f"{', '.join(sorted(strange))}, which {schema.benchmark} has not"
        )


def beside(
    schema: Schema, path: str | os.PathLike[str] | None, wanted: Sequence[Any]
) -> tuple[AttachedSet, ...]:
    """The measurement sets that are named when a benchmark's database is opened.

    Args:
        schema: the benchmark's tables.
        path: the benchmark's database; by default the one at the default path.
        wanted: names, of sets that lie beside it, or paths.

    Raises:
        InvalidQuery: they are no such list, or too many, or one comes twice.
        DatabaseNotFound: there is no such set.
        InvalidDatabase: a file is none of this benchmark, or it is damaged.
    """
    if isinstance(wanted, (str, bytes, os.PathLike)) or not isinstance(wanted, Sequence):
        raise InvalidQuery(
            f"measurements is {wanted!r}; give a list of names or paths, such as ['hwnas']"
        )
    if len(wanted) > MOST_SETS:
        raise InvalidQuery(
            f"{len(wanted)} measurement sets are asked for at once, and SQLite attaches "
            f"{MOST_SETS} files at most; name those that the question needs"
        )
    database = default_path(schema.benchmark) if path is None else Path(path)
    own = fingerprint(database)
    sets = [_attached(_place(schema, path, one), schema, own) for one in wanted]
    for number, one in enumerate(sets):
        if any(one.name.lower() == other.name.lower() for other in sets[:number]):
            raise InvalidQuery(f"the measurement set {one.name} is asked for twice")
    return tuple(sets)


def _place(schema: Schema, path: str | os.PathLike[str] | None, one: Any) -> Path:
    if not isinstance(one, (str, os.PathLike)):
        raise InvalidQuery(f"a measurement set is {one!r}; give its name or its path")
    if is_set(one) or isinstance(one, os.PathLike):
        place = Path(one)
        if not lies_there(place):
            raise DatabaseNotFound(f"there is no measurement set {place}; {_how(schema, 'NAME')}")
        return place
    place = place_of(schema, one, None if path is None else Path(path))
    if not lies_there(place):
        there = names_beside(schema, place.parent)
        held = f"; beside the database are {', '.join(there)}" if there else ""
        raise DatabaseNotFound(
            f"there is no measurement set {one!r} of {schema.benchmark} at {place}{held}"
            f"{nearest(one, there)}; {_how(schema, one)}"
        )
    return place


def names_beside(schema: Schema, folder: Path) -> list[str]:
    """The names of a benchmark's sets in a folder, by their files' names."""
    form = re.compile(rf"{re.escape(schema.benchmark)}\.([^.]+){re.escape(SET_SUFFIX)}")
    found = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(match[1] for name in found if (match := form.fullmatch(name)))


def _how(schema: Schema, name: str) -> str:
    return f"make one with: nasbench-db measure {name} --of {schema.benchmark} FILE"


def _attached(path: Path, schema: Schema, own: str | None) -> AttachedSet:
    """What is attached of a set.

    Args:
        path: the set.
        schema: the benchmark's tables.
        own: the fingerprint of the database that it is attached to.

    Raises:
        InvalidDatabase: the file is none of this benchmark, or it is damaged.
    """
    found = read(path, schema)
    metrics = tuple(_metric(found.name, row) for row in metric_rows(path))
    seeded = schema.seed in found.scope
    identity = identity_of(found.path)
    return AttachedSet(
        found.name,
        found.path,
        identity,
        found.key,
        found.scope,
        metrics,
        seeded,
        placed=own is not None and found.placed_of == own,
    )


def _metric(name: str, row: dict[str, Any]) -> Metric:
    whole = f"{name}.{row['name']}"
    on = [f"on {row['device']}"] if row["device"] else []
    on += [f"for a batch of {row['batch']}"] if row["batch"] else []
    return Metric(
        name=whole,
        title=row["title"],
        unit=row["unit"],
        direction=row["direction"],
        split=row["split"],
        quantity=whole,
        lowest=-inf,
        highest=inf,
        per_epoch=False,
        definition=" ".join([row["description"], *([f"Measured {', '.join(on)}."] if on else [])]),
    )


def metric_rows(path: Path) -> list[dict[str, Any]]:
    """What a set says of its metrics, in the order of its columns.

    Raises:
        InvalidDatabase: it is damaged.
    """
    return _rows(path, MeasuredMetric)


def provenance(path: Path) -> list[dict[str, Any]]:
    """Where a set comes from: a dict for each source, as in ``SetProvenance``.

    Raises:
        InvalidDatabase: it is damaged.
    """
    return _rows(path, SetProvenance)


def _rows(path: Path, model: Any) -> list[dict[str, Any]]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(SqliteDatabase(uri, uri=True)) as database:
        try:
            return list(model.select().order_by(model.id).dicts().execute(database))
        except (PeeweeException, sqlite3.Error, TypeError, ValueError) as error:
            raise InvalidDatabase(
                f"{path} cannot be read: {' '.join(str(error).split())}; check it with: "
                f'nasbench-db verify "{path}"'
            ) from None
