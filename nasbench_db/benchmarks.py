"""The registry of benchmarks: what the front door and the command line know of each by name.

Every benchmark is a folder of the package with the same rooms. They are imported when they are
needed, so that asking one benchmark does not load the others, nor a query what ingestion needs.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from nasbench_db.errors import DatabaseNotFound, NNIDatabase, UnknownBenchmark
from nasbench_db.store import database, logs, nni

if TYPE_CHECKING:
    from nasbench_db.metrics import Images, Metric, Reporting
    from nasbench_db.store.adopting import Adoption, AdoptionReport
    from nasbench_db.store.building import Report
    from nasbench_db.store.database import BenchmarkDatabase
    from nasbench_db.store.migrating import MigrationReport
    from nasbench_db.store.models import Schema
    from nasbench_db.store.verifying import Finding


Source = str | os.PathLike[str] | Mapping[str, Any]
"""A file, a folder, or, for some benchmarks, what an original program has loaded from a file."""


@dataclass(frozen=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: its name here, which is also its folder's and, with ``.db``, its database's.
        title: its name in print.
        paper: how to cite it.
        licence: the licence of its data.
        family: the folder that says what its metrics mean, if that is not its own.
    """

    name: str
    title: str
    paper: str
    licence: str
    family: str | None = None

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
    def identify(self) -> Callable[[BenchmarkDatabase, Any], tuple[str, Any]]:
        """``identify(database, arch)`` gives the column that identifies an architecture."""
        function: Callable[[BenchmarkDatabase, Any], tuple[str, Any]]
        function = self._room("query:identify")
        return function

    @property
    def ingest(self) -> Callable[..., Report]:
        """``ingest(sources, path, *, force, progress, **options)`` builds its database."""
        function: Callable[..., Report] = self._room("ingest:ingest")
        return function

    @property
    def adoption(self) -> Adoption:
        """How NNI's database of it is taken over, for those of ``nni.ADOPTED``."""
        adoption: Adoption = self._room("adopt:ADOPTION")
        return adoption

    @property
    def export(self) -> Callable[..., int]:
        """``export(database, path, form, *, force, progress)`` writes a file of another format."""
        function: Callable[..., int] = self._room("export:export")
        return function

    @property
    def verify(self) -> Callable[..., Iterable[Finding]]:
        """``verify(database, progress)`` checks its database."""
        function: Callable[..., Iterable[Finding]] = self._room("verify:verify")
        return function

    def command(self, name: str) -> Any:
        """Its own subcommand of a command such as ``query``: a ``click.Command``."""
        return self._room(f"command:{name}")


_ALL = (
    Benchmark(
        "nasbench101",
        "NAS-Bench-101",
        'Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search", ICML 2019',
        "Apache-2.0",
    ),
    Benchmark(
        "nasbench201",
        "NAS-Bench-201 (topology search space of NATS-Bench)",
        'Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture '
        'Search", ICLR 2020',
        "MIT",
        family="nats",
    ),
    Benchmark(
        "natssss",
        "NATS-Bench, size search space",
        'Dong et al., "NATS-Bench: Benchmarking NAS Algorithms for Architecture Topology and '
        'Size", IEEE TPAMI 2021',
        "MIT",
        family="nats",
    ),
    Benchmark(
        "transnas101",
        "TransNAS-Bench-101",
        'Duan et al., "TransNAS-Bench-101: Improving Transferability and Generalizability of '
        'Cross-Task Neural Architecture Search", CVPR 2021',
        "MIT (of its repository; for the data none is stated)",
    ),
)

BENCHMARKS = {benchmark.name: benchmark for benchmark in _ALL}
"""The benchmarks by name."""


def get(name: str) -> Benchmark:
    """The benchmark of a name.

    Raises:
        UnknownBenchmark: there is none of that name.
    """
    try:
        return BENCHMARKS[name]
    except (KeyError, TypeError):
        # Only what differs in its spelling: nasbench201 is no slip of nasbench101.
        close = difflib.get_close_matches(str(name), BENCHMARKS, 1, 0.93)
        raise UnknownBenchmark(
            f"there is no benchmark {name!r}; known are {', '.join(BENCHMARKS)}"
            + (f": did you mean {close[0]!r}?" if close else "")
        ) from None


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
        raise DatabaseNotFound(
            f"{which!r} is neither a benchmark ({', '.join(BENCHMARKS)}) nor a file"
        )
    return database.identify(path)[1], path


def connect(benchmark: str, path: str | os.PathLike[str] | None = None) -> BenchmarkDatabase:
    """Open a benchmark's database read-only and make it the one that its queries ask.

    Takes milliseconds, whatever the size of the file.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        path: the database file; by default ``<benchmark>.db`` in ``$NASBENCHMARK_DIR`` or in the
            user's cache folder.

    Returns:
        a handle: a peewee database that can be given to the query helpers as ``db=``.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DatabaseNotFound: there is no such file.
        InvalidDatabase: the file is not a database of this benchmark;
            :class:`SchemaVersionError` if it is one of another schema version.
    """
    return database.connect(get(benchmark).schema, path)


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
    target = database.default_path(benchmark) if path is None else Path(path)
    return get(benchmark).ingest(sources, target, force=force, progress=progress, **options)


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
