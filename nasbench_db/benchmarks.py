"""The registry of benchmarks: what the front door and the command line know of each by name.

Every benchmark is a folder of the package with the same rooms. They are imported when they are
needed, so that asking one benchmark does not load the others, nor a query what ingestion needs.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nasbench_db.errors import (
    DatabaseExists,
    DatabaseNotFound,
    InvalidQuery,
    NNIDatabase,
    SourceError,
    UnknownBenchmark,
    nearest,
)
from nasbench_db.store import database, logs, nni
from nasbench_db.store.addresses import is_address

if TYPE_CHECKING:
    from nasbench_db.ask.trials import Trials
    from nasbench_db.ask.trialtables import TrialTables
    from nasbench_db.ask.words import Scalar, Where
    from nasbench_db.measurements.making import SetReport
    from nasbench_db.metrics import Images, Metric, Reporting
    from nasbench_db.sources.catalogue import SourceFile
    from nasbench_db.store.adopting import Adoption, AdoptionReport
    from nasbench_db.store.attached import AttachedSet
    from nasbench_db.store.building import Report, Source
    from nasbench_db.store.copying import CopyReport
    from nasbench_db.store.database import BenchmarkDatabase
    from nasbench_db.store.migrating import MigrationReport
    from nasbench_db.store.models import Schema
    from nasbench_db.store.verifying import Finding


@dataclass(frozen=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: its name here, which is also its folder's and, with ``.db``, its database's.
        paper: how to cite it.
        licence: the licence of its data.
        family: the folder that says what its metrics mean, if that is not its own.
        own_formats: whether it is exported to formats that other benchmarks are not.
    """

    name: str
    paper: str
    licence: str
    family: str | None = None
    own_formats: bool = False

    def _room_of_metrics(self, name: str) -> Any:
        return resolve_name(f"nasbench_db.{self.family or self.name}.metrics:{name}")

    def _room(self, object_path: str) -> Any:
        return resolve_name(f"nasbench_db.{self.name}.{object_path}")

    @property
    def schema(self) -> Schema:
        """Its tables."""
        schema: Schema = self._room("schema:SCHEMA")
        return schema

    @property
    def title(self) -> str:
        """Its name in print."""
        return self.schema.title

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What its numbers mean, by name, in the order of the trial stats table."""
        registry: Mapping[str, Metric] = self._room_of_metrics("REGISTRY")
        return registry

    @property
    def reports(self) -> Mapping[str, Reporting]:
        """For each data set or task, what to select by and what to report."""
        reports: Mapping[str, Reporting] = self._room_of_metrics("REPORTS")
        return reports

    @property
    def images(self) -> Sequence[Images]:
        """The images of each split of each data set."""
        images: Sequence[Images] = self._room_of_metrics("IMAGES")
        return images

    @property
    def tables(self) -> TrialTables:
        """How words about it become columns."""
        tables: TrialTables = self._room("query:TABLES")
        return tables

    @property
    def cell(self) -> Any:
        """The class of its architectures."""
        return resolve_name(f"nasbench_db.{self.name}:Cell")

    @property
    def ingest(self) -> Callable[..., Report]:
        """``ingest(sources, path, *, force, progress, **options)`` builds its database."""
        function: Callable[..., Report] = self._room("ingest:ingest")
        return function

    @property
    def sample(self) -> Callable[..., Report]:
        """``sample(path, *, force)`` builds a database of what the package carries of it."""
        function: Callable[..., Report] = self._room("sample:build")
        return function

    @property
    def adoption(self) -> Adoption:
        """How NNI's database of it is taken over, for those of ``nni.ADOPTED``."""
        adoption: Adoption = self._room("adopt:ADOPTION")
        return adoption

    @property
    def published(self) -> tuple[SourceFile, ...]:
        """Its published files, the recommended one first, and those of measurements last."""
        files: tuple[SourceFile, ...] = self._room("published:FILES")
        measured: tuple[SourceFile, ...] = resolve_name("nasbench_db.measurements.published:FILES")
        return (*files, *(file for file in measured if file.benchmark == self.name))

    def facts(self) -> list[dict[str, Any]]:
        """All that is known of each published file, with licence and citation."""
        files = self.published
        return [
            file.facts(file is files[0])
            | {"licence": file.licence or self.licence, "paper": file.paper or self.paper}
            for file in files
        ]

    @property
    def export(self) -> Callable[..., int]:
        """``export(database, path, form, *, force, progress, curves, partition, chosen,
        meanings)`` writes a file of another format."""
        room = (
            f"{self.name}.export:export" if self.own_formats else "ask.exporting:export_database"
        )
        function: Callable[..., int] = resolve_name(f"nasbench_db.{room}")
        return function

    def meanings(self, *, curves: bool = False) -> dict[str, dict[str, str]]:
        """What is said of the columns of an export: ``description``, ``unit`` and ``null``.

        Args:
            curves: those of the curves, and not of the trials.
        """
        tables = {table.name: table for table in resolve_name(_DESCRIBE)(self.name)}
        schema = self.schema
        found = {column.name: column for column in tables[schema.view].columns}
        if curves and schema.intermediate is not None:
            points = tables[schema.intermediate._meta.table_name].columns
            found.update({column.name: column for column in points if column.name != "trial_id"})
        return {
            name: {key: text for key, text in told.items() if text}
            for name, column in found.items()
            for told in [{"description": column.meaning, "unit": column.unit, "null": column.null}]
        }

    @property
    def verify(self) -> Callable[..., Iterable[Finding]]:
        """``verify(database, progress)`` checks its database."""
        function: Callable[..., Iterable[Finding]] = self._room("verify:verify")
        return function


