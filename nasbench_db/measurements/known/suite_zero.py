"""NAS-Bench-Suite-Zero's ``zc_<space>.json``: zero-cost proxies of networks that were not trained.

Krishnakumar et al., "NAS-Bench-Suite-Zero: Accelerating Research on Zero Cost Proxies", NeurIPS
2022. There are two forms of the file: ``{data set: {architecture: {proxy: {score, time}}}}``, and
an earlier one, with plain numbers, under the name of the search space. Architectures are NASLib's
tuples of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.measurements.known.datasets import contexts_of
from nasbench_db.measurements.sources import Declared, Measurements, Row

SPACES = {
    "nasbench101": ("nasbench101", "naslib"),
    "nasbench201": ("nasbench201", "naslib"),
    "transbench101_micro": ("transnas101", "naslib_micro"),
    "transbench101_macro": ("transnas101", "naslib_macro"),
}
"""NASLib's names of search spaces, each with the benchmark and the encoding."""

_ACCURACY = "val_accuracy"
_LARGE = -1e8
"""What epe_nas and jacov give where they cannot be computed."""

_OF = {
    "epe_nas": "the efficient performance estimation without training of Lopes et al. 2021",
    "fisher": "Fisher information, summed over activations (Turner et al. 2020)",
    "grad_norm": "the norm of the gradients of one batch (Abdelfattah et al. 2021)",
    "grasp": "gradient signal preservation (Wang et al. 2020)",
    "jacov": "the covariance of the Jacobian of one batch (Mellor et al. 2021)",
    "l2_norm": "the L2 norm of the weights (Abdelfattah et al. 2021)",
    "nwot": "the overlap of activations of one batch (Mellor et al. 2021)",
    "plain": "weights times gradients (Abdelfattah et al. 2021)",
    "snip": "connection sensitivity (Lee et al. 2019)",
    "synflow": "synaptic flow (Tanaka et al. 2020)",
    "zen": "the Zen score (Lin et al. 2021)",
}
"""The proxies, and what each computes."""

_FAIL = ("epe_nas", "jacov", "nwot")
_ZERO = ("fisher", "grad_norm", "grasp", "plain", "snip", "synflow")
_FLOPS = "flops_with_bn_relu_pools"

_SEED_888 = "test_acc_seed_888"
_ACCURACIES = {
    "nasbench101": Declared(
        name="val_acc_of_one_repeat",
        title="validation accuracy of one training",
        unit="percent",
        direction="max",
        split="valid",
        description="Validation accuracy after 108 epochs of one of the three trainings, drawn "
        "when the file was made. Source: val_accuracy.",
    ),
    "nasbench201": Declared(
        name=_SEED_888,
        title="test accuracy of seed 888",
        unit="percent",
        direction="max",
        split="test",
        description="Top-1 accuracy on TEST images after 200 epochs of the training with seed "
        "888: of cifar10-valid on ori-test, of the others on x-test. The file calls it "
        "val_accuracy. Source: val_accuracy.",
    ),
    "transnas101": Declared(
        name="final_valid_score",
        title="validation score",
        direction="max",
        split="valid",
        description="The task's validation score after the last epoch: top-1 accuracy, negative "
        "loss, accuracy of pixels, or SSIM. Source: val_accuracy.",
    ),
}
"""What the file calls ``val_accuracy``."""


def is_one(content: Any) -> bool:
    """Whether the content of a JSON file is such a file."""
    for value in (content, *(content.values() if isinstance(content, Mapping) else ())):
        scores = _first(_first(value))
        if isinstance(scores, Mapping) and {"synflow", "jacov", "snip"} & set(scores):
            return True
    return False


def _first(value: Any) -> Any:
    return next(iter(value.values()), None) if isinstance(value, Mapping) else None


