"""``from nasbench_db.nasbench201.api import NASBench201API`` in place of ``nas_201_api``.

The original API of D-X-Y/NAS-Bench-201, answered from the database: the same names, keys, values,
units and defaults, and exceptions that are of the original's class as well. Opening reads nothing
but the file's header; each question reads the rows it needs. Accuracies are percent, losses
cross-entropies, times seconds, parameters and FLOPs millions, and epochs are counted from 0.

The package ``nas-bench-201`` has the versions 1.0 to 1.3, 2.0 and 2.1. The last is followed, and
what the first have beside it is there as well: ``use_12epochs_result``, also in the place of
``hp``, ``arch2infos_less``, ``arch2infos_full``, ``query_by_arch(arch)``. Where they contradict
each other, which is told in ``docs/original-apis.md``, 2.1 holds; of what one does not see, the
epochs that are meant where none are named, a :class:`LeftOutWarning` tells once.

Where it differs from the original:

- The random generator belongs to the :class:`NASBench201API`; the original uses Python's global
  one. ``seed`` makes it repeatable: pickles and forked children then go on with the same numbers,
  and without a seed with numbers of their own.
- ``hp`` may be a number wherever it may be text, an index numpy's as well, and an architecture a
  :class:`nasbench_db.nasbench201.Cell`.
- ``show(-1)``, which shows all, works, and where the original fails with a NameError because of a
  misspelt variable, the error says what is wrong.
- ``simulate_train_eval`` gives the latency of the training with the given ``hp``, or None, if
  there is no 12-epoch training on this data set, as in version 1.0 of the data.
- ``statistics`` works if not all architectures are there, and counts those that are.
- ``find_best`` returns ``(-1, None)`` if nothing is within the bounds, whatever ``verbose`` is,
  and warns.
- ``query_info_str_by_arch`` and ``show`` are worded anew, and call millions of parameters so.
- ``get_net_param`` warns where it gives None because no weights were ingested, and gives numpy
  arrays where they were. The original gives tensors.
- ``reload`` and ``create_from_state_dict`` read files without running what they contain.
- What is handed out belongs to the caller: nothing that is done to it changes later answers.
- None stands for the default database, not for a file in ``$TORCH_HOME``.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nasbench_db.architectures.inputs import plain
from nasbench_db.architectures.topology import OPERATIONS
from nasbench_db.errors import InvalidQuery, warn
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nats import arch_strings
from nasbench_db.nats.dropin import (
    BenchmarkAPI,
    EmptyAnswerWarning,
    Hp,
    print_information,
    remap_dataset_set_names,
)
from nasbench_db.nats.results import ArchResults, ResultsCount
from nasbench_db.nats.stored import InvalidArgument, NotRecorded
from nasbench_db.store.building import Report

__all__ = [
    "ALL_ARCHIVE_DIRS",
    "ALL_BENCHMARK_FILES",
    "NAS_BENCH_201_API_VERSION",
    "ArchResults",
    "EmptyAnswerWarning",
    "InvalidArgument",
    "LeftOutWarning",
    "NASBench201API",
    "NotRecorded",
    "ResultsCount",
    "print_information",
    "remap_dataset_set_names",
]

NAS_BENCH_201_API_VERSION = "v2.0"
"""What the original's last version, 2.1, calls itself."""

ALL_BENCHMARK_FILES = ["NAS-Bench-201-v1_0-e61699.pth", "NAS-Bench-201-v1_1-096897.pth"]
ALL_ARCHIVE_DIRS = ["NAS-Bench-201-v1_1-archive"]

DATASETS = ("cifar10", "cifar100", "ImageNet16-120")
"""The data sets that a training can be simulated on."""


class TopologyAPI(BenchmarkAPI):
    """What the drop-ins on the topology search space have in common."""

    _schema = SCHEMA

    @staticmethod
    def _ingest(*arguments: Any, **options: Any) -> Report:
        # Imported when it is needed: what opens a database does without the readers of sources.
        from nasbench_db.nasbench201.ingest import ingest

        return ingest(*arguments, **options)

    @staticmethod
    def _arch_config(
        arch_str: str, channels: int | None, cells: int | None, classes: int
    ) -> dict[str, Any]:
        return {
            "channel": channels,
            "num_cells": cells,
            "arch_str": arch_str,
            "class_num": classes,
        }

    @staticmethod
    def str2lists(arch_str: str) -> list[tuple[tuple[str, int], ...]]:
        """See :func:`nasbench_db.nats.arch_strings.str2lists`."""
        return arch_strings.str2lists(arch_str)

    @staticmethod
    def str2matrix(arch_str: str, search_space: Sequence[str] = OPERATIONS) -> Any:
        """See :func:`nasbench_db.nats.arch_strings.str2matrix`."""
        return arch_strings.str2matrix(arch_str, search_space)