_ALL = (
    Benchmark(
        "nasbench101",
        'Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search", ICML 2019',
        "Apache-2.0",
        own_formats=True,
    ),
    Benchmark(
        "nasbench201",
        'Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture '
        'Search", ICLR 2020',
        "MIT",
        family="nats",
    ),
    Benchmark(
        "natssss",
        'Dong et al., "NATS-Bench: Benchmarking NAS Algorithms for Architecture Topology and '
        'Size", IEEE TPAMI 2021',
        "MIT",
        family="nats",
    ),
    Benchmark(
        "transnas101",
        'Duan et al., "TransNAS-Bench-101: Improving Transferability and Generalizability of '
        'Cross-Task Neural Architecture Search", CVPR 2021',
        "MIT (of its repository; for the data none is stated)",
    ),
    Benchmark(
        "nasbenchmacro",
        'Su et al., "Prioritized Architecture Sampling with Monto-Carlo Tree Search", CVPR 2021',
        "Apache-2.0",
    ),
    Benchmark(
        "nds",
        'Radosavovic et al., "On Network Design Spaces for Visual Recognition", ICCV 2019',
        "MIT (of its repository; for the data none is stated)",
    ),
    Benchmark(
        "nlp",
        'Klyuchnikov et al., "NAS-Bench-NLP: Neural Architecture Search Benchmark for Natural '
        'Language Processing", arXiv:2006.07116, 2020',
        "Apache-2.0",
    ),
)

BENCHMARKS = {benchmark.name: benchmark for benchmark in _ALL}
"""The benchmarks by name."""

_DESCRIBE = "nasbench_db.describing:describe"
"""Who tells what columns mean; asked for by name, as the rooms are."""

_OTHER_NAMES = {
    "macro": "nasbenchmacro",
    "nasbenchnlp": "nlp",
    "natstss": "nasbench201",
    "networkdesignspaces": "nds",
    "nb101": "nasbench101",
    "nb201": "nasbench201",
    "transnasbench101": "transnas101",
    "tnb101": "transnas101",
}
"""What benchmarks are called besides, in small letters and digits alone."""


def get(name: str) -> Benchmark:
    """The benchmark of a name, in whatever case and with ``-``, ``_`` or blanks in it.

    Raises:
        UnknownBenchmark: there is none of that name.
    """
    if isinstance(name, str):
        plain = "".join(character for character in name.casefold() if character.isalnum())
        found = BENCHMARKS.get(_OTHER_NAMES.get(plain, plain))
        if found is not None:
            return found
    raise UnknownBenchmark(
        f"there is no benchmark {name!r}; known are {', '.join(BENCHMARKS)}"
        # Only what differs in its spelling: nasbench201 is no slip of nasbench101. A letter is a
        # greater part of a short name.
        + nearest(name, BENCHMARKS, 0.93 if len(str(name)) > 7 else 0.8)
    )


