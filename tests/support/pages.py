"""The pages that people read, and the examples in them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"

BUILDING = {"sample", "ingest", "migrate"}
"""Commands that write databases; but for samples, of files that the reader brings."""

SERVING = {"serve"}
"""Commands that run until they are ended, which have tests of their own."""

_BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, str]:
    """Every page with its text: the README, and those of ``docs``."""
    found = {"README.md": PROJECT / "README.md"}
    found |= {path.name: path for path in sorted(DOCS.glob("*.md"))}
    return {name: path.read_text(encoding="utf-8") for name, path in found.items()}


def blocks(page: str, language: str | None = None) -> list[str]:
    """The code of a page, in one language or in all."""
    return [text for kind, text in _BLOCK.findall(page) if language in (None, kind)]


def languages(page: str) -> set[str]:
    """The languages of a page's blocks."""
    return {kind for kind, _ in _BLOCK.findall(page)}


COMMAND = re.compile(r"""^nasbench-db (?:[^\n'"]|'[^']*'|"[^"]*")*""", re.MULTILINE)
"""A command; a text in quotes may go over several lines."""


def command_lines(page: str, *, building: bool) -> list[list[str]]:
    """The arguments of each ``nasbench-db`` of those blocks that build databases, or do not."""
    found = []
    for text in blocks(page, "sh"):
        commands = [shlex.split(line)[1:] for line in COMMAND.findall(text)]
        if building == any(command[0] in BUILDING for command in commands):
            found += [command for command in commands if command[0] not in SERVING]
    return found


def said_of(text: str) -> list[str]:
    """The numbers that an example of Python says it prints."""
    return re.findall(r"^# ([0-9][0-9. ]*)$", text, re.MULTILINE)
