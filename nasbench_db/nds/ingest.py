"""From the original files of NDS to its database.

Another process reads and parses the files; this one numbers and writes the rows. A run that
several files have is stored once, as the first of them has it, and where else it stands is kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
import warnings
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError, SourceWarning
from nasbench_db.nds.record import Job
from nasbench_db.nds.schema import (
    SCHEMA,
    NdsIntermediateStats,
    NdsIterations,
    NdsPlace,
    NdsTrialConfig,
    NdsTrialStats,
)
from nasbench_db.nds.sources import Jobs, Message, Notice, Read, read_dict, size_of
from nasbench_db.sources.background import iterate_elsewhere
from nasbench_db.store.building import Builder, Report, Source, refuse_to_replace_source
from nasbench_db.store.models import canonical_json, stored_columns
from nasbench_db.store.progress import tqdm

_MILLION = 1e6


def ingest(
    sources: Sequence[Source],
    path: Path,
    *,
    force: bool = False,
    progress: bool = True,
    iterations: bool = False,
) -> Report:
    """Build the database of NDS from its files.

    A run that stands twice in the sources, with the same seed and the same curves, is stored once;
    the provenance says how many there are, and the table ``ndsplace`` where each stands.

    Args:
        sources: the folder ``nds_data``, a zip archive of it, or some of its 34 files; or one dict
            of what programs have read from them, by the names of the files.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.
        iterations: store what is recorded by iteration too, which is most of the files; see
            :func:`nasbench_db.nds.iterations.iteration_curves`.

    Warns:
        SourceWarning: jobs have unknown keys, which are kept; a file has no jobs, or is none of
            the 34 and was left out.

    Raises:
        SourceError: a source is absent, of another kind, or damaged.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    if not sources:
        raise SourceError("no source was given; give the folder nds_data, or its files")
    for source in sources:
        if not isinstance(source, Mapping):
            refuse_to_replace_source(source, path)
    descriptions: list[dict[str, Any]] = []
    notices: list[str] = []
    with (
        Builder(SCHEMA, path, force=force) as builder,
        tqdm(
            total=size_of(sources), unit="B", unit_scale=True, disable=not progress, smoothing=0
        ) as bar,
    ):
        writer = _Writer(builder)
        for message in _messages(sources, iterations):
            if isinstance(message, Jobs):
                writer.write(message.jobs)
                bar.update(message.bytes_read)
                bar.set_postfix_str(f"{writer.trials:,} trials", refresh=False)
            elif isinstance(message, Notice):
                notices.append(message.text)
            else:
                descriptions.append(message)
        if not writer.trials:
            raise SourceError("the sources have no jobs; give the folder nds_data, or its files")
        told = [*notices, *writer.remarks()]
        descriptions[0] = {**descriptions[0], "changes": told or None}
        bar.set_postfix_str("indexing")
        report = builder.finish(descriptions, cells=writer.architectures())
    for text in notices:
        warnings.warn(text, SourceWarning, stacklevel=3)
    return report


def _messages(sources: Sequence[Source], iterations: bool) -> Iterator[Message]:
    names = [os.fspath(s) for s in sources if not isinstance(s, Mapping)]
    dicts = [s for s in sources if isinstance(s, Mapping)]
    if dicts and len(sources) > 1:
        raise SourceError("a dict was given beside other sources; give all files in one dict")
    if dicts:
        return read_dict(dicts[0], iterations)
    return iterate_elsewhere("nasbench_db.nds.sources:read_files", names, iterations)