def which_database(which: str) -> tuple[str, Path | None]:
    """What a command is about: a benchmark, or a database file and the benchmark that it holds.

    Raises:
        DatabaseNotFound: it is neither a benchmark's name nor a file.
        InvalidDatabase: the file is no database of a benchmark.
    """
    if which in BENCHMARKS:
        return which, None
    path = Path(which)
    if not os.path.exists(path):  # unlike Path.exists it answers for impossible names as well
        try:
            return get(which).name, None
        except UnknownBenchmark:
            raise DatabaseNotFound(
                f"{which!r} is neither a benchmark ({', '.join(BENCHMARKS)}) nor a file"
                + nearest(which, BENCHMARKS, 0.8)
            ) from None
    return database.identify(path)[1], path


def chosen_database(
    benchmark: str | None = None, db: BenchmarkDatabase | None = None
) -> BenchmarkDatabase:
    """What a question asks.

    Args:
        benchmark: the benchmark's name, for its last connected database, or the one at the default
            path.
        db: what :func:`connect` returned. With neither, it is the database that is connected.

    Raises:
        InvalidQuery: no database is connected, or databases of several benchmarks are.
        InvalidDatabase: ``db`` is none, or of another benchmark.
    """
    if benchmark is not None:
        return database.current(get(benchmark).schema, db)
    if db is not None:
        if not isinstance(db, database.BenchmarkDatabase):
            raise InvalidQuery(
                f"db is {db!r}; it must be what nasbench_db.connect(BENCHMARK) returned"
            )
        return db
    found = database.connected()
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidQuery(
            "no database is connected; say which benchmark is meant: benchmark='nasbench101', or "
            "db=nasbench_db.connect('nasbench101')"
        )
    names = sorted(one.schema.benchmark for one in found)
    raise InvalidQuery(
        f"databases of {', '.join(names)} are connected; say which one is meant: "
        f"benchmark={names[-1]!r}, or db= what nasbench_db.connect returned"
    )


def trials(
    benchmark: str | None = None,
    db: BenchmarkDatabase | None = None,
    *,
    arch: Any = None,
    where: Where = None,
    reduction: str | None = None,
    conditions: Mapping[str, Any] = MappingProxyType({}),
) -> Trials:
    """The trials that a question is about; see :meth:`nasbench_db.ask.trials.Trials.of`.

    Args:
        benchmark, db: what to ask; see :func:`chosen_database`.
        arch, where, reduction, conditions: which trials. An architecture may be among the
            conditions, as ``arch``.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space.
        InvalidQuery: another argument is unknown, or not in the database.
    """
    from nasbench_db.ask.trials import Trials

    if "arch" in conditions:
        arch, conditions = (
            conditions["arch"],
            {k: conditions[k] for k in conditions if k != "arch"},
        )
    asked = chosen_database(benchmark, db)
    return Trials.of(
        asked,
        get(asked.schema.benchmark).tables,
        arch=arch,
        where=where,
        reduction=reduction,
        conditions=conditions,
    )


def connect(
    benchmark: str,
    path: str | os.PathLike[str] | None = None,
    *,
    measurements: Sequence[str | os.PathLike[str]] = (),
) -> BenchmarkDatabase:
    """Open a benchmark's database read-only and make it the one that its queries ask.

    Takes milliseconds, whatever the size of the file.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        path: the database file, or the address of a PostgreSQL server's database that the
            benchmark was copied to, ``postgresql://user@host/database``; by default
            ``<benchmark>.db`` in ``$NASBENCHMARK_DIR``, which may name a server too, or in the
            user's cache folder.
        measurements: names of measurement sets beside the database, or their paths; their metrics
            can be asked for as the benchmark's own, as ``hwnas.raspi4_latency``.

    Returns:
        a handle: a peewee database that can be given to the query helpers as ``db=``.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DatabaseNotFound: there is no such file, or the benchmark is not on the server; or there is
            no such measurement set.
        ServerNotReachable: the server does not answer, or lets nobody in under that name.
        InvalidDatabase: the file is not a database of this benchmark;
            :class:`SchemaVersionError` if it is one of another schema version. The same of a
            measurement set.
        InvalidQuery: more sets are named than SQLite can attach, or one comes twice.
    """
    schema = get(benchmark).schema
    return database.connect(schema, path, _sets(schema, path, measurements))


