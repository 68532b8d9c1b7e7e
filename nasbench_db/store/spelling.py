"""SQLite's spelling of a statement as PostgreSQL reads it; what it means is the same in both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"(?P<blob>\b[xX]'[0-9A-Fa-f]*')"
    r"|(?P<text>'(?:[^']|'')*')"
    r"""|(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^]]*\])"""
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|\?(?P<number>\d*)(?P<value>)"
    r"|(?P<infinite>-?\b9e999\b)"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<word>[A-Za-z_][\w$]*)"
    r"|(?P<equal>==)|(?P<percent>%)|(?P<other>[^\s\w])",
    re.DOTALL,
)
# What may come after a table in a FROM and is no name for it.
_AFTER = frozenset(
    (
        *("cross", "except", "fetch", "for", "full", "group", "having", "inner", "intersect"),
        *("join", "left", "limit", "natural", "offset", "on", "order", "right", "union", "using"),
        *("where", "window"),
    )
)
_QUOTED = frozenset({"some"})
"""Names that a server takes for words of its own, unless they are in quotes."""

_BEFORE = frozenset({"from", "join"})
_ROWS = frozenset({"select", "values", "with"})


class Spelled(NamedTuple):
    """A statement as psycopg takes it.

    Attributes:
        text: the SQL, with ``%s`` for each value.
        places: which value each is, counted from 0.
    """

    text: str
    places: tuple[int, ...]

    def values(self, values: Sequence[Any]) -> Sequence[Any]:
        """The values in the places of the text."""
        return [values[place] for place in self.places if place < len(values)]


@lru_cache(4096)
def spelled(statement: str, folded: frozenset[str] = frozenset()) -> Spelled:
    """A statement of SQLite's as PostgreSQL reads it.

    Names in quotes stay as they are, but for those of columns with capitals, which a server has in
    small letters, as it reads them without quotes. A subquery in a FROM gets a name.

    Args:
        statement: the statement, with ``?`` for each value.
        folded: the names of columns that have capitals, in small letters.
    """
    text: list[str] = []
    places: list[int] = []
    # For each bracket that is open: whether it is a subquery in a FROM.
    brackets: list[bool] = []
    largest = end = 0
    word_before = ""
    for token in _TOKEN.finditer(statement):
        text.append(statement[end : token.start()])
        end = token.end()
        kind, written = token.lastgroup, token[0]
        word = written.lower() if kind == "word" else ""
        if kind == "name":
            inner = written[1:-1]
            inner = inner.replace(written[0] * 2, written[0]) if written[0] != "[" else inner
            inner = inner.lower() if inner.lower() in folded else inner
            written = '"' + inner.replace('"', '""') + '"'
        elif kind == "value":
            place = int(token["number"] or largest + 1)
            largest = max(largest, place)
            places.append(place - 1)
            written = "%s"
        elif kind == "blob":
            written = f"'\\x{written[2:-1]}'::bytea"
        elif kind == "infinite":
            written = f"'{'-' if written[0] == '-' else ''}Infinity'::double precision"
        elif word in _QUOTED and statement[end : end + 2].strip()[:1] != "(":
            written = f'"{word}"'
        elif kind == "equal":
            written = "="
        elif kind == "open":
            inside = _TOKEN.search(statement, end)
            while inside is not None and (inside.lastgroup in ("comment", "open")):
                inside = _TOKEN.search(statement, inside.end())
            begins = "" if inside is None else inside[0].lower()
            brackets.append(word_before in _BEFORE and begins in _ROWS)
        elif kind == "close" and brackets and brackets.pop() and not _is_named(statement, end):
            written += f" AS unnamed_{len(text)}"
        if "%" in written and kind != "value":
            written = written.replace("%", "%%")
        text.append(written)
        if kind != "comment":
            word_before = word
    text.append(statement[end:])
    return Spelled("".join(text), tuple(places))


def _is_named(statement: str, place: int) -> bool:
    """Whether a name follows in a statement."""
    token = _TOKEN.search(statement, place)
    while token is not None and token.lastgroup == "comment":
        token = _TOKEN.search(statement, token.end())
    if token is None or token.lastgroup not in ("word", "name"):
        return False
    return token.lastgroup == "name" or token[0].lower() not in _AFTER
