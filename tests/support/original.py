"""What the original program answers, from the content of its file: an oracle for the drop-in."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

Content = dict[str, Any]


class Original:
    """The answers of the original API, in words of our own.

    Args:
        content: the content of a file.
    """

    def __init__(self, content: Content) -> None:
        self.metrics_dict = content["metrics_dict"]
        self.info_names = content["info_names"]
        self.task_list = content["task_list"]
        self.data = content["data"]
        self.search_spaces = list(self.data)
        self.all_arch_dict = {space: list(archs) for space, archs in self.data.items()}
        self.arch2space = {arch: space for space, archs in self.data.items() for arch in archs}

    def __len__(self) -> int:
        return len(self.arch2space)

    def index2arch(self, index: Any) -> Any:
        return [*self.arch2space][index]

    def arch2index(self, arch: Any) -> Any:
        return [*self.arch2space].index(arch)

    def get_arch_result(self, arch: Any) -> Any:
        return self.data[self.arch2space[arch]][arch]

    def get_total_epochs(self, arch: Any, task: Any) -> Any:
        return self.get_arch_result(arch)[task]["total_epochs"]

    def get_model_info(self, arch: Any, task: Any, info: Any) -> Any:
        if info not in self.info_names:
            raise AssertionError
        return self.get_arch_result(arch)[task]["model_info"][info]

    def get_single_metric(
        self, arch: Any, task: Any, metric: Any, mode: Any = "best", xseed: Any = None
    ) -> Any:
        if metric not in self.metrics_dict[task]:
            raise AssertionError
        found = self.get_arch_result(arch)[task]["metrics"][metric]
        if isinstance(mode, int):
            if mode >= len(found):
                raise AssertionError
            return found[mode]
        if mode == "final":
            return found[-1]
        if mode == "best":
            return max(found)
        if mode == "list":
            return found
        raise ValueError

    def get_epoch_status(self, arch: Any, task: Any, epoch: Any, xseed: Any = None) -> Any:
        if not isinstance(epoch, int):
            raise AssertionError
        training = self.get_arch_result(arch)[task]
        total = training["total_epochs"]
        if epoch >= total:
            raise AssertionError
        metrics = training["metrics"]
        status = {"epoch": int(epoch) if epoch >= 0 else total + epoch}
        status.update((name, metrics[name][epoch]) for name in self.metrics_dict[task])
        return status

    def get_best_epoch_status(self, arch: Any, task: Any, metric: Any) -> Any:
        found = self.get_single_metric(arch, task, metric, "list")
        best = max(range(len(found)), key=lambda epoch: found[epoch])
        return self.get_epoch_status(arch, task, best)

    def get_arch_list(self, search_space: Any) -> Any:
        if search_space not in self.search_spaces:
            raise AssertionError
        return self.all_arch_dict[search_space]

    def get_best_archs(self, task: Any, metric: Any, search_space: Any, topk: Any = 1) -> Any:
        pairs = [
            (self.get_single_metric(arch, task, metric), arch)
            for arch in self.get_arch_list(search_space)
        ]
        return sorted(pairs, reverse=True)[:topk]


def plain(content: Any) -> Any:
    """A file's content with Python's numbers in place of numpy's, copied."""
    if isinstance(content, dict):
        return {key: plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain(value) for value in content]
    return content.item() if isinstance(content, np.generic) else content


def questions(content: Content) -> list[tuple[Any, ...]]:
    """Calls of every method with every kind of argument: its name, and the arguments."""
    archs = [arch for archs in content["data"].values() for arch in archs]
    spaces = [*content["data"], "nano", None]
    tasks = [*content["metrics_dict"], "juggling"]
    names = sorted({name for names in content["metrics_dict"].values() for name in names})
    infos = [*content["info_names"], "colour"]
    some = [*archs, "64-9999-basic"]
    asked: list[tuple[Any, ...]] = [
        *(("index2arch", index) for index in (0, 1, -1, True, len(archs), -len(archs) - 1)),
        *(("index2arch", index) for index in (slice(0, 2), "0", None, 1.0)),
        *(("arch2index", arch) for arch in (*some, None, 1)),
        *(("get_arch_list", space) for space in spaces),
        *(("get_total_epochs", arch, task) for arch in some for task in tasks),
        *(("get_model_info", *a) for a in itertools.product(some[-3:], tasks, infos)),
    ]
    # The modes and epochs that lie at an edge for one number of epochs or another.
    edges = (0, 1, -1, True, 2, 3, -3, -4, 9, 10, -10, -11, 25, 30, -31)
    for arch, task in itertools.product(some, tasks):
        for metric in (*content["metrics_dict"].get(task, ()), "valid_beauty"):
            asked += [("get_single_metric", arch, task, metric, m) for m in ("best", "list", -1)]
            asked.append(("get_best_epoch_status", arch, task, metric))
        for mode in (*edges, "final", "worst", None, 1.0, b"best"):
            asked.append(("get_single_metric", arch, task, "time_elapsed", mode))
        asked += [("get_epoch_status", arch, task, e) for e in (*edges, None, 1.0, "0")]
    for task, metric, space in itertools.product(tasks, names, spaces):
        asked.append(("get_best_archs", task, metric, space))
        asked.append(("get_best_archs", task, metric, space, 100))
    asked.append(("get_best_archs", tasks[0], names[0], spaces[0], -1))
    return asked


def answer(api: Any, name: str, *arguments: Any) -> Any:
    """What a method returns, as text that tells every bit and type; or what it raises."""
    try:
        return repr(getattr(api, name)(*arguments))
    except Exception as error:
        return error
