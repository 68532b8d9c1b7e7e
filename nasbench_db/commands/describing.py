"""The commands that tell what databases there are, and what is in them."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nasbench_db import benchmarks
from nasbench_db.architectures.characters import plain_characters
from nasbench_db.architectures.inputs import from_text
from nasbench_db.commands.options import (
    BENCHMARK,
    DB,
    WHICH,
    WITH,
    Which,
    opened,
    scope,
    with_options,
    with_scope,
)
from nasbench_db.errors import DatabaseNotFound
from nasbench_db.formats.rows import visible
from nasbench_db.measurements import opening
from nasbench_db.store import nni
from nasbench_db.store.addresses import Address, is_address
from nasbench_db.store.checksums import checksum_of
from nasbench_db.store.database import (
    BenchmarkDatabase,
    default_address,
    default_directory,
    default_path,
    demo_directory,
    left_by_nni,
    lies_there,
)
from nasbench_db.store.marks import mark_of


@click.command()
@click.argument("which", metavar="[BENCHMARK|PATH]", type=Which(), required=False)
@DB
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--content-hash",
    is_flag=True,
    help="Hash all rows as well, for comparing databases; a minute or two for a gigabyte.",
)
def info(which: str | None, db: str | None, form: str, content_hash: bool) -> None:
    """Tell what databases there are and where their data come from.

    Without BENCHMARK it tells of those in the default folder, and of the demo's.

    \b
    Example:
      nasbench-db info nasbench101 --format json
    """
    if which is None and db is not None:
        which, db = db, None
    server = default_address() if which is None else which
    if (address := db or server) is not None and is_address(address):
        from nasbench_db.store.postgres import benchmarks_on, told_of_older_copies

        for told in told_of_older_copies(Address(address)):
            click.echo(told, err=True)
    if server is not None and is_address(server):
        names = benchmarks_on(Address(server))
        found = [_described(opened(name, server), content_hash) for name in names]
        if not found:
            click.echo(
                f"there is no benchmark on {Address(server)}; copy one there: nasbench-db copy "
                "BENCHMARK --to URL",
                err=True,
            )
    elif which is None:
        found = [
            _described(opened(name), content_hash)
            for name in benchmarks.BENCHMARKS
            if lies_there(default_path(name))
        ]
        elsewhere = demo_directory() != default_directory()
        demo = sorted(demo_directory().glob("*.db")) if elsewhere else []
        found += [_described(opened(str(path)), content_hash) for path in demo]
        if not found:
            click.echo(
                f"there is no database in {default_directory()}; build one with: "
                "nasbench-db ingest BENCHMARK FILE; for real numbers at once: nasbench-db sample "
                "BENCHMARK",
                err=True,
            )
        for name in benchmarks.BENCHMARKS:
            place = default_path(name)
            theirs = None if lies_there(place) else left_by_nni(name)
            if theirs is not None:
                command = nni.migrate_command(theirs, place)
                click.echo(f"NNI left {theirs}; take it over with: {command}", err=True)
    elif opening.is_set(which):
        found = [_described_set(opening.named(which))]
    else:
        found = [_described(opened(which, db), content_hash)]
    if form == "json":
        click.echo(json.dumps(found, indent=2))
        return
    for described in found:
        for key, value in described.items():
            if isinstance(value, list):
                for item in value:
                    text = item
                    if not isinstance(item, str):
                        text = ", ".join(f"{k} {v}" for k, v in item.items() if v is not None)
                    click.echo(f"{key:>15}  {visible(text)}")
            else:
                click.echo(f"{key:>15}  {visible(str(value))}")


@click.command()
@BENCHMARK
@click.argument("name", metavar="[TABLE|COLUMN]", required=False)
@DB
@WITH
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
def describe(
    benchmark: str, name: str | None, db: str | None, sets: tuple[str, ...], form: str
) -> None:
    """Tell what tables and columns mean: unit, range, when NULL, and where it comes from.

    \b
    Example:
      nasbench-db describe nasbench201 valid_acc
      nasbench-db describe nasbench201 hwnas --with hwnas
    """
    from nasbench_db.describing import describe as description_of

    found = description_of(benchmark, name, db=opened(benchmark, db, sets) if sets else None)
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(table) for table in found], indent=2))
    else:
        click.echo(found.markdown() if form == "markdown" else str(found))


@click.command()
@with_options(
    WHICH,
    click.argument("arch", metavar="ARCH"),
    with_scope,
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "svg"]),
        default="text",
        show_default=True,
        help="Text for the eye, all numbers in full as JSON, or the drawing alone as SVG.",
    ),
)
def show(which: str, arch: str, form: str, **trials: Any) -> None:
    """Print all that a database has of one architecture: a drawing, and every number.

    Each number comes with its unit, the images that it was measured on, and where it is from.
    ARCH is JSON, or a string, an index or a hash where the benchmark has one.

    \b
    Example:
      nasbench-db show nasbench201 11 --dataset cifar100
    """
    from nasbench_db.describing.sheet import sheet

    found = sheet(from_text(arch), **scope(which, **trials))
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        click.echo(found.drawing.svg if form == "svg" else _as_shown(str(found)))


def _as_shown(text: str) -> str:
    """A text with drawings, in ASCII where stdout has not the characters of lines."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return plain_characters(text)
    return text


