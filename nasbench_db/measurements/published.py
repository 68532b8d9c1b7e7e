"""The published files of measurements, of all benchmarks."""

from __future__ import annotations

from nasbench_db.sources.catalogue import SourceFile, drive, drive_page

_NASLIB = "https://github.com/automl/NASLib/tree/zerocost"
_HW_NAS_BENCH = "https://github.com/GATECH-EIC/HW-NAS-Bench"
_MCU = "https://github.com/ankilab/NATS-Bench-MCU"
_ROBUSTNESS = "https://github.com/steffen-jung/robustness-dataset"
_BRP_NAS = "https://github.com/SamsungLabs/eagle"
_ZERO_COST_NAS = "https://github.com/SamsungLabs/zero-cost-nas"
_FOLDER = "https://drive.google.com/drive/folders/"

_PAPERS = {
    "suite zero": 'Krishnakumar et al., "NAS-Bench-Suite-Zero: Accelerating Research on Zero Cost '
    'Proxies", NeurIPS 2022',
    "hw": 'Li et al., "HW-NAS-Bench: Hardware-Aware Neural Architecture Search Benchmark", ICLR '
    "2021",
    "robustness": 'Jung et al., "Neural Architecture Design and Robustness: A Dataset", ICLR 2023',
    "brp": 'Dudziak et al., "BRP-NAS: Prediction-based NAS using GCNs", NeurIPS 2020',
    "zero cost": 'Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021',
}


def _suite_zero(space: str, benchmark: str, identifier: str) -> SourceFile:
    return SourceFile(
        f"zc_{space}.json",
        benchmark,
        "NAS-Bench-Suite-Zero: 13 zero-cost proxies, the time of each, and an accuracy",
        (_NASLIB, drive_page(identifier)),
        (drive(identifier),),
        kind="measurements",
        licence="Apache-2.0",
        paper=_PAPERS["suite zero"],
    )


def _mcu(name: str, what: str) -> SourceFile:
    path = f"export_corrected/{name}"
    return SourceFile(
        name,
        "nasbench201",
        f"NATS-Bench-MCU: {what}",
        (f"{_MCU}/blob/main/{path}",),
        (f"{_MCU}/raw/main/{path}",),
        kind="measurements",
        licence="CC BY 4.0",
        paper="NATS-Bench-MCU, https://github.com/ankilab/NATS-Bench-MCU, 2026",
    )


def _brp_nas(device: str) -> SourceFile:
    return SourceFile(
        f"{device}.pickle",
        "nasbench201",
        f"BRP-NAS (eagle): latency of all cells on {device}, the published spelling",
        (_BRP_NAS, f"{_FOLDER}1lywFtYt6Y89nYbeDfqobU8TZAdFdZIbd"),
        kind="measurements",
        licence="Apache-2.0",
        paper=_PAPERS["brp"],
    )


def _zero_cost_nas(dataset: str) -> SourceFile:
    return SourceFile(
        f"nb2_{dataset}_seed42_dlrandom_dlinfo1_initwnone_initbnone.p",
        "nasbench201",
        "zero-cost-nas: seven zero-cost proxies of all cells, and mean accuracies",
        (_ZERO_COST_NAS, f"{_FOLDER}1fUBaTd05OHrKIRs-x9Fx8Zsk5QqErks8"),
        kind="measurements",
        licence="Apache-2.0",
        paper=_PAPERS["zero cost"],
    )


FILES = (
    _suite_zero("nasbench101", "nasbench101", "1Rkse44EWgYdBS34iyhjSs9Y2l0fxPCpU"),
    _suite_zero("nasbench201", "nasbench201", "1R7n7GpFHAjUZpPISzbhxH0QjubnvZM5H"),
    _suite_zero("transbench101_macro", "transnas101", "1teH8JcQsamZngUD_DMQyNkCoUYYSTM0M"),
    _suite_zero("transbench101_micro", "transnas101", "1SBOVAyhLCBTAJiU_fo7hLRknNrGNqFk7"),
    SourceFile(
        "HW-NAS-Bench-v1_0.pickle",
        "nasbench201",
        "HW-NAS-Bench: latency and energy of all cells on six devices",
        (_HW_NAS_BENCH,),
        (f"{_HW_NAS_BENCH}/raw/main/HW-NAS-Bench-v1_0.pickle",),
        kind="measurements",
        licence="MIT",
        paper=_PAPERS["hw"],
    ),
    _mcu("hw_metrics.csv", "latency, memory, power and energy of 14,279 cells on nRF5340"),
    _mcu("failures.csv", "the 1,346 cells that did not run, to lie beside hw_metrics.csv"),
    SourceFile(
        "robustness-data",
        "nasbench201",
        "robustness of 6,466 classes of cells: the folder of meta.zip and the accuracies' zips",
        (_ROBUSTNESS,),
        kind="measurements",
        licence="none is stated for the data",
        paper=_PAPERS["robustness"],
    ),
    *map(
        _brp_nas,
        (
            "desktop-cpu-core-i7-7820x-fp32",
            "desktop-gpu-gtx-1080-ti-fp32",
            "embedded-gpu-jetson-nono-fp16",
            "embedded-gpu-jetson-nono-fp32",
            "embeeded-tpu-edgetpu-int8",
            "mobile-cpu-snapdragon-450-contex-a53-int8",
            "mobile-cpu-snapdragon-675-kryo-460-int8",
            "mobile-cpu-snapdragon-855-kryo-485-int8",
            "mobile-dsp-snapdragon-675-hexagon-685-int8",
            "mobile-dsp-snapdragon-855-hexagon-690-int8",
            "mobile-gpu-snapdragon-450-adreno-506-int8",
            "mobile-gpu-snapdragon-675-adren0-612-int8",
            "mobile-gpu-snapdragon-855-adren0-640-int8",
        ),
    ),
    *map(_zero_cost_nas, ("cf10", "cf100", "im120")),
)
"""Where each lies. Nobody says sizes and hashes of them."""
