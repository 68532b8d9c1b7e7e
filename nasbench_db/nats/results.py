"""The results of an architecture as the original packages hand them out.

``ArchResults`` holds the trials of an architecture for one number of epochs, ``ResultsCount`` one
trial, with the attributes, methods, keys, values and exceptions of ``nas_201_api``. Those of a
database read what they are asked for: the metrics after the last epoch come with the trial, and
the curves are read when an attribute such as ``train_acc1es``, or a second epoch, is asked for.

Epochs are counted from 0, accuracies are percent, losses cross-entropies, times seconds, and
parameters and FLOPs millions. A split is ``train``, ``x-valid``, ``x-test`` or ``ori-test``.

What differs from the original:

- ``get_metrics(..., is_random=True)`` draws from a generator that belongs to the results, not from
  Python's global one.
- The mean of values of which one is unknown is unknown (None), where the original fails.
- ``ArchResults.show`` prints; the original fails with a NameError.
- A file of a single architecture is read without running what it contains. The weights in it
  are numpy arrays.
"""

from __future__ import annotations

import copy
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any

from nasbench_db.architectures.inputs import plain
from nasbench_db.architectures.randomness import OwnRandom
from nasbench_db.nats.datasets import CLASSES
from nasbench_db.nats.stored import InvalidArgument, NotRecorded, StoredTrial
from nasbench_db.nats.trial import ResultsCount, number, numpy_mean

__all__ = ["ArchResults", "ResultsCount"]


