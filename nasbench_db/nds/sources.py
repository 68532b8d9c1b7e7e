"""The source files of NDS: which there are in what was given, and reading them.

A source is a folder with some of the 34 files, a zip archive of it, one of the files, or a dict of
what programs have read from them, by the names of the files. A file is a list of jobs; a file of
reruns has two lists, ``top`` and ``mid``.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import show
from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.json_files import elements
from nasbench_db.formats.members import Member, opened
from nasbench_db.nds.constants import MOST_GROUP, SWEEPS
from nasbench_db.nds.record import Job, Sweep, nearest_sweep, read_job, sweep_of
from nasbench_db.store.building import SYNTHETIC_KEY, Source
from nasbench_db.store.metering import Meter, describe

_WANTED = "give the folder nds_data, a zip archive of it, or some of its files"
_JOBS_AT_ONCE = 64


class Read(NamedTuple):
    """A job that was read.

    Attributes:
        sweep: of which file it is.
        group: the name of its list, or None.
        number: its place in the list, counted from 0.
        job: what it is.
    """

    sweep: Sweep
    group: str | None
    number: int
    job: Job


class Jobs(NamedTuple):
    """Some jobs, one after another.

    Attributes:
        jobs: the jobs.
        bytes_read: how much of the files they take.
    """

    jobs: list[Read]
    bytes_read: int


class Notice(NamedTuple):
    """Something about the sources that their user should know and that stops nothing."""

    text: str


Message = Jobs | Notice | dict[str, Any]


def size_of(sources: Sequence[Source]) -> int:
    """The bytes of all files that will be read; 0 for what cannot be looked at."""
    size = 0
    for source in sources:
        if not isinstance(source, Mapping):
            with contextlib.suppress(SourceError), opened(source, ".json") as members:
                size += sum(m.size for m in members if sweep_of(m.name) or len(members) == 1)
    return size


def read_files(names: Sequence[str], iterations: bool) -> Iterator[Message]:
    """Read the jobs of files, folders and archives, in the order in which NNI reads the files.

    Args:
        names: the sources.
        iterations: whether to keep what is recorded by iteration.

    Yields:
        the jobs; notices; and after each file its description for ``Provenance``.

    Raises:
        SourceError: a source is absent, of another kind, or damaged; or one file comes twice.
    """
    with contextlib.ExitStack() as stack:
        found: dict[str, tuple[Sweep, Member]] = {}
        for name in names:
            members = stack.enter_context(opened(name, ".json"))
            left_out = []
            for member in members:
                sweep = sweep_of(member.name)
                if sweep is None:
                    left_out.append(member.name)
                elif sweep.name in found:
                    raise SourceError(
                        f"{member.place} and {found[sweep.name][1].place} are both "
                        f"{sweep.name}.json; give each file once"
                    )
                else:
                    found[sweep.name] = (sweep, member)
            if len(left_out) == len(members):
                raise SourceError(
                    f"{name} has none of the {len(SWEEPS)} files of NDS, such as DARTS.json, but "
                    f"{', '.join(left_out[:5])}{nearest_sweep(left_out[0])}; {_WANTED}"
                )
            if left_out:
                yield Notice(f"left out, since not of NDS: {', '.join(left_out[:20])} of {name}")
        for name in SWEEPS:
            if name in found:
                yield from _read_file(*found[name], iterations)


def _read_file(sweep: Sweep, member: Member, iterations: bool) -> Iterator[Message]:
    meter = Meter()
    further: Counter[str] = Counter()
    jobs: list[Read] = []
    synthetic, count, told = False, 0, 0
    for element in elements(member.blocks(meter.update), member.place, "job"):
        value = element.value
        synthetic |= value.pop(SYNTHETIC_KEY, False) is True
        try:
            job = read_job(value, iterations)
            _check_group(element.group)
        except ValueError as error:
            where = member.place
            if element.group is not None:
                where += f", list {element.group[:60]!r}"
            raise CorruptRecord(where, element.number, element.offset, str(error)) from None
        further.update(_names(job.further))
        jobs.append(Read(sweep, element.group, element.number, job))
        count += 1
        if len(jobs) == _JOBS_AT_ONCE:
            yield Jobs(jobs, element.end - told)
            jobs, told = [], element.end
    yield Jobs(jobs, meter.size - told)
    yield from _notices(f"{sweep.name}.json", count, further)
    form = "JSON" if os.path.exists(member.place) else "JSON of a zip archive"
    yield meter.describe(f"{sweep.name}.json", form, count, synthetic)


def read_dict(content: Mapping[str, Any], iterations: bool) -> Iterator[Message]:
    """Read what a program has loaded: a dict of files by name.

    Raises:
        SourceError: it is none, or one of its jobs is at fault.
    """
    sweeps = {name: sweep_of(str(name)) for name in content}
    unknown = [str(name) for name, sweep in sweeps.items() if sweep is None]
    if unknown or not content:
        near = nearest_sweep(unknown[0]) if unknown else ""
        raise SourceError(
            f"the dict has the keys {', '.join(unknown[:8]) or 'none'}; they must be names of "
            f"files of NDS, such as 'DARTS.json'{near}"
        )
    order = {name.lower(): place for place, name in enumerate(SWEEPS)}
    for name, sweep in sorted(
        sweeps.items(), key=lambda item: order[item[1].name.lower()] if item[1] else 0
    ):
        assert sweep is not None
        lists = content[name]
        further: Counter[str] = Counter()
        count, synthetic = 0, False
        for group, given in lists.items() if isinstance(lists, Mapping) else [(None, lists)]:
            if not isinstance(given, (list, tuple)):
                raise SourceError(f"{name} is {show(given)}; it must be a list of jobs")
            jobs = []
            for number, value in enumerate(given):
                where = f"{name}, job {number}"
                if not isinstance(value, Mapping):
                    raise SourceError(f"{where} is {show(value)}; it must be a dict")
                plain = {key: v for key, v in value.items() if key != SYNTHETIC_KEY}
                synthetic |= value.get(SYNTHETIC_KEY) is True
                try:
                    job = read_job(plain, iterations)
                    _check_group(group)
                except ValueError as error:
                    raise SourceError(f"{where}: {error}") from None
                further.update(_names(job.further))
                jobs.append(Read(sweep, group, number, job))
            yield Jobs(jobs, 0)
            count += len(jobs)
        yield from _notices(str(name), count, further)
        yield describe(f"{sweep.name}.json", "dict", count, synthetic, 0, "")


def _check_group(group: str | None) -> None:
    if group is not None and len(group) > MOST_GROUP:
        raise ValueError(
            f"it is in the list {group[:60]!r}; the name of a list has at most {MOST_GROUP} "
            "characters, such as 'top'"
        )


def _names(further: Mapping[str, Any]) -> Iterator[str]:
    """The names of what a job has besides, those in ``net`` and ``optim`` with a point."""
    for name, value in further.items():
        if name in ("net", "optim") and isinstance(value, Mapping):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


def _notices(name: str, count: int, further: Mapping[str, int]) -> Iterator[Message]:
    if not count:
        yield Notice(f"{name} has no jobs")
    if further:
        told = ", ".join(f"{key} ({number:,})" for key, number in list(further.items())[:20])
        yield Notice(f"{name}: unknown keys of jobs, kept in the column further: {told}")
