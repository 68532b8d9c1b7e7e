"""What the losses of a training say besides: which epoch was best, and the perplexities."""

from __future__ import annotations

import math
from collections.abc import Sequence


def best_epoch(losses: Sequence[float | None]) -> int | None:
    """The first epoch, counted from 1, after which a loss is lowest; None without any."""
    measured = [(loss, epoch) for epoch, loss in enumerate(losses, 1) if loss is not None]
    return min(measured)[1] if measured else None


def perplexity(loss: float | None) -> float | None:
    """The exponential of a loss; None where there is no loss, or no such number."""
    try:
        return None if loss is None else math.exp(loss)
    except OverflowError:
        return None