class ArchResults:
    """The trials of an architecture for one number of epochs.

    Args:
        arch_index: the architecture's official index.
        arch_str: the architecture.

    Attributes:
        arch_index, arch_str: as given.
        all_results: the trials by data set and seed.
        dataset_seed: the seeds of each data set, ascending.
        clear_net_done: whether the trials have no weights.
    """

    _results_type: type[ResultsCount] = ResultsCount
    _rest = ""  # of a sample, how to get what it lacks
    _mean: Callable[[Sequence[float]], Any] = staticmethod(numpy_mean)

    def __init__(self, arch_index: int, arch_str: Any) -> None:
        self.arch_index = int(arch_index)
        self.arch_str = copy.deepcopy(arch_str)
        self.all_results: dict[tuple[str, int], ResultsCount] = {}
        self.dataset_seed: dict[str, list[int]] = {}
        self.clear_net_done = False
        self._random: OwnRandom | None = None

    @classmethod
    def _of(cls, arch_index: int, trials: Sequence[StoredTrial], rng: OwnRandom) -> Any:
        """Those of trials in a database."""
        results = cls(arch_index, trials[0].arch_str)
        for trial in trials:
            key = (trial.dataset, trial.seed)
            results.all_results[key] = results._results_type._of(trial)
            results.dataset_seed.setdefault(trial.dataset, []).append(trial.seed)
        for seeds in results.dataset_seed.values():
            seeds.sort()
        results._random = rng
        return results

    def get_compute_costs(self, dataset: str) -> dict[str, Any]:
        """The costs of the network, means over the seeds.

        Returns:
            ``flops``, ``params``, ``latency`` (None where it is not known), and for ``train`` and
            each evaluated split ``T-<split>@epoch`` and ``T-<split>@total``.

        Raises:
            KeyError: there is no trial on this data set.
        """
        results = self._trials(dataset)
        info: dict[str, Any] = {
            "flops": self._average(self._consistent([result.flop for result in results], dataset)),
            "params": self._average(
                self._consistent([result.params for result in results], dataset)
            ),
            "latency": self._known_latency(dataset),
        }
        times = defaultdict(list)
        for result in results:
            for key, value in result.get_times().items():
                times[key].append(value)
        info.update((key, self._average(values)) for key, values in times.items())
        return info

    get_comput_costs = get_compute_costs  # its name in version 1.0 and 1.1 of nas_201_api

    def _known_latency(self, dataset: str) -> Any:
        """The mean of the latencies that are known, or None."""
        latencies = [result.get_latency() for result in self._trials(dataset)]
        known = [latency for latency in latencies if latency > 0]
        return self._mean(known) if known else None

    def _consistent(self, values: list[Any], dataset: str) -> list[Any]:
        """Of a cost of each seed's network those that count."""
        return values

    def _average(self, values: Sequence[Any]) -> Any:
        return None if None in values else self._mean(values)

    def get_metrics(
        self,
        dataset: str,
        setname: str,
        iepoch: int | None = None,
        is_random: bool | int = False,
    ) -> dict[str, Any]:
        """Loss, accuracy and times on a split.

        Args:
            dataset: what the network was trained on: ``cifar10-valid``, ``cifar10``, ``cifar100``
                or ``ImageNet16-120``.
            setname: ``train``, ``x-valid``, ``x-test`` or ``ori-test``.
            iepoch: the epoch, counted from 0; by default the last.
            is_random: True for a trial drawn at random, False for the mean over all, a number for
                the trial of this seed.

        Returns:
            ``iepoch``, ``loss``, ``accuracy``, ``cur_time`` and ``all_time``.

        Raises:
            KeyError: there is no such data set, split, or evaluation after this epoch.
            ValueError: there is no such seed.
            InvalidArgument: there is no such epoch, or ``is_random`` is something else.
        """
        is_random = plain(is_random)
        seeds = self._seeds(dataset)
        results = [self.all_results[dataset, seed] for seed in seeds]
        if setname == "train":
            infos = [result.get_train(iepoch) for result in results]
        else:
            infos = [result.get_eval(setname, iepoch) for result in results]
        if is_random is False:
            return {key: self._average([info[key] for info in infos]) for key in infos[0]}
        if is_random is True:
            return self._generator().choice(infos)
        if not isinstance(is_random, Integral):
            raise InvalidArgument(
                f"is_random is {is_random!r}; it must be True, False or a seed of {seeds}"
            )
        if is_random not in seeds:
            raise NotRecorded(
                f"there is no trial of seed {is_random} on {dataset}, but of {seeds}{self._rest}"
            )
        return infos[seeds.index(is_random)]

    def _generator(self) -> OwnRandom:
        if self._random is None:
            self._random = OwnRandom()
        return self._random

    def _seeds(self, dataset: str) -> list[int]:
        try:
            return self.dataset_seed[dataset]
        except KeyError:
            raise NotRecorded(
                f"architecture {self.arch_index} has no such trial on {dataset!r}, but on "
                f"{', '.join(self.dataset_seed) or 'none'}; data sets are {', '.join(CLASSES)}"
                + (self._rest if dataset in CLASSES else "")
            ) from None

    def _trials(self, dataset: str, seed: int | None = None) -> list[ResultsCount]:
        seeds = self._seeds(dataset) if seed is None else [seed]
        return [self.query(dataset, seed) for seed in seeds]

    def get_dataset_names(self) -> list[str]:
        """The data sets that there are trials on."""
        return list(self.dataset_seed)

    def get_dataset_seeds(self, dataset: str) -> list[int]:
        """The seeds of the trials on a data set, ascending.

        Raises:
            KeyError: there is none.
        """
        return list(self._seeds(dataset))

    def get_net_param(self, dataset: str, seed: int | None = None) -> Any:
        """The trained weights of a seed, or of all by seed; None where there are none.

        Raises:
            KeyError: there is no trial on this data set.
            ValueError: there is none of this seed.
        """
        if seed is None:
            return {
                seed: self.query(dataset, seed).get_net_param() for seed in self._seeds(dataset)
            }
        return self.query(dataset, seed).get_net_param()

    def reset_latency(self, dataset: str, seed: int | None, latency: float) -> None:
        """Set the latency of a seed's trial, or of all."""
        for result in self._trials(dataset, seed):
            result.update_latency([latency])

    def reset_pseudo_train_times(
        self, dataset: str, seed: int | None, estimated_per_epoch_time: float
    ) -> None:
        """Set the time of training in every epoch, of a seed's trial or of all."""
        for result in self._trials(dataset, seed):
            result.reset_pseudo_train_times(estimated_per_epoch_time)

    def reset_pseudo_eval_times(
        self, dataset: str, seed: int | None, eval_name: str, estimated_per_epoch_time: float
    ) -> None:
        """Set the time of an evaluation in every epoch, of a seed's trial or of all."""
        for result in self._trials(dataset, seed):
            result.reset_pseudo_eval_times(eval_name, estimated_per_epoch_time)

    def get_latency(self, dataset: str) -> float:
        """The mean latency over the seeds.

        Raises:
            KeyError: there is no trial on this data set.
            ValueError: the latency of one is not known.
        """
        latencies = [result.get_latency() for result in self._trials(dataset)]
        if min(latencies) <= 0:
            raise NotRecorded(f"a latency on {dataset} is not known: {latencies}{self._rest}")
        return sum(latencies) / len(latencies)

    def get_total_epoch(self, dataset: str | None = None) -> int:
        """The epochs of training.

        Raises:
            ValueError: they differ, or ``dataset`` is no text.
            KeyError: there is no trial on this data set.
        """
        if dataset is not None and not isinstance(dataset, str):
            raise InvalidArgument(f"dataset is {dataset!r}; it must be a data set's name or None")
        datasets: Iterable[str] = self.dataset_seed if dataset is None else [dataset]
        epochs = [r.get_total_epoch() for name in datasets for r in self._trials(name)]
        if len(set(epochs)) > 1:
            raise InvalidArgument(f"the trials have different numbers of epochs: {epochs}")
        return epochs[-1]

    def query(self, dataset: str, seed: int | None = None) -> Any:
        """The trial of a seed, or all by seed.

        Raises:
            KeyError: there is none.
        """
        if seed is None:
            return {seed: self.all_results[dataset, seed] for seed in self._seeds(dataset)}
        try:
            return self.all_results[dataset, seed]
        except KeyError:
            raise NotRecorded(
                f"there is no trial of seed {seed!r} on {dataset!r}, but {list(self.all_results)}"
                + self._rest
            ) from None

    def arch_idx_str(self) -> str:
        """The index with six digits."""
        return f"{self.arch_index:06d}"

    def update(self, dataset_name: str, seed: int, result: ResultsCount) -> None:
        """Add a trial.

        Raises:
            InvalidArgument: there is one of this data set and seed already.
        """
        if (dataset_name, seed) in self.all_results:
            raise InvalidArgument(
                f"architecture {self.arch_index} has a trial of seed {seed} on {dataset_name}"
            )
        seeds = self.dataset_seed.setdefault(dataset_name, [])
        seeds.append(seed)
        seeds.sort()
        self.all_results[dataset_name, seed] = result
        self.clear_net_done = False

    def state_dict(self) -> dict[str, Any]:
        """All attributes by name, to be used with :meth:`create_from_state_dict`."""
        trials = {key: result.state_dict() for key, result in self.all_results.items()}
        return {
            "arch_index": self.arch_index,
            "arch_str": self.arch_str,
            "all_results": trials,
            "dataset_seed": self.dataset_seed,
            "clear_net_done": self.clear_net_done,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Set attributes by name."""
        self.__dict__.update(state_dict)
        if "all_results" in state_dict:
            self.all_results = {
                key: self._results_type.create_from_state_dict(trial)
                for key, trial in state_dict["all_results"].items()
            }

    @classmethod
    def create_from_state_dict(cls, state_dict_or_file: dict[str, Any] | str) -> Any:
        """The results of what :meth:`state_dict` gave, or of a file that holds such a dict.

        Raises:
            SourceError: the file cannot be read.
            InvalidArgument: it is neither a dict nor a path.
        """
        if isinstance(state_dict_or_file, (str, os.PathLike)):
            from nasbench_db.formats.torch_files import load

            state_dict_or_file = load(state_dict_or_file)
        if not isinstance(state_dict_or_file, dict):
            raise InvalidArgument(f"not a dict, or a file that holds one: {state_dict_or_file!r}")
        results = cls(-1, -1)
        results.load_state_dict(state_dict_or_file)
        return results

    def clear_params(self) -> None:
        """Forget the weights."""
        for result in self.all_results.values():
            result.net_state_dict = None
        self.clear_net_done = True

    def show(self, is_print: bool = False) -> list[str]:
        """A description: the architecture, and for each data set means over its seeds.

        Args:
            is_print: print it as well.

        Returns:
            its lines.
        """
        lines = [f"{self.arch_str}  (architecture {self.arch_index})"]
        for dataset, seeds in self.dataset_seed.items():
            costs = self.get_compute_costs(dataset)
            latency = costs["latency"]
            lines.append(
                f"{dataset:14s} {number(costs['flops'], '.2f')} MFLOPs, "
                f"{number(costs['params'], '.3f')} M parameters, latency "
                f"{number(latency and latency * 1000, '.2f')} ms, seeds {seeds}"
            )
            metrics = []
            for split in ("train", *self.query(dataset, seeds[0]).eval_names):
                try:
                    info = self.get_metrics(dataset, split)
                except KeyError:
                    continue
                metrics.append(f"{split} loss {info['loss']:.3f}, top-1 {info['accuracy']:.2f} %")
            lines.append(f"{'':14s} {'; '.join(metrics)}")
        if is_print:
            print("\n".join(lines))
        return lines

    def debug_test(self) -> None:
        """Print the latency and the times of all trials."""
        for dataset in CLASSES:
            print(f"{dataset}: latency {self.get_latency(dataset)} s")
            for result in self._trials(dataset):
                print(f"  {result}")
                print(f"  {result.get_times()}")

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(arch_index={self.arch_index}, arch={self.arch_str}, "
            f"{len(self.all_results)} trials)"
        )
