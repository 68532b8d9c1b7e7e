"""HW-NAS-Bench's pickle: latency and energy of all cells of NAS-Bench-201 on six devices.

Li et al., "HW-NAS-Bench: Hardware-Aware Neural Architecture Search Benchmark", ICLR 2021. The file
is ``{"nasbench201": {data set: {metric: 15,625 numbers, "config": 15,625 dicts}}, "fbnet": ...}``.
Latencies are of one image (issue 7 of GATECH-EIC/HW-NAS-Bench).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import SourceError
from nasbench_db.measurements.known.datasets import contexts_of
from nasbench_db.measurements.sources import Declared, Measurements, Row

DEVICES = {
    "edgegpu": "NVIDIA Jetson TX2 (edge GPU)",
    "raspi4": "Raspberry Pi 4",
    "edgetpu": "Google Edge TPU",
    "pixel3": "Google Pixel 3",
    "eyeriss": "Eyeriss (ASIC, simulated)",
    "fpga": "Xilinx ZC706 (FPGA, simulated)",
}
"""The devices, by how the names of metrics begin."""

_CONFIG = "config"
_INTENSITY = "eyeriss_arithmetic_intensity"


def is_one(content: Any) -> bool:
    """Whether the content of a pickle is such a file."""
    found = content.get("nasbench201") if isinstance(content, Mapping) else None
    return isinstance(found, Mapping) and any(
        isinstance(of, Mapping) and any(str(name).endswith("_latency") for name in of)
        for of in found.values()
    )


def read(content: Mapping[str, Any], benchmark: str, name: str) -> Measurements:
    """What such a file has of NAS-Bench-201.

    Raises:
        SourceError: another benchmark is asked for, or it is malformed.
    """
    if benchmark != "nasbench201":
        raise SourceError(f"{name} has measurements of nasbench201, and not of {benchmark}")
    data = content["nasbench201"]
    names: dict[str, None] = {}
    for of in data.values():
        names.update(dict.fromkeys(metric for metric in of if metric != _CONFIG))
    return Measurements(
        metrics=[_declared(metric) for metric in names],
        rows=_rows(data, list(names), name),
        form="HW-NAS-Bench, pickle",
        has_context=True,
        licence="MIT",
        remarks=[
            "what was measured on cifar10 stands for cifar10-valid as well: the networks are the "
            "same",
            *(["left out: the lookup table of the FBNet space"] if "fbnet" in content else []),
        ],
    )


def _declared(metric: str) -> Declared:
    device, _, what = metric.partition("_")
    on = DEVICES.get(device)
    if metric == _INTENSITY:
        return Declared(
            name=metric,
            title="arithmetic intensity on Eyeriss",
            unit="1",
            description="Operations for each byte that is moved: a ratio, which the original's "
            "program prints as mJ.",
            device=on,
            batch=1,
        )
    unit = {"latency": "ms", "energy": "mJ"}.get(what)
    return Declared(
        name=metric,
        title=f"{what.replace('_', ' ')} on {device}",
        unit=unit,
        direction=None if unit is None else "min",
        description=f"{what.capitalize()} of one image." if unit else f"{metric} as in the file.",
        device=on,
        batch=1,
    )


def _rows(data: Mapping[str, Any], names: Sequence[str], name: str) -> Iterator[Row]:
    for dataset, of in data.items():
        columns = [plain(of.get(metric)) for metric in names]
        lengths = {len(column) for column in columns if isinstance(column, Sequence)}
        if len(lengths) != 1:
            raise SourceError(f"{name}: the metrics of {dataset} have not one length")
        (count,) = lengths
        columns = [[None] * count if column is None else column for column in columns]
        configs = of.get(_CONFIG)
        for index in range(count):
            config = configs[index] if isinstance(configs, Sequence) else None
            arch = config.get("arch_str", index) if isinstance(config, Mapping) else index
            values = [column[index] for column in columns]
            for context in contexts_of("nasbench201", dataset):
                yield Row(f"{dataset}, index {index}", arch, context, None, values)
