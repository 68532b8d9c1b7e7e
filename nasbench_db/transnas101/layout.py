"""What is known of the published file without having it: its names, its epochs, and its order.

The order of its architectures is known only in part, and followed in that: macro before micro,
``64-2311-basic`` second.
"""

from __future__ import annotations

from nasbench_db.transnas101.cell import enumerate_cells
from nasbench_db.transnas101.metrics import SPLITS, TIME

INFO_NAMES = ["inference_time", "encoder_params", "model_params", "model_FLOPs", "encoder_FLOPs"]
"""What is known of a network without training, in the order of the published file."""

_BY_SPLIT = {
    "class_scene": ("top1", "top5", "loss"),
    "class_object": ("top1", "top5", "loss"),
    "room_layout": ("loss", "neg_loss"),
    "jigsaw": ("top1", "top5", "loss"),
    "segmentsemantic": ("loss", "acc", "mIoU"),
    "normal": ("ssim", "l1_loss"),
    "autoencoder": ("ssim", "l1_loss"),
}

METRICS_DICT = {
    task: [*(f"{split}_{quantity}" for split in SPLITS for quantity in quantities), TIME]
    for task, quantities in _BY_SPLIT.items()
}
"""The metrics of each task, in the order of the published file."""

EPOCHS = dict.fromkeys(METRICS_DICT, 25) | {
    "jigsaw": 10,
    "segmentsemantic": 30,
    "normal": 30,
    "autoencoder": 30,
}
"""The epochs of training for each task, as the original's ``configs/train_from_scratch`` say."""


def official_like_order() -> list[str]:
    """All strings, in an order that agrees with what is known of the published file's."""
    archs = [cell.arch_str for cell in enumerate_cells()]
    archs.insert(1, archs.pop(archs.index("64-2311-basic")))
    return archs
