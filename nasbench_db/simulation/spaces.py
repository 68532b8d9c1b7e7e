"""The architectures that a search chooses from: those of a search space that were trained.

A cell draws, varies and names itself; here it is found in a database by a key, one column of the
configs that isomorphic cells share where the benchmark knows of such: for NAS-Bench-101 the
canonical code, an integer that is found without a hash, else the string of the architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter
from pkgutil import resolve_name
from typing import Any

import numpy as np

from nasbench_db.architectures.inputs import show
from nasbench_db.architectures.randomness import SupportsRandom, below
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.words import Scalar
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.simulation.alike import NEAREST, Alike, drawn_near
from nasbench_db.store.models import json_value

Key = Scalar
"""What an architecture is found by: an integer or a text."""

_MOST_TRIES = 10_000
"""How often a mutation is tried again because nobody has trained what came of it."""


class Space:
    """How the architectures of a benchmark are read, named and varied.

    Args:
        asked: trials of the benchmark.

    Attributes:
        cell: the class of its architectures.
        column: the column of the configs that names one.
        key_of: gives what an object of the class is found by.
        is_sample: whether only a sample of it was trained, so that searches move by ``traits``.

    Raises:
        InvalidQuery: the benchmark has no such class.
    """

    def __init__(self, asked: Trials) -> None:
        self._asked = asked
        schema = asked.tables.schema
        try:
            self.cell: Any = resolve_name(f"nasbench_db.{schema.benchmark}:Cell")
        except (ImportError, AttributeError):
            raise InvalidQuery(
                f"{schema.title} has no Cell, so its architectures cannot be searched"
            ) from None
        self.column, self._attribute = next(
            (column, attribute)
            for column, attribute in (
                ("canonical", "canonical_code"),
                ("arch_str", "arch_str"),
                (schema.identity[0], schema.identity[0]),
            )
            if column in asked.tables.of_config and hasattr(self.cell, attribute)
        )
        self.key_of: Callable[[Any], Key] = attrgetter(self._attribute)
        self.is_sample = hasattr(self.cell, "traits")
        self.read = lru_cache(1 << 16)(self._read)

    def key(self, arch: Any) -> Key:
        """What an architecture is found by, in whatever form it is given.

        Raises:
            InvalidArchitecture: it is outside the search space.
        """
        if type(arch) is self.cell:
            return self.key_of(arch)
        try:
            key = self.key_of(self.cell.parse(arch))
        except InvalidArchitecture:
            # By a hash or an index, of which the database may know whose it is.
            database, tables = self._asked.database, self._asked.tables
            assert tables.identify is not None
            column, value = tables.identify(database, arch)
            found = Trials(database, tables, {column: (value,)}).distinct(self.column)
            key = found[0] if found else value
        return key

    def encoded(self, keys: Sequence[Key]) -> np.ndarray:
        """Architectures as rows of zeros and ones, int8 of shape (n, d).

        Raises:
            InvalidQuery: they have no encoding of a fixed length.
        """
        if self._attribute == "canonical_code":
            from nasbench_db.nasbench101.encodings import adjacency_one_hot

            return adjacency_one_hot(np.array(keys, np.int64)).astype(np.int8)
        try:
            rows = [self._read(key).one_hot.ravel() for key in keys]
        except (AttributeError, InvalidQuery):
            raise InvalidQuery(
                f"not all of these architectures of {self._asked.tables.schema.title} have an "
                "encoding of one length; say which, as with search_space='micro'"
            ) from None
        return np.array(rows, np.int8).reshape(len(rows), -1)

    def written(self, cell: Any) -> Any:
        """An architecture as JSON can have it, which ``cell.parse`` reads as this very one."""
        # A list of six numbers may be of either space of TransNAS-Bench-101, a string is of one.
        return cell.arch_str if self._attribute == "arch_str" else cell.arch

    def read_all(self, keys: Sequence[Key]) -> Iterator[Any]:
        """The architectures of many keys, of a benchmark that has them written out."""
        asked = self._asked._replace(reduction="median", bounds={}, outside=())
        statement = asked.statement([self.column, "arch"], ordered=False)
        archs = dict(asked.database.select(statement.text, statement.values))
        return (self.cell.from_arch(json_value(archs[key])) for key in keys)

    def _read(self, key: Key) -> Any:
        """The architecture of a key; kept, since a search comes back to the good ones."""
        if self._attribute == "canonical_code":
            return self.cell.from_code(key)
        if self._attribute == "arch_str":
            return self.cell.parse(key)
        database, tables = self._asked.database, self._asked.tables
        asked = Trials(database, tables, {self.column: (key,)}, reduction="mean")
        statement = asked.statement(["arch"], limit=1)
        ((arch,),) = database.select(statement.text, statement.values)
        return self.cell.from_arch(json_value(arch))


class Trained:
    """The architectures of a space that were trained, among which a search moves.

    By edits, as their cells make them; or, in the spaces of which a sample was trained, to those
    that are most alike: see :mod:`nasbench_db.simulation.alike`.

    Args:
        space: how they are read and varied.
        keys: theirs.
        rows: the place of each key.

    Attributes:
        is_sample: whether the space is one of which only a sample was trained.
    """

    def __init__(self, space: Space, keys: Sequence[Key], rows: Mapping[Key, int]) -> None:
        self._space = space
        self._keys = keys
        self._rows = rows
        self.is_sample = space.is_sample

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, arch: object) -> bool:
        return self._space.key(arch) in self._rows

    def key(self, arch: Any) -> Key:
        """What an architecture is found by, the same for isomorphic cells of NAS-Bench-101.

        Raises:
            InvalidArchitecture: it is outside the search space.
        """
        return self._space.key(arch)

    def __iter__(self) -> Iterator[Any]:
        """All of them, in the order of the database."""
        return map(self._space.read, self._keys)

    def random(self, rng: SupportsRandom) -> Any:
        """One drawn uniformly."""
        return self._space.read(self._keys[below(len(self._keys), rng)])

    def mutate(self, arch: Any, rng: SupportsRandom) -> Any:
        """A random variation, as its cell makes it, tried again until it is one that was trained;
        in a sample mostly one of the nearest.

        Raises:
            InvalidQuery: far too few variations were trained.
        """
        if self.is_sample:
            order = self._order(arch)
            if not len(order):
                raise InvalidQuery("the database has a single architecture, and none to move to")
            return self._space.read(self._keys[drawn_near(order, rng)])
        key, rows = self._space.key_of, self._rows
        mutate = self._cell(arch).mutate
        for _ in range(_MOST_TRIES):
            found = mutate(rng)
            if key(found) in rows:
                return found
        raise InvalidQuery(
            f"of {_MOST_TRIES:,} mutations of {show(arch)} none was trained: the database has "
            f"{len(self):,} architectures, too few to move among them"
        )

    def neighbors(self, arch: Any) -> list[Any]:
        """Those one edit away that were trained, in the order in which its cell gives them; in a
        sample the nearest ones, the nearest first.
        """
        if self.is_sample:
            nearest = self._order(arch)[:NEAREST].tolist()
            return [self._space.read(self._keys[row]) for row in nearest]
        near = self._cell(arch).neighbors()
        return [one for one in near if self._space.key(one) in self._rows]

    @cached_property
    def alike(self) -> Alike:
        """How much they are alike, where they are a sample."""
        return Alike(cell.traits for cell in self._space.read_all(self._keys))

    def _order(self, arch: Any) -> np.ndarray:
        """The places of the others, the nearest first."""
        row = self._rows.get(self._space.key(arch))
        if row is not None:
            return self.alike.from_row(row)
        return self.alike.from_traits(self._space.cell.parse(arch).traits)

    def _cell(self, arch: Any) -> Any:
        return arch if type(arch) is self._space.cell else self._space.read(self._space.key(arch))
