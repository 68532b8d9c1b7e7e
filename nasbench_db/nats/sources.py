"""The source files of NAS-Bench-201 and NATS-Bench: of which kind each is, and reading it.

There are

- single files with all architectures: a ``.pth`` of NAS-Bench-201 1.0 or 1.1, in both of torch's
  layouts, and NATS-Bench's ``.pickle.pbz2``;
- folders of NATS-Bench, ``-simple`` or ``-full``, with a file for each architecture and one,
  ``meta``, with the strings of all;
- archives of NAS-Bench-201: folders with a file for each architecture, ``000011-FULL.pth`` or
  ``000011-SIMPLE.pth``;
- any one of the files in such folders;
- what the original programs have loaded from a single file: a dict.

Reading yields messages: the strings of all architectures once, architectures one after another,
and a description of the source in the end.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import SourceError
from nasbench_db.formats import torch_files
from nasbench_db.formats.pickles import MAX_ITEM_BYTES, UnexpectedStructure
from nasbench_db.nats.record import CURVE_COLUMNS, FIDELITIES, Run, read_architecture
from nasbench_db.sources.background import iterate_elsewhere, map_elsewhere
from nasbench_db.store.building import SYNTHETIC_KEY, Source
from nasbench_db.store.metering import Meter, describe, digest_of_files

_META = re.compile(r"meta\.pickle(\.pbz2)?")
_ONE = re.compile(r"(\d+)(?:-(FULL|SIMPLE))?\.(?:pth|pickle(?:\.pbz2)?)")
_SIMPLE, _FULL = "-SIMPLE.pth", "-FULL.pth"
_ARCHITECTURES = "arch2infos"


class Architectures(NamedTuple):
    """The strings of all architectures in the official order."""

    strings: list[str]


class Results(NamedTuple):
    """An architecture's training runs.

    Attributes:
        arch_index: its official index.
        arch_str: its string.
        runs: the runs; their curves are in ``points``.
        points: for each run the columns of the intermediate stats that it has, and their values,
            a row for each epoch.
        bytes_read: how much of the source they take.
    """

    arch_index: int
    arch_str: str
    runs: list[Run]
    points: list[tuple[tuple[str, ...], np.ndarray]]
    bytes_read: int


class Scattered(NamedTuple):
    """That the source has the runs of one architecture at several places; comes before them."""


class Notice(NamedTuple):
    """Something about the source that its user should know and that stops nothing."""

    text: str


Message = Architectures | Results | Scattered | Notice | dict[str, Any]


def size_of(source: Source) -> int:
    """The bytes of a source's files; 0 if it is none or cannot be looked at."""
    if isinstance(source, Mapping):
        return 0
    path = Path(source)
    try:
        files = _files_of(path) if path.is_dir() else [path]
        return sum(file.stat().st_size for file in files)
    except OSError:
        return 0


def read_source(source: Source) -> Iterator[Message]:
    """Read a source, in other processes as far as it can be divided.

    Yields:
        its architectures' strings, if it tells them, before anything else; the results; notices;
        and in the end its description for ``Provenance``.

    Raises:
        SourceError: it is absent, of another kind, or damaged.
    """
    if isinstance(source, Mapping):
        yield from _read_dict(source)
    elif os.path.isdir(source):
        yield from _read_folder(Path(source))
    else:
        yield from iterate_elsewhere(f"{__name__}:read_file", os.fspath(source))


