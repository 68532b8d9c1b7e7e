"""Go through all cells of a NAS-Bench-101 database, each once, in the database's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.database import BenchmarkDatabase, current
from nasbench_db.store.models import json_value

# The configs of a cell are found through the index on the hash, whether or not they lie together,
# and nothing is sorted, so that the first cell comes at once. That a hash has two architectures
# does not happen in the published data, but a file may write isomorphic cells differently.
_STATEMENT = (
    "SELECT c.arch, c.hash, "
    "(SELECT t.parameters FROM nb101trialstats AS t WHERE t.config_id = c.id "
    "ORDER BY t.id LIMIT 1), "
    "(SELECT group_concat(o.num_epochs || ' ' || o.id) FROM nb101trialconfig AS o "
    "WHERE o.hash = c.hash AND o.arch = c.arch) "
    "FROM nb101trialconfig AS c WHERE NOT EXISTS (SELECT 1 FROM nb101trialconfig AS o "
    "WHERE o.hash = c.hash AND o.id < c.id AND o.arch = c.arch) ORDER BY c.id"
)


class TrainedCell(NamedTuple):
    """A cell of a database.

    Attributes:
        cell: the cell as the data set writes it.
        hash: its module hash, as the data set gives it.
        trainable_parameters: the trainable parameters of its network, as the cell's first trial
            has them; None if it has none.
        epochs: the numbers of epochs that it was trained for, ascending.
    """

    cell: Cell
    hash: str
    trainable_parameters: int | None
    epochs: tuple[int, ...]


def iter_models(db: BenchmarkDatabase | None = None) -> Iterator[TrainedCell]:
    """All cells of a database, each once, in the order of their first appearance.

    They are streamed: one statement is asked, and no more than one cell is held at a time.
    Isomorphic cells that the data set writes differently come separately.

    Args:
        db: what to ask, from :func:`nasbench_db.connect`; by default the last connected
            NAS-Bench-101 database, or the one at the default path.

    Raises:
        DatabaseNotFound: there is no database at the default path.
    """
    return (cell for cell, _ in iter_models_and_configs(current(SCHEMA, db)))


def iter_models_and_configs(
    database: BenchmarkDatabase,
) -> Iterator[tuple[TrainedCell, tuple[int, ...]]]:
    """Like :func:`iter_models`, each with the id of its config for each of its ``epochs``."""
    for arch, module_hash, millions, listed in database.select(_STATEMENT):
        pairs = sorted(tuple(map(int, pair.split())) for pair in listed.split(","))
        epochs, configs = zip(*pairs, strict=True)
        parameters = None if millions is None else round(millions * 1e6)
        cell = Cell.from_arch(json_value(arch))
        yield TrainedCell(cell, module_hash, parameters, epochs), configs
