"""Published files from the network: found, checked, and put in their place when whole.

Until then a file lies beside its place as ``NAME.part``; see
:mod:`nasbench_db.sources.transferring`. What is known of the right file is in
:mod:`nasbench_db.sources.catalogue`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from nasbench_db import benchmarks
from nasbench_db.errors import DatabaseExists, DownloadError, DownloadInProgress
from nasbench_db.sources import catalogue
from nasbench_db.sources.catalogue import SourceFile
from nasbench_db.sources.transferring import (
    Part,
    Refused,
    Transfer,
    check_room,
    difference,
    new_session,
    shown,
)
from nasbench_db.store import database, nni
from nasbench_db.store.placing import NewFile

_CHECKED_SUFFIX = ".checked"


class _Present(DownloadError):
    """The file has appeared in the meantime."""


def download(
    benchmark: str,
    name: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    *,
    address: str | None = None,
    progress: bool = True,
) -> Path:
    """Get a published file, whole and checked; nothing is downloaded if it is there already.

    What came of it in an earlier run is gone on with. Proxies are taken from the environment
    (``HTTPS_PROXY`` and the like).

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        name: the file's name, one of the benchmark's in
            :data:`nasbench_db.sources.catalogue.CATALOGUE`; by default the one that ``address`` is
            known for or names, or the recommended one.
        folder: where it shall lie; by default where the databases do.
        address: a mirror to take it from, http or https, in place of the published addresses.
        progress: show progress bars, and tell of interruptions, on stderr.

    Returns:
        where it lies.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DownloadError: the benchmark has no such file; no address gives it, and then the message
            says what each does and what to do instead; what lies there is another file; or it
            cannot be written there. :class:`DownloadInProgress` if another process is at it.
    """
    if name is None and address is not None:
        file = catalogue.find_at(benchmark, address)
    else:
        file = catalogue.find(benchmark, name)
    place = database.default_directory() if folder is None else Path(folder)
    addresses = file.addresses if address is None else (address,)
    return fetch(file, place, addresses, progress=progress)


def download_benchmark(benchmark: str, progress: bool = True) -> Path:
    """See to it that ``connect(benchmark)`` works: download and ingest if there is no database.

    A database that NNI left is taken over. Otherwise the recommended file is downloaded beside the
    database, unless it is there, and left there.

    Args:
        benchmark: the benchmark's name, such as ``"nasbench101"``.
        progress: show progress bars on stderr.

    Returns:
        the database, at its default place.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DownloadError: the file cannot be had; see :func:`download`.
        SourceError: the file cannot be ingested.
        BuildError: the database cannot be written.
    """
    schema = benchmarks.get(benchmark).schema
    path = database.default_path(benchmark)
    if path.exists():
        database.open_database(schema).close()
        return path
    theirs = database.left_by_nni(benchmark)
    if theirs is not None:
        benchmarks.migrate(theirs, path, progress)
        return path
    source = download(benchmark, progress=progress)
    with contextlib.suppress(DatabaseExists):  # another process has just built it
        benchmarks.ingest(benchmark, source, path, progress)
    return path


def next_command(file: SourceFile, path: Path) -> str:
    """The command to run once a file is there."""
    if file.kind == "nni database":
        return nni.migrate_command(path, database.default_path(file.benchmark))
    if file.kind == "archive":
        unpack = f'tar -xf "{path}" -C "{path.parent}"'
        return f'{unpack} && nasbench-db ingest {file.benchmark} "{path.with_suffix("")}"'
    return f'nasbench-db ingest {file.benchmark} "{path}"'


def fetch(
    file: SourceFile, folder: Path, addresses: Sequence[str], *, progress: bool = True
) -> Path:
    """Get a file from the first of some addresses that gives it; see :func:`download`."""
    path = folder / file.name
    for address in addresses:
        _check_scheme(address, path)
    if os.path.lexists(path):
        return _kept(path, file, progress)
    if not addresses:
        raise DownloadError(_advice(file, path, ["It is published on web pages only"]))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(
            f"cannot write to the folder {folder}: {error.strerror}; give another folder"
        ) from None
    new = NewFile(
        path,
        _CHECKED_SUFFIX,
        force=False,
        error=DownloadError,
        exists=_Present,
        busy=DownloadInProgress,
    )
    part = Part(path)
    try:
        with new:
            _fetch_part(file, part, path, addresses, progress)
            part.hand_over(new)
    except _Present:
        return _kept(path, file, progress)
    except DownloadInProgress:
        raise DownloadInProgress(
            f"another process is downloading {path}; wait for it to end, or give another folder"
        ) from None
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"cannot write {part.path}: {error.strerror or error}; the same command goes on from "
            f"the {part.size:,} bytes that are there once that is put right"
        ) from None
    return path


def _fetch_part(
    file: SourceFile, part: Part, path: Path, addresses: Sequence[str], progress: bool
) -> None:
    """Make the part whole and right.

    Raises:
        DownloadError: no address gives the file, or there is no room for it.
    """
    if file.size is not None:
        check_room(part, file.size)
    problems = []
    with new_session() as session:
        for address in addresses:
            try:
                Transfer(session, file, address, part, progress).run()
            except Refused as problem:
                problems.append(f"{shown(address)}: {problem}")
            else:
                return
    raise DownloadError(_advice(file, path, problems))


def _kept(path: Path, file: SourceFile, progress: bool) -> Path:
    """A file that was there already, if it is the right one.

    Raises:
        DownloadError: it is not.
    """
    if os.path.isdir(path):
        raise DownloadError(f"{path} is a folder, and the file cannot lie there; give another one")
    try:
        problem = difference(path, file, progress=progress)
    except OSError as error:
        raise DownloadError(f"{path} is there and cannot be read: {error.strerror}") from None
    if problem is not None:
        raise DownloadError(
            f"{path} is there already and is not the published file: {problem}; it was left as it "
            "is. Delete or rename it and run the same command again, or give another folder"
        )
    return path


def _check_scheme(address: str, path: Path) -> None:
    try:
        parts = urlsplit(address)
        right = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        right = False
    if not right:
        raise DownloadError(
            f"{shown(address)!r} is not an address that begins with https:// or http://; a file "
            f"that is on this machine already is put at {path}, or ingested from where it is"
        )


def _advice(file: SourceFile, path: Path, problems: Sequence[str]) -> str:
    """What to do where no address gives the file."""
    # Each line is a sentence: the command line shows them all as one. The command comes last.
    lines = [f"{file.name} could not be downloaded.", *(f"{problem}." for problem in problems)]
    if file.identity:
        lines.append(f"The right file has {file.identity}.")
    lines.append(
        f"Find it in a browser ({', '.join(file.pages)}), save it as {path}, and run the same "
        "command again, which checks it."
    )
    anywhere = next_command(file, Path("PATH_OF_THE_FILE"))
    lines.append(f"Or use it from wherever it is: {anywhere}")
    return "\n".join(lines)
