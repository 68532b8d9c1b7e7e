"""The page about measurements: its examples run, on the real sample."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201 import official_order
from nasbench_db.store.database import DIRECTORY_VARIABLE

PAGE = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_its_examples_run(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs and commands, with small files of the names that it gives."""
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(samples["nasbench201"], tmp_path / "nasbench201.db")
    cells = official_order()[:40]
    with open("scores.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["arch_str", "latency"])
        rows.writerows([cell.arch_str, place + 1] for place, cell in enumerate(cells))
    scores = {str(c.naslib): {"synflow": n, "snip": -n} for n, c in enumerate(cells)}
    Path("zc_nasbench201.json").write_text(json.dumps({"nasbench201": {"cifar100": scores}}))
    blocks = BLOCK.findall(PAGE)
    # The file that two commands ask is made by one further down.
    blocks.sort(key=lambda block: "measure zc" not in block[1])
    assert [kind for kind, _ in blocks].count("python") == 3
    names: dict[str, object] = {}
    printed = io.StringIO()
    commands = 0
    for kind, text in blocks:
        if kind == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile(text, "measurements.md", "exec"), names)
            continue
        assert kind == "sh"
        for line in re.split(r"\n(?=nasbench-db )", text.strip()):
            result = CliRunner().invoke(cli, shlex.split(line)[1:])
            assert result.exit_code == 0, (line, result.output)
            assert result.stdout
            commands += 1
    assert commands == 10
    said = printed.getvalue()
    assert "no unit is stated of score" in said
    assert "over 15,625 architectures" in said
