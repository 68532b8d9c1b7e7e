"""The README is short, its question has the answer that it gives, and its scripts measure."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support.demonstrated import Demonstrated
from support.pages import PROJECT, blocks, pages, said_of

from nasbench_db import default_path
from nasbench_db.store.database import DIRECTORY_VARIABLE

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def trials_said() -> list[tuple[float, ...]]:
    """Of the README's question, the answer: accuracies and time of each repeat."""
    (answers,) = filter(None, map(said_of, blocks(README, "python")))
    return [(repeat, *map(float, answer.split(" "))) for repeat, answer in enumerate(answers)]


def test_it_is_short() -> None:
    """At most 8 kB; everything else is in ``docs``, which it leads to."""
    assert len(README.encode()) <= 8192
    assert {"docs/index.md", "docs/tutorial.md", "CONTRIBUTING.md"} <= set(
        re.findall(r"\]\(([^)]+)\)", README)
    )


OF_EXTRAS = {
    "explore": r"to_pandas|to_arrow|plotting|rank_correlation|\.parquet|nasbench-db (?:plot|corr)",
    "search": r"import optuna|import .*\bstudy\b",
    "torch": r"import torch|nasbench_db\.networks",
    "postgres": r"postgresql://",
    "serve": r"nasbench-db serve",
}
"""What examples have that need an extra."""

REFERENCES = {"README.md", "add-a-benchmark.md", "commands.md", "architecture.md", "index.md"}
"""Pages that are not read for their examples, and the README, which says to see the others."""


@pytest.mark.parametrize("name", sorted(pages().keys() - REFERENCES))
def test_a_page_says_which_extra_its_examples_need(name: str) -> None:
    """Before the first of them, as the README promises."""
    before = ""
    for text in re.split(r"^```", pages()[name], flags=re.MULTILINE):
        if re.match(r"(?:python|sh|bash)\n", text):
            for extra, words in OF_EXTRAS.items():
                said = rf"extra\s`{extra}`|\[[\w,]*\b{extra}\b[\w,]*\]"
                assert not re.search(words, text) or re.search(said, before), (extra, text)
        else:
            before += text


def test_its_links_and_pictures_lead_somewhere() -> None:
    named = re.findall(r"\]\(([^)#]+)[^)]*\)", README) + re.findall(r'src="([^"]+)"', README)
    assert any(path.endswith(".svg") for path in named)
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_sql_and_jupyter_give_what_python_prints(
    demonstrated: Demonstrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That Python prints it is tested with the other examples."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(demonstrated.folder))
    (statement,) = blocks(README, "sql")
    with contextlib.closing(sqlite3.connect(default_path("nasbench101"))) as connection:
        assert connection.execute(statement).fetchall() == trials_said()
    namespace: dict[str, object] = {}
    setup, _, expression = blocks(README, "python")[-1].rstrip().rpartition("\n")
    exec(setup, namespace)
    assert eval(expression, namespace).tolist() == trials_said()


def test_the_commands_of_the_page_on_performance_are_known() -> None:
    """They have tests below and elsewhere, on smaller sizes."""
    page = (PROJECT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert {line for text in blocks(page) for line in text.splitlines()} == {
        "python scripts/benchmark_nasbench101.py --db new.db --against OLD --db-against old.db",
        "python scripts/benchmark_nasbench101.py /tmp/tenth.tfrecord --against OLD",
        "python scripts/benchmark_nasbench201.py /tmp/few.pth --against OLD",
        "python scripts/generate_nasbench101.py /tmp/full.tfrecord",
        "python scripts/benchmark_nasbench101.py /tmp/full.tfrecord",
        "python scripts/generate_nasbench201.py /tmp/full.pth --architectures 15625",
        "python scripts/benchmark_nasbench201.py /tmp/full.pth",
        "python scripts/generate_transnas101.py /tmp/transnas.pth",
        "python scripts/benchmark_transnas101.py /tmp/transnas.pth",
    }


def test_the_scripts_generate_measure_and_compare(tmp_path: Path) -> None:
    source, database = tmp_path / "source.tfrecord", tmp_path / "kept.db"
    figures = ["ingest", "peak memory of all processes", "ingest / floor"]
    figures += ["trials of an unseen cell", "top, median of 3", "ratio"]

    def run(script: str, *arguments: object) -> str:
        command = [sys.executable, PROJECT / "scripts" / script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "5,088 records" in run("generate_nasbench101.py", source, "--every", 1000)
    script, few = "benchmark_nasbench101.py", ("--cells", 100, "--processes", 1, "--ask")
    printed = run(script, source, "--keep", database, *few, "top")
    other = ("--against", PROJECT, "--db-against", database)
    printed += run(script, "--db", database, *few, "trials of an unseen cell", *other)
    assert all(figure in printed for figure in figures)
    *_, of_file, of_database = run("compare_nasbench101.py", source, database).splitlines()
    assert of_file.split()[-1] == of_database.split()[-1]
    assert "SOURCE..." in run("ingest.py", "--help")


def test_the_scripts_of_nasbench201_generate_and_measure(
    small_sources: dict[str, Path], tmp_path: Path
) -> None:
    few, more = tmp_path / "few.pth", small_sources["nasbench201"]

    def run(script: str, *arguments: object) -> str:
        command = [sys.executable, PROJECT / "scripts" / script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "2 architectures" in run("generate_nasbench201.py", few, "--architectures", 2)
    printed = run("benchmark_nasbench201.py", few, more, "--processes", 1)
    for figure in ("architectures per second", "growth of memory", "get_more_info", "whole space"):
        assert figure in printed


def test_the_script_of_searches_measures(built: Path, samples: dict[str, Path]) -> None:
    """On cells of up to four vertices; what it measures there says nothing."""
    script = PROJECT / "scripts" / "benchmark_simulation.py"
    few = ["--evaluations", "60", "--turns", "1", "--vertices", "4", "--runs", "2"]
    command = [sys.executable, script, built, samples["nasbench201"], *few]
    printed = subprocess.check_output([*map(str, command)], text=True)
    assert "an evaluation, drop-in" in printed
    assert "2 runs of 60" in printed
