"""Cells to train predictors on, and others to test them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.ask.words import Where, whole_number
from nasbench_db.benchmarks import trials
from nasbench_db.errors import InvalidQuery
from nasbench_db.simulation.alike import Alike
from nasbench_db.simulation.measures import measures
from nasbench_db.simulation.recorded import recorded
from nasbench_db.simulation.running import Seed, generator_of
from nasbench_db.simulation.spaces import Key, Space
from nasbench_db.store.database import BenchmarkDatabase


class Cells(NamedTuple):
    """Some architectures, side by side.

    Attributes:
        indices: their places among all that were trained, in the order of the database.
        encodings: of shape (n, d), int8: for each place of an architecture a 1 at what stands
            there, and for NAS-Bench-101 its 21 edges and its operations. Of NDS and NAS-Bench-NLP
            float64: the ``traits`` of an architecture, which say how often it has what.
        targets: of shape (n,), float64: the mean of the metric over the trainings.
    """

    indices: np.ndarray
    encodings: np.ndarray
    targets: np.ndarray


class Split(NamedTuple):
    """Architectures to train a predictor on, and others to test it on.

    Attributes:
        train, test: the two; no architecture is in both.
        metric: what the targets are.
        keys: all architectures that were trained, as ``indices`` count them: canonical codes of
            NAS-Bench-101, strings of the others.
    """

    train: Cells
    test: Cells
    metric: str
    keys: Sequence[Key]


def split(
    benchmark: str | None,
    n: int,
    seed: Seed = 0,
    *,
    test: int | None = None,
    metric: str | None = None,
    allow_test: bool = False,
    where: Where = None,
    db: BenchmarkDatabase | None = None,
    **conditions: Any,
) -> Split:
    """Draw architectures to train a predictor on, and others to test it on.

    The same seed gives the same ones. Isomorphic cells of NAS-Bench-101 are one architecture, so
    none is on both sides.

    Args:
        benchmark: the benchmark's name; None if ``db`` says it.
        n: how many to train on.
        seed: as of :class:`~nasbench_db.simulation.running.Simulation`.
        test: how many to test on; by default all others.
        metric, allow_test, where, db, conditions: as of ``Simulation``; the targets are means
            over the trainings.

    Raises:
        InvalidQuery: an argument is none of these, or there are not so many architectures; or
            they have no encoding of a fixed length.
    """
    asked = trials(benchmark, db, where=where, conditions=conditions)
    found = measures(asked, metric, None, charge="evaluations", allow_test=allow_test, curve=False)
    space = Space(found.asked)
    table = recorded(found.asked, space, [found.metric])
    whole_number("n", n, 1)
    if test is not None:
        whole_number("test", test, 0)
    wanted = n + (test or 0)
    if wanted > len(table.keys):
        raise InvalidQuery(
            f"{wanted:,} architectures are asked for, and {asked.database.path.name} has "
            f"{len(table.keys):,} with a value of {found.metric}{asked.database.rest}"
        )
    order = generator_of(seed).permutation(len(table.keys))
    targets = table.mean(found.metric)
    encoded = _encoder(space, table.keys)
    ends = (order[:n], order[n:] if test is None else order[n:wanted])
    train, others = (Cells(picked, encoded(picked), targets[picked]) for picked in ends)
    return Split(train, others, found.metric, table.keys)


def _encoder(space: Space, keys: Sequence[Key]) -> Callable[[np.ndarray], np.ndarray]:
    """What encodes the architectures at some places."""
    if space.is_sample:  # they have no places to say what stands there
        numbers = Alike(cell.traits for cell in space.read_all(keys)).numbers
        return lambda picked: numbers[picked]
    return lambda picked: space.encoded([keys[place] for place in picked.tolist()])
