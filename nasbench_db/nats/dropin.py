"""What the drop-ins for NAS-Bench-201 and for both search spaces of NATS-Bench have in common."""

from __future__ import annotations

import copy
import operator
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from nasbench_db.architectures.inputs import plain
from nasbench_db.architectures.randomness import OwnRandom
from nasbench_db.errors import NasbenchDBError, warn
from nasbench_db.nats.datasets import CLASSES
from nasbench_db.nats.opening import open_data
from nasbench_db.nats.results import ArchResults
from nasbench_db.nats.stored import (
    ROUNDING,
    SPLITS,
    InvalidArgument,
    NotRecorded,
    Reader,
)
from nasbench_db.nats.trial import network_config
from nasbench_db.store.addresses import is_address
from nasbench_db.store.beside import Ingest, path_of
from nasbench_db.store.models import Schema
from nasbench_db.store.partial import Partial

Hp = str | int
"""The epochs of a whole training: ``'12'`` or ``'200'``, or in the size search space ``'01'``,
``'12'`` or ``'90'``; numbers will do as well."""

# For each data set, the names in the dicts of get_more_info, and the splits that they stand for.
_CIFAR10_GROUPS = (("valid", "x-valid"), ("test", "ori-test"))
_GROUPS = {"cifar10-valid": _CIFAR10_GROUPS, "cifar10": _CIFAR10_GROUPS}
_OTHER_GROUPS = (("valid", "x-valid"), ("test", "x-test"), ("valtest", "ori-test"))


_READ_AGAIN = {"meta_archs", "archstr2index", "evaluated_indexes", "_budgets"}


class UnknownTime(NasbenchDBError, TypeError):
    """A training cannot be simulated, because it is not known how long it took."""


class EmptyAnswerWarning(UserWarning):
    """There is nothing to answer with, and as in the original no error; the message says why."""