def open_database(
    benchmark: str,
    path: str | os.PathLike[str] | None = None,
    *,
    measurements: Sequence[str | os.PathLike[str]] = (),
) -> BenchmarkDatabase:
    """Open a benchmark's database as :func:`connect` does, and leave the connected one."""
    schema = get(benchmark).schema
    return database.open_database(schema, path, _sets(schema, path, measurements))


def _sets(
    schema: Schema,
    path: str | os.PathLike[str] | None,
    measurements: Sequence[str | os.PathLike[str]],
) -> tuple[AttachedSet, ...]:
    """The measurement sets that are named beside a database."""
    if not measurements:
        return ()
    from nasbench_db.measurements import opening

    if is_address(database.default_address() if path is None else path):
        raise InvalidQuery(
            "measurement sets are files beside a database file, and cannot be joined to a server's"
        )
    return opening.beside(schema, path, measurements)


def tables_of(db: BenchmarkDatabase) -> TrialTables:
    """How words about a database become columns: those of its measurement sets as well."""
    return get(db.schema.benchmark).tables.with_sets(db.sets)


def measure(
    name: str,
    of: str,
    source: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    arch: str | None = None,
    metrics: Sequence[str] | None = None,
    encoding: str | None = None,
    units: Mapping[str, str] = MappingProxyType({}),
    directions: Mapping[str, str] = MappingProxyType({}),
    descriptions: Mapping[str, str] = MappingProxyType({}),
    device: Mapping[str, str] | str | None = None,
    batch: Mapping[str, int] | int | None = None,
    licence: str | None = None,
    skip_unknown: bool = False,
    force: bool = False,
) -> SetReport:
    """Make a measurement set: values of architectures in a file beside a benchmark's database.

    The file appears at its place when it is complete; the database is only read. Of a table the
    columns of the data set or task and of the seed are those that the benchmark calls so. An empty
    field, null and NaN are no value. Units and directions that nobody states are not guessed.

    Args:
        name: what the set is called; its metrics are then ``name.metric``.
        of: the benchmark's name, such as ``"nasbench201"``.
        source: a known file of measurements; or a table: a file of CSV, JSON lines or Parquet, a
            data frame, a list of dicts, or a dict of columns.
        path: the benchmark's database, beside which the set shall lie, or a folder; by default the
            one at the default path; or where the set itself shall lie, if the name ends in
            ``.measurements.db``.
        arch: the column of the architectures, in any form that the benchmark reads; by default
            the first that is called as one.
        metrics: the columns of the metrics; by default all others.
        encoding: how architectures are written, where only the name tells: ``naslib`` for NASLib's
            tuples of numbers, ``string_order`` for numbers in the order of architecture strings.
        units: units by metric, such as ``{"latency": "ms"}``; ``1`` for a number without one.
        directions: ``max`` or ``min`` by metric, whichever is better.
        descriptions: what each metric is and where it comes from.
        device: what they were measured on, by metric or for all.
        batch: how many inputs were processed at once, by metric or for all.
        licence: the licence of the source.
        skip_unknown: leave out rows that match no architecture, and count them.
        force: replace a set that lies there.

    Returns:
        what was done: counts, seconds, size and path, and of what no unit is stated.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        InvalidQuery: a name is no name, or taken, or a word of SQL; or an argument is none of
            these.
        SourceError: the source is absent or damaged; or rows match no architecture, or say
            different things of one, or have values that are no numbers.
        DatabaseExists: there is a set of the name and ``force`` is false.
        BuildError: the set cannot be written.
        MissingExtra: a file is Parquet, and pyarrow is not installed.
    """
    from nasbench_db.measurements.making import measure as made
    from nasbench_db.measurements.tables import Told

    asked = get(of)
    return made(
        asked.tables,
        asked.cell,
        name,
        source,
        path,
        arch=arch,
        metrics=metrics,
        encoding=encoding,
        told=Told(units, directions, descriptions, device, batch),
        licence=licence,
        skip_unknown=skip_unknown,
        force=force,
    )


