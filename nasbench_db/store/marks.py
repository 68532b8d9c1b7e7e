"""What must be said wherever numbers are shown: that they are made up, or a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SAMPLE_FORMAT = "sample"
"""The ``source_format`` of a source that the package carries and that is less than a benchmark."""


class Mark(NamedTuple):
    """What must be said.

    Attributes:
        short: for a title.
        long: for a sentence, which it begins in small letters.
    """

    short: str
    long: str


SYNTHETIC = Mark("SYNTHETIC metrics", "the metrics are SYNTHETIC: made up, not measured")
SAMPLE = Mark("sample", "this is a SAMPLE: real numbers, and not all that the benchmark has")


def mark_of(sources: Iterable[Mapping[str, Any]]) -> Mark | None:
    """What must be said of numbers, if anything.

    Args:
        sources: where they are from, each as in ``Provenance``.
    """
    sources = list(sources)
    if any(source["synthetic"] for source in sources):
        return SYNTHETIC
    if any(source["source_format"] == SAMPLE_FORMAT for source in sources):
        return SAMPLE
    return None
