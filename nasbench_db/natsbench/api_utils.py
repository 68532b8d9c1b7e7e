"""What both search spaces have in common; the original has a module of this name."""

from __future__ import annotations

import bz2
import os
import pickle
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from nasbench_db.errors import InvalidQuery, warn
from nasbench_db.nasbench201.api import DATASETS, trained_on
from nasbench_db.nats import results
from nasbench_db.nats.dropin import (
    BenchmarkAPI,
    EmptyAnswerWarning,
    Hp,
    remap_dataset_set_names,
)
from nasbench_db.nats.stored import InvalidArgument

__all__ = [
    "ArchResults",
    "EmptyAnswerWarning",
    "LeakWarning",
    "NASBenchMetaAPI",
    "ResultsCount",
    "get_file_system",
    "get_torch_home",
    "mean",
    "nats_is_dir",
    "nats_is_file",
    "pickle_load",
    "pickle_save",
    "remap_dataset_set_names",
    "reset_file_system",
    "time_string",
]

Data = str | os.PathLike[str] | dict[str, Any] | None
"""What the data can be given as: a path, the content of an original file, or None."""

PICKLE_EXT = "pickle.pbz2"


class LeakWarning(UserWarning):
    """A validation accuracy was asked for and is not recorded, and another is given.

    In the trainings of 200 epochs on CIFAR-100 and ImageNet16-120 the validation images were
    evaluated after the last epoch only. For other epochs the original gives the accuracy on all
    images that were not trained on, half of which are the test images. A search that is led by it
    has seen the test images.
    """


def mean(xlist: Sequence[float]) -> Any:
    """The mean, as Python computes it."""
    return sum(xlist) / len(xlist)


def time_string() -> str:
    """The time, UTC, in brackets."""
    return time.strftime("[%Y-%m-%d %X]", time.gmtime())


def get_torch_home() -> str:
    """The folder that the original's default files lie in: ``$TORCH_HOME`` or ``~/.torch``.

    Raises:
        InvalidQuery: neither ``$TORCH_HOME`` nor ``$HOME`` is set.
    """
    if "TORCH_HOME" in os.environ:
        return os.environ["TORCH_HOME"]
    if "HOME" in os.environ:
        return os.path.join(os.environ["HOME"], ".torch")
    raise InvalidQuery("neither $TORCH_HOME nor $HOME is set: set one of them")


def get_file_system() -> str:
    """Where files are looked for: ``default``, the one file system that there is here."""
    return "default"


def reset_file_system(lib: str = "default") -> None:
    """Say where files are looked for.

    Raises:
        InvalidQuery: it is not ``default``; the original knows ``google`` too, by TensorFlow.
    """
    if lib != "default":
        raise InvalidQuery(
            f"the file system is {lib!r}; there is 'default' only: copy the files to a folder"
        )


