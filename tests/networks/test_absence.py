"""Without torch the room can be imported, and what needs torch says how to install it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nasbench_db.errors import MissingExtra
from nasbench_db.nasbench201 import Cell
from nasbench_db.networks import build, get_cell_based_tiny_net


def test_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch of None is one that cannot be imported, installed or not."""
    monkeypatch.setitem(sys.modules, "torch", None)
    cell = Cell.from_index(0)
    for asked in (
        lambda: build(cell, "nasbench201"),
        cell.network,
        lambda: get_cell_based_tiny_net({}),
    ):
        with pytest.raises(MissingExtra, match=r'needs torch, .*pip install "\.\[torch\]"'):
            asked()


def test_nothing_else_of_the_package_imports_it() -> None:
    """Nor the room, until a network is asked for; a process of its own imports all benchmarks."""
    program = (
        "import sys, nasbench_db, nasbench_db.networks, nasbench_db.commands.cli\n"
        "for each in nasbench_db.BENCHMARKS.values():\n"
        "    each.schema, each.tables, each.ingest, each.verify, each.metrics\n"
        "assert not {'torch', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
