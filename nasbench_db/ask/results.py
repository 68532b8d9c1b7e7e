"""The answer of a query helper: dicts in NNI's shape, or the same rows as arrays and frames.

There is one statement for the trials and, where intermediates are asked for, one more, however
many rows there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from nasbench_db.ask.statements import Statement
from nasbench_db.ask.tables import Table
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.metrics import choose
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa


Row = TypeVar("Row")


class TrialResult(Generic[Row]):
    """The trials that a query asks for: an iterator over dicts, in a fixed order.

    Each dict has the keys of NNI's: the trial stats, with ``config`` a dict of the trial config,
    and ``intermediates`` a list of dicts where asked for. The order is that of the database, or
    ``order_by``'s and then that of the database. The database is asked on the first ``next``.

    Args:
        database: what to ask.
        tables: the benchmark's tables.
        reduced: whether a row stands for all trials of a config, and not for one trial.
        ask: makes the statement that selects some columns of the rows, or of their evaluations;
            see :meth:`nasbench_db.ask.trials.Trials.statement`.
        include_intermediates: whether to add the intermediate stats.
    """

    def __init__(
        self,
        database: BenchmarkDatabase,
        tables: TrialTables,
        reduced: bool,
        ask: Callable[..., Statement],
        include_intermediates: bool,
    ) -> None:
        self._database = database
        self._tables = tables
        self._reduced = reduced
        self._ask = ask
        self._include_intermediates = include_intermediates
        self._unlisted: list[str] = []
        self._unlisted_config: list[str] = []
        self._iterator: Iterator[Row] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process it asks anew, if it was not begun to be read.

        Raises:
            TypeError: it was.
        """
        if self._iterator is not None:
            raise TypeError(
                "this result was read in part and cannot travel: send list(result), or ask again "
                "in the other process"
            )
        asked = (self._database, self._tables, self._reduced, self._ask)
        state = {"_unlisted": self._unlisted, "_unlisted_config": self._unlisted_config}
        return TrialResult, (*asked, self._include_intermediates), state

    def all_columns(self) -> TrialResult[Row]:
        """This result, with the columns too that NNI's dicts leave out.

        Dicts of single trials get them, such as ``repeat``, and arrays and frames those of the
        architecture, such as the canonical codes of NAS-Bench-101.
        """
        if not self._reduced:
            self._unlisted = self._tables.unlisted
        self._unlisted_config = self._tables.unlisted_config
        return self

    @property
    def _keys(self) -> tuple[str, ...]:
        """The keys of a dict besides the config."""
        return self._tables.keys_of_dicts(self._reduced, tuple(self._unlisted))

    def _trials(self) -> Statement:
        """The statement that gives the trials, with all that their dicts have."""
        return self._ask(self._tables.columns_of_dicts(self._reduced, tuple(self._unlisted)))

    def _points(self) -> tuple[Statement, list[str]]:
        """The statement that gives the evaluations of the same rows, in the same order, and the
        keys of their dicts."""
        keys = self._curve_keys
        owner = "config_id" if self._reduced else "trial_id"
        return self._ask([owner], curve=keys), keys

    def _dicts(self) -> Iterator[dict[str, Any]]:
        tables = self._tables
        config_keys, keys = tables.config_keys, self._keys
        width = len(config_keys)
        json_keys = [key for key in tables.trial_json if key in keys]
        curve_json_keys = [] if self._reduced else tables.point_json
        statement = self._trials()
        rows = self._database.select(statement.text, statement.values)
        if self._include_intermediates:
            points, curve_keys = self._points()
            found = self._database.select(points.text, points.values)
            curves = groupby(found, key=itemgetter(0))
            owner, curve = next(curves, (None, ()))
        for row in rows:
            config: dict[str, Any] = dict(zip(config_keys, row))  # noqa: B905 (a row is longer)
            for key in tables.config_json:
                if config[key] is not None:
                    config[key] = json_value(config[key])
            trial: dict[str, Any] = dict(zip(keys, row[width:]))  # noqa: B905
            if self._reduced:  # which is not one trial: NNI gives it the key id and the value None
                trial = {"id": None, "config": config, **trial}
            for key in json_keys:
                if trial[key] is not None:
                    trial[key] = json_value(trial[key])
            trial["config"] = config
            if self._include_intermediates:
                trial["intermediates"] = []
                if owner == (config["id"] if self._reduced else trial["id"]):
                    trial["intermediates"] = [
                        dict(zip(curve_keys, point[1:]))  # noqa: B905
                        for point in curve
                    ]
                    owner, curve = next(curves, (None, ()))
                for key in curve_json_keys:
                    for point in trial["intermediates"]:
                        if point[key] is not None:
                            point[key] = json_value(point[key])
            yield trial

    def __repr__(self) -> str:
        """The first rows as a table; the iteration keeps its place."""
        return repr(self._table())

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        if self._iterator is None:
            self._iterator = cast("Iterator[Row]", self._dicts())
        return next(self._iterator)

    def sql(self) -> str:
        """The statement that gives the trials, its values filled in, ready to be run elsewhere.

        The reductions ``median`` and ``std`` are functions that SQLite itself may lack.
        """
        return self._database.runnable(self._trials().sql())

    def to_numpy(self) -> np.ndarray:
        """All rows as one structured array, straight from the database.

        It has a field for each column of the trial config but the architecture itself, and for
        each metric; for single trials ``trial_id`` and what else identifies them, for reduced
        ones ``num_trials``. Text is ``U`` with the column's width, empty where the database has
        NULL; integers are ``i8``, metrics ``f8`` with NaN where the database has NULL. The order
        is that of the iteration, whose place it does not change. Intermediates are left out, as
        from the data frames; ``nasbench_db.explore.learning_curve`` gives them as a table.
        """
        return self._table().to_numpy()

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame, straight from the database: columns as in :meth:`to_numpy`.

        For its types, and what NULL is, see :class:`~nasbench_db.ask.tables.Table`.

        Raises:
            MissingExtra: pandas is not installed; it comes with the extra ``explore``.
        """
        return self._table().to_pandas()

    def to_arrow(self) -> pa.Table:
        """All rows as a table of Apache Arrow: columns as in :meth:`to_numpy`, null for NULL.

        Raises:
            MissingExtra: pyarrow is not installed; it comes with the extra ``explore``.
        """
        return self._table().to_arrow()

    def _repr_html_(self) -> str:
        """The first rows as a table, for Jupyter; the iteration keeps its place."""
        return self._table()._repr_html_()

    @property
    def flat_columns(self) -> list[str]:
        """The columns that rows without nesting have, the architecture itself last."""
        tables, schema = self._tables, self._tables.schema
        names = [*schema.identity, *schema.fidelity]
        if self._reduced:
            names.append("num_trials")
        else:
            names += ["trial_id", *([schema.seed] if schema.seed else [])]
        names += self._curve_keys if self._include_intermediates else tables.metric_names
        if not self._reduced:
            names += tables.flat_trial
            names += [] if self._include_intermediates else tables.trial_json
        return list(dict.fromkeys([*names, *tables.flat_config, "arch"]))

    def flat(self, columns: Sequence[str] | None = None) -> Table:
        """The rows without nesting: one a trial, or one an evaluation if these were asked for.

        JSON is text.

        Args:
            columns: some of :attr:`flat_columns`, in this order; by default all. Of evaluations
                the epoch is always given, and what is the trial's comes first.

        Raises:
            InvalidQuery: there is no such column.
        """
        known = self.flat_columns
        names = [choose("column", name, known) for name in columns or known]
        curve: list[str] = []
        if self._include_intermediates:
            keys = self._curve_keys
            curve = [name for name in names if name in keys and name != "num_trials"]
            curve = list(dict.fromkeys(["current_epoch", *curve]))
            if self._reduced and "num_trials" in names:
                curve.insert(1, "num_trials")
            names = [name for name in names if name not in keys]
        places = dict.fromkeys(self._tables.flat_trial, "t.") if not self._reduced else {}
        statement = self._ask([places.get(name, "") + name for name in names], curve=curve)
        kinds = {n: "text" if kind == "json" else kind for n, kind in statement.kinds.items()}
        return Table(self._database, statement.text, statement.values, kinds)

    @property
    def _curve_keys(self) -> list[str]:
        """The keys of the dict of an evaluation."""
        if self._reduced:
            return ["current_epoch", "num_trials", *self._tables.curves]
        return self._tables.point_keys

    def _table(self) -> Table:
        """The rows without nesting."""
        tables = self._tables
        columns = ["config_id"]
        columns += [] if self._reduced else ["trial_id", *(f"t.{n}" for n in tables.flat_trial)]
        columns += [f"c.{name}" for name in (*tables.flat_config, *self._unlisted_config)]
        columns += ["num_trials"] if self._reduced else []
        statement = self._ask([*columns, *tables.metric_names])
        return Table(self._database, statement.text, statement.values, statement.kinds)


def array_of_rows(rows: Iterable[Sequence[Any]], dtype: np.dtype[Any]) -> np.ndarray:
    """Rows as a structured array, with NaN for NULL; ``numpy.fromiter`` refuses NULL."""
    import numpy as np

    return np.fromiter(
        (tuple([np.nan if value is None else value for value in row]) for row in rows),
        dtype=dtype,
    )
