"""NAS-Bench-101: 423,624 cells trained on CIFAR-10 for 4, 12, 36 and 108 epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
)
from nasbench_db.nasbench101.dicts import Nb101Config, Nb101Intermediate, Nb101Trial
from nasbench_db.nasbench101.iteration import iter_models
from nasbench_db.nasbench101.query import cell_of, query_many, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import (
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
)

if TYPE_CHECKING:
    from nasbench_db.nasbench101.means import PublishedMeans, published_means
    from nasbench_db.nasbench101.space import enumerate_cells, random_cell

__all__ = [
    "CONV1X1_BN_RELU",
    "CONV3X3_BN_RELU",
    "INPUT",
    "MAXPOOL3X3",
    "OUTPUT",
    "Cell",
    "Nb101Config",
    "Nb101Intermediate",
    "Nb101IntermediateStats",
    "Nb101Trial",
    "Nb101TrialConfig",
    "Nb101TrialStats",
    "PublishedMeans",
    "cell_of",
    "enumerate_cells",
    "iter_models",
    "published_means",
    "query_many",
    "query_nb101_trial_stats",
    "random_cell",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """Import what needs numpy only when it is asked for: a query does not."""
    if name in ("enumerate_cells", "random_cell"):
        from nasbench_db.nasbench101 import space

        return getattr(space, name)
    if name in ("PublishedMeans", "published_means"):
        from nasbench_db.nasbench101 import means

        return getattr(means, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
