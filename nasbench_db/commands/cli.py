"""The command line: ``nasbench-db``.

stdout carries data, stderr everything else. The exit status is 0, or 1 after a failure, which is
told in one line, or 2 if the command was used wrongly.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from types import FrameType
from typing import Any

import click
from peewee import PeeweeException

from nasbench_db import benchmarks
from nasbench_db.__version__ import __version__
from nasbench_db.commands.options import OPTIONS
from nasbench_db.errors import NasbenchDBError, UnsaidFidelity
from nasbench_db.formats.rows import visible
from nasbench_db.store import database, nni
from nasbench_db.store.checksums import checksum_of
from nasbench_db.store.marks import mark_of

_ROOMS = {
    **dict.fromkeys(
        ("top", "pareto", "optimum", "select", "curve", "statistics", "coverage", "correlate"),
        "exploring",
    ),
    "describe": "describing",
    "sample": "sampling",
    "datasette": "datasette",
    "plot": "plotting",
    "sql": "sql",
}
"""Commands that are not of this module, and the modules that have them, imported when needed."""


class _Group(click.Group):
    """A group of commands whose expected errors end it with one line of text."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ROOMS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ROOMS:
            room = f"nasbench_db.commands.{_ROOMS[cmd_name]}"
            command: click.Command = resolve_name(f"{room}:{cmd_name}")
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the output has read enough; click ends quietly
        except UnsaidFidelity as error:
            option = OPTIONS.get(error.column, f"--where '{error.column} ='")
            raise click.ClickException(error.worded(f"{option} {error.held[-1]}")) from None
        except (NasbenchDBError, PeeweeException, OSError) as error:
            raise click.ClickException(visible(" ".join(str(error).split()))) from None
        except MemoryError:
            raise click.ClickException(
                "there is not enough memory: end other programs, raise the limit (ulimit -v), or "
                "ask for less"
            ) from None


class _BenchmarkGroup(click.Group):
    """A command with one subcommand for each benchmark, imported when it is called.

    The subcommands bear the name of the group's function, in the modules of this folder that are
    called as the benchmarks.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(benchmarks.BENCHMARKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in benchmarks.BENCHMARKS:
            return None
        assert self.callback is not None
        room = f"nasbench_db.commands.{cmd_name}"
        command: click.Command = resolve_name(f"{room}:{self.callback.__name__}")
        return command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Tabular NAS benchmarks as SQLite databases."""


@cli.command()
@click.argument("benchmark", metavar="BENCHMARK", type=click.Choice(list(benchmarks.BENCHMARKS)))
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--db", metavar="PATH", help="Where to put the database, if not the default place.")
@click.option("--force", is_flag=True, help="Replace a database that lies there.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--validate-hashes", is_flag=True, help="Recompute every hash (nasbench101).")
def ingest(
    benchmark: str,
    sources: tuple[str, ...],
    db: str | None,
    force: bool,
    quiet: bool,
    validate_hashes: bool,
) -> None:
    """Build a database from original data files.

    \b
    Example:
      nasbench-db ingest nasbench101 nasbench_full.tfrecord
      nasbench-db ingest nasbench201 NAS-Bench-201-v1_1-096897.pth
      nasbench-db ingest natssss NATS-sss-v1_0-50262-simple
      nasbench-db ingest transnas101 transnas-bench_v10141024.pth
    """
    options = {}
    if validate_hashes:
        if benchmark != "nasbench101":
            raise click.UsageError("--validate-hashes is for nasbench101, whose cells have hashes")
        options["validate_hashes"] = True
    with _warnings_told():
        report = benchmarks.ingest(
            benchmark, sources, db, progress=not quiet, force=force, **options
        )
    if not quiet:
        click.echo(report)


