"""The published files of NATS-Bench's size search space."""

from __future__ import annotations

from nasbench_db.nats.published import FOLDERS, PAGE
from nasbench_db.sources.catalogue import END, SourceFile, drive, drive_page

FILES = (
    SourceFile(
        "NATS-sss-v1_0-50262.pickle.pbz2",
        "natssss",
        "NATS-Bench 1.0 of August 2020: all 32,768 sizes for 1, 12 and 90 epochs, no weights",
        (
            PAGE,
            drive_page("1IabIvzWeDdDAWICBzFtTCMXxYWPIOIOX"),
            "https://pan.baidu.com/s/1M1UaXr6y1D_RqEYg95YJcA [code za2h]",
            *FOLDERS,
        ),
        (drive("1IabIvzWeDdDAWICBzFtTCMXxYWPIOIOX"),),
        md5="50262",
        authority=END,
    ),
    SourceFile(
        "NATS-sss-v1_0-50262-simple.tar",
        "natssss",
        "the same content as NATS-sss-v1_0-50262.pickle.pbz2, a file for each size",
        (
            PAGE,
            drive_page("1scOMTUwcQhAMa_IMedp9lTzwmgqHLGgA"),
            "https://pan.baidu.com/s/1ek-b89Pw2qdm9MP6KKkErA [code e4t9]",
            *FOLDERS,
        ),
        (drive("1scOMTUwcQhAMa_IMedp9lTzwmgqHLGgA"),),
        kind="archive",
    ),
    SourceFile(
        "NATS-sss-v1_0-50262-full.tar",
        "natssss",
        "the same with the trained weights, in pieces of 30 GB to be joined in order: "
        "cat NATS-sss-v1_0-50262-full.tara* > NATS-sss-v1_0-50262-full.tar",
        (
            PAGE,
            "https://drive.google.com/drive/folders/1xutPQJ4bHoUV1EMArsPD0c1bUqvtMuYY",
            "https://pan.baidu.com/s/1bIruQd9pPeyArej_wttg_A [code htif]",
        ),
        kind="archive",
    ),
)
"""The published files; the first is the recommended one."""