class BenchmarkAPI:
    """The methods that the original packages share; each drop-in is one of its subclasses.

    Args:
        source: a database, an original file or folder, its content as a dict, or None.
        verbose: print a line for each question.
        seed: of the generator that draws trials and architectures.
    """

    _schema: ClassVar[Schema]
    _ingest: ClassVar[Ingest]
    _results_type: ClassVar[type[ArchResults]] = ArchResults
    # What a file with the trained weights of one architecture can be called, from its index.
    _archive_names: ClassVar[tuple[str, ...]]

    def __init__(self, source: Any, verbose: bool, seed: Any) -> None:
        self.verbose = verbose
        self._random = OwnRandom(seed)
        self._database = open_data(self, self._schema, self._ingest, source, verbose)
        self._reader = Reader(self._database, self._arch_config)
        self.filename = None
        if not isinstance(source, dict):
            own = self._database.path
            self.filename = own.name if is_address(source or own) else path_of(source or own).name
        self._reloaded: dict[int, OrderedDict[int, ArchResults]] = {}
        self._cleared: set[tuple[int, int]] = set()
        self.reset_time()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy and a pickle are made of: all but what is read again when it is asked for.

        The database is opened anew where they arrive; that of a dict is deleted with the object
        that was made of the dict, and the copies of it need it.
        """
        return {name: value for name, value in self.__dict__.items() if name not in _READ_AGAIN}

    @staticmethod
    def _arch_config(
        arch_str: str, channels: int | None, cells: int | None, classes: int
    ) -> dict[str, Any]:
        """The original's ``arch_config``."""
        raise NotImplementedError

    def _say(self, method: str, **arguments: Any) -> None:
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        print(f"{type(self).__name__}.{method}({given})")

    @cached_property
    def meta_archs(self) -> list[str]:
        """The arch strings of the search space, by index."""
        return self._reader.architectures()

    @cached_property
    def archstr2index(self) -> dict[str, int]:
        """The indexes of the arch strings."""
        return {arch: index for index, arch in enumerate(self.meta_archs)}

    @cached_property
    def evaluated_indexes(self) -> Any:
        """The indexes of the architectures that the database has trials of, ascending."""
        return self._reader.evaluated()

    @property
    def arch2infos_dict(self) -> Mapping[int, OrderedDict[str, Any]]:
        """The results by index and epochs, such as ``[11]["200"]``, read when asked for."""
        return _Architectures(self)

    @property
    def avaliable_hps(self) -> list[str]:
        """The numbers of epochs that can be asked for, as text."""
        return [_tag(epochs) for epochs in self._budgets]

    @cached_property
    def _budgets(self) -> list[int]:
        return self._reader.budgets()

    @property
    def used_time(self) -> float:
        """Seconds that the simulated trainings so far would have taken."""
        return self._used_time

    def reset_time(self) -> None:
        """Set the used time to zero."""
        self._used_time: float = 0

    def __len__(self) -> int:
        return self._reader.size

    def __getitem__(self, index: Any) -> Any:
        return self.meta_archs[index]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self.evaluated_indexes)} of {len(self)} architectures, "
            f"{self._database.path})"
        )

    def arch(self, index: int) -> str:
        """The arch string of an index.

        Raises:
            InvalidArgument: there is no such index.
        """
        if self.verbose:
            self._say("arch", index=index)
        if not 0 <= index < len(self):
            raise self._no_index(index)
        return self.meta_archs[index]

    def random(self) -> int:
        """A random index of the search space."""
        return self._random.randrange(len(self))

    def query_index_by_arch(self, arch: Any) -> int:
        """The index of an architecture.

        Args:
            arch: an index, an arch string, or an object with a method ``tostr`` or an attribute
                ``arch_str`` that gives it.

        Returns:
            the index, or -1 if the search space has no such architecture.

        Raises:
            InvalidArgument: it is a number that is no index.
        """
        if self.verbose:
            self._say("query_index_by_arch", arch=arch)
        return self._index(arch)

    def _index(self, arch: Any) -> int:
        if not isinstance(arch, str):
            try:
                index = operator.index(arch)
            except TypeError:
                arch = arch.tostr() if hasattr(arch, "tostr") else getattr(arch, "arch_str", None)
            else:
                if not 0 <= index < len(self):
                    raise self._no_index(index)
                return index
        return self.archstr2index.get(arch, -1)

    def _no_index(self, index: Any) -> InvalidArgument:
        return InvalidArgument(
            f"{index!r} is no index of an architecture; they are 0 to {len(self) - 1}"
        )

    def _results(self, index: Any, hp: Hp, dataset: str | None = None) -> Any:
        """The results of an architecture; only of a data set, where they come from the database.

        Raises:
            InvalidArgument: the database does not have the architecture.
            NotRecorded: it was not trained for so many epochs, or not on this data set.
        """
        try:
            index = operator.index(index)
        except TypeError:
            raise self._no_index(index) from None
        epochs = _epochs(hp)
        if index in self._reloaded:
            try:
                return self._reloaded[index][epochs]
            except KeyError:
                raise self._not_recorded(index, hp, dataset) from None
        trials = self._reader.trials(index, epochs, dataset)
        if not trials:
            raise self._not_recorded(index, hp, dataset)
        results = self._results_type._of(index, trials, self._random)
        results._rest = self._database.rest
        if (index, epochs) in self._cleared:
            results.clear_params()
        results.clear_net_done = results.clear_net_done or not self._reader.has_weights
        return results

    def _not_recorded(self, index: int, hp: Hp, dataset: str | None) -> Exception:
        """Why there are no such results."""
        tags = self._tags(index)
        if not tags:
            return InvalidArgument(
                f"the database has no trial of architecture {index}: {self._database.path}"
            )
        if dataset is None or _tag(_epochs(hp)) not in tags:
            published = _epochs(hp) in self._schema.published.get("num_epochs", ())
            return NotRecorded(
                f"hp is {hp!r}; architecture {index} was trained with hp {', '.join(tags)}"
                + (self._database.rest if published else "")
            )
        return NotRecorded(
            f"architecture {index} was not trained on {dataset!r} with hp {hp!r}; data sets are "
            f"{', '.join(CLASSES)}{self._database.rest if dataset in CLASSES else ''}"
        )

    def _tags(self, index: int) -> list[str]:
        """With which hp an architecture was trained."""
        reloaded = self._reloaded.get(index)
        return [_tag(epochs) for epochs in (reloaded if reloaded else self._reader.budgets(index))]

    def get_more_info(
        self,
        index: Any,
        dataset: str,
        iepoch: int | None = None,
        hp: Hp = "12",
        is_random: bool | int = True,
    ) -> dict[str, Any]:
        """All metrics of an architecture after an epoch.

        Args:
            index: the architecture; see :meth:`query_index_by_arch`.
            dataset: what it was trained on.
            iepoch: the epoch, counted from 0; by default the last.
            hp: the epochs of the whole training. The default is the short one.
            is_random: True for a trial drawn at random, False for the mean over all, a number for
                the trial of this seed.

        Returns:
            ``<group>-loss``, ``<group>-accuracy``, ``<group>-per-time`` and ``<group>-all-time``
            for the group ``train``, and those of ``valid`` (x-valid), ``test`` (ori-test for
            CIFAR-10, else x-test) and ``valtest`` (ori-test for the others) that were recorded
            after this epoch.

        Raises:
            InvalidArgument: there is no such architecture or epoch.
            KeyError: it was not trained on this data set, or not for so many epochs.
            ValueError: there is no such seed.
        """
        if self.verbose:
            self._say(
                "get_more_info",
                index=index,
                dataset=dataset,
                iepoch=iepoch,
                hp=hp,
                is_random=is_random,
            )
        results = self._results(self._index(index), hp, dataset)
        is_random = plain(is_random)
        if is_random is True:  # one trial for all groups
            is_random = self._random.choice(results.get_dataset_seeds(dataset))
        last = _epochs(hp) - 1
        try:
            metrics = results.get_metrics(dataset, "train", iepoch, is_random)
        except NotRecorded:
            if not self._database.is_sample or iepoch not in (None, last):
                raise
            # Of a sample's trainings the end is known, on some splits.
            metrics = {"iepoch": last, **dict.fromkeys(("loss", "accuracy", "all_time"))}
        epochs = metrics["iepoch"] + 1
        info: dict[str, Any] = Partial({}, self._database.rest) if self._database.is_sample else {}
        _add_group(info, "train", metrics, epochs)
        info.update(self._comment(dataset, hp))
        for group, split in _GROUPS.get(dataset, _OTHER_GROUPS):
            try:
                metrics = results.get_metrics(dataset, split, iepoch, is_random)
            except NotRecorded:
                if (dataset, group) == ("cifar10-valid", "valid") and not self._database.is_sample:
                    raise
            else:
                _add_group(info, group, metrics, epochs)
        return info

    def _comment(self, dataset: str, hp: Hp) -> dict[str, str]:
        """A remark to add to the metrics, if any."""
        return {}

    def _spend(self, training: Any, evaluation: Any, account_time: bool) -> Any:
        """The seconds of a training and an evaluation, charged if the time counts."""
        if training is None or evaluation is None:
            why = ": version 1.0 of the data has those of 12 epochs on cifar10-valid only"
            raise UnknownTime(
                "the database has no times of this training" + (self._database.rest or why)
            )
        if account_time:
            self._used_time += training + evaluation
        return training + evaluation

    def query_by_arch(self, arch: Any, hp: Hp) -> str | None:
        """The same as :meth:`query_info_str_by_arch`."""
        return self.query_info_str_by_arch(arch, hp)

    def query_info_str_by_arch(self, arch: Any, hp: Hp = "12") -> str | None:
        """A description of an architecture's results; None, and a warning, if it has none.

        Raises:
            NotRecorded: it was not trained for so many epochs.
        """
        if self.verbose:
            self._say("query_info_str_by_arch", arch=arch, hp=hp)
        index = self._index(arch)
        if not self._tags(index):
            warn(f"the database has no trial of architecture {index}", EmptyAnswerWarning)
            return None
        return "\n".join(self._results(index, hp).show())

    def query_meta_info_by_index(self, arch_index: int, hp: Hp = "12") -> Any:
        """The results of an architecture, an ``ArchResults``.

        Raises:
            ValueError: the database does not have it, or not with so many epochs.
        """
        if self.verbose:
            self._say("query_meta_info_by_index", arch_index=arch_index, hp=hp)
        return self._own(self._results(arch_index, hp))

    def _own(self, results: Any) -> Any:
        """Results that the caller may change."""
        return copy.deepcopy(results) if results.arch_index in self._reloaded else results

    def query_by_index(self, arch_index: int, dataname: str | None = None, hp: Hp = "12") -> Any:
        """The results of an architecture, or by seed its trials on a data set.

        Args:
            arch_index: the index.
            dataname: the data set, for a dict from seeds to ``ResultsCount``; None for the
                ``ArchResults``.
            hp: the epochs of the whole training.

        Raises:
            ValueError: the database does not have it, not with so many epochs, or not on this
                data set.
        """
        if self.verbose:
            self._say("query_by_index", arch_index=arch_index, dataname=dataname, hp=hp)
        results = self._own(self._results(arch_index, hp, dataname))
        return results if dataname is None else results.query(dataname)

    def _find_best(
        self,
        dataset: str,
        metric_on_set: str,
        flops_max: float | None,
        parameters_max: float | None,
        hp: Hp,
    ) -> tuple[int, Any]:
        """The architecture with the highest accuracy after the last epoch, mean over the seeds.

        Returns:
            its index, of several the lowest, and the accuracy; -1 and None if none is allowed.

        Warns:
            EmptyAnswerWarning: none is allowed.

        Raises:
            NotRecorded: an architecture was not trained, or not evaluated, like this.
        """
        if self.verbose:
            self._say("find_best", dataset=dataset, metric_on_set=metric_on_set, hp=hp)
        dataset, split = remap_dataset_set_names(dataset, metric_on_set)
        split = "x-valid" if split == "valid" else split
        best, highest = -1, None
        self._check_all_trained(dataset, split, hp)
        known = split in SPLITS  # else the original looks for it once something is within limits
        candidates = self._reader.best_first(
            dataset, split if known else "train", _epochs(hp), flops_max, parameters_max
        )
        for index, about in candidates:
            if highest is not None and about is not None and about < highest * (1 - ROUNDING):
                break
            results = self._results(index, hp, dataset)
            costs = results.get_compute_costs(dataset)
            if flops_max is not None and costs["flops"] > flops_max:
                continue
            if parameters_max is not None and costs["params"] > parameters_max:
                continue
            if not known:
                raise self._never(dataset, split)
            accuracy = results.get_metrics(dataset, split)["accuracy"]
            if highest is None or accuracy > highest or (accuracy == highest and index < best):
                best, highest = index, accuracy
        if highest is None:
            warn(
                f"none of {len(self.evaluated_indexes)} architectures has at most {flops_max} "
                f"million FLOPs and {parameters_max} million parameters (None: any number), so "
                "that find_best gives (-1, None); note that -1 is an index in Python",
                EmptyAnswerWarning,
            )
        elif self.verbose:
            print(f"the best architecture is {best}, {self.meta_archs[best]}: {highest:.3f} %")
        return best, highest

    def _never(self, dataset: str, split: str) -> NotRecorded:
        return NotRecorded(
            f"no architecture was trained on {dataset!r} and evaluated on {split!r}; data "
            f"sets are {', '.join(CLASSES)}, splits {', '.join(SPLITS)}"
        )

    def _check_all_trained(self, dataset: str, split: str, hp: Hp) -> None:
        if dataset not in CLASSES:
            raise self._never(dataset, split)
        trained = self._reader.trained(dataset, _epochs(hp))
        if trained < len(self.evaluated_indexes):
            raise NotRecorded(
                f"only {trained} of {len(self.evaluated_indexes)} architectures were trained on "
                f"{dataset} with hp {hp!r}{self._database.rest}"
            )

    def statistics(self, dataset: str, hp: Hp) -> dict[int, int]:
        """For each number of trials on a data set, how many architectures have so many.

        The architectures that were trained at all are counted.

        Raises:
            ValueError: there is no such data set.
            KeyError: nothing was trained for so many epochs.
        """
        if self.verbose:
            self._say("statistics", dataset=dataset, hp=hp)
        if dataset not in CLASSES:
            raise InvalidArgument(f"dataset is {dataset!r}; it must be one of {list(CLASSES)}")
        if _epochs(hp) not in self._budgets:
            raise NotRecorded(f"hp is {hp!r}; there are {', '.join(self.avaliable_hps)}")
        trained = self._reader.numbers_of_trials(dataset, _epochs(hp))
        rest = len(self.evaluated_indexes) - sum(trained.values())
        return {0: rest, **trained} if rest else trained

    def get_net_config(self, index: int, dataset: str) -> dict[str, Any]:
        """What is needed to build the network of an architecture for a data set.

        Raises:
            ValueError: the database does not have the architecture.
            KeyError: it was not trained on this data set.
        """
        if self.verbose:
            self._say("get_net_config", index=index, dataset=dataset)
        config = self._reader.arch_config(index, dataset)
        if config is None:
            tags = self._tags(index)
            raise self._not_recorded(index, tags[0] if tags else 0, dataset)
        return network_config(config)

    def get_net_param(self, index: int, dataset: str, seed: int | None, hp: Hp = "12") -> Any:
        """The trained weights: of a seed, numpy arrays by name; or of all, by seed.

        They are None where there are none, as after :meth:`clear_params`.

        Warns:
            EmptyAnswerWarning: the database has no such weights.

        Raises:
            ValueError: the database does not have the architecture, the epochs or the seed.
            KeyError: it was not trained on this data set.
        """
        if self.verbose:
            self._say("get_net_param", index=index, dataset=dataset, seed=seed, hp=hp)
        results = self._results(index, hp, dataset)
        weights = results.get_net_param(dataset, seed)
        found = [weights] if seed is not None else weights.values()
        if None in found and (results.arch_index, _epochs(hp)) not in self._cleared:
            warn(
                f"the database has no weights of architecture {index} on {dataset} with hp {hp}, "
                "so that get_net_param gives None: ingest the original files that have them, or "
                "read one by reload()",
                EmptyAnswerWarning,
            )
        return weights

    def get_cost_info(self, index: int, dataset: str, hp: Hp = "12") -> dict[str, Any]:
        """The costs of a network; see ``ArchResults.get_compute_costs``.

        Raises:
            ValueError: the database does not have the architecture, or not with so many epochs.
            KeyError: it was not trained on this data set.
        """
        if self.verbose:
            self._say("get_cost_info", index=index, dataset=dataset, hp=hp)
        costs: dict[str, Any] = self._results(index, hp, dataset).get_compute_costs(dataset)
        return costs

    def get_latency(self, index: int, dataset: str, hp: Hp = "12") -> Any:
        """Seconds to infer a batch of 256 images, or None; errors as in :meth:`get_cost_info`."""
        if self.verbose:
            self._say("get_latency", index=index, dataset=dataset, hp=hp)
        return self._results(index, hp, dataset)._known_latency(dataset)

    def clear_params(self, index: int, hp: Hp | None = None) -> None:
        """Let an architecture have no weights any more, until :meth:`reload`.

        Args:
            index: the architecture.
            hp: the epochs of training; None for all.

        Raises:
            KeyError, ValueError: the database does not have it, or not with so many epochs.
        """
        if self.verbose:
            self._say("clear_params", index=index, hp=hp)
        index = operator.index(index)
        tags = self._tags(index)
        if not tags or (hp is not None and _tag(_epochs(hp)) not in tags):
            raise NotRecorded(
                f"architecture {index} was trained with hp {', '.join(tags) or 'none'}, not {hp!r}"
            )
        for epochs in map(_epochs, tags if hp is None else [hp]):
            self._cleared.add((index, epochs))
            if index in self._reloaded:
                self._reloaded[index][epochs].clear_params()

    def _reload(self, folder: Path, index: int | None) -> None:
        """Read the results of an architecture, or of all, from files with weights into memory.

        Raises:
            InvalidArgument: there is no such folder, file or architecture.
            SourceError: a file cannot be read.
        """
        from nasbench_db.formats.torch_files import load
        from nasbench_db.nats.record import FIDELITIES

        if self.verbose:
            self._say("reload", archive_root=str(folder), index=index)
        if not folder.is_dir():
            raise InvalidArgument(f"archive_root is {folder}, which is no folder")
        for number in range(len(self)) if index is None else [index]:
            if not 0 <= number < len(self):
                raise self._no_index(number)
            paths = [folder / name.format(number) for name in self._archive_names]
            for path in paths:
                if path.is_file():
                    break
            else:
                raise InvalidArgument(f"there is no {paths[0]}")
            content = load(path)
            if not isinstance(content, dict) or not FIDELITIES.keys() & content.keys():
                raise InvalidArgument(f"{path} does not hold the results of an architecture")
            reloaded = OrderedDict()
            for key, epochs in sorted(FIDELITIES.items(), key=operator.itemgetter(1)):
                if key in content:
                    results = self._results_type.create_from_state_dict(content[key])
                    results._random = self._random
                    reloaded[epochs] = results
            self._reloaded[number] = reloaded
            self._cleared -= {(number, epochs) for epochs in reloaded}

    def show(self, index: int = -1) -> None:
        """Print the results of an architecture, or of all that have any if the index is below 0.

        Of an index that there is not, or that has no results, this is printed.
        """
        mark = self._database.mark
        if mark is not None:
            print(mark.long)
        if index < 0:
            print(self)
        elif index >= len(self):
            print(f"{index} is no index of an architecture; they are 0 to {len(self) - 1}")
            return
        for number in sorted(self.evaluated_indexes) if index < 0 else [index]:
            tags = self._tags(number)
            if not tags:
                print(f"The database has no trial of architecture {number}.")
            for tag in tags:
                print(f"----- architecture {number}, {int(tag)} epochs -----")
                self._results(number, tag).show(is_print=True)


