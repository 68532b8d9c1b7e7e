"""How rows are shown: as a readable table, JSON, JSON lines or CSV, and in Jupyter as HTML."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import accumulate, chain, islice
from math import isfinite
from types import MappingProxyType
from typing import IO, Any

FORMATS = ("table", "vertical", "json", "jsonl", "csv")

FIRST_ROWS = 100
"""By so many rows a table decides how wide its columns are."""

_LONG = 32
"""A column that is wider is one of long texts; the hash of a cell is none."""

# What a display in Jupyter has at most: columns, half of them from each end; and characters in a
# cell, which are enough for an arch string of NAS-Bench-201.
_HTML_COLUMNS = 40
_HTML_WIDTH = 120


def write_rows(rows: Iterable[Mapping[str, Any]], form: str, file: IO[str]) -> int:
    """Write dicts that have the same keys.

    A dict or list within a row is JSON text but in the JSON formats. All formats give numbers in
    full but ``table`` and ``vertical``, a line for each value, which round them to six significant
    digits. JSON has no infinite numbers and no NaN: there they are null.

    Args:
        rows: the dicts; they are written as they come, of a table after the first ones.
        form: one of :data:`FORMATS`.
        file: what to write to.

    Returns:
        the number of rows.
    """
    return _WRITERS[form](rows, file)


def text_table(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    limit: int,
    left_out: Container[str] = (),
) -> list[str]:
    """The lines of a table of the first ``limit`` rows, with one that says so if there are more.

    Args:
        header: the names of the columns.
        rows: the rows; not more than one beyond the limit is asked for.
        limit: the most rows to show.
        left_out: columns that are not shown.
    """
    found = list(islice(rows, limit + 1))
    if not found:
        return [f"(no rows: {', '.join(header)})"]
    places = [place for place, name in enumerate(header) if name not in left_out]
    text = io.StringIO()
    _write_table(({header[place]: row[place] for place in places} for row in found[:limit]), text)
    return [*text.getvalue().splitlines(), *(["… and more rows"] if len(found) > limit else [])]


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
    """Widths are those of the first rows, so that no more of them are in memory."""
    rows = iter(rows)
    first = list(islice(rows, FIRST_ROWS))
    if not first:
        return 0
    widths = _widths(first)
    numeric = [
        all(value is None or isinstance(value, (int, float)) for value in column)
        for column in zip(*(row.values() for row in first), strict=True)
    ]
    count = 0
    head = [list(map(visible, first[0])), ["-" * width for width in widths]]
    lines = (list(map(_short, row.values())) for row in chain(first, rows))
    for count, line in enumerate(chain(head, lines), -1):
        cells = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        file.write("  ".join(cells).rstrip() + "\n")
    return count


def _widths(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """How wide the columns of a table of some rows are."""
    names = [len(visible(name)) for name in rows[0]]
    of_rows = ([len(_short(value)) for value in row.values()] for row in rows)
    return [max(widths) for widths in zip(names, *of_rows, strict=True)]


def fitting(rows: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """The first columns of a table of some rows that fit in a width; one at least.

    Those with long texts come last, if not all fit.
    """
    widths = dict(zip(rows[0], _widths(rows), strict=True))
    if sum(widths.values()) + 2 * (len(widths) - 1) <= width:
        return list(widths)
    names = sorted(widths, key=lambda name: widths[name] > _LONG)
    ends = accumulate(widths[name] + 2 for name in names)
    fit = [name for name, end in zip(names, ends, strict=True) if end - 2 <= width]
    return fit or names[:1]


def _write_vertical(rows: Iterable[Mapping[str, Any]], file: IO[str]) -> int:
    """A line for each value, and an empty one between rows."""
    count = 0
    for row in rows:
        if count:
            file.write("\n")
        names = list(map(visible, row))
        width = max(map(len, names), default=0)
        for name, value in zip(names, row.values(), strict=True):
            file.write(f"{name.ljust(width)}  {_short(value)}".rstrip() + "\n")
        count += 1
    return count


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
    "vertical": _write_vertical,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}
