"""How rows are shown: as a readable table, JSON, JSON lines or CSV, and in Jupyter as HTML."""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import IO, Any

FORMATS = ("table", "json", "jsonl", "csv")

# What a display in Jupyter has at most: columns, half of them from each end; and characters in a
# cell, which are enough for an arch string of NAS-Bench-201.
_HTML_COLUMNS = 40
_HTML_WIDTH = 120


def write_rows(rows: Iterable[Mapping[str, Any]], form: str, file: IO[str]) -> int:
    """Write dicts that have the same keys.

    A dict or list within a row is JSON text in ``table`` and ``csv``. All formats give numbers in
    full but the table, which rounds them to six significant digits. JSON has no infinite numbers
    and no NaN: there they are null.

    Args:
        rows: the dicts; all formats but the table are written as they come.
        form: one of :data:`FORMATS`.
        file: what to write to.

    Returns:
        the number of rows.
    """
    return _WRITERS[form](rows, file)


def html_table(
    header: Iterable[str],
    rows: Iterable[Sequence[Any]],
    limit: int,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The first ``limit`` rows as an HTML table, with a row of dots if there are more.

    It stays small: there is a column of dots in the place of the middle ones of very many, and
    long texts are cut.

    Args:
        header: the names of the columns.
        rows: the rows; not more than one beyond the limit is asked for.
        limit: the most rows to show.
        labels: by column, what is shown when the mouse is over its name.
    """
    names = list(header)
    cells = []
    for name in _outer(names):
        label = f' title="{html.escape(labels[name])}"' if name in labels else ""
        cells.append(f"<th{label}>{_html_text(name)}</th>")
    lines = [f"<tr>{''.join(cells)}</tr>"]
    for number, row in enumerate(rows):
        if number == limit:
            lines.append(_html_row(["…"] * len(cells)))
            break
        lines.append(_html_row(map(_short, _outer(row))))
    return f"<table>{''.join(lines)}</table>"


def _outer(items: Sequence[Any]) -> Sequence[Any]:
    """All items, or of very many the first and last ones with dots between them."""
    if len(items) <= _HTML_COLUMNS:
        return items
    half = _HTML_COLUMNS // 2
    return [*items[:half], "…", *items[-half:]]


def _html_row(texts: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{_html_text(text)}</td>' for text in texts)}</tr>"


def _html_text(text: str) -> str:
    """A text, cut if it is very long."""
    return html.escape(text if len(text) <= _HTML_WIDTH else f"{text[: _HTML_WIDTH - 1]}…")


def _write_json(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    count = 0
    for row in rows:
        file.write(",\n  " if count else "[\n  ")
        file.write(_json(row))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _write_jsonl(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    count = 0
    for row in rows:
        file.write(_json(row) + "\n")
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
    lines = [
        list(map(visible, rows[0])),
        *([_short(value) for value in row.values()] for row in rows),
    ]
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
    return _json(value) if isinstance(value, (dict, list)) else value


def _json(value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:  # there are numbers that JSON does not have
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    """A value with None in the place of numbers that are infinite or NaN."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def _short(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"({len(value):,} bytes)"
    return f"{value:.6g}" if isinstance(value, float) else visible(str(_plain(value)))


def visible(text: str) -> str:
    """A text for a terminal: what would move its cursor or colour it is shown as Python does.

    A name in a file can hold anything.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


_WRITERS = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}