def nats_is_dir(file_path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder."""
    return os.path.isdir(file_path)


def nats_is_file(file_path: str | os.PathLike[str]) -> bool:
    """Whether a path is a file."""
    return os.path.isfile(file_path)


def _sum(values: Sequence[float]) -> Any:
    return sum(values)


class ResultsCount(results.ResultsCount):
    """One trial of an architecture; :class:`nasbench_db.nats.results.ResultsCount`."""

    _mean = staticmethod(mean)
    _sum = staticmethod(_sum)


class ArchResults(results.ArchResults):
    """The trials of an architecture; :class:`nasbench_db.nats.results.ArchResults`.

    Means are Python's, as in the original, and differ from numpy's in type and in the last bits.
    """

    _results_type = ResultsCount
    _mean = staticmethod(mean)

    def _consistent(self, values: list[Any], dataset: str) -> list[Any]:
        """The costs that count: of contradicting ones that of seed 888, as in the original."""
        if None in values or len({f"{value:.5f}" for value in values}) == 1:
            return values
        seeds = self.get_dataset_seeds(dataset)
        return [values[seeds.index(888)]] if 888 in seeds else values


class NASBenchMetaAPI(BenchmarkAPI):
    """The benchmark of a search space."""

    _results_type = ArchResults
    _archive_names = (f"{{:06d}}.{PICKLE_EXT}", f"{{:d}}.{PICKLE_EXT}")
    _base_name: ClassVar[str]

    search_space_name: ClassVar[str]
    """``topology`` or ``size``."""

    full_epochs_in_paper: ClassVar[int]
    """The epochs of the longest training."""

    def __init__(self, file_path_or_dict: Data, fast_mode: bool, verbose: bool, seed: Any) -> None:
        super().__init__(file_path_or_dict, verbose, seed)
        self._fast_mode = fast_mode
        self._archive_dir: str | None = None
        if isinstance(file_path_or_dict, (str, os.PathLike)) and os.path.isdir(file_path_or_dict):
            self._archive_dir = os.fspath(file_path_or_dict)
        self._warned = False

    @property
    def is_size(self) -> bool:
        """Whether this is the size search space."""
        return self.search_space_name == "size"

    @property
    def is_topology(self) -> bool:
        """Whether this is the topology search space."""
        return self.search_space_name == "topology"

    @property
    def full_train_epochs(self) -> int:
        """The epochs of the longest training."""
        return self.full_epochs_in_paper

    @property
    def fast_mode(self) -> bool:
        """As given; it makes no difference."""
        return self._fast_mode

    def reset_fast_mode(self, fast_mode: bool) -> None:
        """Set what :attr:`fast_mode` gives."""
        self._fast_mode = fast_mode

    @property
    def archive_dir(self) -> str | None:
        """The folder that :meth:`reload` reads by default: the one that was given, if any."""
        return self._archive_dir

    def reset_archive_dir(self, archive_dir: str | None) -> None:
        """Set :attr:`archive_dir`."""
        self._archive_dir = archive_dir

    @cached_property
    def evaluated_indexes(self) -> set[int]:
        """The indexes of the architectures that the database has trials of."""
        return set(self._reader.evaluated())

    def _comment(self, dataset: str, hp: Hp) -> dict[str, str]:
        images = {
            "cifar10-valid": "25,000 of the 50,000 training images",
            "cifar10": "all 50,000 training images",
        }
        if dataset not in images:
            return {}
        return {
            "comment": f"After {hp} epochs of training on {images[dataset]} of CIFAR-10: train-* "
            "is measured on those, test-* on the 10,000 test images. Times are seconds: per-time "
            "of one epoch, all-time of all up to this one."
        }

    def find_best(
        self,
        dataset: str,
        metric_on_set: str,
        flop_max: float | None = None,
        param_max: float | None = None,
        hp: Hp = "12",
        enforce_all: bool | None = None,
    ) -> tuple[int, Any]:
        """The architecture with the highest accuracy after the last epoch, mean over the seeds.

        Args:
            dataset: what it was trained on; for ``cifar10`` and ``valid``, half of it.
            metric_on_set: ``train``, ``valid`` or ``test``, or a split such as ``ori-test``.
            flop_max: the most FLOPs, in millions.
            param_max: the most parameters, in millions.
            hp: the epochs of the whole training.
            enforce_all: makes no difference; True is refused without fast mode.

        Returns:
            its index, of several the lowest, and the accuracy; -1 and None if none is allowed.

        Warns:
            EmptyAnswerWarning: none is allowed.

        Raises:
            KeyError: an architecture was not trained, or not evaluated, like this.
            AssertionError: ``enforce_all`` is true, and ``fast_mode`` is not.
        """
        if enforce_all and not self.fast_mode:
            raise InvalidArgument("enforce_all=True needs fast_mode=True; all are there anyway")
        return self._find_best(dataset, metric_on_set, flop_max, param_max, hp)

    def simulate_train_eval(
        self,
        arch: Any,
        dataset: str,
        iepoch: int | None = None,
        hp: Hp = "12",
        account_time: bool = True,
    ) -> tuple[Any, Any, Any, Any]:
        """Train an architecture and evaluate it on the validation images, by the record.

        Args:
            arch: see :meth:`query_index_by_arch`.
            dataset: ``cifar10`` (of which half is trained on), ``cifar100`` or ``ImageNet16-120``.
            iepoch: the epoch after which training is stopped, counted from 0; by default the last.
            hp: the epochs of the whole training.
            account_time: add the time to :attr:`used_time`.

        Returns:
            the validation accuracy of a random trial, the latency, the seconds of its training and
            one evaluation, and the used time.

        Warns:
            LeakWarning: the accuracy is not only of the validation images. Once per object.

        Raises:
            ValueError: there is no such data set.
            KeyError: there is no such training, or no accuracy to give.
            UnknownTime: its times are not known, as in version 1.0 of the data.
        """
        index = self.query_index_by_arch(arch)
        if dataset not in DATASETS:
            raise InvalidArgument(f"dataset is {dataset!r}; it must be one of {DATASETS}")
        training = trained_on(dataset)
        info = self.get_more_info(index, training, iepoch, hp)
        group, evaluated = "valid", info
        if "valid-accuracy" not in info:
            group, evaluated = "valtest", self.get_more_info(index, training, hp=hp)
            self._warn_of_test_images(dataset, iepoch)
        latency = self.get_latency(index, dataset, hp)
        seconds = self._spend(info["train-all-time"], evaluated["valid-per-time"], account_time)
        return info[f"{group}-accuracy"], latency, seconds, self.used_time

    def _warn_of_test_images(self, dataset: str, iepoch: int | None) -> None:
        if not self._warned:
            warn(
                f"the accuracy on the validation images of {dataset} after epoch {iepoch} is not "
                "recorded; as the original does, simulate_train_eval gives the accuracy on "
                "validation and test images together. Do not let a search be led by it: use "
                "hp=12, or the last epoch",
                LeakWarning,
            )
        self._warned = True

    def reload(
        self, archive_root: str | os.PathLike[str] | None = None, index: int | None = None
    ) -> None:
        """Read the results of an architecture with its weights into memory, and use them.

        Args:
            archive_root: the folder with files such as ``000011.pickle.pbz2``; by default the
                ``-full`` one in ``$TORCH_HOME``, or else :attr:`archive_dir`.
            index: the architecture; by default all of them, which takes a lot of memory.

        Raises:
            ValueError: there is no such folder or architecture, or a file cannot be read.
            AssertionError: a file is missing.
        """
        if archive_root is None:
            archive_root = Path(os.environ.get("TORCH_HOME", ""), f"{self._base_name}-full")
            if not archive_root.is_dir() and self._archive_dir is not None:
                archive_root = self._archive_dir
        self._reload(Path(archive_root), index)


def pickle_save(
    obj: Any, file_path: str | os.PathLike[str], ext: str = ".pbz2", protocol: int = 4
) -> None:
    """Write an object as a pickle, compressed by bzip2, to the file ``file_path + ext``."""
    with bz2.BZ2File(os.fspath(file_path) + ext, "wb") as file:
        pickle.dump(obj, file, protocol=protocol)


def pickle_load(file_path: str | os.PathLike[str], ext: str = ".pbz2") -> Any:
    """The plain data in the file ``file_path``, or else ``file_path + ext``.

    Nothing that the file contains is run. A tensor in it becomes a
    :class:`nasbench_db.formats.torch_files.Tensor`.

    Raises:
        SourceError: there is no such file, it is no pickle, or not one of plain data.
    """
    from nasbench_db.formats.torch_files import load

    name = os.fspath(file_path)
    return load(name if os.path.isfile(name) else name + ext)
