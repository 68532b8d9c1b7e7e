"""``from nasbench_db.nasbench201.api import NASBench201API`` in place of ``nas_201_api``.

The original API of D-X-Y/NAS-Bench-201, answered from the database: the same names, keys, values,
units and defaults, and exceptions that are of the original's class as well. Opening reads nothing
but the file's header; each question reads the rows it needs. Accuracies are percent, losses
cross-entropies, times seconds, parameters and FLOPs millions, and epochs are counted from 0.

Where it differs from the original:

- The random generator belongs to the :class:`NASBench201API`; the original uses Python's global
  one. ``seed`` makes it repeatable.
- ``hp`` may be a number wherever it may be text, an index numpy's as well, and an architecture a
  :class:`nasbench_db.nasbench201.Cell`.
- ``show(-1)``, which shows all, works, and where the original fails with a NameError because of a
  misspelt variable, the error says what is wrong.
- ``simulate_train_eval`` gives the latency of the training with the given ``hp``, or None, if
  there is no 12-epoch training on this data set, as in version 1.0 of the data.
- ``statistics`` works if not all architectures are there, and counts those that are.
- ``find_best`` returns ``(-1, None)`` if nothing is within the bounds, whatever ``verbose`` is.
- ``query_info_str_by_arch`` and ``show`` are worded anew, and call millions of parameters so.
- ``get_net_param`` raises where no weights were ingested, and gives numpy arrays where they were.
  The original gives None, and tensors.
- ``reload`` and ``create_from_state_dict`` read files without running what they contain.
- What is handed out belongs to the caller: nothing that is done to it changes later answers.
- None stands for the default database, not for a file in ``$TORCH_HOME``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nasbench_db.architectures.topology import OPERATIONS
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nats import arch_strings
from nasbench_db.nats.dropin import BenchmarkAPI, Hp
from nasbench_db.nats.results import ArchResults, ResultsCount
from nasbench_db.nats.stored import InvalidArgument, NotRecorded
from nasbench_db.store.building import Report

__all__ = ["ArchResults", "InvalidArgument", "NASBench201API", "NotRecorded", "ResultsCount"]

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
            archive_root = Path(os.environ["TORCH_HOME"], "NAS-Bench-201-v1_1-archive")
        self._reload(Path(archive_root), index)


def trained_on(dataset: str) -> str:
    """The training of which the validation accuracy on a data set is taken."""
    return "cifar10-valid" if dataset == "cifar10" else dataset
