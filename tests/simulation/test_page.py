"""The page about searches: its examples run, on the real sample, and its numbers are right."""

from __future__ import annotations

import contextlib
import io
import random
import re
import shutil
from pathlib import Path

import optuna
import pytest

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import Cell
from nasbench_db.store.database import DIRECTORY_VARIABLE

PAGE = (Path(__file__).parents[2] / "docs" / "searches.md").read_text(encoding="utf-8")


def test_its_examples_run(
    samples: dict[str, Path], built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that need no other program than Optuna, one after another."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(samples["nasbench201"], tmp_path / "nasbench201.db")
    shutil.copyfile(built, tmp_path / "nasbench101.db")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for block in blocks:
            exec(compile(block, "searches.md", "exec"), names)
    assert "100 evaluations" in printed.getvalue()
    assert "(100, 30) (100,) 15525" in printed.getvalue()


def test_the_share_of_cells_among_picks() -> None:
    rng = random.Random(0)
    count = 0
    for _ in range(2000):
        with contextlib.suppress(InvalidArchitecture):
            Cell.choose(lambda name, options: rng.choice(options))
            count += 1
    (said,) = re.findall(r"of random ones (\d+) % are cells", PAGE)
    assert count / 20 == pytest.approx(int(said), abs=3)
