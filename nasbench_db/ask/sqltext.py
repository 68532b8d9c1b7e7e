"""SQL as a text: where a value stands, how one is written, and what a condition consists of."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from math import inf
from typing import Any

from nasbench_db.errors import InvalidQuery

# Strings, quoted names and comments, in which a question mark means nothing, and placeholders.
_QUOTED = (
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^]]*\])"""
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
)
_TOKENS = re.compile(
    _QUOTED + r"|\?(?P<number>\d*)"
    r"|(?P<named>(?<!\w)[:@$]\w+)",
    re.DOTALL,
)
_ALLOWED = ("SELECT", "WITH", "VALUES", "EXPLAIN")


def fill_in(statement: str, values: Sequence[Any]) -> str:
    """A statement with its values in the places of its ``?``, which may be numbered.

    Raises:
        InvalidQuery: there are not as many values as ``?``, or a placeholder has a name.
    """
    largest = 0

    def filled(match: re.Match[str]) -> str:
        nonlocal largest
        if match["named"]:
            raise InvalidQuery(f"the statement has {match[0]}; write ? in the place of a value")
        if match["number"] is None:
            return match[0]
        place = int(match["number"] or largest + 1)
        largest = max(largest, place)
        return literal(values[place - 1]) if 0 < place <= len(values) else match[0]

    text = _TOKENS.sub(filled, statement)
    if largest != len(values):
        raise InvalidQuery(f"the statement has {largest} ?, and there are {len(values)} values")
    return text


def literal(value: object) -> str:
    """A value as it is written in SQL."""
    if isinstance(value, str) and "\0" in value:  # which would end the statement
        return f"CAST(X'{value.encode().hex()}' AS TEXT)"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if value is None or value != value:  # SQLite takes NaN for NULL
        return "NULL"
    if value in (inf, -inf):
        return "9e999" if value == inf else "-9e999"
    return repr(value)


def one_of(name: str, values: Sequence[object]) -> str:
    """The condition that a column has one of some values."""
    texts = [literal(value) for value in values]
    return f"{name} = {texts[0]}" if len(texts) == 1 else f"{name} IN ({', '.join(texts)})"


def check_statement(statement: object) -> None:
    if not isinstance(statement, str):
        raise InvalidQuery(f"the statement is {statement!r}; it must be a SELECT, as a text")
    code = _TOKENS.sub(lambda match: " " if match["comment"] else match[0], statement)
    word = code.split(None, 1)[0] if code.strip() else ""
    if re.split(r"\W", word)[0].upper() not in _ALLOWED:
        raise InvalidQuery(
            f"the statement begins with {word!r}; databases are read-only, and it must begin "
            f"with one of {', '.join(_ALLOWED)}"
        )


def quoted(name: str) -> str:
    """A name as it is written in SQL, whatever its letters."""
    return '"' + name.replace('"', '""') + '"'


