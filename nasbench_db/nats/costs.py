"""The parameters and FLOPs that a run must record, by the rule of its network.

A published file is said to hold runs that carry another cell's numbers, in issue 134 of
D-X-Y/AutoDL-Projects; which they are, only the rule tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nasbench_db.architectures.network import count_flops, count_parameters
from nasbench_db.nats.datasets import CLASSES, SIDES, official_name

Layers = Callable[[str, int | None, int | None], tuple[Sequence[str], Sequence[int]]]
"""Given an architecture's string, and channels and cells where they are recorded, the operations
of a cell and the widths of all layers; see :func:`nasbench_db.architectures.network.convolutions`.
"""

MOST_CELLS = 100
"""In a stage: no file is believed to have trained more, and their layers are not counted."""

_ROUNDING = 1e-7
"""By how much of itself a number may differ that was once one of four bytes."""


def miscounted(
    layers: Layers,
    arch_str: str,
    dataset: str,
    recorded: tuple[float | None, float | None],
    channels: int | None = None,
    cells: int | None = None,
) -> str | None:
    """In what a run's record contradicts the rule; None where it does not.

    Args:
        layers: of the architectures of the search space.
        arch_str: the architecture.
        dataset: what it was trained on.
        recorded: parameters and FLOPs, in millions; None where the record has none.
        channels, cells: the size of the network, if it is recorded.
    """
    name = official_name(dataset)
    if name is None or (cells or 1) > MOST_CELLS or recorded == (None, None):
        return None
    ops, widths = layers(arch_str, channels, cells)
    by_rule = (
        count_parameters(ops, widths, CLASSES[name]),
        count_flops(ops, widths, CLASSES[name], SIDES[name]),
    )
    wrong = [
        f"{found:.6f} million {what} instead of {right / 1e6:.6f}"
        for what, found, right in zip(("parameters", "FLOPs"), recorded, by_rule, strict=True)
        # What is no number at all, another check tells.
        if isinstance(found, (int, float))
        and not abs(found * 1e6 - right) <= max(0.5, _ROUNDING * right)
    ]
    return " and ".join(wrong) or None
