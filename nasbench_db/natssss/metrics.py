"""What the numbers of NATS-Bench's size search space mean: the same as those of NAS-Bench-201."""

from nasbench_db.nasbench201.metrics import IMAGES as IMAGES
from nasbench_db.nasbench201.metrics import REGISTRY as REGISTRY
from nasbench_db.nasbench201.metrics import REPORTS as REPORTS
