"""From source files in the way of NAS-Bench-201 to a database of one search space.

Other processes read the sources; this one numbers and writes the rows. Architectures are let go
as soon as they are written, so memory does not depend on how many there are.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peewee import Model

from nasbench_db.errors import SourceError, SourceWarning
from nasbench_db.nats.costs import miscounted
from nasbench_db.nats.record import CURVE_COLUMNS, Run
from nasbench_db.nats.sources import (
    Architectures,
    Notice,
    Results,
    Scattered,
    read_source,
    size_of,
)
from nasbench_db.nats.space import Space, benchmark_of
from nasbench_db.store.building import Builder, Report, Source, refuse_to_replace_source
from nasbench_db.store.models import canonical_json, stored_columns
from nasbench_db.store.progress import tqdm


def ingest_space(
    space: Space, sources: Sequence[Source], path: Path, *, force: bool, progress: bool
) -> Report:
    """Build the database of a search space.

    A training run that several sources contain is stored once, as the first of them has it; its
    weights come from the first that has them.

    Args:
        space: the search space.
        sources: files and folders of it, and dicts that the original programs loaded from them;
            see :mod:`nasbench_db.nats.sources`.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.

    Warns:
        SourceWarning: sources contradict each other, or a file has to be read as a whole.

    Raises:
        SourceError: a source is absent, of another kind or search space, or damaged.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    if not sources:
        raise SourceError(f"no source was given; give a file or folder of {space.title}")
    for source in sources:
        if not isinstance(source, Mapping):
            refuse_to_replace_source(source, path)
    total = sum(map(size_of, sources))
    with (
        Builder(space.schema, path, force=force) as builder,
        tqdm(total=total, unit="B", unit_scale=True, disable=not progress, smoothing=0) as bar,
    ):
        writer = _Writer(space, builder, len(sources) > 1)
        descriptions: list[dict[str, Any]] = []
        for source in sources:
            name = "the dict" if isinstance(source, Mapping) else os.fspath(source)
            for message in (space.read or read_source)(source):
                if isinstance(message, Results):
                    writer.write(name, len(descriptions) + 1, message)
                    seconds = bar.format_dict["elapsed"] or 1.0
                    count = len(writer.seen)
                    bar.set_postfix_str(f"{count / seconds:,.0f} architectures/s", refresh=False)
                    bar.update(message.bytes_read)
                elif isinstance(message, Architectures):
                    writer.set_order(name, message.strings)
                elif isinstance(message, Scattered):
                    writer.merge()
                elif isinstance(message, Notice):
                    warnings.warn(message.text, SourceWarning, stacklevel=4)
                else:
                    descriptions.append(message)
        bar.update(max(0, total - bar.n))  # files that are about all architectures
        bar.set_postfix_str("indexing")
        writer.write_architectures()
        report = builder.finish(descriptions, cells=len(writer.seen))
    for text in writer.contradictions():
        warnings.warn(text, SourceWarning, stacklevel=4)
    return report


