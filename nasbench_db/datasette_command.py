"""The command that writes the metadata file of Datasette."""

from __future__ import annotations

import json

import click

from nasbench_db import benchmarks
from nasbench_db.database import default_path, open_database
from nasbench_db.datasette import metadata


@click.command()
@click.argument(
    "names",
    metavar="[BENCHMARK]...",
    nargs=-1,
    type=click.Choice(list(benchmarks.BENCHMARKS)),
)
def datasette(names: tuple[str, ...]) -> None:
    """Print a metadata file for Datasette: titles, units, sources and licences.

    It is for the databases at the default places, by default for all that are there.

    \b
    Example:
      nasbench-db datasette nasbench101 > metadata.json
      datasette --immutable nasbench101.db --metadata metadata.json
    """
    found = names or [name for name in benchmarks.BENCHMARKS if default_path(name).exists()]
    databases = [open_database(benchmarks.get(name).schema) for name in found]
    click.echo(json.dumps(metadata(databases), indent=2, ensure_ascii=False))