@click.command()
@click.argument("which", metavar="[BENCHMARK|PATH]...", type=Which(), nargs=-1)
@WITH
def datasette(which: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Print a metadata file for Datasette: titles, units, sources, licences and canned queries.

    By default it is for all databases at the default places. Datasette gives up a query after a
    second, which is too short for all of NAS-Bench-101; version 1 of it takes the queries from
    the same file given as --config as well.

    \b
    Example:
      nasbench-db datasette nasbench101.db > metadata.json
      datasette --immutable nasbench101.db --metadata metadata.json \\
        --setting sql_time_limit_ms 10000
    """
    from nasbench_db.describing.datasette import metadata

    click.echo(json.dumps(metadata(those_meant(which, sets)), indent=2, ensure_ascii=False))


def those_meant(which: Sequence[str], sets: tuple[str, ...] = ()) -> list[BenchmarkDatabase]:
    """Some databases, or all at the default places, with measurement sets.

    Raises:
        DatabaseNotFound: there are none.
    """
    found = which or [name for name in benchmarks.BENCHMARKS if default_path(name).exists()]
    if not found:
        raise DatabaseNotFound(
            f"there is no database in {default_directory()}; give a PATH, or build one with: "
            "nasbench-db ingest BENCHMARK FILE"
        )
    return [opened(one, sets=sets) for one in found]


def _described_set(path: Path) -> dict[str, Any]:
    """What ``info`` tells of one measurement set."""
    found = opening.read(path, benchmarks.get(opening.identify(path).benchmark).schema)
    sources = opening.provenance(path)
    told = ("name", "unit", "direction", "device", "batch", "measured", "missing", "sentinels")
    return {
        "measurement_set": found.name,
        "benchmark": benchmarks.get(found.benchmark).title,
        "path": str(path),
        "size_bytes": path.stat().st_size,
        "schema_version": found.version,
        "architectures": sources[0]["architectures"],
        "by": ", ".join([found.key, *found.scope]),
        "metrics": [
            {key: row[key] for key in told} | {"unit": row["unit"] or "not stated"}
            for row in opening.metric_rows(path)
        ],
        "sources": [
            {
                key: source[key]
                for key in ("source_name", "source_bytes", "source_sha256", "records", "skipped")
            }
            for source in sources
        ],
        "changes": [change for source in sources for change in source["changes"] or ()],
        "licence": sources[0]["licence"] or "not stated",
        "measured_at": sources[0]["created_at"],
        "measured_by": f"nasbench_db {sources[0]['nasbench_db_version']}",
    }


def _described(database: BenchmarkDatabase, content_hash: bool) -> dict[str, Any]:
    """What ``info`` tells of one database."""
    benchmark = benchmarks.get(database.schema.benchmark)
    sources = database.provenance()
    first = sources[0]
    on_disk = isinstance(database.path, Path)
    mark = mark_of(sources)
    described = {
        "benchmark": benchmark.title,
        **({} if mark is None else {"warning": mark.long}),
        "path": str(database.path),
        "size_bytes": database.size(),
        **({"checksum": _checksum(database.file)} if on_disk else {}),
        "schema_version": benchmark.schema.version,
        "configs": first["configs"],
        "trials": first["trials"],
        "intermediates": first["intermediates"],
        "coverage": database.coverage(),
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
    if on_disk and (sets := opening.names_beside(database.schema, database.file.parent)):
        described["measurements"] = f"{', '.join(sets)} (beside it; see --with)"
    if content_hash and database.file:
        from nasbench_db.store import contents

        described["content_hash"] = contents.content_hash(database)
    return described


def _checksum(file: Path) -> str:
    found = checksum_of(file)
    return "none" if found is None else f"{found:08x} (CRC-32C; see verify)"