def load_benchmark(benchmark: str) -> BenchmarkDatabase:
    """The database that a benchmark's queries ask, opened if none is: NNI's name for it.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DatabaseNotFound: none is connected and there is none at the default path.
        InvalidDatabase: what lies there is not a database of this benchmark.
    """
    return database.current(get(benchmark).schema)


def ingest(
    benchmark: str,
    source: Source | Sequence[Source],
    path: str | os.PathLike[str] | None = None,
    progress: bool = True,
    *,
    force: bool = False,
    **options: Any,
) -> Report:
    """Build a benchmark's database from its original data.

    The database appears at its place when it is complete; until then, and if anything goes wrong,
    an older one stays as it was.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        source: the original file, or several.
        path: where the database shall lie; by default where :func:`connect` looks.
        progress: show a progress bar on stderr.
        force: replace a database that lies there.
        options: the benchmark's own; see the ``ingest`` function of its folder.

    Returns:
        what was done: counts, seconds, size and path.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        SourceError: a source is absent, of another kind, or damaged.
        DatabaseExists: there is a database and ``force`` is false.
        BuildError: the database cannot be written.
    """
    sources: list[Source]
    sources = [source] if isinstance(source, (str, os.PathLike, Mapping)) else list(source)
    asked = get(benchmark)
    for one in sources:  # told before anything that is in the way of the database
        if isinstance(one, (str, os.PathLike)) and not os.path.lexists(one):
            raise SourceError(f"{os.fspath(one)}: there is no such file")
        if isinstance(one, (str, os.PathLike)):
            from nasbench_db.formats.recognising import refuse_other

            refuse_other(asked.name, one)
    target = _file(asked.name, path)
    return asked.ingest(sources, target, force=force, progress=progress, **options)


def _file(name: str, path: str | os.PathLike[str] | None) -> Path:
    """Where a benchmark's file is, or shall be.

    Raises:
        InvalidQuery: the place is on a server.
    """
    if is_address(path):
        raise InvalidQuery(
            "this needs the path of a file, and not a server's address; what is in a file is "
            f"copied to a server with: nasbench-db copy {name} --to URL"
        )
    return database.default_path(name) if path is None else Path(path)


def sample(
    benchmark: str, path: str | os.PathLike[str] | None = None, *, force: bool = False
) -> Report:
    """Build a database of the real numbers that the package carries of a benchmark, in seconds.

    It is less than the benchmark, and says so wherever its numbers are shown. What it holds, who
    has published that, and what it lacks, stands in its provenance.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench201"``.
        path: where the database shall lie; by default where :func:`connect` looks.
        force: replace a database that lies there.

    Returns:
        what was done: counts, seconds, size and path.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        SourceError: there is no sample of it, or the package lacks its file.
        DatabaseExists: there is a database and ``force`` is false.
        BuildError: the database cannot be written.
    """
    asked = get(benchmark)
    if not asked.schema.sampled:
        sampled = ", ".join(one.name for one in BENCHMARKS.values() if one.schema.sampled)
        raise SourceError(f"the package has no sample of {asked.name}; it has those of {sampled}")
    target = _file(asked.name, path)
    return asked.sample(target, force=force)