def read(content: Mapping[str, Any], benchmark: str, name: str) -> Measurements:
    """What such a file has of a benchmark.

    Args:
        content: the file's content.
        benchmark: the benchmark.
        name: the file's name, for messages.

    Raises:
        SourceError: it is of another search space, or malformed.
    """
    spaces = [space for space in content if space in (*SPACES, "nasbench301")]
    if spaces:
        wanted = [space for space in spaces if SPACES.get(space, ("",))[0] == benchmark]
        if len(wanted) != 1:
            raise SourceError(
                f"{name} has zero-cost proxies of {', '.join(spaces)}, and not of {benchmark}"
            )
        data, encoding = content[wanted[0]], SPACES[wanted[0]][1]
    else:
        data, encoding = content, _encoding(content, benchmark, name)
    found: dict[str, None] = {}
    times: dict[str, None] = {}
    for archs in data.values():
        for scores in archs.values() if isinstance(archs, Mapping) else ():
            for proxy, score in scores.items() if isinstance(scores, Mapping) else ():
                found[proxy] = None
                if isinstance(score, Mapping) and "time" in score:
                    times[proxy] = None
    proxies = [proxy for proxy in found if proxy != _ACCURACY]
    accuracy = _ACCURACIES.get(benchmark) if _ACCURACY in found else None
    metrics = [_declared(proxy) for proxy in proxies]
    metrics += [_time(proxy) for proxy in times if proxy != _ACCURACY]
    metrics += [accuracy] if accuracy else []
    return Measurements(
        metrics=metrics,
        rows=_rows(data, benchmark, proxies, list(times), accuracy is not None, name),
        form="NAS-Bench-Suite-Zero, JSON",
        has_context=benchmark != "nasbench101",
        encoding=encoding,
        first_counts=benchmark == "nasbench101",
        licence="Apache-2.0",
        remarks=_remarks(benchmark, accuracy),
    )


def _remarks(benchmark: str, accuracy: Declared | None) -> list[str]:
    remarks = [
        f"its flops count batch normalisation, ReLU and pooling as well, which the benchmark's do "
        f"not, and are called {_FLOPS}"
    ]
    if accuracy:
        remarks.append(f"its val_accuracy is called {accuracy.name}: {accuracy.title}")
    if benchmark == "nasbench101":
        remarks.append("it writes some cells as several graphs, of which the first counts")
    if benchmark == "nasbench201":
        remarks.append("its scores on cifar10 stand for cifar10-valid as well")
    return remarks


def _encoding(content: Mapping[str, Any], benchmark: str, name: str) -> str:
    """How architectures are written in a file that does not name the search space."""
    names = [encoding for of, encoding in SPACES.values() if of == benchmark]
    if not names:
        raise SourceError(f"{name} has zero-cost proxies, and none of them are of {benchmark}")
    if len(names) == 1:
        return names[0]
    # A cell has operations 0 to 3; of the modules of macro architectures some are 4.
    macro = any("4" in arch for archs in content.values() for arch in archs)
    return "naslib_macro" if macro else "naslib_micro"


def _declared(proxy: str) -> Declared:
    if proxy == "params":
        return Declared(
            name="params",
            title="parameters",
            unit="millions",
            direction="min",
            description="Trainable parameters.",
        )
    if proxy == "flops":
        return Declared(
            name=_FLOPS,
            title="FLOPs with BN, ReLU and pools",
            unit="millions",
            direction="min",
            description="Operations for one image, which count batch normalisation, ReLU and "
            "pooling besides multiply-accumulates: another quantity than the benchmark's flops. "
            "Source: flops.",
        )
    what = _OF.get(proxy)
    return Declared(
        name=proxy,
        title=proxy,
        unit=None if what is None else "1",
        direction=None if what is None else "max",
        description=f"A zero-cost proxy: {what}; high scores are meant to be good."
        if what
        else f"{proxy} as the file has it.",
        absent=(_LARGE, float("-inf")) if proxy in _FAIL else (),
        absent_without_path=(0.0,) if proxy in _ZERO else (),
    )


def _time(proxy: str) -> Declared:
    return Declared(
        name=f"{_declared(proxy).name}_time",
        title=f"time of {proxy}",
        unit="seconds",
        direction="min",
        description=f"Seconds to compute {proxy} once; on which device is not stated.",
    )


def _rows(
    data: Mapping[str, Any],
    benchmark: str,
    proxies: list[str],
    times: list[str],
    has_accuracy: bool,
    name: str,
) -> Iterator[Row]:
    timed = [proxy for proxy in times if proxy != _ACCURACY]
    for dataset, archs in data.items():
        if not isinstance(archs, Mapping):
            raise SourceError(f"{name}: {dataset} has no architectures")
        of_accuracy, *others = contexts_of(benchmark, dataset)
        for arch, scores in archs.items():
            if not isinstance(scores, Mapping):
                raise SourceError(f"{name}: {dataset}, {arch} has no scores")
            place = f"{dataset}, {arch}"
            values = [_score(scores.get(proxy)) for proxy in proxies]
            values += [_seconds(scores.get(proxy)) for proxy in timed]
            accuracy = [_score(scores.get(_ACCURACY))] if has_accuracy else []
            yield Row(place, arch, of_accuracy, None, [*values, *accuracy])
            for other in others:
                yield Row(place, arch, other, None, [*values, *([None] if accuracy else [])])


def _score(given: Any) -> Any:
    return given.get("score") if isinstance(given, Mapping) else given


def _seconds(given: Any) -> Any:
    return given.get("time") if isinstance(given, Mapping) else None