@cli.command()
@click.argument(
    "benchmark",
    metavar="[BENCHMARK]",
    type=click.Choice(list(benchmarks.BENCHMARKS)),
    required=False,
)
@click.option("--file", "name", metavar="NAME", help="Which file, if not the recommended one.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put it, if not where the databases lie.",
)
@click.option("--from", "address", metavar="URL", help="A mirror to take it from.")
@click.option("--list", "listing", is_flag=True, help="Tell what files there are.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), help="Of --list.")
@click.option("--quiet", is_flag=True, help="No progress bar and no next command.")
def download(
    benchmark: str | None,
    name: str | None,
    folder: Path | None,
    address: str | None,
    listing: bool,
    form: str | None,
    quiet: bool,
) -> None:
    """Get an original data file, whole and checked, and print its path.

    A download that was cut goes on where it ended. A file that is there already is only checked,
    also one that was brought in another way.

    \b
    Example:
      nasbench-db download --list
      nasbench-db download nasbench101
      nasbench-db download nasbench101 --file nasbench_only108.tfrecord --dir data
    """
    from nasbench_db.sources import catalogue, downloading

    if listing:
        if folder is not None or address is not None:
            raise click.UsageError("--list downloads nothing; leave out --dir and --from")
        if name is not None and benchmark is None:
            raise click.UsageError("give the BENCHMARK that the --file belongs to")
        _list_files(benchmark, name, form)
        return
    if benchmark is None:
        raise click.UsageError("give a BENCHMARK, or --list to see what files there are")
    if form is not None:
        raise click.UsageError("--format is for --list")
    path = benchmarks.download(benchmark, name, folder, address=address, progress=not quiet)
    click.echo(path)
    if not quiet:
        file = catalogue.find(benchmarks.get(benchmark).published, path.name)
        click.echo(f"Next: {downloading.next_command(file, path)}", err=True)


@cli.command()
@click.argument("which", metavar="[BENCHMARK|PATH]", required=False)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--content-hash",
    is_flag=True,
    help="Hash all rows as well, for comparing databases; a minute or two for a gigabyte.",
)
def info(which: str | None, form: str, content_hash: bool) -> None:
    """Tell what databases there are and where their data come from.

    \b
    Example:
      nasbench-db info nasbench101 --format json
    """
    import json

    if which is None:
        found = [
            _describe(name, None, content_hash)
            for name in benchmarks.BENCHMARKS
            if database.lies_there(database.default_path(name))
        ]
        if not found:
            click.echo(
                f"there is no database in {database.default_directory()}; build one with: "
                "nasbench-db ingest BENCHMARK FILE; for real numbers at once: nasbench-db sample "
                "BENCHMARK",
                err=True,
            )
        for name in benchmarks.BENCHMARKS:
            place = database.default_path(name)
            theirs = None if database.lies_there(place) else database.left_by_nni(name)
            if theirs is not None:
                command = nni.migrate_command(theirs, place)
                click.echo(f"NNI left {theirs}; take it over with: {command}", err=True)
    else:
        found = [_describe(*benchmarks.which_database(which), content_hash)]
    if form == "json":
        click.echo(json.dumps(found, indent=2))
        return
    for described in found:
        for key, value in described.items():
            if isinstance(value, list):
                for item in value:
                    text = item
                    if not isinstance(item, str):
                        text = ", ".join(f"{k} {v}" for k, v in item.items())
                    click.echo(f"{key:>15}  {visible(text)}")
            else:
                click.echo(f"{key:>15}  {visible(str(value))}")


@cli.group(cls=_BenchmarkGroup)
def query() -> None:
    """Ask a benchmark's database."""


@cli.group("enumerate", cls=_BenchmarkGroup)
def enumerate_space() -> None:
    """Go through a benchmark's whole search space; needs no database."""


@cli.command()
@click.argument("which", metavar="BENCHMARK|PATH")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(which: str, quiet: bool) -> None:
    """Check a database: counts, references, ranges, and every hash recomputed.

    The exit status is 1 if anything is wrong.

    \b
    Example:
      nasbench-db verify nasbench101
    """
    name, path = benchmarks.which_database(which)
    benchmark = benchmarks.get(name)
    wrong = 0
    for finding in benchmark.verify(database.open_database(benchmark.schema, path), not quiet):
        wrong += finding.problems > 0
        mark = f"{finding.problems:,} PROBLEMS" if finding.problems else "ok"
        if not finding.checked:
            mark = "not checked"
        example = f" ({finding.example})" if finding.example else ""
        click.echo(f"{mark:>12}  {finding.check}{visible(example)}")
    if wrong:
        raise click.ClickException(
            f"{wrong} checks failed; ingest the original file again, and if they fail again, "
            "the file itself is not what was published"
        )


@cli.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--to",
    metavar="NEW",
    type=click.Path(path_type=Path),
    help="Where to put the new database, if not in the place of the old one.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--force", is_flag=True, help="Replace a file that lies at NEW.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def migrate(path: Path, to: Path | None, dry_run: bool, force: bool, quiet: bool) -> None:
    """Bring a database up to date: of an older schema version, or one that NNI built.

    The new database is put in place when it is complete and was compared with the old one.

    \b
    Example:
      nasbench-db migrate nasbench101.db
      nasbench-db migrate nasbench201-b2b60732.db --to nasbench201.db
    """
    report = benchmarks.migrate(path, to, progress=not quiet, dry_run=dry_run, force=force)
    if dry_run or not quiet:
        click.echo(report)


