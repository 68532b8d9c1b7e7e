"""From source files of NATS-Bench's size search space to its database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_db.nats.ingest import ingest_space
from nasbench_db.nats.space import Space
from nasbench_db.natssss.cell import Cell, enumerate_cells
from nasbench_db.natssss.constants import SPACE_SIZE
from nasbench_db.natssss.network import layers
from nasbench_db.natssss.schema import SCHEMA, NatsSssArchitecture, NatsSssWeights
from nasbench_db.store.building import Report, Source
from nasbench_db.store.models import canonical_json


def ingest(
    sources: Sequence[Source], path: Path, *, force: bool = False, progress: bool = True
) -> Report:
    """Build the database of the size search space from the original files of NATS-Bench.

    The sources, and what is raised and warned of, are those of
    :func:`nasbench_db.nasbench201.ingest.ingest`: ``NATS-sss-v1_0-50262.pickle.pbz2``, the folder
    ``NATS-sss-v1_0-50262-simple``, and so on.
    """
    return ingest_space(SPACE, sources, path, force=force, progress=progress)


def _architecture_rows(strings: Sequence[str]) -> list[tuple[Any, ...]]:
    """Official index and string of each architecture."""
    return [(index, Cell.from_string(text).arch_str) for index, text in enumerate(strings)]


def _config_columns(architecture: tuple[Any, ...], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"arch": canonical_json(Cell.from_string(architecture[1]).arch)}


SPACE = Space(
    name="natssss",
    title="the size search space of NATS-Bench",
    schema=SCHEMA,
    architecture=NatsSssArchitecture,
    weights=NatsSssWeights,
    official_order=lambda: [cell.arch_str for cell in enumerate_cells()],
    architecture_rows=_architecture_rows,
    layers=layers,
    config_columns=_config_columns,
    size=SPACE_SIZE,
)
