"""One fidelity of each benchmark that the small databases have, and what is asked of it there."""

from typing import Any

SCOPES: dict[str, dict[str, Any]] = {
    "nasbench101": {"num_epochs": 108},
    "nasbench201": {"dataset": "cifar100", "num_epochs": 200},
    "natssss": {"dataset": "cifar100", "num_epochs": 90},
    "transnas101": {"task": "class_object"},
    "nasbenchmacro": {"num_epochs": 50},
    "nlp": {"num_epochs": 12, "dataset": "wikitext-2"},
    "nds": {"dataset": "cifar10", "num_epochs": 12},
}
ACCURACY = dict.fromkeys(SCOPES, "valid_acc") | {
    "transnas101": "valid_top1",
    "nasbenchmacro": "best_test_acc",
    "nlp": "val_loss",
    "nds": "final_test_acc",
}
SIZE = dict.fromkeys(SCOPES, "parameters") | {"transnas101": "model_params"}
