"""The page about networks: its examples run and print what it says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from nasbench_db.networks.building import SKELETONS

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")


def test_its_examples_print_what_they_say() -> None:
    pytest.importorskip("torch", reason="the extra torch is not installed")
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    names: dict[str, object] = {}
    for block in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, "networks.md", "exec"), names)
        assert printed.getvalue().splitlines() == re.findall(r"^# (.*)$", block, re.MULTILINE)


def test_it_names_every_benchmark_with_networks() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(SKELETONS)