class LeftOutWarning(UserWarning):
    """A question did not say how many epochs of training it is about."""


_EPOCHS = {True: "12", False: "200"}
"""What ``use_12epochs_result`` of the versions 1.x stands for."""


def _in_all_versions(
    method: Callable[..., Any], default: Hp | None = "12", otherwise: str = "200"
) -> Callable[..., Any]:
    """A method with ``hp``, as in 2.x, that takes ``use_12epochs_result`` as in 1.x instead.

    The two have the same place. Whoever names neither is told of what is meant, once.

    Args:
        method: the method, with a parameter ``hp``.
        default: what is meant where neither is given; None if that is the same in all versions.
        otherwise: what other versions take then, for the warning.
    """
    signature = inspect.signature(method)
    parameters = signature.parameters
    place = list(parameters).index("hp")

    @functools.wraps(method)
    def call(self: NASBench201API, *given: Any, **named: Any) -> Any:
        if "use_12epochs_result" in named:
            if "hp" in named or len(given) >= place:
                raise InvalidArgument("hp and use_12epochs_result say the same: give one of them")
            named["hp"] = named.pop("use_12epochs_result")
        if len(given) >= place:
            hp = plain(given[place - 1])
            if isinstance(hp, bool):
                given = (*given[: place - 1], _EPOCHS[hp], *given[place:])
        elif "hp" in named:
            hp = plain(named["hp"])
            if isinstance(hp, bool):
                named["hp"] = _EPOCHS[hp]
        elif default is not None:
            named["hp"] = default
            self._tell_what_is_meant(method.__name__, default, otherwise)
        return method(self, *given, **named)

    older = inspect.Parameter("use_12epochs_result", inspect.Parameter.KEYWORD_ONLY, default=None)
    changed = [*parameters.values(), older]
    if default is not None:
        changed[place] = changed[place].replace(default=default)
    call.__signature__ = signature.replace(parameters=changed)  # type: ignore[attr-defined]
    return call


class _ResultsOf(Mapping[int, Any]):
    """The results of all architectures that were trained for some epochs, read when asked for."""

    def __init__(self, api: NASBench201API, hp: str) -> None:
        self._api = api
        self._hp = hp

    def __getitem__(self, index: int) -> Any:
        try:
            return self._api._results(index, self._hp)
        except InvalidQuery:
            raise KeyError(index) from None

    @functools.cached_property
    def _indexes(self) -> list[int]:
        return self._api._reader.evaluated(int(self._hp))

    def __iter__(self) -> Iterator[int]:
        return iter(self._indexes)

    def __len__(self) -> int:
        return len(self._indexes)


