"""The command that makes measurement sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from nasbench_db import benchmarks
from nasbench_db.commands.options import BenchmarkName


def _pairs(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """What is said of metrics: ``latency=ms``."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.BadParameter(f"{text!r} is no {param.metavar}", ctx, param)
        found[name.strip()] = value.strip()
    return found


def _said(option: str, metavar: str, help_text: str) -> Callable[[Any], Any]:
    return click.option(
        option,
        metavar=f"METRIC={metavar}",
        multiple=True,
        callback=_pairs,
        help=f"{help_text} May be repeated.",
    )


@click.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--of",
    "benchmark",
    metavar="BENCHMARK",
    type=BenchmarkName(),
    required=True,
    help="Whose architectures were measured.",
)
@click.argument("source", metavar="FILE", type=click.Path())
@click.option(
    "--db",
    metavar="PATH",
    type=click.Path(),
    help="The database beside which to put the set, if not at the default place.",
)
@click.option("--arch", metavar="COLUMN", help="The column of the architectures.")
@click.option(
    "--metric", "metrics", metavar="COLUMN", multiple=True, help="A column; by default all others."
)
@click.option(
    "--encoding",
    metavar="NAME",
    help="How architectures are written, where only the name tells: naslib, string_order.",
)
@_said("--unit", "UNIT", "The unit of a metric; 1 for a number without one.")
@_said("--direction", "max|min", "Which values of a metric are better.")
@_said("--description", "TEXT", "What a metric is and where it comes from.")
@_said("--device", "TEXT", "What a metric was measured on.")
@_said("--batch", "N", "How many inputs were processed at once.")
@click.option("--licence", metavar="TEXT", help="The licence of the file.")
@click.option("--skip-unknown", is_flag=True, help="Leave out rows that match no architecture.")
@click.option("--force", is_flag=True, help="Replace a set that lies there.")
@click.option("--quiet", is_flag=True, help="No summary.")
def measure(
    name: str,
    benchmark: str,
    source: str,
    db: str | None,
    arch: str | None,
    metrics: tuple[str, ...],
    encoding: str | None,
    unit: dict[str, str],
    direction: dict[str, str],
    description: dict[str, str],
    device: dict[str, str],
    batch: dict[str, str],
    licence: str | None,
    skip_unknown: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Make a measurement set: values of architectures in a file beside a database.

    FILE is a known file of measurements, or a table: CSV, JSON lines or Parquet with a column of
    architectures. Other commands ask it with --with NAME.

    \b
    Example:
      nasbench-db measure zc --of nasbench201 zc_nasbench201.json
      nasbench-db measure mine --of nasbench201 scores.csv --unit lat=ms \\
        --direction lat=min
    """
    batches: dict[str, Any] = {
        metric: int(count) if count.isdecimal() else count for metric, count in batch.items()
    }
    report = benchmarks.measure(
        name,
        benchmark,
        source,
        db,
        arch=arch,
        metrics=list(metrics) or None,
        encoding=encoding,
        units=unit,
        directions=direction,
        descriptions=description,
        device=device or None,
        batch=batches or None,
        licence=licence,
        skip_unknown=skip_unknown,
        force=force,
    )
    if not quiet:
        told, *notes = str(report).splitlines()
        click.echo(told)
        for note in notes:
            click.echo(note, err=True)
