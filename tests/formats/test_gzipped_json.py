"""Files of one JSON text: what is written is read, and what is none says what is wanted."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasbench_db.errors import SourceError
from nasbench_db.formats.gzipped_json import MAX_BYTES, read_json, write_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES, name=st.sampled_from(["x.json", "x.json.gz"]))
def test_what_is_written_is_read(tmp_path: Path, value: Any, name: str) -> None:
    path = tmp_path / name
    write_json(path, value)
    found, content, form = read_json(path, "give a file")
    assert found == value
    assert content == path.read_bytes()
    assert form == ("gzip, JSON" if name.endswith(".gz") else "JSON")
    write_json(path, value)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x1f\x8b",
        gzip.compress(b"[1]", mtime=0)[:-4],
        gzip.compress(b"{", mtime=0),
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_says_what_is_wanted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read .*x\.json: .*; give such a file$"):
        read_json(path, "give such a file")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.json: No such file or directory; give it"):
        read_json(tmp_path / "absent.json", "give it")


@pytest.mark.parametrize("compressed", [True, False])
def test_a_file_beyond_measure_is_not_read(tmp_path: Path, compressed: bool) -> None:
    """Of a small one that unpacks without end no more is unpacked than that."""
    text = b" " * (MAX_BYTES + 1)
    path = tmp_path / "x.json"
    path.write_bytes(gzip.compress(text) if compressed else text)
    with pytest.raises(SourceError, match=r"larger than 67,108,864 bytes; give it"):
        read_json(path, "give it")
