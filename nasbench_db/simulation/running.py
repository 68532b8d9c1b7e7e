"""One run of a search: it asks for trainings, and a clock is charged what they took."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from nasbench_db.architectures.inputs import as_int, plain, show
from nasbench_db.ask.words import Where, truth, whole_number
from nasbench_db.benchmarks import trials
from nasbench_db.errors import BudgetExhausted, InvalidQuery
from nasbench_db.metrics import Direction, choose
from nasbench_db.simulation.clock import Clock, Job
from nasbench_db.simulation.measures import Measures, measures
from nasbench_db.simulation.recorded import (
    Means,
    Recorded,
    is_recorded,
    means_of,
    recorded,
    recorded_at,
    recorded_at_of,
    recorded_of,
)
from nasbench_db.simulation.rows import SAID, Rows
from nasbench_db.simulation.spaces import Key, Space, Trained
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import mark_of
from nasbench_db.store.models import canonical_json

Charge = Literal["time", "epochs", "evaluations"]
"""What a training costs: the seconds it took, its epochs, or one."""

Revisits = Literal["charged", "free"]
"""What an architecture costs that was evaluated before: a new training, or nothing at all."""

Seed = int | Sequence[int] | np.random.Generator | None
"""What random numbers begin with."""

MOST_ALONE = 30
"""How many evaluations are asked of the database one by one, before all numbers are loaded."""

MOST_FREE = 100_000
"""How many evaluations in a row may cost nothing, before a search is taken to have seen all."""

_STATE_VERSION = 1

_OF_NO_TRAINING = -1.0  # what a known value costs from the beginning

_NOT = (None, None, 0.0)  # what was trained before, if nothing was


class Evaluation(NamedTuple):
    """What came of a training, or of a part of one.

    Attributes:
        arch: the architecture, as a Cell.
        value: the metric that the run selects by, in its unit.
        cost: what the clock was charged: seconds, epochs, or 1.
        time: when it was done.
        score: the value, or its negative where low values are better: more is better.
        num_epochs: after which epoch it was measured; None where the benchmark does not say.
        repeat: which of the recorded trainings of the architecture it was, counted from 0; None
            for the mean of all.
        start: when it began.
        worker: who trained it, counted from 0.
        number: which of all evaluations it was, by when they were asked for, counted from 0.
        key: what the architecture is found by, the same for isomorphic cells of NAS-Bench-101.
    """

    arch: Any
    value: float
    cost: float
    time: float
    score: float
    num_epochs: int | None
    repeat: int | None
    start: float
    worker: int
    number: int
    key: Key


class _Level:
    """The numbers of one number of epochs, as plain numbers are taken out of them fastest.

    Args:
        epochs: the number; None where the benchmark does not say.
        found: the trials.
        measures: which numbers of them are the value and the cost.
    """

    def __init__(self, epochs: int | None, found: Recorded, measures: Measures) -> None:
        self.epochs = epochs
        self.found = found
        self._measures = measures
        self.rows = found.rows
        self.first = _plain_numbers(found.first)
        self.values = _plain_numbers(found.values[measures.metric])
        self.costs = _plain_numbers(measures.costs(found.values, len(self.values), epochs))

    @cached_property
    def means(self) -> Any:
        """The mean value of each architecture."""
        return _plain_numbers(self.found.mean(self._measures.metric))

    @cached_property
    def mean_costs(self) -> Any:
        """What a training of each costs on average."""
        means = {name: self.found.mean(name) for name in self._measures.names}
        costs = self._measures.costs(means, len(self.found.keys), self.epochs)
        return _plain_numbers(costs)


def _plain_numbers(values: np.ndarray) -> Any:
    """The same numbers in the same memory, each of which is a plain one when it is taken out."""
    return memoryview(np.ascontiguousarray(values))  # type: ignore[arg-type]


class Simulation:
    """A run of a search on a benchmark, with a clock that is charged what trainings took.

    The first evaluations are looked up one by one. Then, or when the architectures that were
    trained are asked for, all numbers are read from the database, once, and kept with its handle:
    further runs and forked processes share them. All random numbers, of this run and of
    the searches that are given none of their own, come from its one generator; nothing else is
    random, so one seed gives one run, on every platform.

    Args:
        benchmark: the benchmark's name; None if ``db`` says it.
        metric: what the search sees; by default what one selects by on the data set or task.
        report: what is told of the incumbent, and never seen by the search; by default what one
            reports. Where the database has no value of that default, nothing is reported.
        num_epochs: the epochs of a whole training.
        budget: how far the clock may go: seconds, epochs or evaluations as ``charge`` says, of
            all workers at once; None for no end.
        workers: how many networks are trained at once.
        repeat: which of the recorded trainings an evaluation is: ``random``, drawn anew each
            time; ``mean``, of all of them; or the number of one, counted from 0.
        charge: what an evaluation costs; see :data:`Charge`.
        seed: of the generator: an integer, several, a generator of numpy, or None for an
            unpredictable one.
        revisits: whether an architecture that was evaluated before is trained and charged
            again, or gives its first value and costs nothing.
        evaluation_time: whether the time of evaluating the metric is charged too.
        overrun: whether the last evaluation counts that begins before the end of the budget and
            ends after it.
        curve: whether fewer epochs are a part of the whole training, which can be continued and
            is then charged the difference; or trainings of their own. By default a part, if the
            benchmark has the metric after every epoch.
        report_epochs: the epochs of the training that is reported; by default those of a whole
            training.
        allow_test: whether the metric may be measured on test images.
        where: further conditions on the trials; see :mod:`nasbench_db.explore`.
        db: what to ask, from :func:`nasbench_db.connect`.
        conditions: columns that say which trials, such as ``dataset`` or ``task``.

    Attributes:
        metric, report, num_epochs, budget, charge, direction: as said or found.
        rng: the generator.
        continues: whether fewer epochs are a part of the whole training.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        InvalidQuery: an argument is none of these, or the database does not hold it.
    """

    def __init__(
        self,
        benchmark: str | None = None,
        metric: str | None = None,
        report: str | None = None,
        *,
        num_epochs: int | None = None,
        budget: float | None = None,
        workers: int = 1,
        repeat: int | Literal["random", "mean"] = "random",
        charge: Charge = "time",
        seed: Seed = 0,
        revisits: Revisits = "charged",
        evaluation_time: bool = False,
        overrun: bool = False,
        curve: bool | None = None,
        report_epochs: int | None = None,
        allow_test: bool = False,
        where: Where = None,
        db: BenchmarkDatabase | None = None,
        **conditions: Any,
    ) -> None:
        choose("charge", charge, get_args(Charge))
        choose("revisits", revisits, get_args(Revisits))
        self.budget = _positive("budget", budget)
        self.workers = whole_number("workers", workers, 1)
        self.charge: Charge = charge
        self._repeat = _which_repeat(repeat)
        self._overrun = truth("overrun", overrun)
        self._revisits: Revisits = revisits
        self.rng = generator_of(seed)
        asked = trials(
            benchmark, db, where=where, conditions={"num_epochs": num_epochs, **conditions}
        )
        self._measures = measures(
            asked,
            metric,
            report,
            charge=charge,
            evaluation_time=truth("evaluation_time", evaluation_time),
            curve=None if curve is None else truth("curve", curve),
            report_epochs=report_epochs,
            allow_test=truth("allow_test", allow_test),
        )
        self.metric, self.report = self._measures.metric, self._measures.report
        self.direction: Direction = self._measures.direction
        self.num_epochs, self.continues = self._measures.num_epochs, self._measures.continues
        self._asked = self._measures.asked
        self._space = Space(self._asked)
        self._sign = 1.0 if self.direction == "max" else -1.0
        self._clock = Clock(self.workers)
        self._history: list[Evaluation] = []
        self._levels: dict[int | None, _Level] = {}
        self._trained: dict[Key, tuple[int | None, int | None, float]] = {}
        self._known: dict[tuple[Key, int | None], tuple[float, int | None]] = {}
        # Of most runs, evaluations do not depend on those before: that must not take long.
        self._plainly = repeat == "random" and revisits == "charged" and not self.continues
        self._free = 0
        self._spent = False
        self._said = {
            "benchmark": self.benchmark,
            "metric": metric,
            "report": report,
            "num_epochs": num_epochs,
            "budget": budget,
            "workers": workers,
            "repeat": repeat,
            "charge": charge,
            "revisits": revisits,
            "evaluation_time": evaluation_time,
            "overrun": overrun,
            "curve": curve,
            "report_epochs": report_epochs,
            "allow_test": allow_test,
            "where": where,
            **conditions,
        }
        self._alone = 0
        # What chooses architectures already is not to be overruled by the one that is asked for.
        self._all_at_once = self._space.column in {*self._asked.chosen, *self._asked.ranges}
        one = self._asked.statement(
            ["trial_id"], present=self._measures.names, limit=1, ordered=False
        )
        if not list(self._asked.database.select(one.text, one.values)):
            raise InvalidQuery(f"{self._asked.database.path.name} has no trial where {asked}")

    @cached_property
    def space(self) -> Trained:
        """The architectures that were trained: ``random(rng)``, ``mutate(arch, rng)`` and
        ``neighbors(arch)``."""
        final = self._level(None)
        memo = self._asked.database.memo
        key = ("simulation", str(self._asked), self._measures.names, "space")
        if key not in memo:
            memo[key] = Trained(self._space, final.found.keys, final.rows)
        found: Trained = memo[key]
        return found

    @property
    def benchmark(self) -> str:
        """The benchmark's name."""
        return self._asked.tables.schema.benchmark

    @property
    def time(self) -> float:
        """The time on the clock: when the last evaluation ended that was fetched."""
        return self._clock.now

    @property
    def running(self) -> int:
        """How many evaluations were submitted and not fetched."""
        return len(self._clock.running)

    @property
    def idle(self) -> float:
        """How long workers have waited for work until now, all together."""
        return self._clock.idle

    @property
    def fidelities(self) -> list[int]:
        """The epochs that an evaluation may have, ascending; none where nobody says."""
        return list(self._measures.fidelities)

    @property
    def optimum(self) -> float:
        """The best mean of the metric over the trainings of an architecture: regret's zero."""
        return self._means.best(self._sign)

    @property
    def report_optimum(self) -> float | None:
        """The same of what is reported; None where nothing is."""
        found = self._reported_means()
        return None if found is None else found.best(self._measures.report_sign)

    @property
    def _means(self) -> Means:
        found = self._level(None).found
        return Means(found.rows, found.mean(self.metric))

    def _reported_means(self) -> Means | None:
        of = self._measures.reported
        if of is None or self.report is None:
            return None
        return means_of(of, self._space, self.report)

    def load(self, fidelities: Iterable[int] = ()) -> None:
        """Read what a search and its trajectory need, at once; the handle keeps it.

        It is read by itself when it is needed. To do so before processes are forked lets them
        share it.

        Args:
            fidelities: further epochs that will be asked for; those of a whole training are read
                anyway.

        Raises:
            InvalidQuery: the run does not have such epochs.
        """
        for epochs in (None, *fidelities):
            self._level(epochs)
        self.trajectory()
        if self.space.is_sample:
            self.space.alike  # noqa: B018 (to make it)

    def evaluate(self, arch: Any, num_epochs: int | None = None) -> Evaluation:
        """Train an architecture and wait for it.

        Args:
            arch: an architecture, in any form that the benchmark takes.
            num_epochs: for how long, one of :attr:`fidelities`; by default a whole training.

        Raises:
            BudgetExhausted: the clock may not go so far; nothing is charged.
            InvalidArchitecture: the architecture is outside the search space.
            InvalidQuery: it was not trained so; or others are running.
        """
        if self._clock.running:
            raise InvalidQuery(
                f"{self.running} evaluations are running; fetch them with next() first, or submit "
                "this one too"
            )
        self.submit(arch, num_epochs)
        done = self.next()
        assert done is not None
        return done

    def submit(self, arch: Any, num_epochs: int | None = None) -> None:
        """Let the next free worker train an architecture; :meth:`next` gives what came of it.

        Which training it is, and whether it continues one, is decided now, by what was fetched.

        Args:
            arch, num_epochs: as for :meth:`evaluate`.

        Raises:
            BudgetExhausted, InvalidArchitecture, InvalidQuery: as for :meth:`evaluate`.
        """
        space = self._space
        is_cell = type(arch) is space.cell
        key = space.key_of(arch) if is_cell else space.key(arch)
        level = self._levels.get(num_epochs) or self._level_for(num_epochs, key)
        row = level.rows.get(key)
        if row is None:
            raise self._never_trained(arch, level)
        if self._plainly:
            first = level.first[row]
            repeat: int | None = int(self.rng.random() * (level.first[row + 1] - first))
            value = level.values[first + repeat]
            cost = whole = level.costs[first + repeat]
        else:
            value, cost, whole, repeat = self._training(key, level, row)
        if value != value or cost != cost:
            raise self._not_measured(value, arch, level)
        clock = self._clock
        if self.budget is not None:
            if self._spent:
                raise BudgetExhausted(
                    f"the budget of {self.budget:g} is spent, and the run is over; a longer one "
                    "begins anew, with a larger budget"
                )
            start = clock.start
            if not (start + cost <= self.budget or (self._overrun and start < self.budget)):
                self._spent = True
                raise BudgetExhausted(
                    f"the budget is {self.budget:g}; the next evaluation would last from "
                    f"{start:g} to {start + cost:g}"
                )
        self._free = 0 if cost > 0 else self._free + 1
        if self._free > MOST_FREE:
            raise BudgetExhausted(
                f"the last {MOST_FREE:,} evaluations cost nothing: the search has seen all it can"
            )
        if not is_cell:
            arch = self._space.read(key)
        clock.give((arch, key, level.epochs, value, cost, repeat, whole), cost)

    def next(self) -> Evaluation | None:
        """What is done first in simulated time, with the clock set to then.

        Returns:
            the evaluation; None when nothing runs.
        """
        job = self._clock.fetch()
        if job is None:
            return None
        arch, key, epochs, value, cost, repeat, whole = job.what
        if self.continues and whole != _OF_NO_TRAINING:
            self._trained[key] = (repeat, epochs, whole)
        if self._revisits == "free":
            self._known.setdefault((key, epochs), (value, repeat))
        score = self._sign * value
        end, number, start, worker, _ = job
        # A named tuple of its values, in half the time that its class takes.
        done = tuple.__new__(
            Evaluation,
            (arch, value, cost, end, score, epochs, repeat, start, worker, number, key),
        )
        self._history.append(done)
        return done

    def mean(self, arch: Any, metric: str) -> float:
        """The mean of any metric over the whole trainings of an architecture; charges nothing.

        Such as its latency, for a search with several objectives.

        Raises:
            InvalidArchitecture: the architecture is outside the search space.
            InvalidQuery: there is no such metric, or the architecture has no value of it.
        """
        name = self._asked.metric(metric).name
        value = means_of(self._asked, self._space, name).of(self._space.key(arch))
        if value is None:
            raise InvalidQuery(f"no training of {show(arch)} has a value of {name}")
        return value

    def direction_of(self, metric: str) -> Direction:
        """Whether a metric is better high (``max``) or low (``min``).

        Raises:
            InvalidQuery: there is no such metric, or the trainings have no value of it.
        """
        return self._asked.direction(metric)

    def history(self) -> Rows:
        """Every evaluation that was fetched, in the order in which they ended.

        Columns: ``evaluation`` (which one it was, by when they were asked for, from 0),
        ``worker``, ``start``, ``time``, ``cost``, ``num_epochs``, ``repeat``, the metric under its
        own name, and ``arch``. What is reported is not among them.
        """
        done = self._history
        columns: dict[str, list[Any]] = {
            "evaluation": [one.number for one in done],
            "worker": [one.worker for one in done],
            "start": [one.start for one in done],
            "time": [one.time for one in done],
            "cost": [one.cost for one in done],
            "num_epochs": [one.num_epochs for one in done],
            "repeat": [one.repeat for one in done],
            self.metric: [one.value for one in done],
            "arch": [canonical_json(one.arch.arch) for one in done],
        }
        kinds = dict.fromkeys(columns, "f8")
        kinds |= dict.fromkeys(("evaluation", "worker", "num_epochs", "repeat"), "i8")
        return Rows(columns, {**kinds, "arch": "json"}, self._metadata())

    def incumbents(self) -> list[Evaluation]:
        """The best evaluations so far, each time there was a better one.

        Evaluations of fewer epochs than the most so far are no incumbents.
        """
        found: list[Evaluation] = []
        for one in self._history:
            if found:
                epochs, most = one.num_epochs or 0, found[-1].num_epochs or 0
                if epochs < most or (epochs == most and not one.score > found[-1].score):
                    continue
            found.append(one)
        return found

    def trajectory(self) -> Rows:
        """The incumbents: each time there was a better one, a row.

        Columns: ``time`` and ``evaluation``, when and which one it was; ``num_epochs`` and
        ``arch``; the metric under its own name, as the search saw it; ``regret``, how far the mean
        of the metric over the whole trainings of the architecture is from :attr:`optimum`, so that
        luck is no merit; and, where something is reported, its mean over the trainings under its
        own name, and ``report_regret``, how far it is from :attr:`report_optimum`. Regrets are in
        the units of the metrics, never negative, and None where the architecture has no such
        value.
        """
        best = self.incumbents()
        keys = [one.key for one in best]
        columns: dict[str, list[Any]] = {
            "time": [one.time for one in best],
            "evaluation": [one.number for one in best],
            "num_epochs": [one.num_epochs for one in best],
            self.metric: [one.value for one in best],
            "regret": _regrets(map(self._means.of, keys), self.optimum, self._sign),
        }
        reported, optimum = self._reported_means(), self.report_optimum
        if reported is not None and self.report is not None and optimum is not None:
            means = list(map(reported.of, keys))
            if self.report != self.metric:
                columns[self.report] = means
            sign = self._measures.report_sign
            columns["report_regret"] = _regrets(means, optimum, sign)
        columns["arch"] = [canonical_json(one.arch.arch) for one in best]
        kinds = {**dict.fromkeys(columns, "f8"), "evaluation": "i8", "num_epochs": "i8"}
        return Rows(columns, {**kinds, "arch": "json"}, self._metadata())

    def state_dict(self) -> dict[str, Any]:
        """The run as plain values that JSON can have; :meth:`restore` goes on with it."""
        clock, written = self._clock, self._space.written
        return {
            "version": _STATE_VERSION,
            "said": copy.deepcopy(plain_values(self._said)),
            "sources": _sources(self._asked.database),
            "rng": plain_values(self.rng.bit_generator.state),
            "spent": self._spent,
            "free": self._free,
            "clock": [clock.now, clock.busy, list(clock.free_at), clock.number],
            "running": [
                [*job[:4], [written(job.what[0]), *job.what[1:]]] for job in clock.running
            ],
            "history": [[written(one.arch), *one[1:]] for one in self._history],
            "trained": [[key, *what] for key, what in self._trained.items()],
            "known": [[*key, *what] for key, what in self._known.items()],
        }

    @classmethod
    def restore(
        cls, state: Mapping[str, Any], *, db: BenchmarkDatabase | None = None
    ) -> Simulation:
        """The run that :meth:`state_dict` told of, which goes on as if nothing had been between.

        Args:
            state: what it gave, also read from JSON.
            db: what to ask, if not the benchmark's connected or default database.

        Raises:
            InvalidQuery: it is no such state, or of another version; or see :class:`Simulation`.
        """
        try:
            if state["version"] != _STATE_VERSION:
                raise InvalidQuery(
                    f"the state is of version {state['version']!r}; this reads {_STATE_VERSION}"
                )
            said = dict(state["said"])
            benchmark = said.pop("benchmark")
            name = state["rng"]["bit_generator"]
            bits = getattr(np.random, choose("generator", name, _GENERATORS))()
            bits.state = state["rng"]
            run = cls(benchmark, db=db, seed=np.random.Generator(bits), **said)
            database = run._asked.database
            if state["sources"] != _sources(database):
                raise InvalidQuery(
                    f"the run was on a database of {_named(state['sources'])}, and "
                    f"{database.path.name} is of {_named(_sources(database))}: give the one of "
                    "the run, as db="
                )
            run._spent, run._free = bool(state["spent"]), int(state["free"])
            clock = run._clock
            clock.now, clock.busy, free_at, clock.number = state["clock"]
            clock.free_at = list(free_at)
            read = run._space.cell.parse
            clock.running = [
                Job(end, number, start, worker, (read(arch), *rest))
                for end, number, start, worker, (arch, *rest) in state["running"]
            ]
            run._history = [Evaluation(read(arch), *rest) for arch, *rest in state["history"]]
            run._trained = {key: (repeat, e, c) for key, repeat, e, c in state["trained"]}
            run._known = {(key, e): (value, repeat) for key, e, value, repeat in state["known"]}
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, InvalidQuery):
                raise
            raise InvalidQuery(
                f"this is no state of a run: {error!r}; give what state_dict() returned"
            ) from None
        return run

    def __repr__(self) -> str:
        budget = "" if self.budget is None else f" of {self.budget:g}"
        return (
            f"<run on {self.benchmark}: {len(self._history)} evaluations, "
            f"time {self.time:g}{budget}>"
        )

    def _level(self, num_epochs: int | None) -> _Level:
        """The numbers of a number of epochs, loaded when it is first asked for."""
        epochs = self.num_epochs if num_epochs is None else as_int(num_epochs)
        held = self._levels.get(epochs)
        if held is None:
            held = _Level(epochs, self._load(epochs, num_epochs), self._measures)
            self._levels[epochs] = held
        self._levels[num_epochs] = held
        return held

    def _level_for(self, num_epochs: int | None, key: Key) -> _Level:
        """The same; of one architecture alone for as long as few are asked for."""
        epochs = self.num_epochs if num_epochs is None else as_int(num_epochs)
        alone = self._alone < MOST_ALONE and not self._all_at_once
        if not alone or epochs in self._levels or self._is_loaded:
            return self._level(num_epochs)
        self._alone += 1
        return _Level(epochs, self._load(epochs, num_epochs, key), self._measures)

    @property
    def _is_loaded(self) -> bool:
        """Whether some run has loaded the numbers of whole trainings."""
        return is_recorded(self._asked, self._measures.names, with_ids=self.continues)

    def _load(self, epochs: int | None, said: int | None, key: Key | None = None) -> Recorded:
        """The numbers of all architectures, or of one."""
        names, asked, with_ids = self._measures.names, self._asked, self.continues
        if epochs != self.num_epochs:
            if epochs is None or epochs not in self._measures.fidelities:
                known = ", ".join(map(str, self._measures.fidelities)) or "whole trainings only"
                raise InvalidQuery(f"num_epochs is {show(said)}; this run has {known}")
            if not self.continues:
                asked = asked.at("num_epochs", epochs)
        if key is None:
            whole = recorded(asked, self._space, names, with_ids=with_ids)
        else:
            whole = recorded_of(asked, self._space, names, key, with_ids=with_ids)
        if epochs == self.num_epochs or not self.continues or not whole.keys:
            return whole
        assert epochs is not None
        of_curve = self._measures.curve_names
        if key is None:
            found = recorded_at(asked, whole, epochs, of_curve)
        else:
            found = recorded_at_of(asked, self._space, whole, epochs, of_curve)
        return Recorded(
            *(whole.keys, whole.first, whole.ids),
            self._measures.from_curve(found.values, whole.values),
        )

    def _training(
        self, key: Key, level: _Level, row: int
    ) -> tuple[float, float, float, int | None]:
        """Which training an evaluation is of.

        Returns:
            the value, what it costs, what the training cost from its beginning, and its number.
        """
        epochs = level.epochs
        if self._revisits == "free" and (key, epochs) in self._known:
            value, repeat = self._known[key, epochs]
            return value, 0.0, _OF_NO_TRAINING, repeat
        before = self._trained.get(key)
        if before is not None and (before[1] or 0) >= (epochs or 0):
            before = None  # it was trained as long: this is another training
        if self._repeat == "mean":
            whole = level.mean_costs[row]
            paid = 0.0 if before is None else before[2]
            return level.means[row], whole - paid, whole, None
        first, end = level.first[row], level.first[row + 1]
        if isinstance(self._repeat, int):
            repeat = self._repeat
        elif before is not None:
            repeat = before[0]
        else:
            repeat = int(self.rng.random() * (end - first))
        assert repeat is not None
        if repeat >= end - first:
            raise InvalidQuery(
                f"repeat is {repeat}; {show(self._space.read(key))} was trained {end - first} "
                "times, counted from 0"
            )
        whole = level.costs[first + repeat]
        return level.values[first + repeat], whole - (before or _NOT)[2], whole, repeat

    def _not_measured(self, value: float, arch: Any, level: _Level) -> InvalidQuery:
        what = self.metric if value != value else "the time of training"
        return InvalidQuery(f"{what} of {show(arch)} was not measured after {level.epochs} epochs")

    def _never_trained(self, arch: Any, level: _Level) -> InvalidQuery:
        database = self._asked.database
        return InvalidQuery(
            f"{database.path.name} has no training of {show(arch)} with a value of {self.metric} "
            f"after {level.epochs} epochs; it has {len(self.space):,} architectures, of which "
            f"run.space.random(run.rng) draws one{database.rest}"
        )

    def _metadata(self) -> dict[str, str]:
        said = {name: value for name, value in self._said.items() if value is not None}
        found = {
            SAID: canonical_json(plain_values(said)),
            "nasbench_db.metric": self.metric,
        }
        if self.report is not None:
            found["nasbench_db.report"] = self.report
        mark = mark_of(self._asked.database.provenance())
        if mark is not None:
            found["nasbench_db.warning"] = mark.short
        return found


