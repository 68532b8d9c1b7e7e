"""Write ``docs/data-dictionary.md`` from the models' docstrings and the benchmarks' metrics.

::

    python scripts/write_data_dictionary.py
"""

from __future__ import annotations

from pathlib import Path

from nasbench_db.describing import data_dictionary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-dictionary.md"

if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(data_dictionary(), encoding="utf-8", newline="\n")
    print(PAGE)