def read_file(name: str) -> Iterator[Message]:
    """Read a single file; see :func:`read_source`."""
    meter = Meter()
    header: dict[str, Any] = {}
    of_all = False

    def on_header(before: dict[str, Any]) -> None:
        nonlocal of_all
        of_all = True
        if "meta_archs" not in before:
            raise UnexpectedStructure(f"{name} does not begin with the strings of architectures")
        header.update(before)

    count = 0
    try:
        for key, info in torch_files.items(
            name, _ARCHITECTURES, on_header, meter.update, curves=True
        ):
            if key == _ARCHITECTURES:
                rest = info
                continue  # and thereby read the file to its end
            if not count:
                yield _architectures(name, header)
            yield _results(name, key, info, meter.advance())
            count += 1
    except UnexpectedStructure as error:
        if of_all:  # a file of one architecture is small, and of another form if it has weights
            yield Notice(
                f"{error}: the whole file is read into memory, which takes about six times its "
                "size"
            )
        meter = Meter()
        # A compressed pickle has at most a tenth of its size.
        patience = 1 + 10 * os.path.getsize(name) // MAX_ITEM_BYTES
        rest = torch_files.load(name, meter.update, curves=True, patience=patience)
        if isinstance(rest, dict) and isinstance(rest.get(_ARCHITECTURES), dict):
            for key, info in itertools.islice(rest[_ARCHITECTURES].items(), count, None):
                if not count:
                    yield _architectures(name, rest)
                yield _results(name, key, info, meter.advance())
                count += 1
    if not count:
        yield from _alone(name, rest, meter.advance())
        count = 1
    yield meter.describe(name, "file", count, _is_synthetic(rest))


def _alone(name: str, content: object, bytes_read: int) -> Iterator[Message]:
    """What is in a file that is not one of all architectures, but of one or of their strings."""
    if not isinstance(content, dict):
        raise SourceError(
            f"{name} contains a {type(content).__name__}; a file of NAS-Bench-201 or NATS-Bench "
            "contains a dict"
        )
    content = {key: value for key, value in content.items() if key != SYNTHETIC_KEY}
    if _ARCHITECTURES in content:
        raise SourceError(
            f"{name} contains no training runs"
            + (
                ": it is the meta file of a folder; ingest the folder"
                if content[_ARCHITECTURES] is None
                else ""
            )
        )
    if not content or not set(content) <= set(FIDELITIES):
        raise SourceError(
            f"{name} contains a dict with the keys {', '.join(map(str, list(content)[:8]))}; a "
            f"file of NAS-Bench-201 or NATS-Bench has {_ARCHITECTURES!r}, or is of one "
            f"architecture and has some of {', '.join(FIDELITIES)}"
        )
    yield _results(name, None, content, bytes_read)


def _read_folder(folder: Path) -> Iterator[Message]:
    files = _files_of(folder)
    metas = [file for file in files if _META.fullmatch(file.name)]
    ones = [file for file in files if _ONE.fullmatch(file.name)]
    digests = []
    synthetic = False
    if metas:
        meter = Meter()
        content = torch_files.load(metas[0], meter.update)
        yield _architectures(str(metas[0]), content)
        synthetic = _is_synthetic(content)
        digests.append((metas[0].name, meter.sha256))
    elif any(".pickle" in file.name for file in ones):
        raise SourceError(
            f"{folder} lacks meta.pickle.pbz2, which has the strings of all architectures; fetch "
            "it from where the folder comes from"
        )
    if not ones:
        raise SourceError(
            f"{folder} contains no files of architectures, such as 000011.pickle.pbz2 or "
            "000011-FULL.pth"
        )
    for results, marked, digest in map_elsewhere(f"{__name__}:read_one", map(str, ones)):
        yield results
        synthetic |= marked
        digests.append(digest)
    kind = "folder" if metas else "archive"
    sha256 = digest_of_files(digests)
    name = folder.resolve().name
    yield describe(name, kind, len(ones), synthetic, size_of(folder), sha256)


def read_one(name: str) -> tuple[Results, bool, tuple[str, str]]:
    """Read the file of one architecture.

    Returns:
        the results, whether they are made up, and the file's name and SHA-256.
    """
    meter = Meter()
    content = torch_files.load(name, meter.update, curves=True)
    (results,) = _alone(name, content, meter.size)
    assert isinstance(results, Results)
    expected = _ONE.fullmatch(os.path.basename(name))
    if expected and int(expected[1]) != results.arch_index:
        raise SourceError(f"{name} is of architecture {results.arch_index}, not of {expected[1]}")
    return results, _is_synthetic(content), (os.path.basename(name), meter.sha256)


