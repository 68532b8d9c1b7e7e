"""From the original file of TransNAS-Bench-101 to its database."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nasbench_db.errors import InvalidArchitecture, SourceWarning
from nasbench_db.store.building import Builder, Report, Source, only_source
from nasbench_db.store.models import canonical_json, stored_columns
from nasbench_db.store.progress import tqdm
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.metrics import METRICS, described
from nasbench_db.transnas101.schema import (
    SCHEMA,
    Tnb101Architecture,
    Tnb101Header,
    Tnb101IntermediateStats,
    Tnb101Metric,
    Tnb101TrialConfig,
    Tnb101TrialStats,
)
from nasbench_db.transnas101.sources import Header, Notice, Trainings, read_source

_TRIAL_COLUMNS = stored_columns(Tnb101TrialStats)


def ingest(
    sources: Sequence[Source], path: Path, *, force: bool = False, progress: bool = True
) -> Report:
    """Build the database of TransNAS-Bench-101 from its file.

    Args:
        sources: one source: ``transnas-bench_v10141024.pth``, in either layout of torch, or the
            dict that the original program loads from it.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.

    Warns:
        SourceWarning: something of the file is not as in the published one, or not stored.

    Raises:
        SourceError: the source is absent, of another kind, or damaged, or there are several.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    source = only_source(sources, SCHEMA.title, "transnas-bench_v10141024.pth", path)
    notices: list[str] = []
    descriptions: list[dict[str, Any]] = []
    with (
        Builder(SCHEMA, path, force=force) as builder,
        tqdm(unit="training", unit_scale=True, disable=not progress, desc="reading") as bar,
    ):
        writer: Writer | None = None
        for message in read_source(source):
            if isinstance(message, Header):
                writer = Writer(builder, message)
                bar.reset(message.trainings)
                bar.set_description("writing")
            elif isinstance(message, Trainings):
                assert writer is not None
                writer.write(message)
                bar.update(len(message.trainings))
            elif isinstance(message, Notice):
                notices.append(message.text)
            else:
                descriptions.append(message)
        assert writer is not None
        writer.write_metrics()
        bar.set_description("indexing")
        report = builder.finish(descriptions, cells=len(writer.architectures))
    for text in notices:
        warnings.warn(text, SourceWarning, stacklevel=3)
    return report


class Writer:
    """Gives trainings their numbers and writes them.

    Args:
        builder: writes the rows.
        header: what the file says first.
    """

    def __init__(self, builder: Builder, header: Header) -> None:
        self._builder = builder
        self._metrics_dict: dict[str, list[str]] = header.content["metrics_dict"]
        self._recorded: dict[str, dict[str, None]] = {}  # the metrics of each task
        self._count = 0
        self.architectures = [
            (index, arch_str, space)
            for index, (arch_str, space) in enumerate(header.architectures.items())
        ]
        self._archs = [_arch(arch_str) for arch_str in header.architectures]
        builder.insert(Tnb101Architecture, self.architectures)
        content = header.content.items()
        builder.insert(Tnb101Header, [(name, json.dumps(value)) for name, value in content])

    def write(self, message: Trainings) -> None:
        """Write some trainings for a task."""
        first = self._count + 1
        configs, trials = [], []
        recorded = self._recorded.setdefault(message.task, {})
        for index, training in zip(message.arch_indexes, message.trainings, strict=True):
            self._count += 1
            _, arch_str, space = self.architectures[index]
            identity = (self._count, self._archs[index], arch_str, index, space)
            configs.append((*identity, message.task, training.num_epochs))
            columns = {**training.stats, "id": self._count, "config_id": self._count}
            trials.append(tuple([columns[name] for name in _TRIAL_COLUMNS]))
            recorded.update(dict.fromkeys(training.names))
        self._builder.insert(Tnb101TrialConfig, configs)
        self._builder.insert(Tnb101TrialStats, trials)
        self._builder.insert(Tnb101IntermediateStats, _intermediates(first, message))

    def write_metrics(self) -> None:
        """Write what the metrics are, listed ones in the file's order and then unlisted ones."""
        rows: list[tuple[Any, ...]] = []
        for task in {**self._metrics_dict, **self._recorded}:
            listed = self._metrics_dict.get(task, [])
            for name in {**dict.fromkeys(listed), **self._recorded.get(task, {})}:
                position = listed.index(name) if name in listed else None
                rows.append((len(rows) + 1, task, name, position, *described(name)))
        self._builder.insert(Tnb101Metric, rows)


def _arch(arch_str: str) -> str:
    """The JSON of an architecture; see ``Tnb101TrialConfig.arch``."""
    try:
        return canonical_json(Cell.from_string(arch_str).arch)
    except InvalidArchitecture:
        return canonical_json(arch_str)


def _intermediates(first: int, message: Trainings) -> Iterator[tuple[Any, ...]]:
    """The rows of some trainings, of which the first has a number; NaN stands for NULL."""
    columns = stored_columns(Tnb101IntermediateStats)
    assert columns == ["current_epoch", *METRICS, "further", "trial_id"]
    rows = iter(message.curves.tolist())
    trainings = zip(message.trainings, message.lengths, strict=True)
    for trial, (training, length) in enumerate(trainings, first):
        further = training.further.get
        for epoch in range(length):
            yield (epoch + 1, *next(rows), further(epoch), trial)
