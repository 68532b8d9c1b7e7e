"""The data dictionary: a page in Markdown about the databases of all benchmarks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from nasbench_db import benchmarks
from nasbench_db.benchmarks import Benchmark
from nasbench_db.describing import (
    MIGRATIONS,
    TableDescription,
    describe,
    markdown_table,
    structure_of,
    tables_of,
)
from nasbench_db.metrics import Metric
from nasbench_db.store.models import SPREAD, Provenance, metric_columns

_PROVENANCE = Provenance._meta.table_name

_INTRODUCTION = """\
# Data dictionary

<!-- Written by scripts/write_docs.py from the models' docstrings and the benchmarks'
     metrics; change those and run it again. -->

What each number is, in which unit, on which images it was measured, when it is NULL, and which
field of the original file it comes from. The same in Python and on the command line:

```python
from nasbench_db.describing import describe, metric, reporting

print(describe("nasbench201", "valid_acc"))
print(metric("nasbench201", "latency").label)
print(reporting("nasbench201", "cifar10"))
```

```sh
nasbench-db describe nasbench201 valid_acc
```

- Units are `percent` (0 to 100), `seconds`, `millions`, and `1` for a number that has none;
  `not stated` means that the original does not say it.
- Epochs are counted from 1: a row of epoch 12 was written after twelve epochs.
- NULL means not measured, or not recorded. Nothing is averaged in or taken from another split.
- `max` and `min` say which values of a metric are the better ones.
- The sources are fields of the original files. A database that was taken over from NNI's has the
  values of NNI's columns of the same names; its `provenance` tells what was put right.
"""


def data_dictionary() -> str:
    """A page in Markdown about all benchmarks: their metrics, splits, tables, columns and SQL."""
    anyone = next(iter(benchmarks.BENCHMARKS))
    return "\n".join(
        [
            _INTRODUCTION,
            *map(_section, benchmarks.BENCHMARKS.values()),
            "## In every database\n\n### Tables\n",
            describe(anyone, _PROVENANCE).markdown(),
            f"A further table, `{MIGRATIONS}`, is the migration runner's.\n",
        ]
    )


def _section(benchmark: Benchmark) -> str:
    tables = tables_of(benchmark)
    _, statements = structure_of(benchmark.schema)
    return "\n".join(
        [
            f"## {benchmark.title}: `{benchmark.name}`\n",
            f"Licence of the data: {benchmark.licence}. To cite: {benchmark.paper}.\n",
            "### Metrics\n",
            markdown_table(
                ("name", "metric", "unit", "better", "split", "range", "each epoch", "source"),
                map(_metric_row, {**benchmark.metrics, **benchmark.tables.curve_metrics}.values()),
            ),
            "### Images\n",
            markdown_table(
                ("data set", "split", "in the original", "images", "which"),
                (
                    [
                        *(image.dataset, f"`{image.split}`", f"`{image.original}`"),
                        "not stated" if image.count is None else f"{image.count:,}",
                        image.which,
                    ]
                    for image in benchmark.images
                ),
            ),
            "### What to select by, and what to report\n",
            markdown_table(
                ("for", "select by", "report", "why"),
                (
                    [
                        f"`{name}`",
                        _of(report.select_by, report.select_on),
                        _of(report.report_by, report.report_on),
                        report.why.removesuffix("."),
                    ]
                    for name, report in benchmark.reports.items()
                ),
            ),
            "### Tables\n",
            *(
                _table_section(t, benchmark)
                for t in tables
                if t.kind == "table" and t.name != _PROVENANCE
            ),
            *(_view_section(t, benchmark) for t in tables if t.kind == "view"),
            "### SQL\n",
            "```sql",
            *(
                textwrap.fill(f"{sql};", 99, subsequent_indent="    ", break_on_hyphens=False)
                for sql in statements
                if f'"{_PROVENANCE}"' not in sql
            ),
            "```\n",
        ]
    )


def _metric_row(metric: Metric) -> list[str]:
    return [
        *(f"`{metric.name}`", metric.title, metric.unit or "not stated", metric.direction or ""),
        *(metric.split or "", metric.range, "yes" if metric.per_epoch else "no"),
        metric.definition.removesuffix("."),
    ]


def _of(name: str | None, dataset: str) -> str:
    return f"`{name}` of `{dataset}`" if name else "nothing: there is no such split"


def _table_section(table: TableDescription, benchmark: Benchmark) -> str:
    """A section of a table; of the statistics those of one metric, for all."""
    metrics = metric_columns(benchmark.schema.trial)
    if table.name != benchmark.schema.statistics._meta.table_name:
        return table.markdown()
    names = ", ".join(f"`{name}`" for name in metrics)
    told = f"The columns of `{metrics[0]}` stand for those of every metric: {names}."
    return f"{_of_one_metric(table, metrics).markdown()}\n{told}\n"


def _of_one_metric(table: TableDescription, metrics: Sequence[str]) -> TableDescription:
    """A table with statistics without those of all metrics but the first."""
    of_others = {f"{metric}_{kind}" for metric in metrics[1:] for kind in SPREAD}
    return replace(table, columns=tuple(c for c in table.columns if c.name not in of_others))


def _view_section(view: TableDescription, benchmark: Benchmark) -> str:
    metrics = metric_columns(benchmark.schema.trial)
    shown = view
    if view.name == benchmark.schema.statistics_view:
        shown = _of_one_metric(view, metrics)
    names = ", ".join(
        f"`{column.name}`"
        + ("" if column.source.endswith(f".{column.name}`") else f" ({column.source})")
        for column in shown.columns
    )
    if shown is not view:
        names += ", and those of the other metrics"
    return f"#### View `{view.name}`\n\n{view.meaning} They are {names}.\n"
