"""What sets and metrics may be called, so that SQL needs no quotes for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from nasbench_db.errors import InvalidQuery
from nasbench_db.store.models import Schema

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LONGEST = 60
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """abort action add after all alter always analyze and as asc attach autoincrement before
        begin between by cascade case cast check collate column commit conflict constraint
        create cross current current_date current_time current_timestamp database default
        deferrable deferred delete desc detach distinct do drop each else end escape except
        exclude exclusive exists explain fail false filter first following for foreign from
        full generated glob group groups having if ignore immediate in index indexed initially
        inner insert instead intersect into is isnull join key last left like limit match
        materialized natural no not nothing notnull null nulls of offset on or order others
        outer over partition plan pragma preceding primary query raise range recursive
        references regexp reindex release rename replace restrict returning right rollback row
        rows savepoint select set table temp temporary then ties to transaction trigger true
        unbounded union unique update using vacuum values view virtual when where window with
        without""",
    )
)
"""What SQLite reads as words of its language (https://www.sqlite.org/lang_keywords.html), and
the two that stand for numbers."""

_OF_FILES = frozenset(
    {
        *("main", "temp", "measurement_set", "metric", "place", "sentinel", "provenance"),
        "schema_migration",
    }
)
"""Names that every file has already."""


def _check(what: str, name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise InvalidQuery(
            f"{what} is called {name!r}; a name has letters, digits and underscores, begins with "
            f"a letter, and is at most {_LONGEST} characters long" + _proposed(name)
        )
    if name.lower() in _KEYWORDS:
        raise InvalidQuery(
            f"{what} is called {name!r}, which is a word of SQL; take another name, such as "
            f"{name}_value"
        )
    return name


def _proposed(name: object) -> str:
    plain = re.sub(r"\W+", "_", str(name), flags=re.ASCII).strip("_")
    return f", such as {plain}" if _NAME.fullmatch(plain) and plain != name else ""


def check_set_name(schema: Schema, name: object) -> str:
    """A set's name, if it can be one.

    Args:
        schema: the benchmark's tables, whose names are taken.
        name: the name.

    Raises:
        InvalidQuery: it is no name, or a word of SQL, or taken.
    """
    found = _check("the measurement set", name)
    taken = {*_OF_FILES, *schema.views, *(model._meta.table_name for model in schema.models)}
    if found.lower() in taken or found.lower().startswith("sqlite_"):
        raise InvalidQuery(
            f"the measurement set is called {found!r}, which a table of the database is called "
            "already; take another name"
        )
    return found


def check_metric_names(names: Sequence[object], taken: Collection[str]) -> list[str]:
    """The names of metrics, if they can be.

    Args:
        names: the names.
        taken: the columns that say of which architecture and trial a value is.

    Raises:
        InvalidQuery: one is no name, or a word of SQL, or comes twice, or says something else.
    """
    found = [_check("a metric", name) for name in names]
    folded = [name.lower() for name in found]
    for place, name in enumerate(folded):
        if name in folded[:place]:
            raise InvalidQuery(
                f"two metrics are called {found[place]!r}, for upper and lower case are equal in "
                "SQL; rename one of them"
            )
        if name in taken:
            raise InvalidQuery(
                f"a metric is called {found[place]!r}, which is the column of the benchmark that "
                "says which trials are meant; rename it, or leave it out"
            )
    return found
