"""How rows are shown: as a readable table, JSON, JSON lines or CSV, and in Jupyter as HTML."""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

FORMATS = ("table", "json", "jsonl", "csv")


def write_rows(rows: Iterable[Mapping[str, Any]], form: str, file: IO[str]) -> int:
    """Write dicts that have the same keys.

    A dict or list within a row is JSON text in ``table`` and ``csv``. All formats give numbers in
    full but the table, which rounds them to six significant digits.

    Args:
        rows: the dicts; all formats but the table are written as they come.
        form: one of :data:`FORMATS`.
        file: what to write to.

    Returns:
        the number of rows.
    """
    return _WRITERS[form](rows, file)


def html_table(header: Iterable[str], rows: Iterable[Sequence[Any]], limit: int) -> str:
    """The first ``limit`` rows as an HTML table, with a row of dots if there are more."""
    names = list(header)
    lines = [_html_row("th", names)]
    for number, row in enumerate(rows):
        if number == limit:
            lines.append(_html_row("td", ["…"] * len(names)))
            break
        lines.append(_html_row("td", map(_short, row)))
    return f"<table>{''.join(lines)}</table>"


def _html_row(tag: str, texts: Iterable[str]) -> str:
    cells = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)
    return f"<tr>{cells}</tr>"


def _write_json(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    count = 0
    for row in rows:
        file.write(",\n  " if count else "[\n  ")
        file.write(json.dumps(row))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _write_jsonl(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    count = 0
    for row in rows:
        file.write(json.dumps(row) + "\n")
        count += 1
    return count


def _write_csv(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    count = 0
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        if not count:
            writer.writerow(row)
        writer.writerow(_plain(value) for value in row.values())
        count += 1
    return count


def _write_table(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    rows = list(rows)
    if not rows:
        return 0
    lines = [list(rows[0]), *([_short(value) for value in row.values()] for row in rows)]
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines.insert(1, ["-" * width for width in widths])
    numeric = [
        all(value is None or isinstance(value, (int, float)) for value in column)
        for column in zip(*(row.values() for row in rows), strict=True)
    ]
    for line in lines:
        cells = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        file.write("  ".join(cells).rstrip() + "\n")
    return len(rows)


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _short(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(_plain(value))


_WRITERS = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}
