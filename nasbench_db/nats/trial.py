"""One trial as the original packages hand it out; see :mod:`nasbench_db.nats.results`."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nasbench_db.architectures.inputs import as_int
from nasbench_db.nats.stored import InvalidArgument, NotRecorded, StoredTrial


def numpy_mean(values: Sequence[float]) -> np.float64:
    """The mean as ``numpy.mean`` computes it, to the last bit, and faster for a few values.

    Numpy adds fewer than eight numbers one after the other; more it adds pairwise.
    """
    if len(values) >= 8:
        return np.float64(np.add.reduce(values) / len(values))
    total = 0.0
    for value in values:  # sum() would make up for rounding, since Python 3.12
        total += value
    return np.float64(total / len(values))


def number(value: float | None, form: str) -> str:
    """A number for people, who are told if it is not known."""
    return "unknown" if value is None else format(value, form)


_CURVES = (
    *("train_acc1es", "train_acc5es", "train_losses", "train_times"),
    *("eval_acc1es", "eval_times", "eval_losses"),
)
_ATTRIBUTES = (
    *("name", "net_state_dict", "train_acc1es", "train_acc5es", "train_losses", "train_times"),
    *("arch_config", "params", "flop", "seed", "epochs", "latency"),
    *("eval_names", "eval_acc1es", "eval_times", "eval_losses"),
)


class ResultsCount:
    """One trial of an architecture.

    Attributes:
        name: the data set that it was trained on.
        net_state_dict: the trained weights, numpy arrays by name; None where there are none.
        train_acc1es, train_losses: by epoch.
        train_acc5es: top-5 accuracy by epoch; None where it was not recorded.
        train_times: by epoch; None where they are not known.
        arch_config: of the network: its architecture, skeleton and number of classes.
        params, flop: of the network.
        seed: with leading zeros, such as ``"0777"``.
        epochs: of training.
        latency: a list; None where it is not known.
        eval_names: the evaluated splits.
        eval_acc1es, eval_losses, eval_times: by ``split@epoch``.
    """

    name: Any
    net_state_dict: Any
    train_acc1es: dict[int, float]
    train_acc5es: dict[int, float] | None
    train_losses: dict[int, float]
    train_times: dict[int, float] | None
    arch_config: dict[str, Any]
    params: Any
    flop: Any
    seed: Any
    epochs: int
    latency: list[float] | None
    eval_names: list[str]
    eval_acc1es: dict[str, float]
    eval_losses: dict[str, float]
    eval_times: dict[str, float]

    _stored: StoredTrial | None = None
    _mean: Callable[[Sequence[float]], Any] = staticmethod(numpy_mean)
    _sum: Callable[[Sequence[float]], Any] = staticmethod(np.add.reduce)

    def __init__(
        self,
        name: Any,
        state_dict: Any,
        train_accs: Any,
        train_losses: Any,
        params: Any,
        flop: Any,
        arch_config: Any,
        seed: Any,
        epochs: Any,
        latency: Any,
    ) -> None:
        self.name = name
        self.net_state_dict = state_dict
        self.train_acc1es = copy.deepcopy(train_accs)
        self.train_acc5es = None
        self.train_losses = copy.deepcopy(train_losses)
        self.train_times = None
        self.arch_config = copy.deepcopy(arch_config)
        self.params = params
        self.flop = flop
        self.seed = seed
        self.epochs = epochs
        self.latency = latency
        self.reset_eval()

    @classmethod
    def _of(cls, stored: StoredTrial) -> ResultsCount:
        """Those of a trial in a database."""
        result = cls.__new__(cls)
        result._stored = stored
        result.epochs = stored.epochs
        return result

    def __getattr__(self, name: str) -> Any:
        """Read what is asked for; from then on it is an attribute like any other."""
        stored = self._stored
        if stored is None or name not in _ATTRIBUTES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name == "net_state_dict":
            read = {name: stored.weights()}
        else:
            read = stored.curves() if name in _CURVES else stored.facts()
        for key, value in read.items():
            self.__dict__.setdefault(key, value)
        return self.__dict__[name]

    def __getstate__(self) -> dict[str, Any]:
        # A copy, or a pickle, does without the database.
        return self.state_dict()

    def update_train_info(
        self, train_acc1es: Any, train_acc5es: Any, train_losses: Any, train_times: Any
    ) -> None:
        """Set the curves of the training."""
        self.train_acc1es = train_acc1es
        self.train_acc5es = train_acc5es
        self.train_losses = train_losses
        self.train_times = train_times

    def reset_pseudo_train_times(self, estimated_per_epoch_time: float) -> None:
        """Set the time of training in every epoch."""
        self.train_times = OrderedDict.fromkeys(range(self.epochs), estimated_per_epoch_time)

    def reset_pseudo_eval_times(self, eval_name: str, estimated_per_epoch_time: float) -> None:
        """Set the time of an evaluation on a split in every epoch.

        Raises:
            NotRecorded: the split was not evaluated.
        """
        if eval_name not in self.eval_names:
            raise NotRecorded(
                f"the split {eval_name!r} was not evaluated; there are {self.eval_names}"
            )
        for iepoch in range(self.epochs):
            self.eval_times[f"{eval_name}@{iepoch}"] = estimated_per_epoch_time

    def reset_eval(self) -> None:
        """Forget all evaluations."""
        self.eval_names = []
        self.eval_acc1es = {}
        self.eval_times = {}
        self.eval_losses = {}

    def update_latency(self, latency: list[float] | None) -> None:
        """Set the latencies."""
        self.latency = copy.deepcopy(latency)

    def update_eval(
        self, accs: dict[str, float], losses: dict[str, float], times: dict[str, float]
    ) -> None:
        """Add the evaluations on one or more splits, each by ``split@epoch`` for all epochs.

        Raises:
            InvalidArgument: there are evaluations on such a split already.
        """
        for split in dict.fromkeys(key.split("@")[0] for key in accs):
            self._add_split(split)
            for iepoch in range(self.epochs):
                key = f"{split}@{iepoch}"
                self.eval_acc1es[key] = accs[key]
                self.eval_losses[key] = losses[key]
                self.eval_times[key] = times[key]

    def update_OLD_eval(self, name: str, accs: dict[int, float], losses: dict[int, float]) -> None:
        """Add the evaluations on a split, by epoch, not necessarily of all, without times.

        Raises:
            InvalidArgument: there are evaluations on this split already.
        """
        self._add_split(name)
        for iepoch in range(self.epochs):
            if iepoch in accs:
                self.eval_acc1es[f"{name}@{iepoch}"] = accs[iepoch]
                self.eval_losses[f"{name}@{iepoch}"] = losses[iepoch]

    def _add_split(self, split: str) -> None:
        if split in self.eval_names:
            raise InvalidArgument(f"the evaluations on the split {split!r} are there already")
        self.eval_names.append(split)

    def get_total_epoch(self) -> int:
        """The epochs of training."""
        return self.epochs

    def get_latency(self) -> float:
        """The mean of the latencies, or -1.0 where they are not known."""
        latency = self.latency
        return -1.0 if latency is None else sum(latency) / len(latency)

    def get_times(self) -> dict[str, Any]:
        """For ``train`` and each evaluated split the time of an epoch and of all epochs.

        Returns:
            ``T-<split>@epoch`` and ``T-<split>@total``, None where a time is not known.
        """
        info = {}
        for split in ("train", *self.eval_names):
            times = self._known_times(split)
            info[f"T-{split}@epoch"] = None if times is None else self._mean(times)
            info[f"T-{split}@total"] = None if times is None else self._sum(times)
        return info

    def _known_times(self, split: str) -> list[float] | None:
        try:
            return self._times(split, self.epochs - 1)
        except KeyError:
            return None

    def get_eval_set(self) -> list[str]:
        """The evaluated splits."""
        return self.eval_names

    def get_train(self, iepoch: int | None = None) -> dict[str, Any]:
        """The metrics of the training up to an epoch.

        Args:
            iepoch: the epoch; by default the last.

        Returns:
            ``iepoch``, ``loss``, ``accuracy``, ``cur_time`` (of this epoch) and ``all_time`` (of
            all up to this).

        Raises:
            InvalidArgument: there is no such epoch.
            KeyError: nothing was recorded in this epoch.
        """
        return self._metrics("train", self._epoch(iepoch))

    def get_eval(self, name: str, iepoch: int | None = None) -> dict[str, Any]:
        """The metrics of the evaluations on a split; see :meth:`get_train`.

        Args:
            name: the split; ``valid`` is taken for ``x-valid``.
            iepoch: the epoch; by default the last.

        Raises:
            InvalidArgument: there is no such epoch.
            KeyError: the split was not evaluated, or not after this epoch.
        """
        iepoch = self._epoch(iepoch)
        if name == "train":
            raise NotRecorded("'train' is no split that is evaluated: use get_train")
        return self._metrics("x-valid" if name == "valid" else name, iepoch)

    def judge_valid(self, iepoch: int) -> None:
        """Refuse what is no epoch of the training.

        Raises:
            InvalidArgument: there is no such epoch.
        """
        self._epoch(iepoch)

    def _epoch(self, iepoch: int | None) -> int:
        last = self.epochs - 1
        if iepoch is None:
            return last
        number = as_int(iepoch)
        if number is None or not 0 <= number <= last:
            raise InvalidArgument(f"iepoch is {iepoch!r}; epochs are counted from 0 to {last}")
        return number

    def _metrics(self, split: str, iepoch: int) -> dict[str, Any]:
        loss, accuracy = self._loss_and_accuracy(split, iepoch)
        times = self._times(split, iepoch)
        return {
            "iepoch": iepoch,
            "loss": loss,
            "accuracy": accuracy,
            "cur_time": None if times is None else times[-1],
            "all_time": None if times is None else sum(times),
        }

    def _loss_and_accuracy(self, split: str, iepoch: int) -> tuple[float, float]:
        own = self.__dict__
        if split == "train":
            if "train_losses" in own:
                return self.train_losses[iepoch], self.train_acc1es[iepoch]
        elif "eval_losses" in own:
            key = f"{split}@{iepoch}"
            if key not in self.eval_losses:
                raise NotRecorded(f"nothing was recorded as {key} on {self.name}")
            return self.eval_losses[key], self.eval_acc1es[key]
        assert self._stored is not None
        return self._stored.loss_and_accuracy(split, iepoch)

    def _times(self, split: str, iepoch: int) -> list[float] | None:
        """The times of all epochs up to one, or None where they are not known."""
        own = self.__dict__
        if split == "train":
            if "train_times" in own:
                times = self.train_times
                return None if times is None else [times[i] for i in range(iepoch + 1)]
        elif "eval_times" in own:
            if not self.eval_times:
                return None
            keys = [f"{split}@{i}" for i in range(iepoch + 1)]
            if keys[-1] not in self.eval_times:
                raise NotRecorded(f"the time of {keys[-1]} on {self.name} is not known")
            return [self.eval_times[key] for key in keys]
        assert self._stored is not None
        return self._stored.times(split, iepoch + 1)

    def get_net_param(self, clone: bool = False) -> Any:
        """The trained weights, or None where there are none.

        Args:
            clone: give a copy.
        """
        return copy.deepcopy(self.net_state_dict) if clone else self.net_state_dict

    def get_config(self, str2structure: Callable[[str], Any] | None) -> dict[str, Any]:
        """What is needed to build the network.

        Args:
            str2structure: applied to the arch string to give ``genotype``; or None.
        """
        return network_config(self.arch_config, str2structure)

    def state_dict(self) -> dict[str, Any]:
        """All attributes by name, to be used with :meth:`create_from_state_dict`."""
        return {name: getattr(self, name) for name in _ATTRIBUTES}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Set attributes by name."""
        self.__dict__.update(state_dict)
        weights = state_dict.get("net_state_dict")
        if weights is not None:
            from nasbench_db.formats.torch_files import Tensor

            self.net_state_dict = OrderedDict(
                (name, value.numpy() if isinstance(value, Tensor) else value)
                for name, value in weights.items()
            )

    @classmethod
    def create_from_state_dict(cls, state_dict: dict[str, Any]) -> ResultsCount:
        """A trial of what :meth:`state_dict` gave, or of an original file."""
        result = cls(None, None, None, None, None, None, None, None, None, None)
        result.load_state_dict(state_dict)
        return result

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.name}, arch={self.arch_config['arch_str']}, "
            f"seed={self.seed}, {self.epochs} epochs, {number(self.params, '.3f')} M parameters, "
            f"{number(self.flop, '.2f')} MFLOPs, evaluated on {', '.join(self.eval_names)})"
        )


def network_config(
    arch_config: dict[str, Any], str2structure: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    """What is needed to build a network, under the original's keys.

    Args:
        arch_config: that of a ``ResultsCount``.
        str2structure: applied to the arch string to give ``genotype``; or None.
    """
    if arch_config.get("name") == "infer.shape.tiny":  # of the size search space
        config = {"name": "infer.shape.tiny", "channels": arch_config["channels"]}
        genotype = arch_config["genotype"]
        config["genotype"] = genotype if str2structure is None else str2structure(genotype)
    else:
        config = {"name": "infer.tiny", "C": arch_config["channel"], "N": arch_config["num_cells"]}
        if str2structure is None:
            config["arch_str"] = arch_config["arch_str"]
        else:
            config["genotype"] = str2structure(arch_config["arch_str"])
    return {**config, "num_classes": arch_config["class_num"]}
