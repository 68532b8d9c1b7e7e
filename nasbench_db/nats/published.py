"""Where NATS-Bench lies, both spaces of it."""

from __future__ import annotations

PAGE = "https://github.com/D-X-Y/NATS-Bench"
FOLDERS = (
    "https://drive.google.com/drive/folders/1zjB6wMANiKwB2A1yil2hQ8H_qyeSe2yt",
    "https://www.dropbox.com/sh/ceeo70u1buow681/AAC2M-SbKOxiIqpB0UCgXNxja?dl=0",
    "https://1drv.ms/u/s!Aqkc27lrowWDf6SvuIkSXx0UQaI?e=nfvM5r",
    "https://pan.baidu.com/s/144VC2BDm6iXbAVzMUpqO7A [code h6pm]",
)
"""Folders with all files of NATS-Bench that are without weights."""
