"""The sources of NAS-Bench-NLP: zip archives and folders of logs, one at a time.

The published sets are three archives, ``logs.zip`` in ``train_logs_single_run``,
``train_logs_multi_runs`` and ``train_logs_wikitext-2``. Each may be given packed or unpacked; so
may a folder that has them in its folders, such as a clone of the original's repository.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nasbench_db.errors import SourceError
from nasbench_db.formats import members
from nasbench_db.formats.json_files import document
from nasbench_db.nlp.constants import LONGEST_SETS
from nasbench_db.nlp.record import LOG_NAME, Log, read_log
from nasbench_db.store.metering import Meter, describe, digest_of_files

_LONGEST_LOG = 1 << 22  # bytes; published ones have some 5,000
_OF_SET = re.compile(r"train_logs_(single_run|multi_runs|wikitext-2)")
_WANTED = (
    "give train_logs_single_run/logs.zip, train_logs_multi_runs/logs.zip or "
    "train_logs_wikitext-2/logs.zip of fmsnew/nas-bench-nlp-release, or folders of their logs"
)


class Found(NamedTuple):
    """A log, and which set it is of.

    Attributes:
        log: what it says.
        sha256: of its bytes.
        part: the set, such as ``single_run``.
    """

    log: Log
    sha256: bytes
    part: str


def expanded(source: str | os.PathLike[str]) -> list[str]:
    """The archives and folders of logs that a source is, or that lie in its folders.

    Raises:
        SourceError: it is a folder without any.
    """
    top = os.fspath(source)
    if not os.path.isdir(top):
        return [top]
    found, above = [], os.path.dirname(os.path.abspath(top))
    for folder, folders, files in os.walk(top):
        folders.sort()
        if any(LOG_NAME.fullmatch(name) for name in files):
            found.append(folder)
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(".zip") and _OF_SET.search(os.path.relpath(path, above)):
                found.append(path)
    if not found:
        raise SourceError(f"the folder {top} has no logs log_stats_model_*.json; {_WANTED}")
    return found


def read_source(source: str) -> Iterator[Found | dict[str, Any]]:
    """The logs of an archive or folder, or a log, in the order of their names.

    Yields:
        the logs, and in the end the description of the source for ``Provenance``.

    Raises:
        SourceError: it is absent, of another kind, or damaged; says in which log.
    """
    count, synthetic, aside, digests = 0, False, [], []
    with members.opened(source, ".json") as files:
        for file in files:
            if not LOG_NAME.fullmatch(file.name):
                aside.append(file.name)
                continue
            content = file.read(_LONGEST_LOG)
            digest = hashlib.sha256(content)
            log = read_log(file.name, file.place, document(content, file.place))
            yield Found(log, digest.digest(), _set_of(os.path.abspath(file.place)))
            digests.append((file.name, digest.hexdigest()))
            synthetic |= log.synthetic
            count += 1
    if not count:
        raise SourceError(f"{source} has no logs log_stats_model_*.json; {_WANTED}")
    told = [
        f"{len(aside):,} files that are no logs were left aside: {', '.join(sorted(aside)[:5])}"
    ]
    if os.path.isdir(source):
        size = sum(file.size for file in files)
        name = os.path.basename(os.path.abspath(source))
        described = describe(
            name, "folder of logs", count, synthetic, size, digest_of_files(digests)
        )
    else:
        form = "log" if LOG_NAME.fullmatch(os.path.basename(source)) else "zip of logs"
        described = Meter.of_file(source).describe(source, form, count, synthetic)
    yield {**described, "changes": told if aside else None}


def _set_of(place: str) -> str:
    """The set that a log is of, by the names on the way to it; the last that tells it counts."""
    told = _OF_SET.findall(place)
    if told:
        return str(told[-1])
    # The archive, or the folder, whose name says something else.
    archive, _, _ = place.partition(": ")
    path = Path(archive)
    name = path.stem if path.suffix == ".zip" else path.parent.name
    return re.sub(r"[^\w.-]", "_", name)[: LONGEST_SETS // 3] or "logs"