class _Writer:
    """Gives configs, runs and weights their numbers and writes them.

    Args:
        space: the search space.
        builder: writes the rows.
        merging: whether a run may come more than once, from several sources.

    Attributes:
        seen: the indexes of the architectures so far.
    """

    def __init__(self, space: Space, builder: Builder, merging: bool) -> None:
        self._space = space
        self._builder = builder
        self._merging = merging
        schema = space.schema
        self._config_columns = stored_columns(schema.config)
        self._trial_columns = stored_columns(schema.trial)
        self._intermediate = schema.counted["intermediates"]
        self._architectures: list[tuple[Any, ...]] = []
        self._numbers: Counter[type[Model]] = Counter()
        self._configs: dict[tuple[int, int, str], int] = {}
        self._runs: dict[tuple[int, int], _Known] = {}
        self._different = 0
        self._miscounted: list[str] = []
        self.seen: set[int] = set()

    def merge(self) -> None:
        """Expect that runs of one architecture come at several places.

        Before that, only whole sources are read, so nothing has to be made up for.
        """
        self._merging = True

    def set_order(self, name: str, strings: list[str]) -> None:
        """Take the order of the architectures from a source.

        Raises:
            SourceError: it is not an order of this space, or not that of an earlier source.
        """
        if not self._architectures:
            self._architectures = self._rows_of(name, strings)
        elif strings != [row[1] for row in self._architectures]:
            raise SourceError(
                f"{name} numbers the architectures in another way than the source before it"
            )

    def _rows_of(self, name: str, strings: list[str]) -> list[tuple[Any, ...]]:
        size = self._space.size
        if strings:
            self._refuse_other_space(name, strings[0])
        if len(strings) != size:
            raise SourceError(
                f"{name} does not fit {self._space.title}: it has {len(strings):,} architectures "
                f"instead of {size:,}"
            )
        try:
            rows = self._space.architecture_rows(strings)
        except ValueError as error:
            raise SourceError(f"{name} is not of {self._space.title}: {error}") from None
        if len(set(strings)) != len(strings):
            raise SourceError(f"{name} has the same architecture twice in meta_archs")
        return rows

    def _refuse_other_space(self, name: str, arch_str: str) -> None:
        benchmark = benchmark_of(arch_str)
        if benchmark not in (None, self._space.name):
            raise SourceError(
                f"{name} is not of {self._space.title}, its architectures being such as "
                f"{arch_str}; ingest it as {benchmark}"
            )

    def write(self, name: str, source: int, results: Results) -> None:
        """Write the runs of one architecture.

        Args:
            name: the source, for messages.
            source: its number.
            results: the runs.
        """
        self._refuse_other_space(name, results.arch_str)
        if not self._architectures:
            self._architectures = self._rows_of(name, self._space.official_order())
        index = results.arch_index
        if not 0 <= index < len(self._architectures):
            raise SourceError(
                f"{name}: architecture {index}: {self._space.title} has 0 to "
                f"{len(self._architectures) - 1}"
            )
        architecture = self._architectures[index]
        if architecture[1] != results.arch_str:
            raise SourceError(
                f"{name}: architecture {index} is {results.arch_str!r}, and {architecture[1]!r} "
                "by the order of architectures"
            )
        if index in self.seen and not self._merging:
            raise SourceError(f"{name} has architecture {index} more than once")
        self.seen.add(index)
        if not self._merging:
            self._configs = {}  # all runs of an architecture come together
        configs: list[tuple[Any, ...]] = []
        trials: list[tuple[Any, ...]] = []
        for run, points in zip(results.runs, results.points, strict=True):
            key = (index, run.num_epochs, run.dataset)
            config = self._configs.get(key)
            if config is None:
                config = self._configs[key] = self._next(self._space.schema.config)
                configs.append(self._config_row(config, architecture, run))
            if self._merging and self._is_known((config, run.stats["seed"]), run, points):
                continue
            self._check_costs(results.arch_str, run)
            trial = self._next(self._space.schema.trial)
            values = {**run.stats, "id": trial, "config_id": config, "source": source}
            trials.append(tuple([values[column] for column in self._trial_columns]))
            if self._merging:
                self._runs[config, run.stats["seed"]].trial = trial
            self._builder.insert_numbers(self._intermediate, {"trial_id": trial}, *points)
            self._write_weights(trial, run)
        self._builder.insert(self._space.schema.config, configs)
        self._builder.insert(self._space.schema.trial, trials)

    def _next(self, model: type[Model]) -> int:
        self._numbers[model] += 1
        return self._numbers[model]

    def _config_row(self, config: int, architecture: tuple[Any, ...], run: Run) -> tuple[Any, ...]:
        values = {
            "id": config,
            "arch_index": architecture[0],
            "arch_str": architecture[1],
            "num_epochs": run.num_epochs,
            "dataset": run.dataset,
            **self._space.config_columns(architecture, run.settings),
        }
        return tuple([values[column] for column in self._config_columns])

    def _is_known(
        self, key: tuple[int, int], run: Run, points: tuple[tuple[str, ...], np.ndarray]
    ) -> bool:
        """Whether an earlier source had this run; takes its weights if that one had none."""
        content = _content(run, points)
        known = self._runs.get(key)
        if known is None:
            self._runs[key] = _Known(content, bool(run.weights))
            return False
        # What only one of them has is no contradiction.
        both = (known.content != 0) & (content != 0)
        self._different += bool((known.content[both] != content[both]).any())
        if not known.has_weights:
            self._write_weights(known.trial, run)
            known.has_weights = bool(run.weights)
        return True

    def _check_costs(self, arch_str: str, run: Run) -> None:
        """Note a run whose parameters or FLOPs are not those of its network."""
        recorded = run.stats["parameters"], run.stats["flops"]
        size = run.settings.get("channel"), run.settings.get("num_cells")
        wrong = miscounted(self._space.layers, arch_str, run.dataset, recorded, *size)
        if wrong is not None:
            seed, epochs = run.stats["seed"], run.num_epochs
            self._miscounted.append(
                f"{arch_str} on {run.dataset}, {epochs} epochs, seed {seed}: {wrong}"
            )

    def _write_weights(self, trial: int, run: Run) -> None:
        rows = []
        for name, array in run.weights.items():
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            shape = canonical_json(list(array.shape))
            number = self._next(self._space.weights)
            # In the order of the columns: the trial comes last.
            rows.append((number, name, array.dtype.name, shape, little.tobytes(), trial))
        self._builder.insert(self._space.weights, rows)

    def write_architectures(self) -> None:
        """Write the table of all architectures."""
        self._builder.insert(self._space.architecture, self._architectures)

    def contradictions(self) -> list[str]:
        """What the sources contradict each other in, or the networks, a sentence for each."""
        found = []
        if self._different:
            found.append(
                f"{self._different:,} training runs are in several sources with different values; "
                "those of the first source are kept"
            )
        if self._miscounted:
            found.append(
                f"{len(self._miscounted):,} training runs record other parameters or FLOPs than "
                f"their network has, as if it were another's; the first is {self._miscounted[0]}. "
                "They are kept as recorded; nasbench-db verify names them"
            )
        return found


@dataclass
class _Known:
    """A run that was written: its content as :func:`_content` gives it, its number, whether it has
    weights."""

    content: np.ndarray
    has_weights: bool
    trial: int = 0


def _content(run: Run, points: tuple[tuple[str, ...], np.ndarray]) -> np.ndarray:
    """A hash of each column of a run's final values, then of its curve; 0 where it has none."""
    columns, numbers = points
    curve = dict(zip(columns, numbers.T, strict=True))
    # Which splits there are, is said by what was measured of them.
    parts = [
        repr(value) if value is not None else None
        for name, value in run.stats.items()
        if name != "splits"
    ]
    parts += [curve[name].tobytes() if name in curve else None for name in CURVE_COLUMNS]
    return np.array([0 if part is None else hash(part) or 1 for part in parts], dtype=np.int64)
