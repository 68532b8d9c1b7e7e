"""NAS-Bench-201: 15,625 cells trained on CIFAR-10, CIFAR-100 and ImageNet16-120.

It is also the topology search space of NATS-Bench.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.edges import CONNECTED
from nasbench_db.architectures.topology import (
    AVG_POOL_3X3,
    CONV_1X1,
    CONV_3X3,
    NONE,
    PRIMITIVES,
    SKIP_CONNECT,
    Cell,
    enumerate_cells,
    official_order,
    random_cell,
)
from nasbench_db.nasbench201.dicts import Nb201Config, Nb201Intermediate, Nb201Trial
from nasbench_db.nasbench201.query import query_many, query_nb201_trial_stats
from nasbench_db.nasbench201.schema import (
    Nb201Architecture,
    Nb201IntermediateStats,
    Nb201TrialConfig,
    Nb201TrialStats,
    Nb201Weights,
)

if TYPE_CHECKING:
    from nasbench_db.nasbench201.means import PublishedMeans, published_means

__all__ = [
    "AVG_POOL_3X3",
    "CONNECTED",
    "CONV_1X1",
    "CONV_3X3",
    "NONE",
    "PRIMITIVES",
    "SKIP_CONNECT",
    "Cell",
    "Nb201Architecture",
    "Nb201Config",
    "Nb201Intermediate",
    "Nb201IntermediateStats",
    "Nb201Trial",
    "Nb201TrialConfig",
    "Nb201TrialStats",
    "Nb201Weights",
    "PublishedMeans",
    "enumerate_cells",
    "official_order",
    "published_means",
    "query_many",
    "query_nb201_trial_stats",
    "random_cell",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import what needs numpy only when it is asked for: a query does not."""
    if name in ("PublishedMeans", "published_means"):
        from nasbench_db.nasbench201 import means

        return getattr(means, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
