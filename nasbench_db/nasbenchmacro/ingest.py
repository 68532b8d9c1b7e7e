"""From the original file of NAS-Bench-Macro to its database."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceWarning
from nasbench_db.nasbenchmacro.constants import NUM_EPOCHS, SEEDS
from nasbench_db.nasbenchmacro.record import Entry, read_source
from nasbench_db.nasbenchmacro.schema import SCHEMA, MacroTrialConfig, MacroTrialStats
from nasbench_db.store.building import Builder, Report, Source, only_source
from nasbench_db.store.models import canonical_json


def ingest(
    sources: Sequence[Source], path: Path, *, force: bool = False, progress: bool = True
) -> Report:
    """Build the database of NAS-Bench-Macro from its file.

    Args:
        sources: one source: ``nas-bench-macro_cifar10.json``, compressed by gzip or not, or the
            dict that is in it.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: not needed, since it takes less than a second.

    Warns:
        SourceWarning: an architecture has other parameters or FLOPs than its network.

    Raises:
        SourceError: the source is absent, of another kind, or damaged, or there are several.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    source = only_source(sources, SCHEMA.title, "nas-bench-macro_cifar10.json", path)
    with Builder(SCHEMA, path, force=force) as builder:
        entries, description = read_source(source)
        report = build(builder, entries, description)
    wrong = [entry.cell.arch_str for entry in entries if not _is_counted_right(entry)]
    if wrong:
        warnings.warn(
            f"{len(wrong):,} architectures record other parameters or FLOPs than their network "
            f"has, the first is {wrong[0]}. They are kept as recorded; nasbench-db verify names "
            "them",
            SourceWarning,
            stacklevel=2,
        )
    return report


def _is_counted_right(entry: Entry) -> bool:
    """Whether parameters and FLOPs are those of the network."""
    cell = entry.cell
    return (entry.parameters, entry.flops) == (cell.trainable_parameters(), cell.flops())


def build(builder: Builder, entries: Sequence[Entry], description: dict[str, Any]) -> Report:
    """Write the rows of entries.

    Args:
        builder: writes them.
        entries: what a source has of each code, in the order of the codes.
        description: the source, for ``Provenance``.
    """
    configs: list[tuple[Any, ...]] = []
    trials: list[tuple[Any, ...]] = []
    for number, entry in enumerate(entries, 1):
        code, trained = entry.cell.arch_str, entry.cell.canonical().arch_str
        arch = canonical_json(entry.cell.arch)
        configs.append((number, arch, NUM_EPOCHS, code, trained, int(code != trained)))
        costs = (entry.parameters / 1e6, entry.flops / 1e6)
        for seed, accuracy in zip(SEEDS, entry.accuracies, strict=True):
            trials.append((len(trials) + 1, seed, accuracy, *costs, number))
    builder.insert(MacroTrialConfig, configs)
    builder.insert(MacroTrialStats, trials)
    return builder.finish([description], cells=len(configs))
