"""Metering: bytes and digests of what was read, and how sources are described."""

import hashlib
import os
from pathlib import Path

import pytest

from nasbench_db.store.metering import Meter, describe
from nasbench_db.store.models import Provenance


def test_a_meter_sees_all_bytes() -> None:
    """In blocks of any size."""
    meter = Meter()
    blocks = [b"", b"a", b"bc" * 1000, b"", b"d"]
    for block in blocks:
        meter.update(block)
    data = b"".join(blocks)
    assert meter.size == len(data)
    assert meter.sha256 == hashlib.sha256(data).hexdigest()


def test_an_advance_is_told_once() -> None:
    """What came since the last time."""
    meter = Meter()
    assert meter.advance() == 0
    meter.update(b"abc")
    meter.update(b"de")
    assert meter.advance() == 5
    assert meter.advance() == 0
    meter.update(b"f")
    assert meter.advance() == 1
    assert meter.size == 6


def test_the_digest_can_be_asked_on_the_way() -> None:
    """And goes on."""
    meter = Meter()
    assert meter.sha256 == hashlib.sha256(b"").hexdigest()
    meter.update(b"abc")
    assert meter.sha256 == hashlib.sha256(b"abc").hexdigest()
    meter.update(b"def")
    assert meter.sha256 == hashlib.sha256(b"abcdef").hexdigest()


def test_a_description_fills_the_columns_of_a_source() -> None:
    """Those of ``Provenance`` that begin with it, and what is counted of it."""
    meter = Meter()
    meter.update(b"abc")
    described = meter.describe("/some/where/file.pth", "file", 7, True)
    assert described == describe(
        "/some/where/file.pth", "file", 7, True, 3, hashlib.sha256(b"abc").hexdigest()
    )
    assert described == {
        "source_name": "file.pth",
        "source_bytes": 3,
        "source_sha256": hashlib.sha256(b"abc").hexdigest(),
        "source_format": "file",
        "records": 7,
        "synthetic": True,
    }
    assert set(described) <= set(Provenance._meta.fields)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("file", "file"),
        (str(Path("a", "b.c")), "b.c"),
        ("with space é.pth", "with space é.pth"),
        (os.fsdecode(b"bad \xff.pth"), "bad \ufffd.pth"),
    ],
)
def test_names_are_text_without_the_folder(source: str, name: str) -> None:
    """On some systems a name is any bytes; what is no text has a sign in its place."""
    described = describe(source, "file", 0, False, 0, "")
    assert described["source_name"] == name
    described["source_name"].encode()
