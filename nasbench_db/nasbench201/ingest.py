"""From source files of NAS-Bench-201 and NATS-Bench to the database of the topology space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from nasbench_db.architectures.network import NUM_CELLS, NUM_CHANNELS
from nasbench_db.architectures.topology import SPACE_SIZE, Cell, official_order
from nasbench_db.nasbench201.network import layers
from nasbench_db.nasbench201.repacked import read_repacked
from nasbench_db.nasbench201.schema import SCHEMA, Nb201Architecture, Nb201Weights
from nasbench_db.nats.ingest import ingest_space
from nasbench_db.nats.space import Space
from nasbench_db.store.building import Report, Source
from nasbench_db.store.models import canonical_json


def ingest(
    sources: Sequence[Source], path: Path, *, force: bool = False, progress: bool = True
) -> Report:
    """Build a NAS-Bench-201 database from the original files of NAS-Bench-201 or NATS-Bench.

    A training run that several sources contain is stored once, as the first of them has it; its
    weights come from the first that has them.

    Args:
        sources: single files (``NAS-Bench-201-v1_1-096897.pth``,
            ``NATS-tss-v1_0-3ffb9.pickle.pbz2``), folders (``NATS-tss-v1_0-3ffb9-simple``, the
            archive ``NAS-Bench-201-v1_1-archive``), files of such folders, or dicts that the
            original programs loaded. Of which kind each is, is told by its content.
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
    return ingest_space(SPACE, sources, path, force=force, progress=progress)


def _architecture_rows(strings: Sequence[str]) -> list[tuple[Any, ...]]:
    """Official index, string and isomorphism class of each architecture."""
    first: dict[str, int] = {}
    return [
        (index, text, first.setdefault(Cell.from_string(text).unique_str, index))
        for index, text in enumerate(strings)
    ]


def _config_columns(architecture: tuple[Any, ...], settings: Mapping[str, Any]) -> dict[str, Any]:
    _, text, isomorphism = architecture
    return {
        "arch": _arch(text),
        "isomorphism": isomorphism,
        "num_channels": settings.get("channel", NUM_CHANNELS),
        "num_cells": settings.get("num_cells", NUM_CELLS),
    }


@lru_cache(maxsize=1)  # an architecture has several configs, which come together
def _arch(text: str) -> str:
    return canonical_json(Cell.from_string(text).arch)


SPACE = Space(
    name="nasbench201",
    title="NAS-Bench-201 (the topology search space of NATS-Bench)",
    schema=SCHEMA,
    architecture=Nb201Architecture,
    weights=Nb201Weights,
    official_order=lambda: [cell.arch_str for cell in official_order()],
    architecture_rows=_architecture_rows,
    config_columns=_config_columns,
    layers=layers,
    size=SPACE_SIZE,
    read=read_repacked,
)