def _read_dict(content: Mapping[str, Any]) -> Iterator[Message]:
    infos = content.get(_ARCHITECTURES)
    if not isinstance(infos, Mapping) or not infos:
        raise SourceError(
            f"the dict has the keys {', '.join(map(str, list(content)[:8]))}; what is ingested "
            f"has meta_archs and, with at least one architecture, {_ARCHITECTURES}"
        )
    yield _architectures("the dict", content)
    for key, info in infos.items():
        yield _results("the dict", key, info, 0)
    yield describe("dict", "dict", len(infos), _is_synthetic(content), 0, "")


def _files_of(folder: Path) -> list[Path]:
    """The files of a folder that are sources, in the order of their names.

    Where an architecture's file is there with weights and without, the one with them.
    """
    names = {file.name for file in folder.iterdir()}
    return [
        folder / name
        for name in sorted(names)
        if (_META.fullmatch(name) or _ONE.fullmatch(name))
        and not (name.endswith(_SIMPLE) and name.replace(_SIMPLE, _FULL) in names)
    ]


def _architectures(name: str, header: object) -> Architectures:
    strings = header.get("meta_archs") if isinstance(header, Mapping) else None
    if not isinstance(strings, list) or not all(isinstance(text, str) for text in strings):
        raise SourceError(f"{name} has no list 'meta_archs' of the strings of architectures")
    assert isinstance(header, Mapping)
    if header.get("total_archs", len(strings)) != len(strings):
        raise SourceError(
            f"{name} has {len(strings):,} strings in meta_archs, and total_archs is "
            f"{header['total_archs']!r}"
        )
    return Architectures(strings)


def _results(name: str, key: object, info: object, bytes_read: int) -> Results:
    """An architecture's results, checked and laid out as rows."""
    try:
        index, text, runs = read_architecture(info)
        if key not in (None, index):
            raise ValueError(f"the architecture's own index is {index}")
    except ValueError as error:
        where = name if key is None else f"{name}: architecture {key!r}"
        raise SourceError(f"{where}: {error}") from None
    # The curves travel once, and without what was not measured.
    bare = [run._replace(curve=np.empty(0)) for run in runs]
    return Results(index, text, bare, [_points(run.curve) for run in runs], bytes_read)


def results_of(
    name: str, index: int, text: str, runs: dict[tuple[Any, int], Any], bytes_read: int
) -> Results:
    """Some runs of one architecture, all of one number of epochs, as messages have them.

    Args:
        name: the source, for messages.
        index: the architecture's official index.
        text: its string.
        runs: by data set and seed, what the original has of each.
        bytes_read: how much of the source they take.

    Raises:
        SourceError: a run is not what the original systems write.
    """
    epochs = {plain(run.get("epochs")) for run in runs.values()}
    fidelity = {count: name for name, count in FIDELITIES.items()}.get(*epochs)
    if fidelity is None:
        raise SourceError(f"{name}: {text} was trained for {epochs} epochs, which is unknown")
    info = {fidelity: {"arch_index": index, "arch_str": text, "all_results": runs}}
    return _results(name, index, info, bytes_read)


def _points(curve: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """The columns and values of a run's intermediate stats, of those that were measured."""
    measured = ~np.isnan(curve).all(axis=1)
    columns = ("current_epoch", *itertools.compress(CURVE_COLUMNS, measured))
    points = np.empty((curve.shape[1], len(columns)))
    points[:, 0] = np.arange(1, len(points) + 1)
    points[:, 1:] = curve[measured].T
    return columns, points


def _is_synthetic(content: object) -> bool:
    return isinstance(content, Mapping) and bool(content.get(SYNTHETIC_KEY))
