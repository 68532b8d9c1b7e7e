"""A search space that was trained and recorded in the way of NAS-Bench-201.

There are two: the cells of NAS-Bench-201, which NATS-Bench calls the topology search space, and
NATS-Bench's size search space. Readers, ingestion and the original APIs are the same for both;
where they differ, a :class:`Space` says how.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Model

from nasbench_db.nats.costs import Layers
from nasbench_db.store.models import Schema


@dataclass(frozen=True)
class Space:
    """One search space.

    Attributes:
        name: its benchmark's name.
        title: its name in messages.
        schema: its tables.
        architecture: the model of its architectures.
        weights: the model of trained weights.
        size: how many architectures there are.
        official_order: gives the strings of all architectures in the official order, for sources
            that do not tell it.
        architecture_rows: from those strings to the rows of the architectures; raises a
            ``ValueError`` if one is no architecture of this space.
        config_columns: from the row of an architecture, and what a run says of the network's
            size, to the columns of the config that only this space has.
        layers: those of an architecture's network; see :data:`nasbench_db.nats.costs.Layers`.
        read: reads a source, if it may be packed by others; see
            :func:`~nasbench_db.nats.sources.read_source`, which is for the original ones.
    """

    name: str
    title: str
    schema: Schema
    architecture: type[Model]
    weights: type[Model]
    size: int
    official_order: Callable[[], list[str]]
    architecture_rows: Callable[[Sequence[str]], list[tuple[Any, ...]]]
    config_columns: Callable[[tuple[Any, ...], Mapping[str, Any]], dict[str, Any]]
    layers: Layers
    read: Callable[[Any], Iterator[Any]] | None = None


def benchmark_of(arch_str: str) -> str | None:
    """The benchmark in which architectures are written like this one, if there is one."""
    if arch_str.startswith("|"):
        return "nasbench201"
    return "natssss" if re.fullmatch(r"\d+(:\d+){4}", arch_str) else None
