"""Which data sets of a benchmark a measurement on one of them is of."""

from __future__ import annotations

_OF_201 = {"cifar10": ("cifar10-valid", "cifar10")}
"""The same images, classes and networks; trained on half of the images, or on all of them."""


def contexts_of(benchmark: str, dataset: str) -> tuple[str, ...]:
    """The data sets or tasks of a benchmark that a name stands for.

    Args:
        benchmark: the benchmark.
        dataset: what is measured that no training decides on, such as a latency, under the name
            that the file has.
    """
    if benchmark in ("nasbench201", "natssss"):
        return _OF_201.get(dataset.lower(), (dataset,))
    return (dataset,)
