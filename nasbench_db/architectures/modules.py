"""The network of an architecture as a PyTorch module, asked of the room that builds them by name.

That room lies far above: it knows the cells, which do not know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any


def module_of(cell: Any, benchmark: str, options: Mapping[str, Any]) -> Any:
    """What ``nasbench_db.networks.build`` makes of a cell.

    Args:
        cell: the architecture.
        benchmark: whose it is.
        options: those of the benchmark's networks.
    """
    return resolve_name("nasbench_db.networks:build")(cell, benchmark, **options)