def export(
    benchmark: str,
    path: str | os.PathLike[str],
    form: str | None = None,
    *,
    curves: bool = False,
    partition: Sequence[str] | str | None = None,
    db: BenchmarkDatabase | None = None,
    force: bool = False,
    progress: bool = True,
    **equal: Any,
) -> int:
    """Write a benchmark's trials or curves to a file, or to a folder of files, of another format.

    It appears at its place only when it is complete.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench201"``.
        path: the file to write, or with a partition the folder.
        form: ``csv``, ``jsonl`` or ``parquet``, or a format of the benchmark's own; by default
            the one that the file's name tells by its ending.
        curves: write a row for each evaluation during the trainings, sorted by architecture, and
            not one for each trial.
        partition: columns that say which epochs, data set or task, for a folder of files of
            Parquet, one for each of their values, such as ``dataset=cifar10/num_epochs=12``.
        db: what :func:`connect` returned; by default the benchmark's connected database, or the
            one at the default path.
        force: replace a file that lies there, or a folder of an earlier export.
        progress: show a progress bar on stderr.
        equal: what is exported, if not all: ``num_epochs``, ``dataset`` or ``task``, as in every
            question.

    Returns:
        the number of trials, or of evaluations, written.

    Warns:
        ExportWarning: something is lost in the file that the database has.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DatabaseNotFound: none is connected and there is none at the default path.
        ExportError: something is at ``path`` and ``force`` is false, nothing can be written there,
            or the format cannot hold what is in the database.
        InvalidQuery: there are no curves, or no such column to part the rows by; or the database
            has no such epochs, data set or task.
        MissingExtra: the format is ``parquet``, and pyarrow is not installed.
    """
    asked = get(benchmark)
    source = database.current(asked.schema, db)
    return asked.export(
        source,
        path,
        form,
        force=force,
        progress=progress,
        curves=curves,
        partition=partition,
        chosen=_chosen(source, {name: said for name, said in equal.items() if said is not None}),
        meanings=asked.meanings(curves=curves),
    )


def _chosen(source: BenchmarkDatabase, words: Mapping[str, Any]) -> dict[str, tuple[Scalar, ...]]:
    """The values that a database has of what some words say.

    Raises:
        InvalidQuery: it has none of these, or none together, or they are of other columns.
    """
    if not words:
        return {}
    from nasbench_db.metrics import choose

    schema = source.schema
    there = [
        name for name in ("num_epochs", *schema.fidelity) if name in schema.config._meta.fields
    ]
    for name in words:
        choose(f"column of {schema.benchmark} to export by", name, dict.fromkeys(there))
    meant = trials(None, source, conditions=words)
    ranges = {name: tuple(meant.distinct(name)) for name in meant.ranges}
    return {**meant.chosen, **ranges}


def copy(
    benchmark: str,
    to: str,
    path: str | os.PathLike[str] | None = None,
    *,
    force: bool = False,
    grant: str | Sequence[str] = "PUBLIC",
    progress: bool = True,
) -> CopyReport:
    """Copy a benchmark's database to a PostgreSQL server, as a schema of its name.

    It appears when it is complete, in the place of an older copy, and nothing is left of a copy
    that is stopped. Who reads the older one goes on.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        to: the server's database, as ``postgresql://user@host/database``.
        path: the database file; by default where :func:`connect` looks.
        force: replace an older copy.
        grant: the roles that may read it; by default all users of the server's database.
        progress: show a progress bar on stderr.

    Returns:
        what was done: rows, seconds, size.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DatabaseNotFound: there is no such file.
        DatabaseExists: there is a copy and ``force`` is false, or a schema that is not ours.
        BuildError: it cannot be written there; :class:`BuildInProgress` if another process is at
            it.
        InvalidQuery: ``to`` is no address of a server.
        ServerNotReachable: the server does not answer, or lets nobody in under that name.
        MissingExtra: psycopg is not installed.
    """
    from nasbench_db.store.addresses import Address
    from nasbench_db.store.copying import copy_to_server

    schema = get(benchmark).schema
    address = Address(to)
    file = _file(schema.benchmark, path)
    with contextlib.closing(database.open_database(schema, file)) as source:
        return copy_to_server(source, address, force=force, grant=grant, progress=progress)


