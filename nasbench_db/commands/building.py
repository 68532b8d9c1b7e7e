"""The commands that build, check and write databases, and fetch what they are built from."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from nasbench_db import benchmarks
from nasbench_db.ask.exportedrows import left_out
from nasbench_db.ask.exporting import VIEW_FORMATS
from nasbench_db.commands.options import (
    BENCHMARK,
    DB,
    WHICH,
    WITH,
    BenchmarkName,
    opened,
    warnings_told,
    with_configs,
)
from nasbench_db.formats.rows import visible, write_rows
from nasbench_db.measurements import opening
from nasbench_db.measurements.verifying import verify_set
from nasbench_db.store.database import default_directory, demo_directory
from nasbench_db.store.verifying import Finding


@click.command()
@BENCHMARK
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--db",
    metavar="PATH",
    type=click.Path(),
    help="Where to put the database, if not the default place.",
)
@click.option("--force", is_flag=True, help="Replace a database that lies there.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
@click.option("--validate-hashes", is_flag=True, help="Recompute every hash (nasbench101).")
@click.option("--iterations", is_flag=True, help="Store curves by iteration as well (nds).")
def ingest(
    benchmark: str,
    sources: tuple[str, ...],
    db: str | None,
    force: bool,
    quiet: bool,
    validate_hashes: bool,
    iterations: bool,
) -> None:
    """Build a database from original data files.

    \b
    Example:
      nasbench-db ingest nasbench101 nasbench_full.tfrecord
      nasbench-db ingest nasbench201 NAS-Bench-201-v1_1-096897.pth
      nasbench-db ingest natssss NATS-sss-v1_0-50262-simple
      nasbench-db ingest transnas101 transnas-bench_v10141024.pth
      nasbench-db ingest nds nds_data
    """
    options = {}
    if validate_hashes:
        if benchmark != "nasbench101":
            raise click.UsageError("--validate-hashes is for nasbench101, whose cells have hashes")
        options["validate_hashes"] = True
    if iterations:
        if benchmark != "nds":
            raise click.UsageError("--iterations is for nds, which has curves by iteration")
        options["iterations"] = True
    with warnings_told():
        report = benchmarks.ingest(
            benchmark, sources, db, progress=not quiet, force=force, **options
        )
    if not quiet:
        click.echo(report)


@click.command()
@click.argument("benchmark", metavar="[BENCHMARK]", type=BenchmarkName(), required=False)
@click.option("--file", "name", metavar="NAME", help="Which file, if not the recommended one.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put it, if not where the databases lie.",
)
@click.option("--from", "address", metavar="URL", help="A mirror to take it from.")
@click.option("--list", "listing", is_flag=True, help="Tell what files there are.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), help="Of --list; json tells all."
)
@click.option("--long", "whole", is_flag=True, help="Tell all that is known, with --list.")
@click.option("--quiet", is_flag=True, help="No progress bar and no next command.")
def download(
    benchmark: str | None,
    name: str | None,
    folder: Path | None,
    address: str | None,
    listing: bool,
    form: str | None,
    whole: bool,
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
        _list_files(benchmark, name, form, whole)
        return
    if benchmark is None:
        raise click.UsageError("give a BENCHMARK, or --list to see what files there are")
    if form is not None or whole:
        raise click.UsageError(f"{'--long' if form is None else '--format'} is for --list")
    path = benchmarks.download(benchmark, name, folder, address=address, progress=not quiet)
    click.echo(path)
    if not quiet:
        file = catalogue.find(benchmarks.get(benchmark).published, path.name)
        click.echo(f"Next: {downloading.next_command(file, path)}", err=True)


@click.command()
@WHICH
@DB
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(which: str, db: str | None, quiet: bool) -> None:
    """Check a database: counts, references, ranges, and every hash recomputed.

    The exit status is 1 if anything is wrong.

    \b
    Example:
      nasbench-db verify nasbench101
    """
    wrong = 0
    for finding in _findings(which, db, not quiet):
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


def _findings(which: str, db: str | None, progress: bool) -> Iterable[Finding]:
    """What the checks of a database, or of a measurement set, find."""
    if opening.is_set(which):
        path = opening.named(which)
        return verify_set(path, benchmarks.get(opening.identify(path).benchmark).schema)
    database = opened(which, db)
    _ = database.file  # what is on a server came from one
    return benchmarks.get(database.schema.benchmark).verify(database, progress)


@click.command()
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


@click.command()
@WHICH
@DB
@WITH
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
@with_configs
@click.option("--curves", is_flag=True, help="A row for each evaluation, not for each trial.")
@click.option(
    "--partition",
    metavar="COLUMN,...",
    help="Make a folder of Parquet files, one for each epochs, data set or task.",
)
@click.option("--force", is_flag=True, help="Replace a file or folder of an earlier export.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def export(
    which: str,
    db: str | None,
    sets: tuple[str, ...],
    out: Path,
    form: str | None,
    curves: bool,
    partition: str | None,
    force: bool,
    quiet: bool,
    **columns: Any,
) -> None:
    """Write a database to a file of another format, or to a folder of files.

    CSV, JSON lines and Parquet have a row for each trial, or with --curves for each evaluation
    during the trainings, sorted by architecture. An infinite number is null in JSON lines, which
    have none. Parquet needs pyarrow, which comes with the extra explore.

    \b
    Example:
      nasbench-db export nasbench101 --out trials.csv
      nasbench-db export nasbench201 --dataset cifar100 --epochs 200 --out trials.parquet
      nasbench-db export nasbench201 --curves --out curves --partition dataset,num_epochs
      nasbench-db export nasbench101 --out nasbench_full.bin
    """
    database = opened(which, db, sets)
    name = database.schema.benchmark
    started = time.perf_counter()
    with warnings_told():
        count = benchmarks.export(
            name,
            out,
            form,
            curves=curves,
            partition=partition,
            db=database,
            force=force,
            progress=not quiet,
            **columns,
        )
    form = form or ("parquet" if partition else out.suffix.lower()[1:])
    if form == "parquet" and (mark := database.mark) is not None:
        click.echo(mark.long, err=True)  # other formats cannot say it, which is warned of
    if not quiet:
        files = [path for path in out.rglob("*") if path.is_file()] if out.is_dir() else [out]
        size = sum(path.stat().st_size for path in files)
        click.echo(
            f"{name}: {count:,} {'evaluations' if curves else 'trials'} in "
            f"{time.perf_counter() - started:,.1f} s; {size / 1e6:,.1f} MB at {out}"
        )
        if form in VIEW_FORMATS:
            points = database.schema.intermediate
            others = [
                f"{table} (--curves has them)"
                if points is not None and table == points._meta.table_name
                else table
                for table in left_out(database, curves=curves)
            ]
            if others:
                click.echo(f"Not in it: {', '.join(others)}", err=True)


@click.command()
@WHICH
@click.option(
    "--to",
    metavar="URL",
    required=True,
    help="The server's database: postgresql://USER@HOST/DATABASE.",
)
@click.option("--force", is_flag=True, help="Replace an older copy.")
@click.option(
    "--grant",
    metavar="ROLE",
    multiple=True,
    default=["PUBLIC"],
    show_default=True,
    help="Who may read it; may be given several times.",
)
@click.option("--quiet", is_flag=True, help="No progress bar and no summary.")
def copy(which: str, to: str, force: bool, grant: tuple[str, ...], quiet: bool) -> None:
    """Copy a database file to a PostgreSQL server, as a schema of the benchmark's name.

    It appears there when it is complete, and nothing is left of a copy that is stopped. From then
    on --db takes the same URL. A password may be in the URL, in PGPASSWORD, or in ~/.pgpass.

    \b
    Example:
      nasbench-db copy nasbench101 --to postgresql://me@host/nas
      nasbench-db top nasbench101 --by valid_acc --epochs 108 --db postgresql://me@host/nas
    """
    name, path = benchmarks.which_database(which)
    report = benchmarks.copy(name, to, path, force=force, grant=grant, progress=not quiet)
    if not quiet:
        click.echo(report)


@click.command()
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

    run_demo(folder or demo_directory(), click.echo)


def _list_files(benchmark: str | None, name: str | None, form: str | None, whole: bool) -> None:
    """Print what is known of the published files: a line for each, or all."""
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
    if not whole:
        write_rows(map(_line_of, facts), "table", sys.stdout)
        click.echo("--long or --format json tells all that is known of each", err=True)
        return
    for number, one in enumerate(facts):
        if number:
            click.echo()
        for key, value in one.items():
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    text = "yes" if item is True else "no" if item is False else item
                    click.echo(f"{key:>15}  {text}")


def _line_of(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What a table tells of a published file."""
    size, sha256, md5 = fact["size_bytes"], fact["sha256"], fact["md5"]
    there = (default_directory() / fact["name"]).exists()
    # Of some files only the beginning of the SHA-256 is published, and only the end of the MD5.
    digits = f"sha256 {sha256[:8]}" if sha256 else f"md5 ...{md5[-6:]}" if md5 else None
    status = ["recommended"] if fact["recommended"] else []
    status += ["here" if there else "to download" if fact["addresses"] else "by browser only"]
    return {
        "name": fact["name"],
        "benchmark": fact["benchmark"],
        "size_mb": None if size is None else f"{size / 1e6:,.1f}",
        "hash": digits,
        "status": ", ".join(status),
    }
