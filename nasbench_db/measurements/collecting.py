"""Rows of a source as rows of the table of values, and every fault in them told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.errors import InvalidArchitecture, InvalidQuery, SourceError
from nasbench_db.measurements.keys import Keys
from nasbench_db.measurements.sources import Declared, Measurements, Row

_SHOWN = 5
_NOTHING = frozenset({"", "na", "n/a", "null", "none"})
"""Texts that stand for no value, besides those of NaN."""


@dataclass
class Faults:
    """What is wrong with rows: how often, and the first few."""

    what: str
    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(text)

    def __str__(self) -> str:
        more = f"; and {self.count - len(self.first):,} more" if self.count > _SHOWN else ""
        return f"{self.count:,} {self.what}: {'; '.join(self.first)}{more}"


@dataclass
class Collected:
    """All values of a source.

    Attributes:
        rows: the values of each architecture, data set and seed; None where there is none.
        sentinels: for such a key and a metric, the number that stands for none.
        records: how many rows the source has.
        skipped: how many of them match no architecture.
        repeated: how many are of an architecture that an earlier row is of, and do not count.
    """

    rows: dict[tuple[Any, ...], list[float | None]] = field(default_factory=dict)
    sentinels: dict[tuple[tuple[Any, ...], str], float] = field(default_factory=dict)
    records: int = 0
    skipped: int = 0
    repeated: int = 0

    @property
    def architectures(self) -> int:
        """How many architectures, or classes of them, have a row."""
        return len({key[0] for key in self.rows})

    def missing(self) -> list[int]:
        """For each metric how many rows have no value."""
        columns = zip(*self.rows.values(), strict=True)
        return [column.count(None) for column in columns]


def collect(
    source: Measurements,
    keys: Keys,
    metrics: Sequence[Declared],
    name: str,
    *,
    skip_unknown: bool = False,
) -> Collected:
    """Read all rows of a source.

    Args:
        source: the source.
        keys: reads what its rows are of.
        metrics: its metrics.
        name: what it is called in messages.
        skip_unknown: whether rows that match no architecture are counted and left out.

    Raises:
        SourceError: rows match no architecture, or say different things of one, or have values
            that are no numbers; or nothing is left.
    """
    return _Collector(source, keys, metrics, skip_unknown).collect(name)


class _Collector:
    def __init__(
        self, source: Measurements, keys: Keys, metrics: Sequence[Declared], skip: bool
    ) -> None:
        self._source = source
        self._keys = keys
        self._metrics = metrics
        self._skip = skip
        self._classes = keys.classes() if source.of_classes else None
        self._absent = [set(metric.absent) for metric in metrics]
        self._without_path = [set(metric.absent_without_path) for metric in metrics]
        self._has_absent = any(self._absent)
        self._asks_for_path = any(self._without_path)
        self._found = Collected()
        self._places: dict[tuple[Any, ...], str] = {}
        self._unknown = Faults("rows match no architecture")
        self._wrong = Faults("values cannot be taken")
        self._twice = Faults("rows contradict another one of the same architecture")

    def collect(self, name: str) -> Collected:
        found = self._found
        for row in self._source.rows:
            found.records += 1
            key = self._key(row)
            if key is not None:
                self._add(key, row)
        found.skipped = self._unknown.count if self._skip else 0
        faults = [
            *([] if self._skip else [self._unknown]),
            self._wrong,
            self._twice,
        ]
        told = [str(fault) for fault in faults if fault.count]
        if told:
            hint = (
                ""
                if self._skip or not self._unknown.count
                else (
                    "; rows that match none are left out with --skip-unknown (skip_unknown=True)"
                )
            )
            raise SourceError(f"{name} is refused: {'; '.join(told)}{hint}")
        if not found.rows:
            reason = f": {self._unknown}" if self._unknown.count else ""
            raise SourceError(f"{name} has no measurement of any architecture{reason}")
        return found

    def _key(self, row: Row) -> tuple[Any, ...] | None:
        """What a row is of; None if that is none of the benchmark's architectures."""
        try:
            arch = self._keys.architecture(row.arch)
        except InvalidArchitecture as error:
            self._unknown.add(f"{row.place}: {error}")
            return None
        key = [arch if self._classes is None else self._classes[arch]]
        if self._source.has_context:
            try:
                key.append(self._keys.value(row.context))
            except InvalidQuery as error:
                self._wrong.add(f"{row.place}: {error}")
                return None
        if self._source.has_seed:
            seed = as_int(_number(row.seed))
            if seed is None:
                self._wrong.add(f"{row.place}: {self._keys.seed} is {show(row.seed)}")
                return None
            key.append(seed)
        return tuple(key)

    def _add(self, key: tuple[Any, ...], row: Row) -> None:
        if self._source.first_counts and key in self._found.rows:
            self._found.repeated += 1
            return
        values: list[float | None] = []
        for number, (metric, given) in enumerate(zip(self._metrics, row.values, strict=True)):
            value = given if type(given) is float else _number(given)
            if self._has_absent and value in self._absent[number]:
                self._found.sentinels[key, metric.name] = value
                value = None
            if type(value) is not float:
                if value is not None:
                    self._wrong.add(f"{row.place}: {metric.name} is {show(given)}, no number")
                value = None
            elif value != value:
                value = None
            elif value in (inf, -inf):
                self._wrong.add(f"{row.place}: {metric.name} is infinite")
                value = None
            values.append(value)
        if self._asks_for_path:
            self._take_out_sentinels(key, row, values)
        other = self._found.rows.setdefault(key, values)
        if other is not values and other != values:
            place = self._places[key]
            self._twice.add(f"{row.place} and {place} are both of {_shown(key)}")
        self._places.setdefault(key, row.place)

    def _take_out_sentinels(
        self, key: tuple[Any, ...], row: Row, values: list[float | None]
    ) -> None:
        """Put None where a number stands for none as no path leads through the cell."""
        connected: bool | None = None
        for place, value in enumerate(values):
            if value not in self._without_path[place]:
                continue
            if connected is None:
                connected = self._keys.connected(row.arch)
            if not connected:
                self._found.sentinels[key, self._metrics[place].name] = value
                values[place] = None


def _number(given: Any) -> Any:
    """A value as a float; None if it says that there is none; else as it is."""
    if isinstance(given, str):  # as all values of a file of text are
        try:
            return float(given) if "_" not in given else given
        except ValueError:
            return None if given.strip().lower() in _NOTHING else given
    if given is None:
        return None
    if isinstance(given, bool):
        return given
    try:
        return float(given)
    except (TypeError, ValueError):
        return None if str(given) in ("<NA>", "NaT") else given
    except OverflowError:
        return inf


def _shown(key: tuple[Any, ...]) -> str:
    return ", ".join(map(str, key))
