"""The command that tells what the columns of a benchmark mean."""

from __future__ import annotations

import dataclasses
import json

import click

from nasbench_db.commands.options import BENCHMARK
from nasbench_db.describing import describe as description_of


@click.command()
@BENCHMARK
@click.argument("name", metavar="[TABLE|COLUMN]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
def describe(benchmark: str, name: str | None, form: str) -> None:
    """Tell what tables and columns mean: unit, range, when NULL, and where it comes from.

    \b
    Example:
      nasbench-db describe nasbench201 valid_acc
    """
    found = description_of(benchmark, name)
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(table) for table in found], indent=2))
    else:
        click.echo(found.markdown() if form == "markdown" else str(found))