class _Writer:
    """Gives configs and runs their numbers and writes them.

    Args:
        builder: writes the rows.

    Attributes:
        trials: how many runs were written.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._configs: dict[bytes, int] = {}
        self._runs: dict[bytes, int] = {}
        self._doubled: Counter[str] = Counter()
        self._places = 0
        self._columns = stored_columns(NdsTrialStats)
        self.trials = 0

    def write(self, jobs: Iterable[Read]) -> None:
        """Write some jobs; of runs that were written before, only where they stand."""
        configs: list[tuple[Any, ...]] = []
        trials: list[tuple[Any, ...]] = []
        places: list[tuple[Any, ...]] = []
        by_iteration: list[tuple[Any, ...]] = []
        curves: list[Iterator[tuple[Any, ...]]] = []
        for read in jobs:
            job = read.job
            config = self._config(read, configs)
            number = self._runs.setdefault(_digest(config, job), self.trials + 1)
            if number > self.trials:
                self.trials = number
                trials.append(self._trial(number, config, read))
                curves.append(_points(number, job))
                if any(curve is not None for curve in job.iterations):
                    by_iteration.append((number, *map(_packed, job.iterations)))
            else:
                self._doubled[read.sweep.name] += 1
            self._places += 1
            place = (number, read.sweep.name, read.group, read.number, job.job_id)
            places.append((self._places, *place))
        self._builder.insert(NdsTrialConfig, configs)
        self._builder.insert(NdsTrialStats, trials)
        self._builder.insert(NdsIntermediateStats, chain.from_iterable(curves))
        self._builder.insert(NdsPlace, places)
        self._builder.insert(NdsIterations, by_iteration)

    def _config(self, read: Read, rows: list[tuple[Any, ...]]) -> int:
        """The number of a job's config, whose row is added if it is new."""
        job, sweep, cell = read.job, read.sweep, read.job.cell
        trained = (job.base_lr, job.weight_decay, job.num_epochs)
        name = cell.arch_hash
        identity = f"{name} {sweep.dataset} {sweep.generator} {sweep.proposer} {trained}"
        key = hashlib.blake2b(identity.encode(), digest_size=16).digest()
        number = self._configs.get(key)
        if number is None:
            number = self._configs[key] = len(self._configs) + 1
            specs = (canonical_json(cell.model_spec), canonical_json(cell.cell_spec))
            told = (sweep.dataset, sweep.generator, sweep.proposer, *trained)
            arch = canonical_json(cell.arch)
            rows.append((number, cell.model_family, *specs, *told, arch, name))
        return number

    def _trial(self, number: int, config: int, read: Read) -> tuple[Any, ...]:
        job = read.job
        params, flops, *rest = job.numbers
        return (
            *(number, config, job.seed, _accuracy(job.train_errors[-1]), _known(job.losses[-1])),
            *(_accuracy(job.test_errors[-1]), _accuracy(_least(job.train_errors))),
            *(_known(_least(job.losses)), _accuracy(_least(job.test_errors))),
            *(None if count is None else count / _MILLION for count in (params, flops)),
            *rest,
            canonical_json(job.further) if job.further else None,
            *(read.sweep.name, read.group, job.job_id),
        )

    def architectures(self) -> int:
        """How many different ones were trained."""
        statement = "SELECT count(DISTINCT arch_hash) FROM ndstrialconfig"
        (count,) = self._builder.database.execute_sql(statement).fetchone()
        return int(count)

    def remarks(self) -> list[str]:
        """What was made of the jobs that is not in the rows."""
        if not self._doubled:
            return []
        told = ", ".join(f"{name} ({count:,})" for name, count in self._doubled.items())
        return [
            f"runs that stand in the files more than once are stored once; seen again in: {told}"
        ]


def _digest(config: int, job: Job) -> bytes:
    """What tells a run: its config, its seed, and its curves."""
    digest = hashlib.blake2b(f"{config} {job.seed} ".encode(), digest_size=16)
    for curve in (job.losses, job.train_errors, job.test_errors):
        digest.update(array("d", curve).tobytes())
    return digest.digest()


def _points(trial: int, job: Job) -> Iterator[tuple[Any, ...]]:
    """The rows of the epochs of a run; SQLite stores NaN as NULL."""
    assert stored_columns(NdsIntermediateStats)[0] == "trial_id"
    rows = zip(job.losses, job.train_errors, job.test_errors, strict=True)
    for epoch, (loss, train, test) in enumerate(rows, 1):
        yield trial, epoch, loss, 100 - train, 100 - test


def _known(value: float) -> float | None:
    return None if value != value else value


def _accuracy(error: float) -> float | None:
    return None if error != error else 100 - error


def _least(values: Iterable[float]) -> float:
    """The least of those that are numbers; NaN if there are none."""
    return min([value for value in values if value == value], default=float("nan"))


def _packed(curve: list[float] | None) -> bytes | None:
    if curve is None:
        return None
    packed = array("d", curve)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()
