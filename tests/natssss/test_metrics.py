"""What the numbers of the size search space mean: what they mean in NAS-Bench-201."""

from nasbench_db.nasbench201 import metrics as topology
from nasbench_db.nasbench201.schema import TrainingStats
from nasbench_db.natssss import metrics as sizes
from nasbench_db.natssss.schema import SCHEMA


def test_all_is_as_in_the_topology_search_space() -> None:
    assert sizes.REGISTRY is topology.REGISTRY
    assert sizes.REPORTS is topology.REPORTS
    assert sizes.IMAGES is topology.IMAGES
    assert issubclass(SCHEMA.trial, TrainingStats)
