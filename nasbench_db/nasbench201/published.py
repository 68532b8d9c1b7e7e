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
