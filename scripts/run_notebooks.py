"""Run the notebooks on what the demo makes, and keep them with what they show.

The demo's folder is made anew, in a temporary place; of the outputs is kept what does not change
from one run to the next. Names of notebooks run only those::

    python scripts/run_notebooks.py
    python scripts/run_notebooks.py nasbench101 nasbench201
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbclient
import nbformat
from PIL import Image

from nasbench_db.commands.demo import run_demo
from nasbench_db.store.database import DIRECTORY_VARIABLE

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))

COLORS = 32
"""Of a figure that is kept: enough for its colour bar, and less than half the bytes."""

_CHANGING = (
    (r"<style[^>]*>.*?</style>\n?", ""),  # the same in each of pandas' tables
    (r", ingested \S+ by nasbench_db [^<\s]+", ""),  # time and version of a database
    (r" at 0x[0-9a-f]+", ""),
)
"""What of a text differs from run to run, or only repeats, and what takes its place."""


def executed(path: Path, folder: Path, working: Path) -> Any:
    """A notebook after one run from its beginning, with what its cells show.

    Args:
        path: the notebook, which stays as it is.
        folder: that of the databases.
        working: the working folder of its kernel.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    notebook = nbformat.read(path, as_version=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own parts, such as how they use asyncio
        client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3")
        client.execute(cwd=str(working), env={**os.environ, DIRECTORY_VARIABLE: str(folder)})
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = list(_tidied(cell.outputs, folder))
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def written(notebook: Any) -> str:
    """The text of a notebook's file."""
    text: str = nbformat.writes(notebook, version=4)
    return text + "\n"


def _tidied(outputs: Iterable[Any], folder: Path) -> Iterable[Any]:
    """Outputs without what is of this run or this machine."""
    for output in outputs:
        if "execution_count" in output:
            output.execution_count = None
        if "text" in output:
            output.text = _steady(output.text, folder)
        if "data" in output:
            output.metadata = {}
            for kind, data in output.data.items():
                if kind == "image/png":
                    output.data[kind] = _few_colors(data)
                else:
                    output.data[kind] = _steady(data, folder)
        yield output


def _steady(text: str, folder: Path) -> str:
    text = text.replace(str(folder), f"${DIRECTORY_VARIABLE}")
    for pattern, instead in _CHANGING:
        text = re.sub(pattern, instead, text, flags=re.DOTALL)
    return text


def _few_colors(encoded: str) -> str:
    """A figure in a smaller file, without what that says of the program."""
    figure = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    file = io.BytesIO()
    figure.quantize(COLORS).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main(names: Iterable[str]) -> None:
    """Run notebooks, by default all, and write them with their outputs."""
    wanted = set(names) or {path.stem for path in NOTEBOOKS}
    unknown = wanted - {path.stem for path in NOTEBOOKS}
    if unknown:
        known = ", ".join(path.stem for path in NOTEBOOKS)
        sys.exit(f"there is no notebook {', '.join(sorted(unknown))}; there are {known}")
    with tempfile.TemporaryDirectory() as temporary:
        folder, working = Path(temporary) / "demo", Path(temporary) / "working"
        run_demo(folder, print)
        working.mkdir()
        for path in NOTEBOOKS:
            if path.stem in wanted:
                text = written(executed(path, folder, working))
                path.write_text(text, encoding="utf-8", newline="\n")
                print(f"{path}: {len(text) / 1000:,.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
