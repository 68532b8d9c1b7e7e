"""What a source says of an architecture, a data set and a seed, as the benchmark has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from nasbench_db.architectures.inputs import as_int, plain, show, told
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.measurements.encodings import encoding_of, read_numbers
from nasbench_db.store.database import BenchmarkDatabase

_ATTRIBUTES = {"arch_index": "index"}
"""What a cell calls a column of its own."""


class Keys:
    """Reads architectures, data sets and seeds.

    Args:
        tables: the benchmark's columns.
        cell: the class of its architectures.
        database: its database, if there is one: it knows what a hash, or the place in a file,
            stands for.
        encoding: one of :data:`~nasbench_db.measurements.encodings.ENCODINGS`, if the source
            writes architectures in that way.

    Attributes:
        key: the column by which an architecture's row is found.
        context: the column of the data set or task; None if there is one only.
        seed: the column that tells the trials of a config apart.

    Raises:
        InvalidQuery: the benchmark's architectures have no such encoding.
    """

    def __init__(
        self,
        tables: TrialTables,
        cell: Any,
        database: BenchmarkDatabase | None = None,
        encoding: str | None = None,
    ) -> None:
        self.tables = tables
        self.schema = tables.schema
        self._cell = cell
        self._database = database
        self.key, self._attribute = next(
            (column, attribute)
            for column in self.schema.identity
            if hasattr(cell, attribute := _ATTRIBUTES.get(column, column))
        )
        self.context = next(iter(tables.reports.values())).column
        self.seed = self.schema.seed
        self._read = self._reader(encoding)
        self._of_text = lru_cache(1 << 20)(self._found)
        self._values: dict[Any, str] = {}

    def _reader(self, encoding: str | None) -> Callable[[Any], Any]:
        """What turns an architecture as it is written into one that can be parsed."""
        if encoding is None:
            return lambda given: given
        return partial(read_numbers, encoding_of(self.schema.benchmark, encoding), self._cell)

    def architecture(self, given: Any) -> Any:
        """The value of :attr:`key` of an architecture.

        Raises:
            InvalidArchitecture: it is outside the search space, or cannot be read.
        """
        given = plain(given)
        return self._of_text(given) if isinstance(given, (str, int)) else self._found(given)

    def connected(self, given: Any) -> bool:
        """Whether a path leads through an architecture that can lack one."""
        cell = self._cell_of(given)
        return bool(getattr(cell, "is_connected", True))

    def _cell_of(self, given: Any) -> Any:
        read = self._read(given)
        if isinstance(read, self._cell):
            return read
        index = as_int(told(read)) if not isinstance(read, (list, tuple, dict)) else None
        if index is not None and hasattr(self._cell, "from_index"):
            return self._cell.from_index(index)
        return self._cell.parse(read)

    def _found(self, given: Any) -> Any:
        if given is None or (isinstance(given, float) and given != given):
            raise InvalidArchitecture("there is no architecture")
        try:
            return getattr(self._cell_of(given), self._attribute)
        except InvalidArchitecture:
            # A hash, or the place in a file, which tell nothing of what they stand for.
            return self._known(given)

    def _known(self, given: Any) -> Any:
        """What the benchmark's database knows of an architecture that is only named.

        Raises:
            InvalidArchitecture: it is no name of one, or nobody knows of which.
        """
        assert self.tables.identify is not None
        index = as_int(told(given)) if isinstance(given, (str, int, float)) else None
        if index is not None and self._database is None and self.key != "arch_index":
            raise InvalidArchitecture(
                f"{show(given)} is a place in the benchmark's file, which only its database knows"
            )
        database: Any = self._database
        column, value = self.tables.identify(database, given)
        if self._database is None:
            if column != self.key:
                raise InvalidArchitecture(f"{show(given)} is no {self.key}")
            return value
        table = self.schema.config._meta.table_name
        rows = self._database.select(
            f'SELECT "{self.key}" FROM "{table}" WHERE "{column}" = ? LIMIT 1', (value,)
        )
        found = next(iter(rows), None)
        if found is not None:
            return found[0]
        if column == self.key and self._database.is_sample:
            return value  # the full file may have it
        raise InvalidArchitecture(f"{self._database.path.name} has no {column} {show(value)}")

    def value(self, given: Any) -> str:
        """A data set or task as the benchmark spells it.

        Raises:
            InvalidQuery: it has none of that name.
        """
        try:
            return self._values[given]
        except (KeyError, TypeError):
            folded = str(given).strip().casefold().replace("_", "-")
            folded = self.tables.spellings.get(folded, folded)
            for known in self.tables.reports:
                if known.replace("_", "-") == folded:
                    self._values[given] = known
                    return known
        what = f"{self.context} of {self.schema.benchmark}"
        raise InvalidQuery.unknown(what, given, self.tables.reports)

    def classes(self) -> dict[Any, Any]:
        """The class of isomorphic architectures of each index, where these have indexes.

        Raises:
            InvalidQuery: the benchmark has no such classes.
        """
        if "isomorphism" not in self.tables.of_config:
            raise InvalidQuery(f"{self.schema.benchmark} has no classes of isomorphic cells")
        from nasbench_db.architectures.topology import official_order

        first: dict[str, int] = {}
        return {
            index: first.setdefault(cell.unique_str, index)
            for index, cell in enumerate(official_order())
        }


def names_of_architectures(keys: Keys) -> Sequence[str]:
    """What the column of the architectures is called, if nobody says so; the first counts."""
    return ("arch", *keys.schema.identity, "architecture", "cell", "arch_str", "arch_index")
