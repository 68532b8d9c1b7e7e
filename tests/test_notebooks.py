"""The notebooks are run by Jupyter on small generated databases, and show what they should."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from pathlib import Path

import nbclient
import nbformat
import pytest

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.store.database import DIRECTORY_VARIABLE

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
IN_SQL = "ten_questions_in_sql"
SEARCHES = "searches"


def run(path: Path, folder: Path) -> list[nbformat.NotebookNode]:
    """What the cells of a notebook show."""
    notebook = nbformat.read(path, as_version=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own parts, such as how they use asyncio
        client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3")
        client.execute(cwd=str(folder))
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_there_is_one_for_each_benchmark_one_about_sql_and_one_about_searches() -> None:
    assert {path.stem for path in NOTEBOOKS} == {*BENCHMARKS, IN_SQL, SEARCHES}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_tables_and_figures(
    path: Path, small_databases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables with rows in them, figures and drawings; neither warnings nor megabytes."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(small_databases))
    outputs = run(path, tmp_path)
    shown = [(kind, data) for output in outputs for kind, data in output.get("data", {}).items()]
    tables = [data for kind, data in shown if kind == "text/html"]
    assert all("<td" in table for table in tables)
    kinds = Counter(kind for kind, _ in shown)
    if path.stem == IN_SQL:
        assert len(tables) == 10 + 1  # the last one is pandas' own
    elif path.stem == SEARCHES:  # on the real sample
        assert len(tables) == 3
        assert kinds["image/png"] == 2
    else:
        assert len(tables) >= 5
        assert kinds["image/png"] >= 3
        assert kinds["image/svg+xml"] == 1
    assert all(len(data) < 300_000 for _, data in shown)
    assert not any("Warning" in output.text for output in outputs if "text" in output)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    """And as another Jupyter would write it again: so changes can be read."""
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
            assert cell.outputs == []
            assert cell.execution_count is None
    assert nbformat.writes(notebook, version=4) + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_how_to_get_the_data(path: Path) -> None:
    """By commands that there are, with files that there are."""
    opening = nbformat.read(path, as_version=4).cells[0]
    assert opening.cell_type == "markdown"
    benchmark = {IN_SQL: "nasbench101", SEARCHES: "nasbench201"}.get(path.stem, path.stem)
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
