"""From the logs of NAS-Bench-NLP to its database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.nlp.schema import SCHEMA
from nasbench_db.nlp.sources import expanded, read_source
from nasbench_db.nlp.writing import Writer
from nasbench_db.store.building import Builder, Report, Source, refuse_to_replace_source
from nasbench_db.store.progress import tqdm


def ingest(
    sources: Sequence[Source], path: Path, *, force: bool = False, progress: bool = True
) -> Report:
    """Build the database of NAS-Bench-NLP from its logs.

    A log that two sets have is stored once, with both as its ``sets``; two logs of one name that
    differ are stored both.

    Args:
        sources: zip archives of logs, folders of logs, or folders that have such in their folders.
        path: where the database shall lie; it appears there only when complete.
        force: replace a database that lies there.
        progress: show a progress bar on stderr.

    Raises:
        SourceError: a source is absent, of another kind, or damaged.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    places: list[str] = []
    for source in sources:
        if isinstance(source, Mapping):
            raise SourceError("a dict was given; NAS-Bench-NLP is archives or folders of logs")
        refuse_to_replace_source(source, path)
        places += expanded(source)
    if not places:
        raise SourceError("no source was given; NAS-Bench-NLP is archives or folders of logs")
    with Builder(SCHEMA, path, force=force) as builder:
        writer = Writer(builder)
        descriptions = []
        with tqdm(disable=not progress, unit="log") as bar:
            for place in places:
                repeated, differing = writer.repeated, writer.differing
                for item in read_source(place):
                    if isinstance(item, dict):
                        repeated = writer.repeated - repeated
                        differing = writer.differing - differing
                        descriptions.append(_with_changes(item, repeated, differing))
                    else:
                        writer.add(*item)
                        bar.update()
        return builder.finish(descriptions, cells=writer.finish())


def _with_changes(described: dict[str, Any], repeated: int, differing: int) -> dict[str, Any]:
    """The description of a source, with what became of logs that were there before."""
    told = list(described["changes"] or [])
    if repeated:
        told.append(f"{repeated:,} logs were there before, and are stored once")
    if differing:
        told.append(
            f"{differing:,} logs have the name of one before and differ from it; both are stored"
        )
    return {**described, "changes": told or None}
