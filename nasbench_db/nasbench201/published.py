"""The published files of NAS-Bench-201."""

from __future__ import annotations

from nasbench_db.nats.published import FOLDERS, PAGE
from nasbench_db.sources.catalogue import (
    END,
    END_AND_USERS,
    NNI,
    NNI_NAME,
    NNI_STORE,
    USERS,
    SourceFile,
    drive,
    drive_page,
)

_NB201 = "https://github.com/D-X-Y/NAS-Bench-201"

_NASBENCHAPI = "https://huggingface.co/datasets/ThunderStruct/NASBench"
_NASLIB = "https://github.com/automl/NASLib"


def _of_naslib(name: str, dataset: str, identifier: str, copy: int) -> SourceFile:
    """One of NASLib's three files."""
    return SourceFile(
        f"nb201_{name}_full_training.pickle",
        "nasbench201",
        f"{dataset} of NAS-Bench-201 as NASLib has packed it: one training of each cell for 200 "
        "epochs, of seed 888, without the times of the epochs",
        (_NASLIB, drive_page(identifier)),
        (drive(identifier), f"https://figshare.com/ndownloader/files/{copy}"),
        kind="repacked",
    )


FILES = (
    SourceFile(
        "NAS-Bench-201-v1_1-096897.pth",
        "nasbench201",
        "NAS-Bench-201 1.1 of March 2020: all 15,625 cells for 12 and 200 epochs, no weights",
        (_NB201, drive_page("16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_")),
        (drive("16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_"),),
        5_003_180_601,
        "2317a7dc911654322f4f932730a821cf38ecc5b5f1adde0aff26ff6b3f736666",
        "55e847143ce1f7c2d89b676f6b096897",
        END_AND_USERS,
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9.pickle.pbz2",
        "nasbench201",
        "the same cells in NATS-Bench 1.0 of August 2020: more trainings, times estimated",
        (
            PAGE,
            drive_page("1vzyK0UVH2D3fTpa1_dSWnp1gvGpAxRul"),
            "https://pan.baidu.com/s/10z20F5s2RRPzGwRO40fLTw [code 8duj]",
            *FOLDERS,
        ),
        (drive("1vzyK0UVH2D3fTpa1_dSWnp1gvGpAxRul"),),
        1_084_997_759,
        "f3967b84eb6c88200ea403b7eedfa7854f414384253c3b34670513460ab477b5",
        "4b8b7d946beac8866cb6e629ee93ffb9",
        END_AND_USERS,
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9-simple.tar",
        "nasbench201",
        "the same content as NATS-tss-v1_0-3ffb9.pickle.pbz2, a file for each cell",
        (
            PAGE,
            drive_page("17_saCsj_krKjlCBLOJEpNtzPXArMCqxU"),
            "https://pan.baidu.com/s/1vOnrHLxCB4y8cxUDrHUYAg [code tu1e]",
            *FOLDERS,
        ),
        (drive("17_saCsj_krKjlCBLOJEpNtzPXArMCqxU"),),
        1_145_989_120,
        "580fd8f3425fed9f495640b0f12ccb7744f89dec7aff263bd75aed37ab0b8bb6",
        "a8746a7e4117fb6e25b39f682dd9beb1",
        USERS,
        "archive",
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9-full.tar",
        "nasbench201",
        "the same with the trained weights, in pieces of 30 GB to be joined in order: "
        "cat NATS-tss-v1_0-3ffb9-full.tara* > NATS-tss-v1_0-3ffb9-full.tar",
        (
            PAGE,
            "https://drive.google.com/drive/folders/17S2Xg_rVkUul4KuJdq0WaWoUuDbo8ZKB",
            "https://pan.baidu.com/s/1qbPNlI8Y1I29qMdxTo_ycA [code ssub]",
        ),
        kind="archive",
    ),
    SourceFile(
        "NAS-Bench-201-v1_0-e61699.pth",
        "nasbench201",
        "NAS-Bench-201 1.0 of February 2020, superseded: fewer trainings, 12 epochs on one data "
        "set only",
        (
            _NB201,
            drive_page("1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs"),
            "https://pan.baidu.com/s/1CiaNH6C12zuZf7q-Ilm09w [code 6u5d]",
        ),
        (drive("1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs"),),
        md5="e61699",
        authority=END,
    ),
    SourceFile(
        "nasbench201_v1_0-e61699.pkl",
        "nasbench201",
        "NAS-Bench-201 1.0 as nasbenchapi has packed it (1.90 GB): fewer trainings than 1.1, 12 "
        "epochs on one data set only",
        (_NASBENCHAPI,),
        (f"{_NASBENCHAPI}/resolve/main/nasbench201_v1_0-e61699.pkl",),
        kind="repacked",
    ),
    _of_naslib(
        "cifar10",
        "cifar10-valid",
        "1sh8pEhdrgZ97-VFBVL94rI36gedExVgJ",
        53291264,
    ),
    _of_naslib(
        "cifar100",
        "cifar100",
        "1hV6-mCUKInIK1iqZ0jfBkcKaFmftlBtp",
        53291261,
    ),
    _of_naslib(
        "ImageNet16",
        "ImageNet16-120",
        "1FVCn54aQwD6X6NazaIZ_yjhj47mOGdIH",
        53291258,
    ),
    SourceFile(
        "nasbench_201_data_v1.3.zip",
        "nasbench201",
        "NAS-Bench-201 1.1 as HPOBench has packed it, three JSON files to be unpacked: trainings "
        "for 200 epochs only, without cifar10, and copies where a seed was not trained",
        ("https://github.com/automl/HPOBench",),
        ("https://www.automl.org/wp-content/uploads/2020/08/nasbench_201_data_v1.3.zip",),
        kind="archive",
    ),
    SourceFile(
        "nasbench201",
        "nasbench201",
        "NATS-Bench 1.0 as syne-tune has packed it, a folder to be fetched as a whole: float32, "
        "accuracies of training and ori-test only, means where a seed was not trained",
        ("https://huggingface.co/datasets/synetune/blackbox-repository",),
        kind="repacked",
    ),
    SourceFile(
        "nasbench201-b2b60732.db",
        "nasbench201",
        "NNI's database of NAS-Bench-201; NNI is archived, and its store may be closed",
        (NNI,),
        (f"{NNI_STORE}/nasbench201-b2b60732.db",),
        sha256="b2b60732",
        authority=NNI_NAME,
        kind="nni database",
    ),
)
"""The published files; the first is the recommended one."""
