"""Published files from the network: found, checked, and put in their place when whole.

Until then a file lies beside its place as ``NAME.part``; see
:mod:`nasbench_db.sources.transferring`. What is known of the right file is in
:mod:`nasbench_db.sources.catalogue`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from nasbench_db.errors import DownloadError, DownloadInProgress
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


def next_command(file: SourceFile, path: Path) -> str:
    """The command to run once a file is there."""
    if file.kind == "nni database":
        return nni.migrate_command(path, database.default_path(file.benchmark))
    if file.kind == "archive":
        unpack = f'tar -xf "{path}" -C "{path.parent}"'
        return f'{unpack} && nasbench-db ingest {file.benchmark} "{path.with_suffix("")}"'
    if file.kind == "measurements":
        return f'nasbench-db measure NAME --of {file.benchmark} "{path}"'
    return f'nasbench-db ingest {file.benchmark} "{path}"'


def fetch(
    file: SourceFile, folder: Path, addresses: Sequence[str], *, progress: bool = True
) -> Path:
    """Get a file, whole and checked, from the first of some addresses that gives it.

    Nothing is downloaded if it is there already, and what came of it in an earlier run is gone on
    with.

    Args:
        file: which one.
        folder: where it shall lie.
        addresses: where to get it, the preferred one first.
        progress: show progress bars, and tell of interruptions, on stderr.

    Raises:
        DownloadError: no address gives it, what lies there is another file, or it cannot be
            written there. :class:`DownloadInProgress` if another process is at it.
    """
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