_CONDITION = re.compile(
    _QUOTED + r"|(?P<stray>['\"`;?])|(?P<bracket>[()])"
    r"|(?:\b[A-Za-z_]\w*\s*\.\s*)?(?P<word>\b[A-Za-z_]\w*)",
    re.DOTALL,
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_VALUE = rf"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|{_NUMBER}"
_NAME = r"(?:\w+\.)?[\"`\[]?(?P<name>\w+)[\"`\]]?"
# Python keeps what it has compiled; most programs have no condition in SQL.
_ASKED = (
    rf"{_NAME}\s*==?\s*(?P<values>{_VALUE})",
    rf"(?P<values>{_VALUE})\s*==?\s*{_NAME}",
    rf"{_NAME}\s*\bIN\s*\(\s*(?P<values>(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\)",
)

_BEFORE = r"(?:^|\(|\b(?:AND|OR|NOT|WHEN)\b)\s*"  # what a comparison stands alone between
_AFTER = r"\s*(?=$|\)|\b(?:AND|OR|THEN)\b)"
_COLUMN = r"(?:\w+\s*\.\s*)?[\"`\[]?(?P<name>\w[\w.]*)[\"`\]]?"
_COMPARED = (
    rf"{_BEFORE}{_COLUMN}\s*(?:[<>]=?|==?|!=|<>)\s*(?P<low>{_NUMBER})(?P<high>){_AFTER}",
    rf"{_BEFORE}(?P<low>{_NUMBER})\s*(?:[<>]=?|==?|!=|<>)\s*{_COLUMN}(?P<high>){_AFTER}",
    rf"{_BEFORE}{_COLUMN}\s+(?:NOT\s+)?BETWEEN\s+(?P<low>{_NUMBER})\s+AND\s+(?P<high>{_NUMBER})"
    rf"{_AFTER}",
)


def conjuncts(condition: str) -> tuple[str, ...]:
    """The parts that AND joins at the top level of a condition; all of it if OR joins them.

    Raises:
        InvalidQuery: a bracket or a quote is not closed, or there is a semicolon.
    """
    depth = start = betweens = 0
    parts, whole = [], True
    alternatives = False
    for token in _CONDITION.finditer(condition):
        if token["stray"]:
            raise InvalidQuery(
                f"the condition {condition!r} has a {token['stray']} alone; it must be one "
                "condition in SQL, such as 'parameters < 5', with its values written out"
            )
        word = (token["bracket"] or token["word"] or "").upper()
        if word in ("(", "CASE"):
            depth += 1
        elif word in (")", "END"):
            depth -= 1
            whole = whole and (depth > 0 or token.end() == len(condition.rstrip()))
            if depth < 0:
                break
        elif depth == 0 and word == "OR":
            alternatives = True
        elif depth == 0 and word == "BETWEEN":
            betweens += 1
        elif depth == 0 and word == "AND":
            if betweens:
                betweens -= 1
            else:
                parts.append(condition[start : token.start()].strip())
                start = token.end()
    if depth:
        raise InvalidQuery(f"the brackets of the condition {condition!r} do not match")
    text = condition.strip()
    if alternatives or not text:
        return (text,)
    if not parts and whole and text.startswith("(") and text.endswith(")"):
        return conjuncts(text[1:-1])
    if not parts:
        return (text,)
    return tuple(one for part in (*parts, condition[start:].strip()) for one in conjuncts(part))


def names_in(condition: str) -> set[str]:
    """The words of a condition that may be names of columns, in lower case."""
    found = set()
    for token in _CONDITION.finditer(condition):
        if token["word"]:
            found.add(token["word"].lower())
        elif token["quoted"] and token["quoted"][0] != "'":
            found.add(token["quoted"][1:-1].lower())
    return found


def with_names(condition: str, rename: Callable[[str], str | None]) -> str:
    """A condition with other names.

    Args:
        condition: the condition, without a SELECT of its own.
        rename: gives for a word what stands in its place, or None if it is no name to change.
    """

    def renamed(token: re.Match[str]) -> str:
        name = token["word"]
        if token["quoted"] and token["quoted"][0] != "'":
            name = token["quoted"][1:-1]
        new = (
            rename(name)
            if name and not condition[token.end() :].lstrip().startswith("(")
            else None
        )
        return token[0] if new is None else new

    return _CONDITION.sub(renamed, condition)


def in_quotes(condition: str, names: Collection[str]) -> str:
    """A condition in which each of some names with a dot in it is one quoted name.

    Args:
        condition: the condition; one with a SELECT of its own stays as it is.
        names: such as ``hwnas.raspi4_latency``.
    """
    if not names or "select" in names_in(condition):
        return condition
    folded = {name.lower(): name for name in names}

    def whole(token: re.Match[str]) -> str:
        name = "".join(token[0].split()).lower() if token["word"] else ""
        return quoted(folded[name]) if name in folded else token[0]

    return _CONDITION.sub(whole, condition)


def values_asked(part: str, names: Iterable[str]) -> tuple[str, list[int | float | str]] | None:
    """The column and the values of a part such as ``dataset = 'cifar10'`` or ``seed IN (1, 2)``.

    Args:
        part: the part of a condition.
        names: the columns. A text in double quotes is a value, as SQLite takes it, unless it is
            the name of one.

    Returns:
        the column's name and the values; None if the part says something else.
    """
    columns = {name.lower(): name for name in names}
    for form in _ASKED:
        match = re.fullmatch(form, part.strip(), re.DOTALL | re.IGNORECASE)
        if match is None or match["name"].lower() not in columns:
            continue
        texts = re.findall(_VALUE, match["values"], re.DOTALL)
        if not any(text[0] == '"' and text[1:-1].lower() in columns for text in texts):
            return columns[match["name"].lower()], [_value(text) for text in texts]
    return None


def numbers_compared(condition: str) -> Iterator[tuple[str, float]]:
    """The numbers written in a condition, each with the name that it alone is compared with.

    What is computed, such as ``test_acc / 100 > 0.9``, is none of these.

    Args:
        condition: the condition, or a part of one.
    """

    def bare(token: re.Match[str]) -> str:
        if token["comment"]:
            return " "
        return "''" if token[0][0] == "'" else token[0]

    code = _CONDITION.sub(bare, condition)
    for form in _COMPARED:
        for match in re.finditer(form, code, re.IGNORECASE):
            for text in filter(None, (match["low"], match["high"])):
                yield match["name"], float(text)


def _value(text: str) -> int | float | str:
    if text[0] in "'\"":
        return text[1:-1].replace(text[0] * 2, text[0])
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
