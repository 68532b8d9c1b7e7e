"""zero-cost-nas' ``.p`` files: zero-cost proxies of NAS-Bench-201 and 101, one pickle a cell.

Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021. The pickles are dicts that
follow each other: ``i``, ``arch`` and ``logmeasures``, with accuracies that are means over the
seeds; or ``hash`` and ``logmeasures``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.measurements.known.datasets import contexts_of
from nasbench_db.measurements.sources import Declared, Measurements, Row

_MEASURES = "logmeasures"
_DATASETS = {"cf100": "cifar100", "cf10": "cifar10", "im120": "ImageNet16-120"}
_NAMED = re.compile("cf100|cf10|im120")
_ACCURACIES = {
    "valacc": Declared(
        name="mean_valid_acc",
        title="mean validation accuracy",
        unit="percent",
        direction="max",
        split="valid",
        description="Mean over the seeds of the accuracy on x-valid after 200 epochs; of "
        "cifar10-valid where the data set is cifar10. Source: valacc.",
    ),
    "testacc": Declared(
        name="mean_test_acc",
        title="mean test accuracy",
        unit="percent",
        direction="max",
        split="test",
        description="Mean over the seeds of the accuracy after 200 epochs on x-test, and on "
        "ori-test of cifar10-valid where the data set is cifar10. Source: testacc.",
    ),
}


def is_one(first: Any) -> bool:
    """Whether the first object of a file of pickles is that of such a file."""
    return isinstance(first, Mapping) and isinstance(first.get(_MEASURES), Mapping)


def read(objects: Sequence[Any], benchmark: str, name: str) -> Measurements:
    """What such a file has.

    Args:
        objects: its pickles, one after another. Of several of a cell the last counts.
        benchmark: the benchmark.
        name: the file's name, which alone tells the data set.

    Raises:
        SourceError: it is of another benchmark, or its name tells no data set, or it is malformed.
    """
    cells: dict[Any, Mapping[str, Any]] = {}
    for number, one in enumerate(objects):
        if not is_one(one):
            raise SourceError(f"{name}: object {number} has no {_MEASURES}")
        cells[one.get("i", one.get("hash"))] = one
    of = "nasbench101" if "hash" in objects[0] else "nasbench201"
    if of != benchmark:
        raise SourceError(f"{name} has zero-cost proxies of {of}, and not of {benchmark}")
    dataset = "cifar10"
    if of == "nasbench201":
        told = _NAMED.search(os.path.basename(name))
        if told is None:
            raise SourceError(
                f"{name} does not say of which data set it is, but by its published name, such as "
                f"nb2_cf10_seed42_...p: rename it so that it has one of {', '.join(_DATASETS)}"
            )
        dataset = _DATASETS[told[0]]
    proxies = dict.fromkeys(proxy for one in cells.values() for proxy in one[_MEASURES])
    accuracies = [key for key in _ACCURACIES if any(key in one for one in cells.values())]
    remarks = ["its accuracies are means over the seeds, and no trainings"] if accuracies else []
    return Measurements(
        metrics=[*map(_declared, proxies), *(_ACCURACIES[key] for key in accuracies)],
        rows=_rows(cells, list(proxies), accuracies, of, dataset),
        form="zero-cost-nas, pickles",
        has_context=of == "nasbench201",
        licence="Apache-2.0",
        remarks=remarks,
    )


def _declared(proxy: str) -> Declared:
    return Declared(
        name=str(proxy),
        unit="1",
        direction="max",
        description=f"A zero-cost proxy, {proxy}, of one batch and seed 42 of the weights; high "
        "scores are meant to be good.",
        absent_without_path=(0.0,),
    )


def _rows(
    cells: Mapping[Any, Mapping[str, Any]],
    proxies: Sequence[str],
    accuracies: Sequence[str],
    benchmark: str,
    dataset: str,
) -> Iterator[Row]:
    for identifier, one in cells.items():
        arch = one.get("arch", identifier)
        values = [one[_MEASURES].get(proxy) for proxy in proxies]
        of = [one.get(key) for key in accuracies]
        first, *others = contexts_of(benchmark, dataset)
        yield Row(f"cell {identifier}", arch, first, None, [*values, *of])
        for other in others:  # the accuracies are those of the first
            yield Row(f"cell {identifier}", arch, other, None, [*values, *(None for _ in of)])
