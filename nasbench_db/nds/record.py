"""A job of NDS's files, parsed and checked: one training run with all that was recorded of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.errors import InvalidArchitecture, nearest
from nasbench_db.nds.cell import Cell
from nasbench_db.nds.constants import BLOCKS, MOST_JOB_ID, SWEEPS

JOB_KEYS = (
    *("job_id", "rng_seed", "net", "optim", "params", "flops", "act_mem", "exp_mem"),
    *("iter_time", "prec_time", "min_test_top1", "train_ep_loss", "train_ep_top1"),
    *("test_ep_top1", "train_it_loss", "train_it_top1"),
)
"""What a job has."""

ITERATION_KEYS = ("train_it_loss", "train_it_top1")
_NUMBERS = ("params", "flops", "iter_time", "min_test_top1", "prec_time", "act_mem", "exp_mem")
_CURVES = ("train_ep_loss", "train_ep_top1", "test_ep_top1")
_OPTIM_KEYS = ("base_lr", "wd", "max_ep")
_NET_KEYS = {
    True: ("genotype", "depth", "width", "aux", "drop_prob"),
    False: ("block_type", "ds", "ws", "ss", "bot_muls", "num_gs"),
}
_MOST_EPOCHS = 65535

_SWEEP = re.compile(r"([^_.]+)(?:_(fix-w-d|lr-wd))?(_in)?(?:_(?:reruns|rng\d))?")
_GENERATORS = {None: "random", "fix-w-d": "fix_w_d", "lr-wd": "tune_lr_wd"}
_BY_FOLDED = {name.lower(): name for name in SWEEPS}


class Sweep(NamedTuple):
    """What the name of a file says of its jobs.

    Attributes:
        name: the name, without ``.json``.
        proposer, generator, dataset: by NNI's names.
    """

    name: str
    proposer: str
    generator: str
    dataset: str


class Job(NamedTuple):
    """A training run.

    Attributes:
        cell: its architecture.
        seed: its random seed.
        base_lr, weight_decay, num_epochs: how it was trained.
        numbers: the recorded ones of ``params``, ``flops``, ``iter_time``, ``min_test_top1``,
            ``prec_time``, ``act_mem`` and ``exp_mem``; None for what is absent or NaN.
        losses, train_errors, test_errors: by epoch; errors are percent; NaN stands for itself.
        iterations: the lists by iteration, None for one that is absent or not kept.
        job_id: its id as text, if it has one.
        further: what else it has, and by what names.
    """

    cell: Cell
    seed: int
    base_lr: float
    weight_decay: float
    num_epochs: int
    numbers: tuple[float | None, ...]
    losses: list[float]
    train_errors: list[float]
    test_errors: list[float]
    iterations: tuple[list[float] | None, ...]
    job_id: str | None
    further: dict[str, Any]


def sweep_of(file: str) -> Sweep | None:
    """What the name of a file says; None if it is none of the 34.

    Args:
        file: the name, with or without ``.json``, in any case.
    """
    stem = file.lower().removesuffix(".json")
    name = _BY_FOLDED.get(stem)
    if name is None:
        return None
    found = _SWEEP.fullmatch(name)
    assert found is not None
    dataset = "imagenet" if found[3] else "cifar10"
    return Sweep(name, found[1].lower(), _GENERATORS[found[2]], dataset)


def nearest_sweep(file: str) -> str:
    """Which file was perhaps meant, as the end of a message."""
    return nearest(file, [f"{name}.json" for name in SWEEPS])


def read_job(job: Mapping[str, Any], iterations: bool = True) -> Job:
    """A job as a program has read it.

    Args:
        job: the dict.
        iterations: whether to keep what is recorded by iteration.

    Raises:
        ValueError: it is no such job; the message says why.
    """
    lacking = [key for key in ("net", "optim", "rng_seed", *_CURVES) if key not in job]
    if lacking:
        raise ValueError(
            f"it lacks {', '.join(lacking)}; it has {', '.join(map(str, list(job)[:20]))}"
        )
    net, optim = _mapping("net", job["net"]), _mapping("optim", job["optim"])
    try:
        cell = Cell.from_arch(net)
    except InvalidArchitecture as error:
        raise ValueError(f"net: {error}") from None
    rates = [_number(f"optim.{key}", optim.get(key)) for key in _OPTIM_KEYS[:2]]
    if None in rates or min(rate or 0 for rate in rates) < 0:
        raise ValueError(f"optim is {show(dict(optim))}; base_lr and wd must be numbers")
    epochs = _whole("optim.max_ep", optim.get("max_ep"), 1, _MOST_EPOCHS)
    losses, train_errors, test_errors = curves = [_curve(key, job[key]) for key in _CURVES]
    for key, curve in zip(_CURVES, curves, strict=True):
        if len(curve) != epochs:
            raise ValueError(f"{key} has {len(curve)} values, and optim.max_ep is {epochs}")
        if key != "train_ep_loss" and any(x < 0 or x > 100 for x in curve):
            raise ValueError(f"{key} has a value that is no error in percent, from 0 to 100")
    return Job(
        cell,
        _whole("rng_seed", job["rng_seed"], 0, (1 << 63) - 1),
        float(rates[0] or 0),
        float(rates[1] or 0),
        epochs,
        tuple([_number(key, job.get(key)) for key in _NUMBERS]),
        losses,
        train_errors,
        test_errors,
        tuple([_by_iteration(key, job.get(key), iterations) for key in ITERATION_KEYS]),
        _job_id(job.get("job_id")),
        _further(job, net, optim, cell),
    )


def _further(
    job: Mapping[str, Any], net: Mapping[str, Any], optim: Mapping[str, Any], cell: Cell
) -> dict[str, Any]:
    """What is not among the known keys, so that nothing is lost."""
    known = _NET_KEYS["genotype" in net]
    of_net = {key: value for key, value in net.items() if key not in known}
    block = BLOCKS.get(cell.model_family)
    if block is not None and net["block_type"] != block:
        of_net["block_type"] = net["block_type"]
    found = {key: value for key, value in job.items() if key not in JOB_KEYS}
    parts = {"net": of_net, "optim": {k: v for k, v in optim.items() if k not in _OPTIM_KEYS}}
    return found | {name: part for name, part in parts.items() if part}


def _mapping(name: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} is {show(given)}; it must be a dict")
    return given


def _whole(name: str, given: Any, lowest: int, highest: int) -> int:
    number = None if isinstance(given, bool) else as_int(given)
    if number is None or not lowest <= number <= highest:
        raise ValueError(f"{name} is {show(given)}; it must be a whole number from {lowest}")
    return number


def _number(name: str, given: Any) -> float | None:
    """A number; None if there is none, or NaN."""
    if given is None or given != given:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not _finite(given):
        raise ValueError(f"{name} is {show(given)}; it must be a number")
    return given


def _curve(name: str, given: Any) -> list[float]:
    """A list of numbers, of which some may be NaN; None stands for that as well."""
    if not isinstance(given, list):
        raise ValueError(f"{name} is {show(given)}; it must be a list of numbers")
    if set(map(type, given)) != {float}:
        for value in given:
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            ):
                raise ValueError(f"{name} has {show(value)} in it; it must be a list of numbers")
        given = [nan if value is None else _as_float(name, value) for value in given]
    curve: list[float] = given
    if inf in curve or -inf in curve:
        raise ValueError(f"{name} has an infinite value; it must be a list of numbers")
    return curve


def _by_iteration(name: str, given: Any, kept: bool) -> list[float] | None:
    if given is None or (not kept and isinstance(given, list)):
        return None
    return _curve(name, given)


def _as_float(name: str, value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} has a number beyond those of a double") from None


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _job_id(given: Any) -> str | None:
    """A job's id as text, whatever it is."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise ValueError(f"job_id is {show(given)}; it must be a number or a text")
    text = str(given) if isinstance(given, str) or abs(given) < 1 << 200 else ""
    if not 0 < len(text) <= MOST_JOB_ID:
        raise ValueError(f"job_id is {show(given)}; it must have 1 to {MOST_JOB_ID} characters")
    return text
