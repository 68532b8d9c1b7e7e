"""The notebooks show what they show when they are run on what the demo makes."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support.demonstrated import PROJECT, Demonstrated

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli

SCRIPT = "scripts/run_notebooks.py"
RUNNING: dict[str, Any] = runpy.run_path(str(PROJECT / SCRIPT))
NOTEBOOKS: list[Path] = RUNNING["NOTEBOOKS"]
IN_SQL = "ten_questions_in_sql"
SEARCHES = "searches"
NETWORKS = "networks"

FIGURES = ("image/svg+xml", "image/png")


def shown(notebook: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each cell shows: of figures, that there is one; of tables and texts, the words.

    Numbers have six digits, since the last ones of a sum differ from SQLite to SQLite; sizes do
    so as well.
    """
    return [
        (cell.id, [_compared(output) for output in cell.outputs])
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _compared(output: Any) -> tuple[str, str]:
    data = output.get("data", {"text/plain": output.get("text")})
    for kind in FIGURES:
        if kind in data:
            return kind, ""
    kind = "text/html" if "text/html" in data else "text/plain"
    words = " ".join(re.sub(r"<[^>]+>" if kind == "text/html" else "$", " ", data[kind]).split())
    words = re.sub(r"[\d.,]+ MB", "MB", words)
    return kind, re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.6g}", words)


def shown_texts(cell: Any) -> list[str]:
    """The texts that a cell shows."""
    return [
        text
        for output in cell.outputs
        for kind, text in output.get("data", {"text/plain": output.get("text")}).items()
        if kind not in FIGURES
    ]


def test_there_is_one_for_each_benchmark_and_of_sql_searches_and_networks() -> None:
    assert {path.stem for path in NOTEBOOKS} == {*BENCHMARKS, IN_SQL, SEARCHES, NETWORKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_shows_when_it_is_run(
    path: Path, demonstrated: Demonstrated, tmp_path: Path
) -> None:
    """And leaves no file in its working folder."""
    if path.stem == NETWORKS:
        pytest.importorskip("torch", reason="the extra torch is not installed")
    kept = nbformat.read(path, as_version=4)
    run = RUNNING["executed"](path, demonstrated.folder, tmp_path)
    assert shown(run) == shown(kept), f"if that is right: python {SCRIPT} {path.stem}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_tables_and_figures(path: Path) -> None:
    """Tables with rows in them, figures and drawings, and no warnings."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    data = [(kind, text) for output in outputs for kind, text in output.get("data", {}).items()]
    tables = [text for kind, text in data if kind == "text/html"]
    assert all("<td" in table for table in tables)
    kinds = Counter(kind for kind, _ in data)
    if path.stem == IN_SQL:
        assert len(tables) == 10 + 1  # the last one is pandas' own
    elif path.stem == SEARCHES:  # on the real sample
        assert len(tables) == 3
        assert kinds["image/png"] == 2
    elif path.stem == NETWORKS:
        assert len(tables) == 2
        assert kinds["image/png"] == 2
        assert kinds["image/svg+xml"] == 1
    else:
        assert len(tables) >= 5
        assert kinds["image/png"] >= 3
        assert kinds["image/svg+xml"] == 1
    assert {output.output_type for output in outputs} <= {
        "stream",
        "display_data",
        "execute_result",
    }
    assert not any(output.get("name") == "stderr" for output in outputs)
    assert not any("Warning" in output.text for output in outputs if "text" in output)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_small_and_without_noise(path: Path) -> None:
    """And as another Jupyter would write it again: so changes can be read."""
    text = path.read_text(encoding="utf-8")
    assert len(text) < 150_000
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{number}" for number in range(len(notebook.cells))
    ]
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert all(output.get("execution_count") is None for output in cell.outputs)
            assert all(output.get("metadata", {}) == {} for output in cell.outputs)
            assert not re.search(
                r"/tmp|/home|/Users| at 0x|<style|\d{4}-\d\d-\d\d", str(shown_texts(cell))
            )
    assert RUNNING["written"](notebook) == text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_how_to_get_the_data(path: Path) -> None:
    """By commands that there are, with files that there are."""
    opening = nbformat.read(path, as_version=4).cells[0]
    assert opening.cell_type == "markdown"
    assert "`nasbench-db demo`" in opening.source
    benchmark = {IN_SQL: "nasbench101", SEARCHES: "nasbench201", NETWORKS: "nasbench201"}.get(
        path.stem, path.stem
    )
    assert f"`nasbench-db download {benchmark}" in opening.source
    assert f"`nasbench-db ingest {benchmark} " in opening.source
    for command in re.findall(r"`nasbench-db ([^`]+)`", opening.source):
        name, *arguments = command.split()
        assert name in cli.list_commands(None)  # type: ignore[arg-type]
        if name == "ingest":
            of, file = arguments
            # A folder is what an archive of its name has in it.
            assert file in {
                published.name.removesuffix(".tar") for published in BENCHMARKS[of].published
            }