def migrate(
    path: str | os.PathLike[str],
    to: str | os.PathLike[str] | None = None,
    progress: bool = True,
    *,
    dry_run: bool = False,
    force: bool = False,
) -> MigrationReport | AdoptionReport:
    """Bring a database up to date: one of an older schema version, or one that NNI built.

    The new database is put in place when it is complete and was compared with the old one. What
    NNI got wrong is put right where NNI's own rows show it, and told.

    Args:
        path: the database; which one it is, is told by its tables.
        to: where the new database shall lie; by default in the place of the old one.
        progress: show a progress bar on stderr.
        dry_run: tell what would be done, and write nothing.
        force: replace a file that lies at ``to``.

    Returns:
        what was done, or would be.

    Raises:
        DatabaseNotFound: there is no such file.
        InvalidDatabase: the file is none of these databases, or it is damaged.
        SchemaVersionError: the file is of a newer version than this program.
        DatabaseExists: there is a file at ``to``.
        BuildError: the new database cannot be written. The old one is as it was.
    """
    # What a link leads to is replaced, not the link.
    source = Path(path) if to is not None else Path(os.path.realpath(path))
    target = None if to is None else Path(to)
    if not os.path.exists(source):
        raise DatabaseNotFound(f"there is no file {source}; give the database to migrate")
    logs.refuse_unfinished(source)
    if source.name.endswith(database.SET_SUFFIX):
        return _migrate_set(source, target, dry_run=dry_run, force=force)
    try:
        _, name = database.identify(source)
    except NNIDatabase as error:
        if error.benchmark not in nni.ADOPTED:
            raise
        from nasbench_db.store.adopting import adopt

        adoption = get(error.benchmark).adoption
        return adopt(adoption, source, target, dry_run=dry_run, force=force, progress=progress)
    from nasbench_db.store import migrating

    schema = get(name).schema
    if dry_run:
        return migrating.MigrationReport(source, None, tuple(migrating.pending(schema, source)))
    done = migrating.migrate(schema, source, target, force=force)
    return migrating.MigrationReport(source, target or source, tuple(done))


def _migrate_set(
    source: Path, target: Path | None, *, dry_run: bool, force: bool
) -> MigrationReport:
    """Bring a measurement set up to date; see :func:`migrate`."""
    from nasbench_db.measurements import opening
    from nasbench_db.store import migrating

    found = opening.identify(source)
    layout = found.layout(get(found.benchmark).schema)
    names = migrating.lacking(layout, found.version, source)
    if dry_run:
        return migrating.MigrationReport(source, None, tuple(names))
    done = migrating.migrate_file(layout, names, source, target, force=force)
    return migrating.MigrationReport(source, target or source, tuple(done))


def download(
    benchmark: str,
    name: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    *,
    address: str | None = None,
    progress: bool = True,
) -> Path:
    """Get a published file, whole and checked; nothing is downloaded if it is there already.

    What came of it in an earlier run is gone on with. Proxies are taken from the environment
    (``HTTPS_PROXY`` and the like).

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        name: the file's name, one of :attr:`Benchmark.published`; by default the one that
            ``address`` is known for or names, or the recommended one.
        folder: where it shall lie; by default where the databases do.
        address: a mirror to take it from, http or https, in place of the published addresses.
        progress: show progress bars, and tell of interruptions, on stderr.

    Returns:
        where it lies.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DownloadError: the benchmark has no such file; no address gives it, and then the message
            says what each does and what to do instead; what lies there is another file; or it
            cannot be written there. :class:`DownloadInProgress` if another process is at it.
    """
    from nasbench_db.sources import catalogue, downloading

    files = get(benchmark).published
    if name is None and address is not None:
        file = catalogue.find_at(files, address)
    else:
        file = catalogue.find(files, name)
    place = database.default_directory() if folder is None else Path(folder)
    addresses = file.addresses if address is None else (address,)
    return downloading.fetch(file, place, addresses, progress=progress)


def download_benchmark(benchmark: str, progress: bool = True) -> Path:
    """See to it that ``connect(benchmark)`` works: download and ingest if there is no database.

    A database that NNI left is taken over. Otherwise the recommended file is downloaded beside the
    database, unless it is there, and left there.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        progress: show progress bars on stderr.

    Returns:
        the database, at its default place.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DownloadError: the file cannot be had; see :func:`download`.
        SourceError: the file cannot be ingested.
        BuildError: the database cannot be written.
    """
    schema = get(benchmark).schema
    path = database.default_path(benchmark)
    if path.exists():
        database.open_database(schema).close()
        return path
    theirs = database.left_by_nni(benchmark)
    if theirs is not None:
        migrate(theirs, path, progress)
        return path
    source = download(benchmark, progress=progress)
    with contextlib.suppress(DatabaseExists):  # another process has just built it
        ingest(benchmark, source, path, progress)
    return path
