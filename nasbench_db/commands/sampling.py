"""The command that builds databases of the package's real numbers."""

from __future__ import annotations

import click

from nasbench_db import benchmarks
from nasbench_db.commands.options import BenchmarkName


@click.command()
@click.argument(
    "names",
    metavar="BENCHMARK...",
    type=BenchmarkName(),
    nargs=-1,
    required=True,
)
@click.option("--db", metavar="PATH", help="Where to put the database, if not the default place.")
@click.option("--force", is_flag=True, help="Replace a database that lies there.")
@click.option("--quiet", is_flag=True, help="No summary.")
def sample(names: tuple[str, ...], db: str | None, force: bool, quiet: bool) -> None:
    """Build a database of real numbers that the package brings, in seconds.

    It holds less than the benchmark, and says so wherever its numbers are shown; `nasbench-db
    info` tells what it is and what it lacks.

    \b
    Example:
      nasbench-db sample nasbench201
      nasbench-db sample nasbench201 transnas101 --force
    """
    if db is not None and len(names) > 1:
        raise click.UsageError("--db is the place of one database; give one BENCHMARK")
    for name in names:
        report = benchmarks.sample(name, db, force=force)
        if not quiet:
            click.echo(report)
