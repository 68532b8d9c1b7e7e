"""The script that writes all sets, and what is ingested of them."""

import subprocess
import sys
from pathlib import Path

import nasbench_db

SCRIPT = Path(__file__).parents[2] / "scripts" / "generate_nlp.py"


def test_the_script_writes_what_the_original_has(tmp_path: Path) -> None:
    """Three sets in their folders, of which two have logs in common."""
    folder = tmp_path / "nas-bench-nlp-release"
    command = [sys.executable, SCRIPT, folder, "--every", "700"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split(" logs")[0] for line in printed.splitlines()] == ["21", "18", "1"]
    report = nasbench_db.ingest("nlp", folder, tmp_path / "x.db", progress=False)
    assert [source["records"] for source in report.sources] == [18, 21, 1]
    assert report.trials == 18 + 21 + 1 - 6
    assert "6 logs were there before, and are stored once" in report.sources[1]["changes"]
    assert all(source["synthetic"] for source in report.sources)