@cli.command()
@click.argument("which", metavar="BENCHMARK|PATH")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), required=True, help="What to write."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl", "parquet", "nasbench-rs"]),
    help="By default as FILE ends: .csv, .jsonl, .parquet, or .bin, the file of the Rust crate "
    "nasbench.",
)
@click.option("--force", is_flag=True, help="Replace a file that lies there.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def export(which: str, out: Path, form: str | None, force: bool, quiet: bool) -> None:
    """Write a database to a file of another format.

    CSV, JSON lines and Parquet have a row for each trial. An infinite number is null in JSON
    lines, which have none. Parquet needs pyarrow, which comes with the extra explore.

    \b
    Example:
      nasbench-db export nasbench101 --out trials.csv
      nasbench-db export nasbench201 --out trials.parquet
      nasbench-db export nasbench101 --out nasbench_full.bin
    """
    name, path = benchmarks.which_database(which)
    benchmark = benchmarks.get(name)
    opened = database.open_database(benchmark.schema, path)
    started = time.perf_counter()
    with _warnings_told():
        count = benchmark.export(opened, out, form, force=force, progress=not quiet)
    if not quiet:
        click.echo(
            f"{name}: {count:,} trials in {time.perf_counter() - started:,.1f} s; "
            f"{out.stat().st_size / 1e6:,.1f} MB at {out}"
        )


@cli.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put the demo's files, if not in a folder beside the databases.",
)
def demo(folder: Path | None) -> None:
    """Fill a folder to try everything on: real samples, real cells ingested, and a finding.

    What there are no real numbers for is made up, and marked as synthetic. A second run leaves the
    databases as they are.

    \b
    Example:
      nasbench-db demo --dir /tmp/demo
    """
    from nasbench_db.commands.demo import run_demo

    run_demo(folder or database.default_directory() / "demo", click.echo)


@contextlib.contextmanager
def _warnings_told() -> Iterator[None]:
    """Tell warnings at the end, a line each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        click.echo(f"Warning: {warning.message}", err=True)


def _list_files(benchmark: str | None, name: str | None, form: str | None) -> None:
    """Print what is known of the published files."""
    import json

    from nasbench_db.sources import catalogue

    names = list(benchmarks.BENCHMARKS) if benchmark is None else [benchmark]
    facts = [fact for each in names for fact in benchmarks.get(each).facts()]
    if benchmark is not None and name is not None:
        file = catalogue.find(benchmarks.get(benchmark).published, name)
        facts = [fact for fact in facts if fact["name"] == file.name]
    if form == "json":
        click.echo(json.dumps(facts, indent=2))
        return
    for number, one in enumerate(facts):
        if number:
            click.echo()
        for key, value in one.items():
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    text = "yes" if item is True else "no" if item is False else item
                    click.echo(f"{key:>15}  {text}")


def _describe(name: str, path: Path | None, content_hash: bool) -> dict[str, Any]:
    """What ``info`` tells of one database."""
    benchmark = benchmarks.get(name)
    opened = database.open_database(benchmark.schema, path)
    sources = opened.provenance()
    first = sources[0]
    checksum = checksum_of(opened.path)
    mark = mark_of(sources)
    described = {
        "benchmark": benchmark.title,
        **({} if mark is None else {"warning": mark.long}),
        "path": str(opened.path),
        "size_bytes": opened.path.stat().st_size,
        "checksum": "none" if checksum is None else f"{checksum:08x} (CRC-32C; see verify)",
        "schema_version": benchmark.schema.version,
        "configs": first["configs"],
        "trials": first["trials"],
        "intermediates": first["intermediates"],
        "coverage": opened.coverage(),
        "sources": [
            {
                key: source[key]
                for key in ("source_name", "source_bytes", "source_sha256", "records")
            }
            for source in sources
        ],
        "changes": [change for source in sources for change in source["changes"] or ()],
        "ingested_at": first["created_at"],
        "ingested_by": f"nasbench_db {first['nasbench_db_version']}",
        "paper": benchmark.paper,
        "licence": benchmark.licence,
    }
    if content_hash:
        from nasbench_db.store import contents

        described["content_hash"] = contents.content_hash(opened)
    return described


def main() -> None:
    """The entry point of the command.

    A signal that ends it lets it delete what is not complete, as Ctrl-C does.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    cli.main(prog_name="nasbench-db", args=sys.argv[1:])


def _end(number: int, frame: FrameType | None) -> None:
    """End in order, with the exit status that a shell gives for the signal."""
    signal.signal(number, signal.SIG_IGN)  # a second one must not break the cleaning up
    raise SystemExit(128 + number)