class NASBench201API(TopologyAPI):
    """The benchmark, as the original API offers it.

    Args:
        file_path_or_dict: a database; or an original ``.pth`` file, or a file or folder of
            NATS-Bench's topology search space, from which a database is built beside it, once, and
            again when it has changed; or the content of such a file, of which a database is built
            for as long as this object lives; or None for the database at the default path.
        verbose: print a line for each question, and the progress of building.
        seed: of the generator that draws trials and architectures; by default unpredictable.

    Attributes:
        filename: the name of the file that was given.
        verbose: as given.

    Raises:
        AssertionError: there is no such file, or the dict lacks a key.
        ValueError: it is neither a path nor a dict, or the original cannot be ingested.
        DatabaseNotFound: there is no such database, or none at the default path.
        InvalidDatabase: the file is no NAS-Bench-201 database, or the one beside an original file
            is of something else.
    """

    _archive_names = ("{:06d}-FULL.pth",)

    def __init__(
        self,
        file_path_or_dict: str | os.PathLike[str] | dict[str, Any] | None = None,
        verbose: bool = True,
        *,
        seed: Any = None,
    ) -> None:
        super().__init__(file_path_or_dict, verbose, seed)
        self._told = False

    def _tell_what_is_meant(self, method: str, meant: Hp, otherwise: str) -> None:
        """Say, once, what a question is about that did not say it."""
        if not self._told:
            self._told = True
            warn(
                f"{method} was not told which training is meant, and answers for {meant} epochs; "
                f"other versions of nas_201_api take {otherwise} here, with other values. Say it: "
                f'hp="{meant}" or hp="{otherwise}". This is told once, also of the other methods',
                LeftOutWarning,
            )

    @property
    def arch2infos_less(self) -> Mapping[int, Any]:
        """The results of 12 epochs by index, as in 1.x, read when asked for."""
        return _ResultsOf(self, "12")

    @property
    def arch2infos_full(self) -> Mapping[int, Any]:
        """The results of 200 epochs by index, as in 1.x, read when asked for."""
        return _ResultsOf(self, "200")

    get_more_info = _in_all_versions(BenchmarkAPI.get_more_info)
    get_cost_info = _in_all_versions(BenchmarkAPI.get_cost_info)
    get_latency = _in_all_versions(BenchmarkAPI.get_latency)
    get_net_param = _in_all_versions(BenchmarkAPI.get_net_param)
    query_by_index = _in_all_versions(BenchmarkAPI.query_by_index)
    query_meta_info_by_index = _in_all_versions(BenchmarkAPI.query_meta_info_by_index)
    # Versions 2.x want to be told; 1.x mean 200.
    query_by_arch = _in_all_versions(BenchmarkAPI.query_by_arch, "200", "12")
    clear_params = _in_all_versions(BenchmarkAPI.clear_params, None)
    statistics = _in_all_versions(BenchmarkAPI.statistics, None)

    @_in_all_versions
    def find_best(
        self,
        dataset: str,
        metric_on_set: str,
        FLOP_max: float | None = None,
        Param_max: float | None = None,
        hp: Hp = "12",
    ) -> tuple[int, Any]:
        """The architecture with the highest accuracy after the last epoch, mean over the seeds.

        Args:
            dataset: what it was trained on; for ``cifar10`` and ``valid``, half of it.
            metric_on_set: ``train``, ``valid`` or ``test``, or a split such as ``ori-test``.
            FLOP_max: the most FLOPs, in millions.
            Param_max: the most parameters, in millions.
            hp: the epochs of the whole training.

        Returns:
            its index, of several the lowest, and the accuracy; -1 and None if none is allowed.

        Warns:
            EmptyAnswerWarning: none is allowed.

        Raises:
            KeyError: an architecture was not trained, or not evaluated, like this.
        """
        return self._find_best(dataset, metric_on_set, FLOP_max, Param_max, hp)

    def simulate_train_eval(
        self, arch: Any, dataset: str, hp: Hp = "12", account_time: bool = True
    ) -> tuple[Any, Any, Any, Any]:
        """Train an architecture and evaluate it on the validation images, by the record.

        Args:
            arch: see :meth:`query_index_by_arch`.
            dataset: ``cifar10`` (of which half is trained on), ``cifar100`` or ``ImageNet16-120``.
            hp: the epochs of training.
            account_time: add the time to :attr:`used_time`.

        Returns:
            the validation accuracy of a random trial, the latency, the seconds of its training and
            one evaluation, and the used time.

        Raises:
            AssertionError: there is no such data set.
            KeyError: there is no such training.
            UnknownTime: its times are not known, as in version 1.0 of the data.
        """
        if dataset not in DATASETS:
            raise InvalidArgument(f"dataset is {dataset!r}; it must be one of {DATASETS}")
        index = self.query_index_by_arch(arch)
        info = self.get_more_info(index, trained_on(dataset), hp=hp)
        latency = None
        for other in (hp, "12"):
            with suppress(NotRecorded):
                latency = self.get_latency(index, dataset, other)
        seconds = self._spend(info["train-all-time"], info["valid-per-time"], account_time)
        return info["valid-accuracy"], latency, seconds, self.used_time

    def reload(
        self, archive_root: str | os.PathLike[str] | None = None, index: int | None = None
    ) -> None:
        """Read the results of an architecture with its weights into memory, and use them.

        Args:
            archive_root: the folder with files such as ``000011-FULL.pth``; by default that of
                version 1.1 in ``$TORCH_HOME``.
            index: the architecture; by default all of them, which takes a lot of memory.

        Raises:
            AssertionError: there is no such folder, file or architecture.
            SourceError: a file cannot be read.
        """
        if archive_root is None:
            archive_root = Path(os.environ["TORCH_HOME"], ALL_ARCHIVE_DIRS[-1])
        self._reload(Path(archive_root), index)


def trained_on(dataset: str) -> str:
    """The training of which the validation accuracy on a data set is taken."""
    return "cifar10-valid" if dataset == "cifar10" else dataset
