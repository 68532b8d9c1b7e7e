"""The same architectures on several tasks: the best of each, and where they rank elsewhere."""

import sys

from api import TransNASBenchAPI as API

api = API(sys.argv[1])
for task in ("class_object", "jigsaw", "segmentsemantic"):
    metric = {"segmentsemantic": "valid_mIoU"}.get(task, "valid_top1")
    (value, arch), *_ = api.get_best_archs(task, metric, "micro", topk=3)
    curve = api.get_single_metric(arch, task, metric, mode="list")
    status = api.get_best_epoch_status(arch, task, metric=metric)
    assert max(curve) == value == status[metric]
    others = [
        api.get_single_metric(arch, other, "valid_top1", mode="final")
        for other in ("class_object", "jigsaw")
    ]
    flops = api.get_model_info(arch, task, "model_FLOPs")
    print(task, api.arch2index(arch), value, status["epoch"], flops, *others)
print(len(api), sum(len(api.all_arch_dict[space]) for space in api.search_spaces))