class _Architectures(Mapping[int, "OrderedDict[str, Any]"]):
    """The results of all architectures, by index and epochs, read when asked for."""

    def __init__(self, api: BenchmarkAPI) -> None:
        self._api = api

    def __getitem__(self, index: int) -> OrderedDict[str, Any]:
        tags = self._api._tags(index)
        if not tags:
            raise KeyError(index)
        return OrderedDict((tag, self._api._results(index, tag)) for tag in tags)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._api.evaluated_indexes))

    def __len__(self) -> int:
        return len(self._api.evaluated_indexes)


def remap_dataset_set_names(
    dataset: str, metric_on_set: str, verbose: bool = False
) -> tuple[str, str]:
    """The data set to look at, and the split, for ``train``, ``valid`` and ``test`` of a data set.

    The validation accuracy of CIFAR-10 is that of a training on half of its images. Other names
    stay as they are.

    Args:
        dataset: the data set.
        metric_on_set: the split.
        verbose: print what they stand for.
    """
    found = (dataset, metric_on_set)
    if dataset == "cifar10":
        renamed = {"valid": ("cifar10-valid", "x-valid"), "test": ("cifar10", "ori-test")}
        found = renamed.get(metric_on_set, found)
    elif dataset in ("cifar100", "ImageNet16-120") and metric_on_set in ("valid", "test"):
        found = (dataset, f"x-{metric_on_set}")
    if verbose:
        print(f"{metric_on_set} of {dataset} stands for {found[1]} of {found[0]}")
    return found


def print_information(
    information: ArchResults, extra_info: Any = None, show: bool = False
) -> list[str]:
    """The lines of :meth:`ArchResults.show`.

    Args:
        information: an architecture's results.
        extra_info: added to the first line, if it is not None.
        show: print them.
    """
    first, *rest = information.show()
    lines = [first if extra_info is None else f"{first}, {extra_info}", *rest]
    if show:
        print("\n".join(lines))
    return lines


def _add_group(info: dict[str, Any], group: str, metrics: dict[str, Any], epochs: Any) -> None:
    """Add the metrics of a split to those of an architecture."""
    seconds = metrics["all_time"]
    info[f"{group}-loss"] = metrics["loss"]
    info[f"{group}-accuracy"] = metrics["accuracy"]
    info[f"{group}-per-time"] = None if seconds is None else seconds / epochs
    info[f"{group}-all-time"] = seconds


def _epochs(hp: Hp) -> int:
    """The number of epochs that a ``hp`` stands for: 0, which nothing is trained for, if none."""
    try:
        return int(str(hp))
    except ValueError:
        return 0


def _tag(epochs: int) -> str:
    """A number of epochs as the original writes it."""
    return f"{epochs:02d}"
