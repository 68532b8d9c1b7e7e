"""How NATS' data sets are called."""

from __future__ import annotations

DATASETS = ("cifar10-valid", "cifar10", "cifar100", "imagenet16-120")
"""The data sets, as NNI and the databases spell them."""

SPELLINGS = {"imagenet": "imagenet16-120", "imagenet16": "imagenet16-120"}
"""What the data sets are called besides, in lower case."""
