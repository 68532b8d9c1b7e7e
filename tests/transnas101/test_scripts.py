"""The scripts run, and their figures are there."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run(script: str, *arguments: object) -> str:
    """What a script prints."""
    command = [sys.executable, SCRIPTS / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_scripts_generate_and_measure(tmp_path: Path) -> None:
    source, database = tmp_path / "x.pth", tmp_path / "kept.db"
    assert "8 architectures" in run("generate_transnas101.py", source, "--every", 1000)
    printed = run("benchmark_transnas101.py", source, "--keep", database, "--processes", 1)
    for figure in ("peak memory", "open and first answer", "get_best_archs, 20 of", "plain scan"):
        assert figure in printed
    assert database.exists()