def _sources(database: BenchmarkDatabase) -> list[list[str]]:
    """Of which files a database is, each with its SHA-256."""
    return [[one["source_name"], one["source_sha256"]] for one in database.provenance()]


def _named(sources: Sequence[Sequence[str]]) -> str:
    """Files, for people."""
    return " and ".join(f"{name} (SHA-256 {digest[:8]}...)" for name, digest in sources)


_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def _regrets(means: Iterable[float | None], optimum: float, sign: float) -> list[float | None]:
    """How far means are from the optimum."""
    return [None if mean is None else sign * (optimum - mean) for mean in means]


def generator_of(seed: Seed) -> np.random.Generator:
    """A generator of numpy from a seed, or itself.

    Raises:
        InvalidQuery: it is neither.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    given = plain(seed)
    many = given if isinstance(given, (list, tuple)) else [given]
    if given is not None and not (
        many and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in many)
    ):
        raise InvalidQuery(
            f"seed is {show(seed)}; it must be a whole number of at least 0, a list of such, a "
            "numpy.random.Generator, or None"
        )
    return np.random.default_rng(given)


def plain_values(value: Any) -> Any:
    """A value as JSON can have it: arrays and numbers of numpy are plain ones."""
    value = plain(value)
    if isinstance(value, Mapping):
        return {name: plain_values(one) for name, one in value.items()}
    return [plain_values(one) for one in value] if isinstance(value, (list, tuple)) else value


def _positive(name: str, value: Any) -> float | None:
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    raise InvalidQuery(f"{name} is {show(value)}; it must be a number above 0, or None")


def _which_repeat(repeat: Any) -> int | str:
    repeat = plain(repeat)
    if isinstance(repeat, str) and repeat in ("random", "mean"):
        return repeat
    if isinstance(repeat, int) and not isinstance(repeat, bool) and repeat >= 0:
        return repeat
    raise InvalidQuery(
        f"repeat is {show(repeat)}; it must be 'random', 'mean', or the number of a training, "
        "counted from 0"
    )
