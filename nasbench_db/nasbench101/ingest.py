"""From a source file of NAS-Bench-101 to a database.

A second process reads and parses the file into arrays of rows while this one writes them.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nasbench_db.errors import SourceError, SourceWarning
from nasbench_db.nasbench101.published import PUBLISHED_SHA256
from nasbench_db.nasbench101.repacked import Halves
from nasbench_db.nasbench101.rows import INTERMEDIATE_COLUMNS, TRIAL_COLUMNS, Batch, RowMaker
from nasbench_db.nasbench101.schema import (
    SCHEMA,
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
)
from nasbench_db.nasbench101.sources import EC_NAS, parse_source
from nasbench_db.sources.background import iterate_elsewhere
from nasbench_db.store.building import Builder, Report, refuse_to_replace_source
from nasbench_db.store.progress import tqdm
from nasbench_db.store.statistics import StatisticsTable

_STATISTICS = StatisticsTable.of(SCHEMA)


def ingest(
    sources: Sequence[str | os.PathLike[str]],
    path: Path,
    *,
    force: bool = False,
    progress: bool = True,
    validate_hashes: bool = False,
) -> Report:
    """Build a NAS-Bench-101 database from the original TFRecord files, or from re-packed ones.

    Those are the files of the Rust crate ``nasbench`` and the pickles of NASLib, nabenabe, archai
    and nasbenchapi, and the pair of pickles of the original API's two dicts.

    Every training becomes one trial; the order in which those of one config come is the order of
    its repeats. Accuracies become percent, parameters millions, seconds stay seconds. Most
    re-packed files do not say after how many epochs the halfway evaluation was made; half of them,
    rounded down, is stored.

    Args:
        sources: one or more files, read in this order as if they were one. Of which kind each is,
            is told by its content.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.
        validate_hashes: recompute the module hash of every cell and refuse a record that bears
            another. Takes about half a minute for the full data set.

    Warns:
        SourceWarning: a source is not the published one of its name, is of EC-NAS, another
            benchmark in the same layout, lacks a part of the benchmark, or has trials with other
            parameters than their networks.

    Raises:
        SourceError: a source is absent, of another kind, damaged (:class:`CorruptRecord` names
            the record and its byte), or holds the same trials as another source.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    names = [os.fspath(source) for source in sources]
    if not names:
        raise SourceError(
            "no source file was given; give the original .tfrecord file, a .bin or a .pkl"
        )
    for name in names:
        refuse_to_replace_source(name, path)
    report = build(names, path, force, progress, validate_hashes)
    for summary in report.sources:
        for change in summary.get("changes") or ():
            warnings.warn(f"{summary['source_name']}: {change}", SourceWarning, stacklevel=2)
        published = PUBLISHED_SHA256.get(summary["source_name"])
        if published not in (None, summary["source_sha256"]):
            warnings.warn(
                f"{summary['source_name']} has SHA-256 {summary['source_sha256']}, and the "
                f"published file of that name {published}: it is a subset, another version, or "
                "damaged before its checksums were made",
                SourceWarning,
                stacklevel=2,
            )
    return report


def build(
    names: Sequence[str],
    path: Path,
    force: bool,
    progress: bool,
    validate_hashes: bool,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    """Build the database of files; see :func:`ingest`.

    Args:
        told: columns of ``Provenance`` that say more of the sources than the files themselves.
    """
    total = sum(os.path.getsize(name) for name in names if os.path.isfile(name))
    summaries: list[dict[str, Any]] = []
    trials = cells = 0
    notice = ""
    with (
        Builder(SCHEMA, path, force=force) as builder,
        tqdm(total=total, unit="B", unit_scale=True, disable=not progress, smoothing=0) as bar,
    ):
        for item in iterate_elsewhere(
            "nasbench_db.nasbench101.ingest:parse", names, validate_hashes
        ):
            if isinstance(item, Batch):
                _insert(builder, item)
                trials += len(item.trials)
                seconds = bar.format_dict["elapsed"] or 1.0
                bar.set_postfix_str(f"{trials / seconds:,.0f} records/s", refresh=False)
                bar.update(item.bytes_read)
            elif isinstance(item, dict):
                summaries.append({**item, **told})
            elif isinstance(item, str):
                notice = item
            else:
                cells = item
        bar.set_postfix_str("indexing")
        if len(names) > 1:
            _refuse_repeated_trials(builder)
        report = builder.finish(summaries, cells=cells)
    # The networks of another benchmark in the same layout are not those of this one.
    if notice and not any(EC_NAS in (each.get("changes") or ()) for each in summaries):
        warnings.warn(notice, SourceWarning, stacklevel=3)
    return report


def parse(
    sources: Sequence[str], validate_hashes: bool
) -> Iterator[Batch | dict[str, Any] | str | int]:
    """Parse source files into rows.

    Yields:
        for each source its batches and then its description for ``Provenance``; at the end a text
        if trials have other parameters than their networks, and how many different cells there
        were.
    """
    rows = RowMaker(validate_hashes)
    halves = Halves()
    for source in sources:
        yield from parse_source(source, rows, halves)
    halves.refuse_rest()
    yield rows.rest()
    if rows.miscounted is not None:
        yield rows.miscounted
    yield rows.num_cells


def _insert(builder: Builder, batch: Batch) -> None:
    builder.insert(Nb101TrialConfig, batch.configs)
    builder.insert_numbers(Nb101TrialStats, {}, TRIAL_COLUMNS, batch.trials)
    builder.insert_numbers(Nb101IntermediateStats, {}, INTERMEDIATE_COLUMNS, batch.intermediates)
    if batch.statistics is None:
        builder.database.execute_sql(f'DELETE FROM "{_STATISTICS.table}"')
    else:
        builder.insert_numbers(SCHEMA.statistics, {}, _STATISTICS.columns, batch.statistics)


def _refuse_repeated_trials(builder: Builder) -> None:
    """Refuse sources that overlap: such as the full file together with its 108-epoch part."""
    (repeated,) = builder.database.execute_sql(
        "SELECT count(*) FROM (SELECT 1 FROM nb101trialstats GROUP BY config_id, train_acc, "
        "valid_acc, test_acc, training_time HAVING count(*) > 1)"
    ).fetchone()
    if repeated:
        raise SourceError(
            f"{repeated:,} trials come more than once: the sources overlap, and each trial must "
            "be counted once; ingest the larger source alone"
        )
